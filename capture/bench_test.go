package capture

import (
	"bufio"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// mixed writes a pcap of n packets of an office: TCP connections with handshakes and data both ways, DNS, and calls, over four VLANs
// and untagged. The same seed gives the same bytes.
type mixed struct {
	w     *bufio.Writer
	rnd   *rand.Rand
	now   int64 // nanoseconds
	count int
	limit int
	ipid  uint16
	buf   [1600]byte
}

func (m *mixed) full() bool { return m.count >= m.limit }

// frame writes one frame of size bytes of which the IP packet begins at ip.
func (m *mixed) frame(vlan uint16, src, dst uint32, proto byte, sport, dport uint16, seq, ack uint32, flags byte, payload int, head []byte, dscp byte) {
	if m.full() {
		return
	}
	m.count++
	m.now += 500 + m.rnd.Int64N(1500)
	b := m.buf[:0]
	b = append(b, 2, 0, byte(dst>>24), byte(dst>>16), byte(dst>>8), byte(dst))
	b = append(b, 2, 0, byte(src>>24), byte(src>>16), byte(src>>8), byte(src))
	if vlan != 0 {
		b = append(b, 0x81, 0, byte(vlan>>8), byte(vlan))
	}
	l4 := 8
	opts := []byte(nil)
	if proto == 6 {
		opts = []byte{1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0}
		if flags&2 != 0 {
			opts = []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7}
		}
		l4 = 20 + len(opts)
	}
	total := 20 + l4 + payload
	m.ipid++
	b = append(b, 8, 0, 0x45, dscp<<2, byte(total>>8), byte(total), byte(m.ipid>>8), byte(m.ipid), 0x40, 0, 64, proto, 0, 0)
	b = binary.BigEndian.AppendUint32(b, src)
	b = binary.BigEndian.AppendUint32(b, dst)
	b = binary.BigEndian.AppendUint16(b, sport)
	b = binary.BigEndian.AppendUint16(b, dport)
	if proto == 6 {
		b = binary.BigEndian.AppendUint32(b, seq)
		b = binary.BigEndian.AppendUint32(b, ack)
		b = append(b, byte(l4/4)<<4, flags, 0xff, 0xff, 0, 0, 0, 0)
		b = append(b, opts...)
	} else {
		b = binary.BigEndian.AppendUint16(b, uint16(8+payload))
		b = append(b, 0, 0)
	}
	b = append(b, head...)
	for n := payload - len(head); n > 0; n-- {
		b = append(b, byte(n))
	}
	var h [16]byte
	binary.LittleEndian.PutUint32(h[0:], uint32(m.now/1e9))
	binary.LittleEndian.PutUint32(h[4:], uint32(m.now%1e9))
	binary.LittleEndian.PutUint32(h[8:], uint32(len(b)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(b)))
	m.w.Write(h[:])
	m.w.Write(b)
}

// talk is one conversation in progress.
type talk struct {
	vlan       uint16
	a, b       uint32
	ap, bp     uint16
	kind       int // 0 TCP, 1 DNS, 2 RTP
	left, step int
	seq, ack   uint32
}

var vlans = [5]uint16{0, 10, 20, 30, 40}

func (m *mixed) begin() *talk {
	t := &talk{vlan: vlans[m.rnd.IntN(5)], a: 10<<24 | m.rnd.Uint32N(4000), b: 172<<24 | 16<<16 | m.rnd.Uint32N(300), ap: uint16(32768 + m.rnd.IntN(28000)), seq: m.rnd.Uint32(), ack: m.rnd.Uint32()}
	switch k := m.rnd.IntN(100); {
	case k < 55:
		t.left, t.bp = 6+m.rnd.IntN(90), [6]uint16{443, 80, 445, 22, 3306, 8443}[m.rnd.IntN(6)]
	case k < 97:
		t.kind, t.left, t.bp = 1, 2, 53
	default:
		t.kind, t.left, t.bp, t.ap = 2, 400, 16384+uint16(m.rnd.IntN(4000))*2, 16384+uint16(m.rnd.IntN(4000))*2
	}
	return t
}

var (
	dnsQuery    = []byte("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07example\x03com\x00\x00\x01\x00\x01")
	dnsAnswer   = []byte("\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x03www\x07example\x03com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\x5d\xb8\xd8\x22")
	httpRequest = []byte("GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: bench\r\n\r\n")
	httpReply   = []byte("HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Length: 100000\r\n\r\n")
)

