package app

import (
	"net/netip"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// protocol is one line of the table.
type protocol struct {
	name string
	on   on
	// match judges the start of a direction (TCP) or a datagram (UDP). It keeps nothing.
	match func(q *probe) verdict
	// read takes what is there to know, after match: TCP from the start of each direction on, UDP this datagram and the later ones.
	// It reports whether it wants more. nil: the match is all.
	read func(c *Classifier, d *dialog, m *message) bool
}

// on says where a protocol is looked for.
type on uint8

const (
	tcp on = 1 << iota
	udp
	anew   // a TCP segment that is not a direction's first may show it as well: for captures that begin in the middle
	always // its reader has something to read as long as the conversation lasts
)

// verdict is a matcher's answer.
type verdict uint8

const (
	no     verdict = iota
	maybe          // more bytes of this direction may tell
	either         // yes
	client         // yes, and the client said it
	server         // yes, and the server said it
)

// probe is what a matcher sees.
type probe struct {
	b        []byte
	src, dst uint16
	d        *dialog
	p        *wire.Packet
	side     uint8
	udp      bool
	first    bool // b is this direction's first payload
	length   int  // of the datagram as its header says; b may be cut
	counted  bool // RTP took this datagram into account already
}

// port reports whether one of the ports is n.
func (q *probe) port(n uint16) bool { return q.src == n || q.dst == n }

// towards gives the verdict on a match whose direction only the port tells: to the port is the client's.
func (q *probe) towards(n uint16) verdict {
	switch {
	case q.dst == n && q.src != n:
		return client
	case q.src == n && q.dst != n:
		return server
	}
	return either
}

// message is what a reader sees.
type message struct {
	p    *wire.Packet
	b    []byte // TCP: what this direction said and the reader did not use yet; UDP: the datagram
	side uint8
	used int  // TCP: set by the reader: bytes that it is through with
	gap  bool // TCP: bytes are missing before b
}

// Limits of looking at an undecided conversation.
const (
	maxLook      = 8    // packets with payload of one direction
	maxLookBytes = 8192 // bytes of one direction
	maxFed       = 200  // packets for the reader of a protocol that has nothing to say later
)

// feedUDP looks at one datagram.
func (c *Classifier) feedUDP(d *dialog) bool {
	m := &c.m
	m.b = m.p.Payload
	if d.proto != 0 {
		return c.read(d, m)
	}
	c.q = probe{b: m.b, src: m.p.SrcPort, dst: m.p.DstPort, d: d, p: m.p, side: m.side, udp: true,
		first: d.packets[m.side] == 0, length: int(m.p.PayloadLen)}
	v, i := c.matchUDP(&c.q)
	if v > maybe {
		c.decide(d, i, v, m.side)
		return c.read(d, m)
	}
	d.refuse(m.side, m.b, m.p.Cut)
	if d.packets[m.side] < 255 {
		d.packets[m.side]++
	}
	if d.media != nil && d.media.hopeful() {
		return true
	}
	return !exhausted(d, m.side)
}

// refuse notes that no protocol was found in b. What the capture cut proves nothing.
func (d *dialog) refuse(side uint8, b []byte, cut bool) {
	d.refused[side] = d.refused[side] || !cut
	d.texts = d.texts || len(b) >= 4 && printable(b[:min(len(b), 16)])
	d.prev[side] = [16]byte{}
	copy(d.prev[side][:], b)
}

// exhausted reports whether enough of an undecided conversation was seen.
func exhausted(d *dialog, side uint8) bool {
	n, o := d.packets[side], d.packets[side^1]
	return n >= maxLook && (o > 0 || n >= maxLook+4)
}

// matchUDP asks the protocol of a registered port first, then all.
func (c *Classifier) matchUDP(q *probe) (verdict, uint16) {
	if q.d.media != nil && q.d.media.announced {
		if v := matchRTP(q); v > maybe {
			return v, c.byName["rtp"]
		}
	}
	for _, port := range [2]uint16{q.dst, q.src} {
		if n, ok := c.ports[1][port]; ok {
			if i, ok := c.byName[n]; ok && c.table[i].on&udp != 0 {
				if v := c.table[i].match(q); v > maybe {
					return v, i
				}
			}
		}
	}
	for _, i := range c.udp {
		if v := c.table[i].match(q); v > maybe {
			return v, i
		}
	}
	return no, 0
}

// decide sets the protocol.
func (c *Classifier) decide(d *dialog, i uint16, v verdict, side uint8) {
	d.proto = i + 1
	d.refused, d.texts = [2]bool{}, false
	switch v {
	case client:
		d.from(side)
	case server:
		d.from(side ^ 1)
	}
}

// become makes d speak another protocol from now on.
func (c *Classifier) become(d *dialog, name string) {
	d.proto, d.x = c.byName[name]+1, nil
}

// read calls the protocol's reader.
func (c *Classifier) read(d *dialog, m *message) bool {
	p := &c.table[d.proto-1]
	if p.read == nil {
		return false
	}
	if p.on&always == 0 {
		if d.fed++; d.fed > maxFed {
			return false
		}
	}
	return p.read(c, d, m)
}

// byPort returns the name of the server's registered port, unless the payload showed that it cannot be that protocol.
func (c *Classifier) byPort(e *Ends, d *dialog) string {
	t := 0
	if e.Transport == fact.UDP {
		t = 1
	}
	n, ok := c.ports[t][e.ServerPort]
	if !ok {
		n, ok = c.ports[t][e.ClientPort]
		if !ok || e.ClientPort >= e.ServerPort {
			return ""
		}
	}
	switch i, ok := c.byName[n]; {
	case d == nil, !ok, c.table[i].on&[2]on{tcp, udp}[t] == 0: // nobody could refuse it
	case t == 0 && !e.Begun && n != "tls": // what is said later need not look like the beginning
	case n == "tls" || n == "quic": // ciphertext of which the beginning is missing looks like anything but text
		if d.texts {
			return ""
		}
	case t == 1 && (d.refused[0] || d.refused[1]), d.refused[0] && d.refused[1]:
		return "" // the protocol's own matcher refused the payload
	}
	return n
}

// announcedName returns what another conversation said that this one is, "" if none did. Media must show itself.
func (c *Classifier) announcedName(e *Ends) string {
	if e.Transport != fact.TCP && e.Transport != fact.UDP || c.announced.empty() {
		return ""
	}
	ends := [2]netip.AddrPort{netip.AddrPortFrom(e.Server, e.ServerPort), netip.AddrPortFrom(e.Client, e.ClientPort)}
	for i, end := range ends {
		x, ok := c.announced.Lookup(end.Addr(), end.Port(), e.First)
		if ok && x.App != "rtp" && (!x.Peer.IsValid() || x.Peer.Unmap() == ends[1-i].Addr()) {
			return x.App
		}
	}
	return ""
}

// secureName names what is known to run inside TLS or QUIC.
func secureName(name, alpn string, e *Ends) string {
	switch {
	case name == "tls" && (alpn == "dot" || e.ServerPort == 853):
		return "dns-over-tls"
	case name == "quic" && (strings.HasPrefix(alpn, "doq") || e.ServerPort == 853):
		return "dns-over-quic"
	}
	return name
}
