package speech

import (
	"net/netip"
	"strings"
)

// dnsName encodes a name without compression.
func dnsName(name string) []byte {
	var b []byte
	for l := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		b = append(b, vector8([]byte(l))...)
	}
	return append(b, 0)
}

// Query is a question for the address of a name, and its answer (RFC 1035); an invalid address is one that does not exist.
func Query(id uint16, name string, a netip.Addr, ttl uint32) *Dialogue {
	typ := byte(1)
	if a.Is6() {
		typ = 28
	}
	q := append([]byte{byte(id >> 8), byte(id), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}, dnsName(name)...)
	q = append(q, 0, typ, 0, 1)
	r := append([]byte(nil), q...)
	r[2], r[3] = 0x81, 0x80
	if a.IsValid() {
		r[7] = 1
		r = append(r, 0xc0, 12, 0, typ, 0, 1, byte(ttl>>24), byte(ttl>>16), byte(ttl>>8), byte(ttl))
		r = append(r, vector16(a.AsSlice())...)
	} else {
		r[3] |= 3
	}
	return &Dialogue{Open: []Step{client(q...), work(server(r...))}, Exchange: none}
}

// dnsService asks a server directly for names of its own, as a monitor does.
func dnsService(p Params) *Dialogue {
	return &Dialogue{Exchange: func(int, int) []Step {
		return Query(uint16(p.Rand.Uint32()), or(p.Name, "ns.corp.example"), netip.AddrFrom4([4]byte{192, 0, 2, 53}), 300).Open
	}}
}
