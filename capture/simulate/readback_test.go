package simulate

import (
	"fmt"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// tally5 counts the frames of one conversation, each direction by its key.
type seenFrames map[string]uint64

func endpoints(p gopacket.Packet) (from, to string) {
	var a, b string
	switch ip := p.NetworkLayer().(type) {
	case *layers.IPv4:
		a, b = ip.SrcIP.String(), ip.DstIP.String()
	case *layers.IPv6:
		a, b = ip.SrcIP.String(), ip.DstIP.String()
	default:
		return "", ""
	}
	switch l := p.TransportLayer().(type) {
	case *layers.TCP:
		return fmt.Sprintf("tcp %s:%d", a, l.SrcPort), fmt.Sprintf("%s:%d", b, l.DstPort)
	case *layers.UDP:
		return fmt.Sprintf("udp %s:%d", a, l.SrcPort), fmt.Sprintf("%s:%d", b, l.DstPort)
	}
	return "", ""
}

// The captures, read back with gopacket, hold every conversation of the truth with as many frames as it says, and no other.
func TestTruthOfConversations(t *testing.T) {
	for _, name := range []string{"office", "segmentation-forbidden-flow-like", "configuration-tcp-zero-window", "bandwidth-retransmitted", "qos-effective", "dependency-cycle"} {
		t.Run(name, func(t *testing.T) {
			sc, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			frames := seenFrames{}
			c := newCollector()
			c.each = func(_ int, _ int64, data []byte, _ int) {
				p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
				if from, to := endpoints(p); from != "" {
					frames[from+" > "+to]++
				}
			}
			truth, err := sc.Run(t.Context(), Options{}, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range c.talks {
				if x.App == "dhcp" || x.Transport != "tcp" && x.Transport != "udp" {
					continue // DHCP changes its addresses on the way
				}
				up, down := x.Transport+" "+x.Client+" > "+x.Server, x.Transport+" "+x.Server+" > "+x.Client
				want := x.Up.Packets + x.Down.Packets + x.Copies
				if got := frames[up] + frames[down]; got != want {
					t.Errorf("%s: %d frames captured, truth says %d + %d and %d copies", up, got, x.Up.Packets, x.Down.Packets, x.Copies)
				}
				delete(frames, up)
				delete(frames, down)
			}
			for k, n := range frames {
				if k[:3] == "tcp" {
					t.Errorf("%s: %d frames that the truth does not know", k, n)
				}
			}
			var points, bytes uint64
			for _, p := range truth.Points {
				points += p.Packets
				bytes += p.Bytes
			}
			if points != c.frames || bytes != c.bytes {
				t.Errorf("points say %d packets %d bytes, captured %d and %d", points, bytes, c.frames, c.bytes)
			}
			var sightings uint64
			for _, p := range truth.Points {
				sightings += p.Sightings
			}
			if truth.Total.Packets+sightings != c.frames {
				t.Errorf("%d packets and %d further sightings, captured %d", truth.Total.Packets, sightings, c.frames)
			}
		})
	}
}

// Media streams: as many packets on the wire as the phones sent, and their loss is what the network lost.
func TestTruthOfStreams(t *testing.T) {
	c, truth := play(t, "qos-poor-call", Options{})
	if len(truth.Streams) != 2 {
		t.Fatalf("%d streams, want 2", len(truth.Streams))
	}
	for _, s := range truth.Streams {
		if lost := s.Sent - s.Received; s.Sent < 1200 || lost < 30 || lost > 120 {
			t.Errorf("stream %s: sent %d received %d, want 5 %% lost", s.Src, s.Sent, s.Received)
		}
		if s.JitterMs > 5 || s.DSCP != 46 {
			t.Errorf("stream %s: jitter %v ms, DSCP %d", s.Src, s.JitterMs, s.DSCP)
		}
	}
	for _, x := range c.talks {
		if x.App == "rtp" && x.Lost != truth.Streams[0].Sent+truth.Streams[1].Sent-truth.Streams[0].Received-truth.Streams[1].Received {
			t.Errorf("rtp lost %d packets, streams say otherwise", x.Lost)
		}
	}
}

// Capture points with faults of their own.
func TestCapturePoints(t *testing.T) {
	base := `
version: 1
name: points
duration: 10s
vlans: [{name: a, id: 10, prefix: 10.0.0.0/24}]
switches: [{name: sw}]
hosts: [{name: pc, at: sw, vlan: 10}, {name: web, at: sw, vlan: 10}]
services: [{name: web, host: web, app: http, no_dns: true}]
traffic: [{name: t, from: pc, to: web, every: 500ms, response: 30000, exact: true}]
capture:
`
	run := func(capture string) (*collector, PointTruth) {
		c, truth := playText(t, base+"  - "+capture+"\n")
		return c, truth.Points[0]
	}
	clean, p := run(`{name: c, on: "switch:sw"}`)
	if p.Sightings != 0 || p.Packets < 200 {
		t.Errorf("rx mirror: %+v", p)
	}
	if c, p := run(`{name: c, on: "switch:sw", direction: both}`); c.frames < 2*clean.frames-10 || p.Sightings < clean.frames-10 {
		t.Errorf("mirror of both directions: %d frames, %d further sightings of %d", c.frames, p.Sightings, clean.frames)
	}
	if c, p := run(`{name: c, on: "switch:sw", duplicate: true}`); c.frames != 2*clean.frames || p.Twice != clean.frames {
		t.Errorf("mirrored twice: %d frames, want %d", c.frames, 2*clean.frames)
	}
	if c, p := run(`{name: c, on: "switch:sw", loss: 0.2}`); p.Lost < clean.frames/10 || c.frames+p.Lost < clean.frames/2 {
		t.Errorf("lossy: %d captured %d lost", c.frames, p.Lost)
	}
	if _, p := run(`{name: c, on: "switch:sw", snaplen: 96}`); p.Truncated < 100 {
		t.Errorf("snap length: %d truncated", p.Truncated)
	}
	var first int64
	late, _ := run(`{name: c, on: "switch:sw", offset: 5ms, drift_ppm: 100}`)
	first = late.last[0] - clean.last[0]
	if first < 5.9e6 || first > 6.1e6 { // 5 ms and 100 ppm of ten seconds
		t.Errorf("clock is %d ns late at the end, want 6 ms", first)
	}
	for capture, want := range map[string]bool{`{name: c, on: "switch:sw"}`: true, `{name: c, on: "switch:sw", strip_tags: true}`: false, `{name: c, on: "switch:sw", as_is: true}`: false, `{name: c, on: "host:pc"}`: false} {
		sc, err := Parse("test.yaml", []byte(base+"  - "+capture+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		c := newCollector()
		n := 0
		c.each = func(_ int, _ int64, b []byte, _ int) {
			if b[12] == 0x81 {
				n++
			}
		}
		if _, err := sc.Run(t.Context(), Options{}, c); err != nil {
			t.Fatal(err)
		}
		if (n > 0) != want {
			t.Errorf("%s: %d tagged frames, want some %v", capture, n, want)
		}
	}
	big := 0
	sc, err := Parse("test.yaml", []byte(base+"  - {name: c, on: \"host:pc\", offload: true}\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := newCollector()
	c.each = func(_ int, _ int64, b []byte, _ int) { big = max(big, len(b)) }
	truth, err := sc.Run(t.Context(), Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	if big < 2000 || !truth.Points[0].Offload || c.back != 0 {
		t.Errorf("largest segment with offload has %d bytes, times go back %d times", big, c.back)
	}
	one, p := run(`{name: c, on: "link:access pc", direction: a}`)
	if !p.OneWay || one.frames == 0 || one.frames > clean.frames*3/4 {
		t.Errorf("one way: %d of %d frames", one.frames, clean.frames)
	}
}
