package simulate

import "netscope.example/nsgraph/capture/simulate/frame"

// bridge is a switch: it learns, forwards and floods by VLAN.
type bridge struct {
	s       *sim
	spec    *Switch
	mac     frame.MAC
	ports   []*port
	table   map[uint64]*port // MAC<<16 | VLAN
	tapsAll []*tap
}

func (b *bridge) name() string { return b.spec.Name }

func (b *bridge) wants(*port, *packet) bool { return true }

func tableKey(m frame.MAC, vlan uint16) uint64 {
	return uint64(m[0])<<56 | uint64(m[1])<<48 | uint64(m[2])<<40 | uint64(m[3])<<32 | uint64(m[4])<<24 | uint64(m[5])<<16 | uint64(vlan)
}

func (b *bridge) receive(in *port, p *packet) {
	if linkLocal(p.Dst) {
		b.s.release(p)
		return
	}
	vlan := in.access
	if p.NTags > 0 {
		t := p.Tags[0]
		if t.TPID == 0 || t.TPID == frame.Dot1Q {
			p.pcp = t.PCP
			if t.ID != 0 {
				vlan = t.ID
			}
			p.Pop()
		}
	} else {
		p.pcp = b.priority(p)
	}
	if b.spec.PCP != nil {
		p.pcp = *b.spec.PCP
	}
	if p.IsIP() && in.extra != nil && in.extra.remark != nil {
		if d, ok := in.extra.remark[p.DSCP()]; ok {
			p.SetDSCP(d)
		}
	}
	if vlan == 0 || !in.carries(vlan) {
		b.s.release(p)
		return
	}
	b.forward(in, p, vlan)
}

// priority is the 802.1p value that the switch gives to an untagged frame.
func (b *bridge) priority(p *packet) uint8 {
	switch {
	case b.spec.PCP != nil:
		return *b.spec.PCP
	case b.spec.trustDSCP() && p.IsIP():
		return p.DSCP() >> 3
	}
	return 0
}

// forward takes p over.
func (b *bridge) forward(in *port, p *packet, vlan uint16) {
	p.vlan = vlan
	b.table[tableKey(p.Src, vlan)] = in
	for _, t := range b.tapsAll {
		t.observe(p, in)
	}
	if !isGroup(p.Dst) {
		if out := b.table[tableKey(p.Dst, vlan)]; out != nil {
			if out == in || !out.carries(vlan) {
				b.s.release(p)
				return
			}
			b.emit(out, p, vlan)
			return
		}
	}
	for _, out := range b.ports {
		if out == in || !out.carries(vlan) {
			continue
		}
		if out.peer.node.wants(out.peer, p) || len(out.tx)+len(out.out.tx)+len(out.peer.rx) > 0 {
			b.emit(out, b.s.clone(p), vlan)
		}
	}
	b.s.release(p)
}

// emit sends p out of a port, tagged as the port tags the VLAN.
func (b *bridge) emit(out *port, p *packet, vlan uint16) {
	p.vlan = vlan
	if out.access != vlan && !out.also[vlan] {
		p.Push(frame.Tag{ID: vlan, PCP: p.pcp})
	}
	out.send(p)
}

// linkLocal reports whether a bridge must not forward frames to m (IEEE 802.1D, table 7-10, and Cisco's 01:00:0c:cc:cc:cx).
func linkLocal(m frame.MAC) bool {
	return m[0] == 1 && (m[1] == 0x80 && m[2] == 0xc2 && m[3] == 0 && m[4] == 0 && m[5] < 0x10 || m[1] == 0 && m[2] == 0x0c && m[3] == 0xcc && m[4] == 0xcc)
}
