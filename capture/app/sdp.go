package app

import (
	"bytes"
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

const maxMedia = 8 // media lines of one description

// describe announces what an SDP body says (RFC 8866): where its sender wants media, and what the payload types mean. from is used
// where the body names no address.
func (c *Classifier) describe(b []byte, parent string, at fact.Time) {
	var session, here netip.Addr
	var open []Expect
	for l := range bytes.Lines(b) {
		l = bytes.TrimRight(l, "\r\n")
		if len(l) < 3 || l[1] != '=' {
			continue
		}
		v := l[2:]
		switch l[0] {
		case 'c':
			a, err := netip.ParseAddr(string(cutSlash(field(v, 2))))
			if err != nil || len(v) > 100 {
				continue
			}
			if len(open) == 0 {
				session = a
			} else {
				here = a
				open[len(open)-1].Addr = here
			}
		case 'm':
			if len(open) == maxMedia {
				continue
			}
			port, n := digits(field(v, 1))
			if n == 0 || port > 65535 || !folded(field(v, 2), "RTP/") && !folded(field(v, 2), "UDP/TLS/RTP/") {
				port = 0
			}
			e := Expect{Addr: session, Port: uint16(port), App: "rtp", Parent: parent, From: at, Codecs: map[uint8]Codec{}}
			for i := 3; i < 35; i++ {
				pt, n := digits(field(v, i))
				if n == 0 {
					break
				}
				if pt < len(static) && static[pt].ClockRate > 0 {
					e.Codecs[uint8(pt)] = static[pt]
				}
			}
			open = append(open, e)
		case 'a':
			if len(open) > 0 && folded(v, "RTPMAP:") {
				rtpmap(open[len(open)-1].Codecs, v[7:])
			}
		}
	}
	for _, e := range open {
		if e.Port != 0 && e.Addr.IsValid() && !e.Addr.IsUnspecified() {
			c.announce(e)
		}
	}
}

// rtpmap reads "PT name/rate[/channels]".
func rtpmap(codecs map[uint8]Codec, v []byte) {
	pt, n := digits(v)
	if n == 0 || pt > 127 || len(codecs) >= 64 {
		return
	}
	name, rest, ok := bytes.Cut(bytes.TrimSpace(v[n:]), []byte("/"))
	rate, k := digits(rest)
	if !ok || k == 0 || rate == 0 || len(name) == 0 || len(name) > 32 || !printable(name) {
		return
	}
	codecs[uint8(pt)] = Codec{Name: string(name), ClockRate: uint32(rate)}
}

// cutSlash cuts the TTL of a multicast address.
func cutSlash(b []byte) []byte {
	a, _, _ := bytes.Cut(b, []byte("/"))
	return a
}
