package sight

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// FuzzFeed gives crafted bytes to what reads bytes: ARP, neighbour discovery, TCP options, fingerprints.
func FuzzFeed(f *testing.F) {
	f.Add(arpBytes(1, hostA, [4]byte{10, 0, 0, 1}, fact.MAC{}, [4]byte{10, 0, 0, 9}), uint8(0))
	f.Add(append(make([]byte, 40), 136, 0, 0, 0, 0x60, 0, 0, 0, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 0, 0, 0, 0, 1), uint8(1))
	f.Add([]byte{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}, uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, kind uint8) {
		w, s := NewWindow(Options{Packets: 64}), NewStations(Options{Stations: 8})
		p := wire.Packet{Time: 1e18, SrcMAC: hostA, DstMAC: hostB, Has: wire.HasEthernet, EtherType: etherARP, Network: b, Payload: b, Options: b, TTL: 255}
		switch kind % 4 {
		case 1:
			p.Has, p.Version, p.Protocol = p.Has|wire.HasIP, 6, fact.ICMPv6
		case 2:
			p.Has, p.Version, p.Protocol, p.Flags = p.Has|wire.HasIP, 4, fact.TCP, wire.SYN
		case 3:
			p.Has, p.Version, p.Protocol = p.Has|wire.HasIP, 4, fact.UDP
		}
		p.Src[15] = 1
		w.Ahead([]wire.Packet{p})
		w.Mark(&p)
		StationHash(&p)
		s.Feed(&p)
		for range s.Facts {
		}
	})
}
