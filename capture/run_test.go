package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"netscope.example/nsgraph/capture/fact"
)

// all runs the sources and returns the facts, each as JSON, sorted; times of machines are in none of them.
func all(t testing.TB, src []Source, o Options) []string {
	t.Helper()
	var l []string
	for f, err := range Run(t.Context(), src, o) {
		if err != nil {
			t.Fatal(err)
		}
		l = append(l, text(t, f))
	}
	slices.Sort(l)
	return l
}

func text(t testing.TB, f fact.Fact) string {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// captures runs the sources and returns their *fact.Capture.
func captures(t testing.TB, src []Source) []*fact.Capture {
	t.Helper()
	var l []*fact.Capture
	for f, err := range Run(t.Context(), src, Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := f.(*fact.Capture); ok {
			l = append(l, c)
		}
	}
	return l
}

// source is a capture in memory.
func source(path string, b []byte) Source {
	return Source{Path: path, Size: int64(len(b)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// small is a generated capture of n packets.
func small(t testing.TB, n int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "small.pcap")
	writeMixed(t, path, n)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// realCaptures returns the folder of real captures.
func realCaptures(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES names no folder of real captures")
	}
	return dir
}

func firstDifference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] + "\n" + b[i]
		}
	}
	return ""
}

func TestRunDoesNotDependOnWorkers(t *testing.T) {
	src := []Source{source("small.pcap", small(t, 30_000))}
	one := all(t, src, Options{Workers: 1})
	if len(one) < 500 {
		t.Fatalf("only %d facts", len(one))
	}
	for _, n := range []int{2, 4} {
		if more := all(t, src, Options{Workers: n}); !slices.Equal(one, more) {
			t.Errorf("%d workers: %d facts, want %d; the first that differ:\n%s", n, len(more), len(one), firstDifference(one, more))
		}
	}
}

func TestRunDoesNotDependOnWorkersReal(t *testing.T) {
	dir := realCaptures(t)
	for _, name := range []string{"seg-campus-trunk-10-vlans.cap.gz", "dep-mail-sender-server-2.pcapng", "qos-sip-rtp-opus.pcap", "cfg-icmp-fragmented.cap"} {
		src, err := Sources([]string{filepath.Join(dir, name)})
		if err != nil {
			t.Log(err)
			continue
		}
		one := all(t, src, Options{Workers: 1})
		for _, n := range []int{2, 4} {
			if more := all(t, src, Options{Workers: n}); !slices.Equal(one, more) {
				t.Errorf("%s, %d workers: %d facts, want %d; the first that differ:\n%s", name, n, len(more), len(one), firstDifference(one, more))
			}
		}
	}
}

// Two capture points on both sides of a router, the clock of the second 410 s behind, in any order.
func TestRunDoesNotDependOnOrder(t *testing.T) {
	dir := realCaptures(t)
	a, b := filepath.Join(dir, "cfg-slowfile-clientside.pcapng"), filepath.Join(dir, "cfg-slowfile-serverside.pcapng")
	var runs [2][]string
	for i, args := range [][]string{{"client=" + a, "server=" + b}, {"server=" + b, "client=" + a}} {
		src, err := Sources(args)
		if err != nil {
			t.Skip(err)
		}
		routed := uint64(0)
		for f, err := range Run(t.Context(), src, Options{}) {
			if err != nil {
				t.Fatal(err)
			}
			switch f := f.(type) {
			case *fact.Conversation:
				slices.Sort(f.Points)
				runs[i] = append(runs[i], f.Client.String()+" "+f.Server.String()+" "+f.First.String()+" "+f.Last.String()+" "+text(t, &fact.Conversation{Up: f.Up, Down: f.Down}))
			case *fact.Copy:
				f.Evidence = nil
				if f.Kind == fact.Routed {
					routed += f.Packets
					if f.DelayMin < 0 {
						t.Errorf("a packet arrives %d ns before it was sent", -f.DelayMin)
					}
				}
				runs[i] = append(runs[i], text(t, f))
			case *fact.Capture:
				if f.Point == "server" && (f.ClockOffset < 410.2 || f.ClockOffset > 410.4) || f.Point == "client" && f.ClockOffset != 0 {
					t.Errorf("clock of %s is corrected by %v s", f.Point, f.ClockOffset)
				}
			}
		}
		if routed < 100 {
			t.Errorf("%d routed copies, want more than 100", routed)
		}
		slices.Sort(runs[i])
	}
	if !slices.Equal(runs[0], runs[1]) {
		t.Errorf("the order of sources matters:\n%s", firstDifference(runs[0], runs[1]))
	}
}

