package simulate

import (
	"crypto/md5"
	"encoding/binary"
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// Destinations of the control plane.
var (
	lldpMAC   = frame.MAC{1, 0x80, 0xc2, 0, 0, 0x0e}
	ciscoMAC  = frame.MAC{1, 0, 0x0c, 0xcc, 0xcc, 0xcc}
	pvstMAC   = frame.MAC{1, 0, 0x0c, 0xcc, 0xcc, 0xcd}
	bpduMAC   = frame.MAC{1, 0x80, 0xc2, 0, 0, 0}
	slowMAC   = frame.MAC{1, 0x80, 0xc2, 0, 0, 2}
	isisMAC   = frame.MAC{1, 0x80, 0xc2, 0, 0, 0x14}
	ospfAll   = netip.AddrFrom4([4]byte{224, 0, 0, 5})
	hsrpAll   = netip.AddrFrom4([4]byte{224, 0, 0, 2})
	hsrp2All  = netip.AddrFrom4([4]byte{224, 0, 0, 102})
	vrrpAll   = netip.AddrFrom4([4]byte{224, 0, 0, 18})
	eigrpAll  = netip.AddrFrom4([4]byte{224, 0, 0, 10})
	ripAll    = netip.AddrFrom4([4]byte{224, 0, 0, 9})
	pimAll    = netip.AddrFrom4([4]byte{224, 0, 0, 13})
	broadcast = frame.Broadcast
)

// rawFrame sends a frame of the control plane out of a port, untagged.
func (s *sim) rawFrame(out *port, src, dst frame.MAC, etherType uint16, payload []byte, tags ...frame.Tag) {
	p := s.alloc()
	p.Type, p.Src, p.Dst = etherType, src, dst
	p.SetPayload(payload)
	for i := len(tags) - 1; i >= 0; i-- {
		p.Push(tags[i])
	}
	out.send(p)
}

func or64(d Span, other int64) int64 {
	if d == 0 {
		return other
	}
	return int64(d)
}

// startControl sets the control plane of all devices going.
func (n *network) startControl() {
	for _, b := range n.switches {
		n.startSwitch(b)
	}
	for _, r := range n.routers {
		n.startRouter(r)
	}
	for _, h := range n.hosts {
		h.startNeighbour()
	}
}

// first is when a periodic sender of the given period begins: somewhere in the first of its periods, at most two seconds in.
func (s *sim) first(period int64) int64 { return s.rng.Int64N(min(period, 2e9) + 1) }

// portMAC is the address of one port of a device.
func portMAC(m frame.MAC, index int) frame.MAC {
	x := uint16(m[4])<<8 | uint16(m[5])
	x += uint16(index)
	m[3] ^= 0x40
	m[4], m[5] = byte(x>>8), byte(x)
	return m
}

func (n *network) startSwitch(b *bridge) {
	s := n.s
	for _, p := range b.ports {
		mac := portMAC(b.mac, p.index)
		nb := &frame.Neighbour{Chassis: b.mac, Name: b.spec.Name, Port: p.label, Platform: or(b.spec.Platform, "cisco WS-C3850-24T"), Software: or(b.spec.Software, "IOS XE 16.12.4"),
			Address: b.spec.Address.Addr, Capabilities: 4, NativeVLAN: p.access, Duplex: p.extra.duplex(), Speed: p.extra.speed(), MaxFrame: p.extra.frame()}
		if b.spec.VTP != nil {
			nb.VTPDomain = b.spec.VTP.Domain
		}
		if b.spec.LLDP {
			s.every(s.first(30e9), 30e9, 0, func() { s.rawFrame(p, mac, lldpMAC, frame.LLDP, nb.LLDP()) })
		}
		if b.spec.CDP {
			c := *nb
			if c.Duplex == "" {
				c.Duplex = "full"
			}
			s.every(s.first(60e9), 60e9, 0, func() { s.rawFrame(p, mac, ciscoMAC, frame.LLC, c.CDP()) })
		}
		_, toSwitch := p.peer.node.(*bridge)
		if b.spec.DTP != "" && (toSwitch || !b.spec.DTPTrunk) {
			status := map[string]byte{"auto": 0x84, "desirable": 0x83, "on": 0x81}[b.spec.DTP]
			s.every(s.first(30e9), 30e9, 0, func() { s.rawFrame(p, mac, ciscoMAC, frame.LLC, frame.DTP(nb.VTPDomain, status, mac)) })
		}
		if v := b.spec.VTP; v != nil && toSwitch {
			s.every(s.first(300e9), 300e9, 0, func() {
				s.rawFrame(p, mac, ciscoMAC, frame.LLC, frame.VTP(max(v.Version, 1), v.Domain, v.Revision, b.spec.Address.Addr))
			})
		}
		if l := b.spec.LACP; l != nil && toSwitch {
			n.startLACP(b, p, l)
		}
		n.startSTP(b, p, mac)
	}
}

func (n *network) startLACP(b *bridge, p *port, l *LACP) {
	s := n.s
	sys := l.System.MAC
	if sys.IsZero() {
		sys = b.mac
	}
	state, period := byte(0x3d), int64(30e9)
	if l.Fast {
		state, period = 0x3f, 1e9
	}
	peer := p.peer.node.(*bridge)
	s.every(s.first(period), period, 0, func() {
		var psys frame.MAC
		var pkey uint16
		pstate := byte(0)
		if o := peer.spec.LACP; o != nil {
			psys, pkey, pstate = o.System.MAC, o.Key, 0x3d
			if psys.IsZero() {
				psys = peer.mac
			}
		}
		s.rawFrame(p, portMAC(b.mac, p.index), slowMAC, frame.Slow, frame.LACP([2]frame.MAC{sys, psys}, [2]uint16{l.Key, pkey},
			[2]uint16{uint16(p.index), uint16(p.peer.index)}, [2]byte{state, pstate}))
	})
}

// rootOf is the bridge that all bridges joined to b agree on: the lowest priority, then the lowest address.
func (n *network) rootOf(b *bridge) *bridge {
	best := b
	seen := map[*bridge]bool{b: true}
	for todo := []*bridge{b}; len(todo) > 0; todo = todo[1:] {
		for _, p := range todo[0].ports {
			o, ok := p.peer.node.(*bridge)
			if !ok || seen[o] || o.spec.STP.Mode == "" || !p.up() {
				continue
			}
			seen[o] = true
			todo = append(todo, o)
			if o.spec.STP.Priority < best.spec.STP.Priority || o.spec.STP.Priority == best.spec.STP.Priority && string(o.mac[:]) < string(best.mac[:]) {
				best = o
			}
		}
	}
	return best
}

func (n *network) startSTP(b *bridge, p *port, mac frame.MAC) {
	st := &b.spec.STP
	if st.Mode == "" {
		return
	}
	s := n.s
	hello := or64(st.Hello, 2e9)
	vlans := []uint16{0}
	if st.Mode == "pvst" {
		vlans = vlans[:0]
		for i := range n.sc.VLANs {
			if v := n.sc.VLANs[i].ID; p.access == v || p.tagged[v] {
				vlans = append(vlans, v)
			}
		}
	}
	first := s.first(hello)
	changes := false
	if st.Changes != 0 {
		s.every(int64(st.Changes), int64(st.Changes), 0, func() {
			changes = true
			if st.Mode == "stp" && n.rootFor(b) != b {
				s.rawFrame(p, mac, bpduMAC, frame.LLC, (&frame.BPDU{TCN: true}).Payload())
			}
			s.after(hello*2, func() { changes = false })
		})
	}
	for _, v := range vlans {
		tree, t, speaks := -1, frame.BPDU{}, false
		s.every(first, hello, 0, func() {
			if tree != n.tree {
				tree = n.tree
				t, speaks = n.bpdu(b, p, v)
			}
			if !speaks {
				return
			}
			x := t
			x.Change = changes || s.now < n.changing
			if st.Mode != "pvst" {
				s.rawFrame(p, mac, bpduMAC, frame.LLC, x.Payload())
				return
			}
			if v == p.access {
				s.rawFrame(p, mac, pvstMAC, frame.LLC, x.Payload())
			} else {
				s.rawFrame(p, mac, pvstMAC, frame.LLC, x.Payload(), frame.Tag{ID: v, PCP: 7})
			}
		})
	}
}

// rootFor is the bridge that b takes for the root.
func (n *network) rootFor(b *bridge) *bridge {
	if b.spec.STP.Root {
		return b
	}
	return n.rootOf(b)
}

// bpdu returns what b says at a port of one VLAN's tree. A blocked port listens, and the root port says nothing.
func (n *network) bpdu(b *bridge, p *port, v uint16) (t frame.BPDU, speaks bool) {
	st := &b.spec.STP
	root := n.rootFor(b)
	if p.blocked[v] && root != b {
		return t, false
	}
	hello, age, delay := or64(st.Hello, 2e9), or64(st.MaxAge, 20e9), or64(st.ForwardDelay, 15e9)
	t = frame.BPDU{Mode: st.Mode, VLAN: v, Root: root.mac, Bridge: b.mac, RootPriority: root.spec.STP.Priority, Priority: st.Priority, Port: uint16(p.index),
		MaxAge: uint16(age / 1e9), Hello: uint16(hello / 1e9), Delay: uint16(delay / 1e9), Designated: true, Region: st.Region, Revision: st.Revision}
	if root != b {
		t.Cost, t.Age = 4, 1
		if _, up := p.peer.node.(*bridge); up && n.towards(p, root) {
			return t, false
		}
	}
	if st.Mode == "mst" {
		t.Digest = md5.Sum([]byte(st.Region))
	}
	return t, true
}

// towards reports whether the bridge at the other end of p is nearer to the root.
func (n *network) towards(p *port, root *bridge) bool {
	dist := map[*bridge]int{root: 0}
	for todo := []*bridge{root}; len(todo) > 0; todo = todo[1:] {
		for _, q := range todo[0].ports {
			if o, ok := q.peer.node.(*bridge); ok && q.up() {
				if _, seen := dist[o]; !seen {
					dist[o] = dist[todo[0]] + 1
					todo = append(todo, o)
				}
			}
		}
	}
	b, _ := p.node.(*bridge)
	o, _ := p.peer.node.(*bridge)
	return o != nil && dist[o] < dist[b]
}

func (n *network) startRouter(r *router) {
	s := n.s
	seen := map[*port]bool{}
	for _, f := range r.ifaces {
		if !seen[f.port] {
			seen[f.port] = true
			p := f.port
			nb := &frame.Neighbour{Chassis: r.chassis, Name: r.spec.Name, Port: p.label, Platform: or(r.spec.Platform, "cisco ISR4331"), Software: or(r.spec.Software, "IOS XE 17.3.4"),
				Address: f.v4, Capabilities: 0x10, Duplex: p.extra.duplex(), Speed: p.extra.speed(), MaxFrame: p.extra.frame()}
			if r.spec.LLDP {
				s.every(s.first(30e9), 30e9, 0, func() { s.rawFrame(p, portMAC(r.chassis, p.index), lldpMAC, frame.LLDP, nb.LLDP()) })
			}
			if r.spec.CDP {
				c := *nb
				if c.Duplex == "" {
					c.Duplex = "full"
				}
				s.every(s.first(60e9), 60e9, 0, func() { s.rawFrame(p, portMAC(r.chassis, p.index), ciscoMAC, frame.LLC, c.CDP()) })
			}
		}
		if f.spec.RA != nil {
			s.every(s.first(or64(f.spec.RA.Interval, 10e9)), or64(f.spec.RA.Interval, 10e9), 0.05, func() { r.advertise(f) })
		}
		n.startRouting(r, f)
	}
	n.startBGP(r)
}

// multicast sends an IP packet of the control plane: TTL as given, CS6.
func (f *iface) multicast(to netip.Addr, proto, ttl uint8, sport, dport uint16, src frame.MAC, payload []byte) {
	p := f.s.alloc()
	p.Type, p.From, p.To, p.TTL, p.Proto, p.TOS = frame.IPv4, f.v4, to, ttl, proto, 48<<2
	p.SrcPort, p.DstPort = sport, dport
	if r, ok := f.owner.(*router); ok {
		r.ipid++
		p.ID = r.ipid
	}
	p.SetPayload(payload)
	p.Src = src
	f.transmit(p, src, multicastMAC(to))
}

// advertise sends a router advertisement.
func (r *router) advertise(f *iface) {
	a := f.spec.RA
	if a == nil || !f.ll.IsValid() {
		return
	}
	px := a.Prefix.Prefix
	if !px.IsValid() {
		px = f.net6
	}
	hop := a.HopLimit
	if hop == 0 {
		hop = 64
	}
	life := uint16(or64(a.Lifetime, 1800e9) / 1e9)
	f.icmp6(f.ll, allNodes, frame.RouterAdvertisement(hop, a.Managed, a.Other, life, f.mac, a.MTU, px), multicastMAC(allNodes))
}

func (h *host) startNeighbour() {
	s := h.s
	f := h.f
	nb := &frame.Neighbour{Chassis: f.mac, Name: h.nm, Port: "eth0", Platform: or(h.spec.Platform, "host"), Software: or(h.spec.Software, h.os.name), Capabilities: 0x80}
	if h.os.name == "phone" {
		nb.Capabilities, nb.Port = 0x20, "Port 1"
	}
	if h.spec.LLDP {
		s.every(s.first(30e9), 30e9, 0, func() { nb.Address = f.v4; s.rawFrame(f.port, f.mac, lldpMAC, frame.LLDP, nb.LLDP()) })
	}
	if h.spec.CDP {
		c := *nb
		c.Duplex = "full"
		s.every(s.first(60e9), 60e9, 0, func() { c.Address = f.v4; s.rawFrame(f.port, f.mac, ciscoMAC, frame.LLC, c.CDP()) })
	}
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// sealICMP fills in an ICMP message's checksum.
func sealICMP(b []byte) {
	b[2], b[3] = 0, 0
	binary.BigEndian.PutUint16(b[2:], frame.Checksum(b))
}