// more writes the next packet of t and reports whether there will be others.
func (m *mixed) more(t *talk) bool {
	s := t.step
	t.step++
	t.left--
	switch t.kind {
	case 1:
		if s == 0 {
			m.frame(t.vlan, t.a, t.b, 17, t.ap, 53, 0, 0, 0, len(dnsQuery), dnsQuery, 0)
		} else {
			m.frame(t.vlan, t.b, t.a, 17, 53, t.ap, 0, 0, 0, len(dnsAnswer), dnsAnswer, 0)
		}
	case 2:
		h := []byte{0x80, 0, byte(s >> 8), byte(s), byte(s * 160 >> 16), byte(s * 160 >> 8), byte(s * 160), 0, byte(t.a >> 24), byte(t.a >> 16), byte(t.a >> 8), byte(t.a)}
		m.frame(t.vlan, t.a, t.b, 17, t.ap, t.bp, 0, 0, 0, 172, h, 46)
	default:
		switch {
		case s == 0:
			m.frame(t.vlan, t.a, t.b, 6, t.ap, t.bp, t.seq, 0, 2, 0, nil, 0)
			t.seq++
		case s == 1:
			m.frame(t.vlan, t.b, t.a, 6, t.bp, t.ap, t.ack, t.seq, 0x12, 0, nil, 0)
			t.ack++
		case s == 2:
			m.frame(t.vlan, t.a, t.b, 6, t.ap, t.bp, t.seq, t.ack, 0x10, 0, nil, 0)
		case s == 3:
			m.frame(t.vlan, t.a, t.b, 6, t.ap, t.bp, t.seq, t.ack, 0x18, len(httpRequest), httpRequest, 0)
			t.seq += uint32(len(httpRequest))
		case s == 4:
			m.frame(t.vlan, t.b, t.a, 6, t.bp, t.ap, t.ack, t.seq, 0x18, 1448, httpReply, 0)
			t.ack += 1448
		case t.left <= 1:
			m.frame(t.vlan, t.a, t.b, 6, t.ap, t.bp, t.seq, t.ack, 0x11, 0, nil, 0)
		case s%2 == 1:
			m.frame(t.vlan, t.a, t.b, 6, t.ap, t.bp, t.seq, t.ack, 0x10, 0, nil, 0)
		default:
			n := 1448
			if s%8 == 0 {
				n = 200
			}
			m.frame(t.vlan, t.b, t.a, 6, t.bp, t.ap, t.ack, t.seq, 0x18, n, nil, 0)
			t.ack += uint32(n)
		}
	}
	return t.left > 0
}

// writeMixed writes the capture to path.
func writeMixed(tb testing.TB, path string, packets int) {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	m := &mixed{w: bufio.NewWriterSize(f, 1<<20), rnd: rand.New(rand.NewPCG(1, 2)), now: 1_700_000_000e9, limit: packets}
	m.w.Write([]byte{0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0})
	live := make([]*talk, 2000)
	for i := range live {
		live[i] = m.begin()
	}
	for !m.full() {
		if i := m.rnd.IntN(len(live)); !m.more(live[i]) {
			live[i] = m.begin()
		}
	}
	if err := m.w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

// peakRSS returns the largest resident memory of this process so far, in MiB.
func peakRSS() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(v)[0])
			return float64(kb) / 1024
		}
	}
	return 0
}

func BenchmarkRun(b *testing.B) {
	const packets = 2_000_000
	path := filepath.Join(b.TempDir(), "mixed.pcap")
	writeMixed(b, path, packets)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	src, err := Sources([]string{path})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	b.ResetTimer()
	conversations := 0
	for b.Loop() {
		conversations = 0
		for f, err := range Run(context.Background(), src, Options{}) {
			if err != nil {
				b.Fatal(err)
			}
			if _, ok := f.(*fact.Conversation); ok {
				conversations++
			}
			if c, ok := f.(*fact.Capture); ok && c.Packets != packets {
				b.Fatalf("%d packets, want %d", c.Packets, packets)
			}
		}
	}
	b.ReportMetric(float64(conversations), "conversations")
	b.ReportMetric(float64(packets)*float64(b.N)/b.Elapsed().Seconds(), "packets/s")
	b.ReportMetric(peakRSS(), "MiB-peak")
}
