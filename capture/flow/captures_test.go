package flow

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/capture/sight"
	"netscope.example/nsgraph/capture/wire"
)

// captures returns the files of the folder of real captures, or skips. NSGRAPH_CAPTURE chooses one.
func captures(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES names no folder of captures")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.*cap*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("captures in %s: %d, %v", dir, len(names), err)
	}
	if only := os.Getenv("NSGRAPH_CAPTURE"); only != "" {
		return []string{filepath.Join(dir, only)}
	}
	return names
}

// packets decodes a capture, all depths, and calls yield for each; it returns false if the file is not whole.
func packets(t *testing.T, path string, yield func(p *wire.Packet)) bool {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := file.Open(path, f)
	if err != nil {
		return false
	}
	d := wire.NewDecoder(wire.Options{})
	var b file.Batch
	var ps []wire.Packet
	for {
		if err := r.Read(&b); err != nil {
			return errors.Is(err, io.EOF)
		}
		for i := range b.Packets {
			ps = d.Decode(ps[:0], r.Interfaces()[b.Packets[i].Interface].LinkType, &b.Packets[i])
			for j := range ps {
				yield(&ps[j])
			}
		}
	}
}

// conversations runs a capture through a table, nothing a copy. keep chooses packets.
func conversations(t *testing.T, path string, o Options, keep func(p *wire.Packet) bool) (l []*fact.Conversation, plain bool) {
	t.Helper()
	tb := NewTable(o, func(c *fact.Conversation) { l = append(l, c) })
	plain = true
	whole := packets(t, path, func(p *wire.Packet) {
		plain = plain && p.Depth == 0 && p.Carries == fact.NoTunnel
		if keep == nil || keep(p) {
			tb.Add(p, false)
		}
		if q, ok := wire.Quoted(p); ok {
			tb.Error(&q, p)
		}
	})
	tb.Flush()
	empty(t, tb)
	return l, plain && whole
}

// ends is a pair of transport addresses, as tshark writes them.
type ends struct{ transport, a, b string }

// counts is frames and bytes from a to b, and from b to a.
type counts struct {
	frames [2]uint64
	bytes  [2]uint64
	coarse bool // the bytes were printed in kB or more
}

// tsharkConversations asks tshark for the TCP and UDP conversations of a capture.
func tsharkConversations(t *testing.T, path string) map[ends]counts {
	t.Helper()
	out, err := exec.Command("tshark", "-n", "-r", path, "-q", "-z", "conv,tcp", "-z", "conv,udp").Output()
	if err != nil {
		return nil
	}
	m := map[ends]counts{}
	transport := ""
	for line := range strings.Lines(string(out)) {
		w := strings.Fields(line)
		if len(w) >= 2 && w[1] == "Conversations" {
			transport = strings.ToLower(w[0])
		}
		if len(w) < 12 || w[1] != "<->" {
			continue
		}
		var c counts
		c.frames[1], c.bytes[1] = tsharkCount(t, w[3:6], &c)
		c.frames[0], c.bytes[0] = tsharkCount(t, w[6:9], &c)
		k := ends{transport, w[0], w[2]}
		if k.a > k.b {
			k.a, k.b = k.b, k.a
			c.swap()
		}
		o := m[k]
		o.add(c)
		m[k] = o
	}
	return m
}

