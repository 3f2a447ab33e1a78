package wire

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// between is an IPv4 packet between two hosts of 10.0.0.0/24.
func between(src, dst byte, protocol uint8, payload []byte) []byte {
	b := ip4(protocol, payload)
	b[15], b[19] = src, dst
	return b
}

func only(t *testing.T, link uint16, b []byte) *Packet {
	t.Helper()
	got := decode(link, b)
	if len(got) != 1 {
		t.Fatalf("%d packets", len(got))
	}
	return &got[0]
}

func TestHash(t *testing.T) {
	there := only(t, linkRaw, between(1, 2, 17, udpOf(5000, 53, []byte("q"))))
	back := only(t, linkRaw, between(2, 1, 17, udpOf(53, 5000, []byte("answer"))))
	tagged := only(t, linkEthernet, eth(typeVLAN, frame("\x00\x0a\x08\x00", between(1, 2, 17, udpOf(5000, 53, []byte("q"))))))
	if there.Hash() != back.Hash() || there.Hash() != tagged.Hash() {
		t.Errorf("hashes %x there, %x back, %x in a VLAN", there.Hash(), back.Hash(), tagged.Hash())
	}
	for name, p := range map[string]*Packet{
		"swapped ports":  only(t, linkRaw, between(1, 2, 17, udpOf(53, 5000, []byte("q")))),
		"other port":     only(t, linkRaw, between(1, 2, 17, udpOf(5001, 53, []byte("q")))),
		"other host":     only(t, linkRaw, between(1, 3, 17, udpOf(5000, 53, []byte("q")))),
		"other protocol": only(t, linkRaw, between(1, 2, 136, udpOf(5000, 53, []byte("q")))),
	} {
		if p.Hash() == there.Hash() {
			t.Errorf("%s: the same hash", name)
		}
	}
	ping := only(t, linkRaw, between(1, 2, 1, []byte("\x08\x00\x00\x00\x00\x63\x00\x01")))
	pong := only(t, linkRaw, between(2, 1, 1, []byte("\x00\x00\x00\x00\x00\x63\x00\x01")))
	other := only(t, linkRaw, between(1, 2, 1, []byte("\x08\x00\x00\x00\x00\x64\x00\x01")))
	if ping.Hash() != pong.Hash() || ping.Hash() == other.Hash() {
		t.Errorf("hashes %x of a ping, %x of its answer, %x of another", ping.Hash(), pong.Hash(), other.Hash())
	}
	arp := only(t, linkEthernet, frame("\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x01\x08\x06arp"))
	reverse := only(t, linkEthernet, frame("\x02\x00\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\x08\x06arp"))
	lldp := only(t, linkEthernet, frame("\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x01\x88\xcclldp"))
	if arp.Hash() != reverse.Hash() || arp.Hash() == lldp.Hash() {
		t.Errorf("hashes %x of ARP, %x back, %x of LLDP", arp.Hash(), reverse.Hash(), lldp.Hash())
	}
}

// The hashes of conversations spread: none of 16 shards gets more than twice its share of 4096.
func TestHashSpreads(t *testing.T) {
	var shards [16]int
	for host := range byte(64) {
		for port := range uint16(64) {
			shards[only(t, linkRaw, between(host, 200, 17, udpOf(40000+port, 53, nil))).Hash()%16]++
		}
	}
	for i, n := range shards {
		if n > 512 {
			t.Errorf("shard %d has %d of 4096", i, n)
		}
	}
}

func TestQuoted(t *testing.T) {
	udp := between(1, 2, 17, udpOf(5000, 53, []byte("query, which the error cuts")))
	tcp := between(1, 2, 6, syn("data"))
	fragment := piece(7, 2, "a later fragment")
	in6 := ip6(17, udpOf(5000, 53, []byte("query")))
	redirect6 := func(option string) []byte {
		return frame("\x89\x00\x00\x00\x00\x00\x00\x00", make([]byte, 32), "\x02\x01\x02\x00\x00\x00\x00\x01", option, in6)
	}
	for _, c := range []struct {
		name     string
		error    []byte
		protocol fact.Transport
		src, dst uint16
		seq      uint32
		size     uint32 // of the quoted packet's payload, as its header says
	}{
		{"port unreachable", between(2, 1, 1, frame("\x03\x03\x00\x00\x00\x00\x00\x00", udp[:28])), fact.UDP, 5000, 53, 0, 27},
		{"time exceeded, eight bytes of TCP", between(9, 1, 1, frame("\x0b\x00\x00\x00\x00\x00\x00\x00", tcp[:28])), fact.TCP, 40000, 443, 1000, 44 - 20},
		{"fragmentation needed, all of it", between(9, 1, 1, frame("\x03\x04\x00\x00\x00\x00\x05\x78", tcp)), fact.TCP, 40000, 443, 1000, 4},
		{"redirect", between(9, 1, 1, frame("\x05\x01\x00\x00\x0a\x00\x00\x09", udp[:28])), fact.UDP, 5000, 53, 0, 27},
		{"a later fragment", between(9, 1, 1, frame("\x0b\x01\x00\x00\x00\x00\x00\x00", fragment)), fact.UDP, 0, 0, 0, 0},
		{"ICMPv6 too big", ip6(58, frame("\x02\x00\x00\x00\x00\x00\x05\x00", in6)), fact.UDP, 5000, 53, 0, 5},
		{"ICMPv6 redirect", ip6(58, redirect6("\x04\x08\x00\x00\x00\x00\x00\x00")), fact.UDP, 5000, 53, 0, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := only(t, linkRaw, c.error)
			p.Scope.VLAN = fact.VLANs{N: 1, ID: [3]uint16{10}}
			q, ok := Quoted(p)
			if !ok || q.Protocol != c.protocol || q.SrcPort != c.src || q.DstPort != c.dst || q.Seq != c.seq || q.PayloadLen != c.size || q.Scope != p.Scope || q.Number != 3 {
				t.Fatalf("%v, %+v", ok, q)
			}
			if c.dst != 0 && q.Hash() != p.Hash() {
				t.Errorf("hashes %x of the error, %x of what it quotes", p.Hash(), q.Hash())
			}
		})
	}
	for name, b := range map[string][]byte{
		"echo":                       between(1, 2, 1, frame("\x08\x00\x00\x00\x00\x63\x00\x01", udp)),
		"UDP":                        udp,
		"nothing quoted":             between(2, 1, 1, []byte("\x03\x03\x00\x00\x00\x00\x00\x00")),
		"no IP quoted":               between(2, 1, 1, []byte("\x03\x03\x00\x00\x00\x00\x00\x00zzzz")),
		"half a header":              between(2, 1, 1, frame("\x03\x03\x00\x00\x00\x00\x00\x00", udp[:12])),
		"router advertisement":       ip6(58, frame("\x86\x00\x00\x00\x00\x00\x00\x00", in6)),
		"redirect without packet":    ip6(58, frame("\x89\x00\x00\x00\x00\x00\x00\x00", make([]byte, 32), "\x02\x01\x02\x00\x00\x00\x00\x01")),
		"redirect, short":            ip6(58, []byte("\x89\x00\x00\x00\x00\x00\x00\x00")),
		"redirect, option of size 0": ip6(58, redirect6("\x02\x00\x00\x00\x00\x00\x00\x00")),
		"no ICMP header":             between(2, 1, 1, []byte("\x03")),
	} {
		if q, ok := Quoted(only(t, linkRaw, b)); ok {
			t.Errorf("%s: quotes %+v", name, q)
		}
	}
}