// The capture shows five echo requests and four replies on both sides of a router, and one request whose reply is missing.
func TestRouterOnAStick(t *testing.T) {
	src, err := Sources([]string{filepath.Join(realCaptures(t), "seg-router-on-a-stick.pcap")})
	if err != nil {
		t.Skip(err)
	}
	var routed, up, down, copies uint64
	for f, err := range Run(t.Context(), src, Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		switch f := f.(type) {
		case *fact.Copy:
			if f.Kind != fact.Routed || f.Hops != 1 || f.From == f.To || f.ToMAC.String() != "54:89:98:fa:12:9f" {
				t.Errorf("copy %+v", f)
			}
			routed += f.Packets
		case *fact.Conversation:
			if f.Transport == fact.ICMP {
				up, down, copies = up+f.Up.Packets, down+f.Down.Packets, copies+f.Up.Copies+f.Down.Copies
			}
		case *fact.Capture:
			if f.Packets != 28 || f.Bytes != 2374 || f.Duplicates != 9 || f.Protocols["icmp"].Packets != 9 || f.Protocols["arp"].Packets != 4 || f.Protocols["stp"].Packets != 6 ||
				f.VLANs["10"].Packets != 11 || f.VLANs["20"].Packets != 11 || f.VLANs[""].Packets != 6 {
				t.Errorf("capture %+v", f)
			}
		}
	}
	if routed != 9 || up != 5 || down != 4 || copies != 9 {
		t.Errorf("%d routed copies, %d requests, %d replies, %d copies, want 9, 5, 4, 9", routed, up, down, copies)
	}
}

// Damage: what came before counts, the offset is named, other sources go on.
func TestRunDamage(t *testing.T) {
	b := small(t, 1000)
	cut := b[:len(b)-5]
	l := captures(t, []Source{source("whole.pcap", b), source("cut.pcap", cut), source("notes.txt", []byte(strings.Repeat("no capture\n", 50))), source("empty.pcap", nil),
		{Path: "gone.pcap", Open: func() (io.ReadCloser, error) { return nil, os.ErrNotExist }}})
	if len(l) != 5 {
		t.Fatalf("%d captures, want 5", len(l))
	}
	for i, c := range l {
		if int(c.Index) != i {
			t.Errorf("capture %d has the index %d", i, c.Index)
		}
	}
	if w := l[0]; !w.Complete || w.Error != "" || w.Packets != 1000 || len(w.SHA256) != 64 || w.Point != "whole" || w.LinkTypes[0] != "EN10MB" || w.Format != "pcap" {
		t.Errorf("whole: %+v", w)
	}
	if c := l[1]; c.Complete || !strings.Contains(c.Error, "damaged at byte ") || c.Packets != 999 || c.SHA256 == l[0].SHA256 || len(c.SHA256) != 64 {
		t.Errorf("cut: %v, %d packets, %q", c.Complete, c.Packets, c.Error)
	}
	for _, c := range l[2:] {
		if c.Complete || c.Error == "" || c.Packets != 0 || len(c.Points) != 1 || len(c.PointIndexes) != 1 {
			t.Errorf("%s: %+v", c.Path, c)
		}
	}
}

// Every real capture, cut and corrupted: no panic, no hang, no more packets than there are.
func TestRunHostile(t *testing.T) {
	src, err := Sources([]string{realCaptures(t)})
	if err != nil {
		t.Fatal(err)
	}
	var hostile []Source
	for i, s := range src {
		if s.Size > 100_000 && i%10 != 0 {
			continue
		}
		b, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		for k := range 20 {
			hostile = append(hostile, source(s.Path, b[:len(b)*k/20]))
		}
		for k := range 4 {
			c := slices.Clone(b)
			for at := 24 + k; at < len(c); at += 97 + 31*k {
				c[at] ^= byte(0x81 + at + k)
			}
			hostile = append(hostile, source(s.Path, c))
		}
	}
	for part := range slices.Chunk(hostile, 500) {
		for _, c := range captures(t, part) {
			if c.Error != "" && strings.Contains(c.Error, "internal error") {
				t.Errorf("%s: %s", c.Path, c.Error)
			}
		}
	}
}

