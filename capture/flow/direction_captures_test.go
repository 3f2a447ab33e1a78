package flow

import (
	"net/netip"
	"path/filepath"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// pair is the two ends of a TCP packet, in canonical order.
type pair struct{ a, b netip.AddrPort }

func pairOf(a, b netip.AddrPort) pair {
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	return pair{a, b}
}

func endsOf(p *wire.Packet) (src, dst netip.AddrPort) {
	return netip.AddrPortFrom(p.Src.Netip(), p.SrcPort), netip.AddrPortFrom(p.Dst.Netip(), p.DstPort)
}

// synSenders returns who sent the SYN of each pair; pairs of which both ends sent one are left out.
func synSenders(t *testing.T, path string) map[pair]netip.AddrPort {
	t.Helper()
	m := map[pair]netip.AddrPort{}
	both := map[pair]bool{}
	packets(t, path, func(p *wire.Packet) {
		if p.Protocol != fact.TCP || p.Has&wire.HasTransport == 0 || p.Flags&(wire.SYN|wire.ACK|wire.RST) != wire.SYN {
			return
		}
		src, dst := endsOf(p)
		k := pairOf(src, dst)
		if o, ok := m[k]; ok && o != src {
			both[k] = true
		}
		m[k] = src
	})
	for k := range both {
		delete(m, k)
	}
	return m
}

// cutHandshakes returns a filter that drops SYN, SYN-ACK, and the ACK after them.
func cutHandshakes() func(p *wire.Packet) bool {
	opening := map[pair]bool{}
	return func(p *wire.Packet) bool {
		if p.Protocol != fact.TCP || p.Has&wire.HasTransport == 0 {
			return true
		}
		k := pairOf(endsOf(p))
		if p.Flags&wire.SYN != 0 {
			opening[k] = true
			return false
		}
		if opening[k] && p.PayloadLen == 0 && p.Flags&(wire.FIN|wire.RST) == 0 {
			delete(opening, k)
			return false
		}
		delete(opening, k)
		return true
	}
}

// TestDirectionOfCaptures holds the client against the sender of the SYN, with the handshakes and without.
func TestDirectionOfCaptures(t *testing.T) {
	var with, without [2]int // right, all
	for _, path := range captures(t) {
		truth := synSenders(t, path)
		if len(truth) == 0 {
			continue
		}
		judge := func(l []*fact.Conversation, n *[2]int, cut bool) {
			for _, c := range l {
				want, ok := truth[pairOf(c.Client, c.Server)]
				if c.Transport != fact.TCP || !ok {
					continue
				}
				n[1]++
				if c.Client == want {
					n[0]++
				} else {
					t.Logf("%s: cut %v: %v is not the client of %v: %v %v %v/%v", filepath.Base(path), cut, c.Client, c.Server, c.Direction, c.App.Name, c.Up.Packets, c.Down.Packets)
				}
			}
		}
		l, _ := conversations(t, path, Options{}, nil)
		judge(l, &with, false)
		l, _ = conversations(t, path, Options{}, cutHandshakes())
		judge(l, &without, true)
	}
	t.Logf("with handshakes %d of %d, without %d of %d", with[0], with[1], without[0], without[1])
	if with[0]*1000 < with[1]*995 {
		t.Errorf("with handshakes %d of %d right, want 99.5 %%", with[0], with[1])
	}
	if without[0]*100 < without[1]*97 {
		t.Errorf("without handshakes %d of %d right, want 97 %%", without[0], without[1])
	}
}
