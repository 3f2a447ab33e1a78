package simulate

import (
	"maps"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// actKinds is what a host can do that no application does.
var actKinds = map[string]func(n *network, x *Act, h *host){
	"ping":          actPing,      // echo requests to target
	"traceroute":    actTrace,     // datagrams to target with a growing TTL
	"scan":          actScan,      // one attempt at each of count addresses from address on, at port
	"mac-flood":     actFlood,     // count frames from as many MAC addresses that never speak again
	"stations":      actStations,  // count stations behind the host's port, which speak again and again
	"double-tag":    actDoubleTag, // echo requests with an outer and an inner tag
	"tags":          actTags,      // frames with tag vlan, or size tags if size is more than one
	"speak-in-vlan": actSpeak,     // claims address in a tagged VLAN beside its own
	"move":          actMove,      // to another VLAN of its switch, with address
	"announce":      actAnnounce,  // gratuitous ARP for its own address, or for address
	"broadcast":     actBroadcast, // one datagram to all, repeated
	"bpdu":          actBPDU,      // claims to be the root bridge
	"dtp":           actDTP,       // offers a trunk
	"rogue-ra":      actRA,        // router advertisements
	"tunnel":        actTunnel,    // echo requests to target inside GRE to address
	"link-local":    actLinkLocal, // speaks from a self-assigned address
}

// anyFamily are the acts that need no IPv4 address.
var anyFamily = []string{"ping", "announce", "bpdu", "dtp", "rogue-ra", "scan"}

func (n *network) startAct(x *Act) {
	f, ok := actKinds[x.Kind]
	if !ok {
		n.fail(x, "act %s: unknown kind %q%s", x.Name, x.Kind, nearest(x.Kind, slices.Sorted(maps.Keys(actKinds))))
		return
	}
	hs, err := n.pickHosts(Names{x.Host})
	if err != nil {
		n.fail(x, "act %s: %v", x.Name, err)
		return
	}
	if _, ok := n.target(x); x.Target != "" && !ok {
		n.fail(x, "act %s: no host or service named %q", x.Name, x.Target)
		return
	}
	if x.Count > 1<<20 || x.Size > 8192 {
		n.fail(x, "act %s: count %d and size %d, want at most 1048576 and 8192", x.Name, x.Count, x.Size)
		return
	}
	if x.Count > 1 && x.Every <= 0 {
		n.fail(x, "act %s: every %d, want more than zero", x.Name, x.Every)
		return
	}
	s := n.s
	for _, h := range hs {
		if !h.address().Is4() && !slices.Contains(anyFamily, x.Kind) {
			n.fail(x, "act %s: host %s has no IPv4 address", x.Name, h.nm)
			return
		}
		s.at(int64(x.At), func() { h.whenUp(func() { f(n, x, h) }) })
	}
	s.rec.faults = append(s.rec.faults, FaultTruth{x.Kind, x.Host, s.time(int64(x.At)), s.time(int64(x.At) + int64(x.Every)*int64(max(x.Count-1, 0)))})
}

// repeat runs f count times, every apart.
func (x *Act) repeat(s *sim, f func(i int)) {
	i := 0
	var next func()
	next = func() {
		f(i)
		i++
		if i < x.Count {
			s.after(int64(x.Every), next)
		}
	}
	next()
}

// target is the address of what an act aims at: the address that it names, a host's, or a service's.
func (n *network) target(x *Act) (netip.Addr, bool) {
	if hs := n.byName[x.Target]; len(hs) > 0 {
		return hs[0].address(), true
	}
	if v := n.services[x.Target]; v != nil && len(v.hosts) > 0 {
		return v.hosts[0].address(), true
	}
	return x.Address.Addr, x.Address.IsValid()
}

func actPing(n *network, x *Act, h *host) {
	if to, ok := n.target(x); ok {
		h.ping(to, max(x.Count, 1), or64(x.Every, 1e9), max(x.Size, 56))
	}
}

// datagramTo sends one datagram of h outside any service, as a conversation of its own.
func (h *host) datagramTo(to netip.AddrPort, ttl uint8, body []byte) {
	s := h.s
	f := s.newFlow(h, frame.UDP, netip.AddrPortFrom(h.source(to.Addr()), h.ephemeral()), to, "", nil)
	f.udp = &udpConn{flow: f, sess: &session{s: s, flow: f}}
	p := s.alloc()
	h.ip(p, f.from.Addr(), to.Addr(), frame.UDP, 0)
	p.SrcPort, p.DstPort = f.from.Port(), to.Port()
	if ttl != 0 {
		p.TTL = ttl
	}
	p.SetPayload(body)
	h.dispatch(f, true, p)
	s.after(2e9, func() { s.finish(f, "") })
}

func actTrace(n *network, x *Act, h *host) {
	to, ok := n.target(x)
	if !ok {
		return
	}
	x.repeat(n.s, func(i int) {
		h.datagramTo(netip.AddrPortFrom(to, 33434+uint16(i)), uint8(i/3+1), content[:32])
	})
}

func actScan(n *network, x *Act, h *host) {
	to := x.Address.Addr
	if !to.IsValid() {
		to, _ = n.target(x)
	}
	port := x.Port
	x.repeat(n.s, func(i int) {
		s := n.s
		at := netip.AddrPortFrom(to, port)
		if x.Address.IsValid() {
			to = to.Next()
		} else {
			port++
		}
		v := &service{s: s, proto: frame.TCP, port: at.Port(), speaks: "raw"}
		s.open(h, v, at, nil, &session{left: 0})
	})
}

// forged is an IPv4 datagram to everybody, from any MAC and address.
func (h *host) forged(src, dst frame.MAC, from, to netip.Addr, body []byte, tags ...frame.Tag) {
	p := h.s.alloc()
	p.Type, p.Src, p.Dst, p.From, p.To, p.TTL, p.Proto, p.SrcPort, p.DstPort = frame.IPv4, src, dst, from, to, h.ttl(), frame.UDP, 40000, 40001
	h.ipid++
	p.ID = h.ipid
	p.SetPayload(body)
	for i := len(tags) - 1; i >= 0; i-- {
		p.Push(tags[i])
	}
	h.f.port.send(p)
}

func actFlood(n *network, x *Act, h *host) {
	r := n.s.rng
	x.repeat(n.s, func(int) {
		var m [2]frame.MAC
		for k := range m {
			a := r.Uint64()
			m[k] = frame.MAC{byte(a) &^ 1, byte(a >> 8), byte(a >> 16), byte(a >> 24), byte(a >> 32), byte(a >> 40)}
		}
		a, b := r.Uint32(), r.Uint32()
		h.forged(m[0], m[1], netip.AddrFrom4([4]byte{byte(a)%223 + 1, byte(a >> 8), byte(a >> 16), byte(a >> 24)}), netip.AddrFrom4([4]byte{byte(b)%223 + 1, byte(b >> 8), byte(b >> 16), byte(b >> 24)}), nil)
	})
}

func actStations(n *network, x *Act, h *host) {
	base := h.f.v4.As4()
	for k := range min(max(x.Size, 3), 100) { // rounds
		n.s.after(int64(k)*2e9, func() {
			for i := range max(x.Count, 1) {
				m := frame.MAC{0x40, 0x01, 0x7a, byte(i >> 16), byte(i >> 8), byte(i)}
				a := netip.AddrFrom4([4]byte{base[0], base[1], base[2] + 1 + byte(i/250), byte(i%250 + 2)})
				n.s.after(int64(i)*int64(max(x.Every, 1)), func() { h.forged(m, broadcast, a, broadcast4, content[:40]) })
			}
		})
	}
}

// echo is an ICMP echo request of h as a frame to a MAC, with tags.
func (h *host) echo(dst frame.MAC, from, to netip.Addr, seq int, tags ...frame.Tag) {
	p := h.s.alloc()
	p.Type, p.Src, p.Dst, p.From, p.To, p.TTL, p.Proto = frame.IPv4, h.f.mac, dst, from, to, h.ttl(), frame.ICMP
	h.ipid++
	p.ID = h.ipid
	p.buf = append(p.buf[:0], 8, 0, 0, 0, 0x4e, 0x47, byte(seq>>8), byte(seq))
	p.buf = append(p.buf, content[:48]...)
	sealICMP(p.buf)
	p.SetPayload(p.buf)
	for i := len(tags) - 1; i >= 0; i-- {
		p.Push(tags[i])
	}
	h.f.port.send(p)
}

func actDoubleTag(n *network, x *Act, h *host) {
	to, ok := n.target(x)
	if !ok {
		return
	}
	dst := broadcast
	if t := n.withAddress(to); t != nil {
		dst = t.f.mac
	}
	x.repeat(n.s, func(i int) {
		h.echo(dst, h.f.v4, to, i, frame.Tag{ID: x.Outer, TPID: x.TPID}, frame.Tag{ID: x.VLAN})
	})
}

func actTags(n *network, x *Act, h *host) {
	x.repeat(n.s, func(i int) {
		tags := []frame.Tag{{ID: x.VLAN, PCP: 3}}
		for len(tags) < x.Size {
			tags = append(tags, frame.Tag{ID: x.VLAN})
		}
		h.echo(broadcast, h.f.v4, lastAddr(h.f.net4), i, tags...)
	})
}

// arpFrame broadcasts a question of h in a VLAN.
func (h *host) arpFrame(from, ask netip.Addr, tags ...frame.Tag) {
	f := *h.f
	b := []byte{0, 1, 8, 0, 6, 4, 0, 1}
	b = append(append(b, f.mac[:]...), from.AsSlice()...)
	b = append(append(b, 0, 0, 0, 0, 0, 0), ask.AsSlice()...)
	h.s.rawFrame(f.port, f.mac, broadcast, frame.ARP, b, tags...)
}

func actSpeak(n *network, x *Act, h *host) {
	gw, _ := n.gateway(x.VLAN)
	if !gw.IsValid() || !x.Address.IsValid() {
		return
	}
	h.f.port.peer.tagged[x.VLAN] = true
	x.repeat(n.s, func(i int) {
		h.arpFrame(x.Address.Addr, gw, frame.Tag{ID: x.VLAN})
		h.echo(broadcast, x.Address.Addr, gw, i, frame.Tag{ID: x.VLAN})
	})
}

func actMove(n *network, x *Act, h *host) {
	sw := h.f.port.peer
	v := n.vlans[x.VLAN]
	if v == nil || sw == nil || !x.Address.IsValid() {
		return
	}
	h.down = true
	n.s.after(3e9, func() {
		h.down = false
		sw.access = x.VLAN
		f := h.f
		f.segment, f.context, f.v4, f.net4 = v.ID, v.Context, x.Address.Addr, v.Prefix.Masked()
		f.gw4, _ = n.gateway(v.ID)
		f.arp = map[netip.Addr]*neighbour{}
		h.pools = map[*service]*pool{}
		f.announce(f.v4)
	})
}

func actAnnounce(n *network, x *Act, h *host) {
	a := h.f.v4
	if x.Address.IsValid() {
		a = x.Address.Addr
	}
	x.repeat(n.s, func(int) { h.f.announce(a) })
}

func actBroadcast(n *network, x *Act, h *host) {
	x.repeat(n.s, func(int) { h.forged(h.f.mac, broadcast, h.f.v4, lastAddr(h.f.net4), content[:max(x.Size, 64)]) })
}

func actBPDU(n *network, x *Act, h *host) {
	b := (&frame.BPDU{Mode: "rstp", Root: h.f.mac, Bridge: h.f.mac, Port: 1, MaxAge: 20, Hello: 2, Delay: 15, Designated: true}).Payload()
	x.repeat(n.s, func(int) { n.s.rawFrame(h.f.port, h.f.mac, bpduMAC, frame.LLC, b) })
}

func actDTP(n *network, x *Act, h *host) {
	x.repeat(n.s, func(int) { n.s.rawFrame(h.f.port, h.f.mac, ciscoMAC, frame.LLC, frame.DTP("", 0x83, h.f.mac)) })
}

func actRA(n *network, x *Act, h *host) {
	f := h.f
	if !f.ll.IsValid() {
		return
	}
	x.repeat(n.s, func(int) {
		f.icmp6(f.ll, allNodes, frame.RouterAdvertisement(64, false, false, 1800, f.mac, uint32(x.Size), x.Prefix.Prefix), multicastMAC(allNodes))
	})
}

func actTunnel(n *network, x *Act, h *host) {
	to, ok := n.target(x)
	if !ok || !x.Address.IsValid() {
		return
	}
	s := n.s
	x.repeat(s, func(i int) {
		in := s.alloc()
		h.ip(in, h.f.v4, to, frame.ICMP, 0)
		in.buf = append(in.buf[:0], 8, 0, 0, 0, 0x4e, 0x47, byte(i>>8), byte(i))
		in.buf = append(in.buf, content[:48]...)
		sealICMP(in.buf)
		in.SetPayload(in.buf)
		q := s.alloc()
		h.ip(q, h.f.v4, x.Address.Addr, frame.GRE, 0)
		q.Tunnel, q.Inner, q.whole = frame.InGRE, &in.Packet, in
		h.send(q)
	})
}

func actLinkLocal(n *network, x *Act, h *host) {
	a := netip.AddrFrom4([4]byte{169, 254, h.f.mac[4], h.f.mac[5] | 1})
	x.repeat(n.s, func(int) {
		h.arpFrame(a, a)
		h.forged(h.f.mac, broadcast, a, netip.AddrFrom4([4]byte{169, 254, 255, 255}), content[:60])
	})
}