func TestRunCancelled(t *testing.T) {
	before := runtime.NumGoroutine()
	src := []Source{source("a.pcap", small(t, 50_000)), source("b.pcap", small(t, 50_000))}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	n, caps := 0, 0
	for f, err := range Run(ctx, src, Options{Workers: 2, Progress: func(Progress) { cancel() }}) {
		last = err
		if _, ok := f.(*fact.Capture); ok {
			caps++
		}
		n++
	}
	if !errors.Is(last, context.Canceled) || caps != 2 {
		t.Errorf("the sequence ends with %v after %d facts and %d captures", last, n, caps)
	}
	settled(t, before)
}

// A consumer that stops early leaves no goroutine behind.
func TestRunStopped(t *testing.T) {
	before := runtime.NumGoroutine()
	src := []Source{source("a.pcap", small(t, 50_000))}
	for range Run(t.Context(), src, Options{Workers: 4}) {
		break
	}
	settled(t, before)
	for f := range Run(t.Context(), src, Options{}) {
		if _, ok := f.(*fact.Capture); ok {
			break
		}
		if _, ok := f.(*fact.Station); ok {
			break
		}
	}
	settled(t, before)
}

// A pipe that never ends does not keep a cancelled run alive.
func TestRunCancelledWhileReading(t *testing.T) {
	before := runtime.NumGoroutine()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := w.Write(small(t, 20)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var last error
	var packets uint64
	for f, err := range Run(ctx, []Source{{Path: "-", Once: true, Open: func() (io.ReadCloser, error) { return r, nil }}}, Options{}) {
		last = err
		if c, ok := f.(*fact.Capture); ok {
			packets = c.Packets
			if c.Complete || !strings.Contains(c.Error, "interrupted") || c.Point != "stdin" {
				t.Errorf("capture %+v", c)
			}
		}
	}
	if !errors.Is(last, context.DeadlineExceeded) || packets != 20 {
		t.Errorf("the run ends with %v after %d packets, want 20", last, packets)
	}
	settled(t, before)
}

// Neither does one that says nothing.
func TestRunCancelledWhileOpening(t *testing.T) {
	before := runtime.NumGoroutine()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var last error
	for _, err := range Run(ctx, []Source{{Path: "-", Once: true, Open: func() (io.ReadCloser, error) { return r, nil }}}, Options{}) {
		last = err
	}
	if !errors.Is(last, context.DeadlineExceeded) {
		t.Errorf("the run ends with %v", last)
	}
	settled(t, before)
}

// settled waits until no more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	b := make([]byte, 1<<16)
	t.Errorf("goroutines are left:\n%s", b[:runtime.Stack(b, true)])
}

func TestProgress(t *testing.T) {
	b := small(t, 5000)
	var last Progress
	for _, err := range Run(t.Context(), []Source{source("a.pcap", b)}, Options{Progress: func(p Progress) { last = p }}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := (Progress{Packets: 5000, Bytes: int64(len(b)), TotalBytes: int64(len(b))}); last != want {
		t.Errorf("progress ends at %+v, want %+v", last, want)
	}
}

// More sources than are read side by side, all at the same time.
func TestManySources(t *testing.T) {
	b := small(t, 50)
	var src []Source
	for range 2 * maxOpen {
		src = append(src, source("many.pcap", b))
	}
	overload := false
	var packets uint64
	for f, err := range Run(t.Context(), src, Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		switch f := f.(type) {
		case *fact.Capture:
			packets += f.Packets
		case *fact.Artefact:
			overload = overload || f.Kind == "overload"
		}
	}
	if packets != 100*maxOpen || !overload {
		t.Errorf("%d packets of %d, overload %v", packets, 100*maxOpen, overload)
	}
}
