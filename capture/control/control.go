// Package control reads what devices say of themselves and of the network: LLDP, CDP, spanning tree, routing and redundancy protocols, DHCP,
// ICMP. One protocol is one file, and one line in the table of protocols below.
//
// What it says is not judged here. Every setting of every speaker becomes a fact.Statement with the interval in which it was said; its name
// is one of Settings.
package control

import (
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// protocol is one line of the table: where it is recognised, and who reads it.
type protocol struct {
	name       string
	etherTypes []uint16 // of Ethernet II frames
	llc        []uint16 // DSAP<<8|SSAP
	snap       []uint64 // SNAP organisation<<16|type
	ip         []uint8  // IP protocol numbers
	udp        []uint16 // either port, below maxPort
	tcp        []uint16
	read       func(d *Decoder, p *wire.Packet) error
}

// cisco is the organisation of Cisco's SNAP types.
const cisco = 0x00000c << 16

// protocols is the table.
func protocols() []protocol {
	return []protocol{
		{name: "lldp", etherTypes: []uint16{0x88cc}, read: (*Decoder).lldp},
		{name: "cdp", snap: []uint64{cisco | 0x2000}, read: (*Decoder).cdp},
		{name: "stp", llc: []uint16{0x4242}, snap: []uint64{cisco | 0x010b}, read: (*Decoder).stp},
		{name: "dhcp", udp: []uint16{67, 68}, read: (*Decoder).dhcp},
		{name: "dhcpv6", udp: []uint16{546, 547}, read: (*Decoder).dhcpv6},
		{name: "icmp", ip: []uint8{1}, read: (*Decoder).icmp},
		{name: "icmpv6", ip: []uint8{58}, read: (*Decoder).icmpv6},
		{name: "ospf", ip: []uint8{89}, read: (*Decoder).ospf},
		{name: "hsrp", udp: []uint16{1985, 2029}, read: (*Decoder).hsrp},
		{name: "vrrp", ip: []uint8{112}, read: (*Decoder).vrrp},
		{name: "glbp", udp: []uint16{3222}, read: (*Decoder).glbp},
		{name: "eigrp", ip: []uint8{88}, read: (*Decoder).eigrp},
		{name: "rip", udp: []uint16{520}, read: (*Decoder).rip},
		{name: "isis", llc: []uint16{0xfefe}, read: (*Decoder).isis},
		{name: "pim", ip: []uint8{103}, read: (*Decoder).pim},
		{name: "bgp", tcp: []uint16{179}, read: (*Decoder).bgp},
		{name: "lacp", etherTypes: []uint16{0x8809}, read: (*Decoder).lacp},
		{name: "vtp", snap: []uint64{cisco | 0x2003}, read: (*Decoder).vtp},
		{name: "dtp", snap: []uint64{cisco | 0x2004}, read: (*Decoder).dtp},
		{name: "udld", snap: []uint64{cisco | 0x0111}, read: (*Decoder).udld},
	}
}

// maxPort bounds the ports of the table, so that the ephemeral ports of ordinary traffic fall out by one comparison.
const maxPort = 4096

// index finds the protocols of a packet. Values are positions in table, plus one.
type index struct {
	table          []protocol
	etherType, llc map[uint16]uint8
	snap           map[uint64]uint8
	ip             [256]uint8
	udp, tcp       [maxPort]uint8
}

var byNumber = newIndex(protocols())

func newIndex(table []protocol) *index {
	x := &index{table: table, etherType: map[uint16]uint8{}, llc: map[uint16]uint8{}, snap: map[uint64]uint8{}}
	for i, t := range table {
		n := uint8(i + 1)
		for _, v := range t.etherTypes {
			x.etherType[v] = n
		}
		for _, v := range t.llc {
			x.llc[v] = n
		}
		for _, v := range t.snap {
			x.snap[v] = n
		}
		for _, v := range t.ip {
			x.ip[v] = n
		}
		for _, v := range t.udp {
			x.udp[v] = n
		}
		for _, v := range t.tcp {
			x.tcp[v] = n
		}
	}
	return x
}

// find returns the position plus one of p's protocol, 0 if it is none of the table.
func (x *index) find(p *wire.Packet) uint8 {
	if p.Has&wire.HasIP == 0 {
		switch {
		case p.Has&wire.HasSNAP != 0:
			return x.snap[uint64(p.OUI)<<16|uint64(p.EtherType)]
		case p.Has&wire.HasLLC != 0:
			return x.llc[p.EtherType]
		}
		return x.etherType[p.EtherType]
	}
	ports := &x.udp
	switch p.Protocol {
	case fact.UDP:
	case fact.TCP:
		ports = &x.tcp
	default:
		return x.ip[uint8(p.Protocol)]
	}
	if p.DstPort < maxPort && ports[p.DstPort] != 0 {
		return ports[p.DstPort]
	}
	if p.SrcPort < maxPort {
		return ports[p.SrcPort]
	}
	return 0
}

// Wants reports whether Feed can learn from p.
func Wants(p *wire.Packet) bool { return byNumber.find(p) != 0 || p.Has&wire.HasInvalidVLAN != 0 }

// Options bound a Decoder. The zero value is good.
type Options struct {
	MaxFacts int                 // statements, links and names kept; further ones are counted in Dropped; 0: 65536
	Point    func(uint16) string // name of a capture point by wire.Packet.Point; nil: all names are ""
}

// Decoder collects what the devices of a capture say. It is for one goroutine.
type Decoder struct {
	o         Options
	slots     map[slotKey]*slot
	links     map[linkKey]*fact.Link
	names     map[nameKey]*fact.Name
	kept      map[string]int // facts by protocol
	malformed map[string]uint64
	leases    *leases
	dropped   uint64
}

// New returns an empty Decoder.
func New(o Options) *Decoder {
	if o.MaxFacts <= 0 {
		o.MaxFacts = 1 << 16
	}
	if o.Point == nil {
		o.Point = func(uint16) string { return "" }
	}
	return &Decoder{
		o: o, slots: map[slotKey]*slot{}, links: map[linkKey]*fact.Link{}, names: map[nameKey]*fact.Name{},
		kept: map[string]int{}, malformed: map[string]uint64{}, leases: newLeases(),
	}
}

// Feed reads one packet. Packets must come in the order of their times, as far as the capture has it.
func (d *Decoder) Feed(p *wire.Packet) {
	if p.Has&wire.HasInvalidVLAN != 0 {
		d.invalidTag(p)
	}
	n := byNumber.find(p)
	if n == 0 || p.Fragment && !p.FirstFr {
		return
	}
	t := &byNumber.table[n-1]
	if err := t.read(d, p); err != nil {
		d.malformed[t.name]++
	}
}

// Malformed counts, by protocol, the packets that could not be read to their end. What was read before counts.
func (d *Decoder) Malformed() map[string]uint64 { return d.malformed }

// Dropped counts the observations that found the tables full.
func (d *Decoder) Dropped() uint64 { return d.dropped }

// Facts yields what was collected, in an order that depends on nothing but the packets.
func (d *Decoder) Facts(yield func(fact.Fact) bool) {
	var ss []*fact.Statement
	for k, s := range d.slots {
		ss = append(ss, s.statements(k, d.o.Point(k.point))...)
	}
	slices.SortFunc(ss, compareStatements)
	for _, s := range ss {
		if !yield(s) {
			return
		}
	}
	for _, l := range sorted(d.links, linkKey.compare) {
		if !yield(l) {
			return
		}
	}
	for _, n := range sorted(d.names, nameKey.compare) {
		if !yield(n) {
			return
		}
	}
}

func sorted[K comparable, V any](m map[K]V, order func(a, b K) int) []V {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, order)
	vs := make([]V, len(keys))
	for i, k := range keys {
		vs[i] = m[k]
	}
	return vs
}