func tsharkCount(t *testing.T, w []string, c *counts) (frames, bytes uint64) {
	t.Helper()
	frames, err := strconv.ParseUint(w[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err = strconv.ParseUint(w[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if w[2] != "bytes" {
		c.coarse = true
		bytes *= map[string]uint64{"kB": 1e3, "MB": 1e6}[w[2]]
	}
	return frames, bytes
}

func (c *counts) swap() {
	c.frames[0], c.frames[1] = c.frames[1], c.frames[0]
	c.bytes[0], c.bytes[1] = c.bytes[1], c.bytes[0]
}

func (c *counts) add(o counts) {
	for i := range 2 {
		c.frames[i] += o.frames[i]
		c.bytes[i] += o.bytes[i]
	}
	c.coarse = c.coarse || o.coarse
}

// ours sums conversations by their ends.
func ours(l []*fact.Conversation) map[ends]counts {
	m := map[ends]counts{}
	for _, c := range l {
		if c.Transport != fact.TCP && c.Transport != fact.UDP {
			continue
		}
		k := ends{c.Transport.String(), tsharkAddress(c.Client.Addr().String(), c.Client.Port()), tsharkAddress(c.Server.Addr().String(), c.Server.Port())}
		n := counts{frames: [2]uint64{c.Up.Packets, c.Down.Packets}, bytes: [2]uint64{c.Up.Bytes, c.Down.Bytes}}
		if k.a > k.b {
			k.a, k.b = k.b, k.a
			n.swap()
		}
		o := m[k]
		o.add(n)
		m[k] = o
	}
	return m
}

func tsharkAddress(addr string, port uint16) string {
	if len(addr) > 39 {
		return addr
	}
	return addr + ":" + strconv.Itoa(int(port))
}

// equal compares our sums with tshark's, and says what differs first.
func equal(a, b map[ends]counts) (why string) {
	for k, x := range a {
		y, ok := b[k]
		switch {
		case !ok:
			return "tshark has no " + k.transport + " " + k.a + " " + k.b
		case x.frames != y.frames:
			return k.transport + " " + k.a + " " + k.b + ": frames differ"
		case !y.coarse && x.bytes != y.bytes:
			return k.transport + " " + k.a + " " + k.b + ": bytes differ"
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			return "only tshark has " + k.transport + " " + k.a + " " + k.b
		}
	}
	return ""
}

// sightings is ours with copies marked as such and counted with the packets, and the share of conversations that have copies.
func sightings(t *testing.T, path string) (m map[ends]counts, copies uint64) {
	t.Helper()
	var l []*fact.Conversation
	tb := NewTable(Options{}, func(c *fact.Conversation) {
		copies += c.Up.Copies + c.Down.Copies
		c.Up.Packets += c.Up.Copies
		c.Down.Packets += c.Down.Copies
		l = append(l, c)
	})
	w := sight.NewWindow(sight.Options{})
	packets(t, path, func(p *wire.Packet) {
		_, dup := w.Mark(p)
		tb.Add(p, dup)
	})
	tb.Flush()
	empty(t, tb)
	if n := tb.Counters(); n.Orphans != 0 {
		t.Logf("%s: %d copies of no conversation", filepath.Base(path), n.Orphans)
	}
	return ours(l), copies
}

// TestConversationsLikeTshark holds frames and bytes of every TCP and UDP conversation, by direction, against tshark's. It takes every
// twentieth file, as tshark needs long; NSGRAPH_CAPTURES_ALL=1 takes all.
func TestConversationsLikeTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark to compare with")
	}
	var files, same, seen, copied int
	for i, path := range captures(t) {
		if i%20 != 0 && os.Getenv("NSGRAPH_CAPTURES_ALL") == "" && os.Getenv("NSGRAPH_CAPTURE") == "" {
			continue
		}
		l, plain := conversations(t, path, Options{}, nil)
		if !plain {
			continue
		}
		want := tsharkConversations(t, path)
		if want == nil {
			continue
		}
		files++
		if why := equal(ours(l), want); why == "" {
			same++
		} else {
			t.Logf("%s: %s", filepath.Base(path), why)
		}
		for k, c := range want { // bytes are counted once: only frames can be compared
			c.coarse = true
			want[k] = c
		}
		marked, copies := sightings(t, path)
		if copies > 0 {
			copied++
		}
		if why := equal(marked, want); why == "" {
			seen++
		} else {
			t.Logf("%s: with %d copies: %s", filepath.Base(path), copies, why)
		}
	}
	t.Logf("%d of %d files equal, %d with copies marked, which %d files have", same, files, seen, copied)
	if same*100 < files*97 || seen*100 < files*97 {
		t.Errorf("%d and %d of %d files equal, want 97 %%", same, seen, files)
	}
}
