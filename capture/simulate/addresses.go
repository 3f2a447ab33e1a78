package simulate

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"netscope.example/nsgraph/capture/simulate/frame"
)

func (n *network) addRouters() {
	for i := range n.sc.Routers {
		sp := &n.sc.Routers[i]
		r := &router{s: n.s, spec: sp, tables: map[string][]route{}, cache: map[cacheKey]*route{}, chassis: n.newMAC(ciscoOUI), delay: int64(sp.Delay),
			ospf: map[*iface]*ospfState{}, natPort: 20000}
		if r.delay == 0 {
			r.delay = 20e3
		}
		for _, w := range sp.Strip {
			if stripKinds[w] == 0 {
				n.fail(sp, "router %s: cannot strip %q, want scale, sack or timestamps", sp.Name, w)
			}
		}
		for _, m := range sp.Classify {
			d, err := dscp(m.DSCP)
			if err != nil {
				n.fail(sp, "router %s: %v", sp.Name, err)
			}
			x := marking{dscp: d}
			for _, w := range m.Services {
				q, err := parsePorts(w)
				if err != nil {
					n.fail(sp, "router %s: %v", sp.Name, err)
				}
				x.services = append(x.services, q)
			}
			r.classify = append(r.classify, x)
		}
		n.addNode(sp, r)
		n.routers = append(n.routers, r)
	}
}

// claim notes that f owns an address in its context; twice is an error unless meant.
func (n *network) claim(spec any, f *iface, a netip.Addr, meant bool) {
	if !a.IsValid() {
		return
	}
	k := owner{f.context, a}
	if o := n.owners[k]; o != nil && !meant {
		n.fail(spec, "address %s twice in context %s: %s and %s", a, f.context, o.owner.name(), f.owner.name())
		return
	}
	if n.owners[k] == nil {
		n.owners[k] = f
	}
}

func (n *network) addInterfaces() {
	for _, r := range n.routers {
		for i := range r.spec.Interfaces {
			sp := &r.spec.Interfaces[i]
			w := n.links[sp.Link]
			if w == nil {
				n.fail(sp, "router %s: no link named %q", r.spec.Name, sp.Link)
				continue
			}
			f := &iface{s: n.s, owner: r, spec: sp, vlan: sp.VLAN, segment: sp.VLAN, context: sp.Context, mac: sp.MAC.MAC, mtu: sp.MTU, proxy: sp.Proxy,
				arp: map[netip.Addr]*neighbour{}, virtual: map[netip.Addr]frame.MAC{}}
			switch node(r) {
			case w.a.node:
				f.port = w.a
			case w.b.node:
				f.port = w.b
			default:
				n.fail(sp, "router %s is not at link %s", r.spec.Name, sp.Link)
				continue
			}
			if f.vlan != 0 {
				v := n.vlans[f.vlan]
				if v == nil {
					n.fail(sp, "router %s: no vlan %d", r.spec.Name, f.vlan)
					continue
				}
				if !f.port.peer.carries(f.vlan) {
					n.fail(sp, "router %s: link %s does not carry vlan %d", r.spec.Name, sp.Link, f.vlan)
				}
				if f.context == "" {
					f.context = v.Context
				}
				if f.port.peer.access == f.vlan {
					f.vlan = 0
				}
			} else if f.port.peer.access != 0 {
				f.segment = f.port.peer.access
				if v := n.vlans[f.segment]; v != nil && f.context == "" {
					f.context = v.Context
				}
			}
			if f.context == "" {
				f.context = "default"
			}
			if f.mac.IsZero() {
				f.mac = n.newMAC(ciscoOUI)
			}
			if f.mtu == 0 {
				f.mtu = linkMTU(w.spec)
			}
			n.checkMTU(sp, f.mtu)
			f.label = f.port.label
			if sp.VLAN != 0 {
				f.label += "." + strconv.Itoa(int(sp.VLAN))
			}
			if sp.Name != "" {
				f.label = sp.Name
			}
			if !sp.Address.IsValid() && !sp.Addr6.IsValid() {
				n.fail(sp, "router %s: an interface without an address", r.spec.Name)
			}
			if sp.Address.IsValid() {
				f.v4, f.net4 = sp.Address.Addr(), sp.Address.Masked()
			}
			if sp.Addr6.IsValid() {
				f.v6, f.net6 = sp.Addr6.Addr(), sp.Addr6.Masked()
				f.ll = lladdr(f.mac)
			}
			if o := sp.OSPF; o != nil && o.Mask > 32 || r.spec.OSPF != nil && r.spec.OSPF.Mask > 32 {
				n.fail(sp, "router %s: ospf mask, want at most 32", r.spec.Name)
			}
			n.claim(sp, f, f.v4, false)
			n.claim(sp, f, f.v6, false)
			r.ifaces = append(r.ifaces, f)
			n.addFHRP(r, f)
		}
		for _, f := range r.ifaces {
			if f.v4.IsValid() && (!r.id.IsValid() || r.id.Less(f.v4)) {
				r.id = f.v4
			}
		}
	}
}

// checkMTU refuses what IP cannot live with.
func (n *network) checkMTU(spec any, mtu int) {
	if mtu < 576 || mtu > 65535 {
		n.fail(spec, "mtu %d, want 576 to 65535", mtu)
	}
}

func linkMTU(l *Link) int {
	if l.MTU != 0 {
		return l.MTU
	}
	return 1500
}

// gateway is what the hosts of a VLAN use.
func (n *network) gateway(id uint16) (v4, v6 netip.Addr) {
	if v := n.vlans[id]; v != nil && v.Gateway.IsValid() {
		v4 = v.Gateway.Addr
	}
	for _, r := range n.routers {
		for _, f := range r.ifaces {
			if f.segment != id {
				continue
			}
			if !v4.IsValid() {
				v4 = f.v4
				for i := range f.spec.FHRP {
					v4 = f.spec.FHRP[i].Virtual.Addr
				}
			}
			if !v6.IsValid() {
				v6 = f.ll
			}
		}
	}
	return v4, v6
}

func (n *network) addHosts() {
	for i := range n.sc.Hosts {
		sp := &n.sc.Hosts[i]
		count := max(sp.Count, 1)
		if count > 1<<16 {
			n.fail(sp, "host %s: count %d, want at most 65536", sp.Name, count)
			return
		}
		if sp.Count > 1 && n.s.scale > 0 {
			count = max(1, int(float64(sp.Count)*n.s.scale+0.5))
		}
		for k := range count {
			name := sp.Name
			if sp.Count > 1 {
				name = fmt.Sprintf("%s%d", sp.Name, k+1)
			}
			n.addHost(sp, name, k)
			if len(n.errs) > 20 {
				return
			}
		}
	}
}

func (n *network) addHost(sp *Host, name string, k int) {
	os := habitsOf(sp.OS)
	if sp.OS == "" {
		os = &systems[0]
	}
	if os == nil {
		var names []string
		for _, x := range systems {
			names = append(names, x.name)
		}
		n.fail(sp, "host %s: unknown system %q%s", name, sp.OS, nearest(sp.OS, names))
		return
	}
	h := &host{s: n.s, spec: sp, nm: name, os: os, services: map[svcKey]*service{}, listen: map[uint16]bool{}, names: map[string]cached{}, asking: map[string][]func(netip.Addr){},
		mark: map[string]uint8{}, pools: map[*service]*pool{}, eph: 32768 + uint16(n.s.rng.UintN(20000)), ipid: uint16(n.s.rng.Uint32()), tsBase: n.s.rng.Uint32()}
	f := &iface{s: n.s, owner: h, mac: sp.MAC.MAC, mtu: sp.MTU, arp: map[netip.Addr]*neighbour{}, label: "eth0"}
	h.f = f
	if f.mac.IsZero() {
		f.mac = n.newMAC(os.oui)
	} else if k > 0 {
		f.mac[5] += byte(k)
	}
	vlan := n.attach(sp, h, f)
	if vlan == nil {
		return
	}
	f.segment, f.context = vlan.ID, vlan.Context
	n.checkMTU(sp, f.mtu)
	if sp.Mask > 32 {
		n.fail(sp, "host %s: mask %d, want at most 32", name, sp.Mask)
	}
	for app, w := range sp.Mark {
		d, err := dscp(w)
		if err != nil {
			n.fail(sp, "host %s: %v", name, err)
		}
		h.mark[app] = d
	}
	gw4, gw6 := n.gateway(vlan.ID)
	if sp.Gateway.IsValid() {
		gw4 = sp.Gateway.Addr
	}
	f.gw4, f.gw6 = gw4, gw6
	h.resolver = vlan.DNS.Addr
	if sp.DNS.IsValid() {
		h.resolver = sp.DNS.Addr
	}
	if sp.ClockOf != "" {
		o := n.byName[sp.ClockOf]
		if len(o) == 0 {
			n.fail(sp, "host %s: clock of %q, which is no host before it", name, sp.ClockOf)
			return
		}
		h.tsBase = o[0].tsBase
	}
	n.addressHost(sp, h, vlan, k)
	n.addNode(sp, h)
	n.hosts = append(n.hosts, h)
	n.byName[name] = append(n.byName[name], h)
	if name != sp.Name {
		n.byName[sp.Name] = append(n.byName[sp.Name], h)
	}
}

// attach gives the host its port and returns the VLAN that it lives in.
func (n *network) attach(sp *Host, h *host, f *iface) *VLAN {
	if sp.Link != "" {
		w := n.links[sp.Link]
		if w == nil {
			n.fail(sp, "host %s: no link named %q", h.nm, sp.Link)
			return nil
		}
		f.port = w.a
		if w.b.node.name() == sp.Name {
			f.port = w.b
		}
		if f.port.node.name() != sp.Name {
			n.fail(sp, "host %s is not at link %s", h.nm, sp.Link)
			return nil
		}
		f.port.node = h
		if f.mtu == 0 {
			f.mtu = linkMTU(w.spec)
		}
		id := sp.VLAN
		if id == 0 {
			id = f.port.peer.access
		}
		if id == 0 || n.vlans[id] == nil {
			n.fail(sp, "host %s is in no vlan", h.nm)
			return nil
		}
		if id != f.port.peer.access {
			f.vlan = id
		}
		return n.vlans[id]
	}
	b, ok := n.nodes[sp.At].(*bridge)
	if !ok {
		n.fail(sp, "host %s: no switch named %q%s", h.nm, sp.At, nearest(sp.At, n.nodeNames()))
		return nil
	}
	v := n.vlans[sp.VLAN]
	if v == nil {
		n.fail(sp, "host %s is in no vlan (%d is not declared)", h.nm, sp.VLAN)
		return nil
	}
	if f.mtu == 0 {
		f.mtu = 1500
	}
	hp, sw := &port{s: n.s, node: h, index: 1, label: "eth0"}, n.newPort(b)
	w := n.join(sw, hp, &Link{Name: "access " + h.nm, Rate: sp.Rate, Delay: sp.Delay, Loss: sp.Loss})
	n.links[w.spec.Name] = w
	sw.access = sp.VLAN
	sw.tagged = map[uint16]bool{}
	for _, also := range sp.Also {
		if n.vlans[also] == nil {
			n.fail(sp, "host %s: no vlan %d", h.nm, also)
		}
		if sw.also == nil {
			sw.also = map[uint16]bool{}
		}
		sw.also[also] = true
	}
	if sp.Tagged {
		sw.access, sw.tagged[sp.VLAN] = 0, true
		f.vlan = sp.VLAN
	}
	f.port = hp
	return v
}

// addressHost gives the addresses that the scenario says, or the next free ones.
func (n *network) addressHost(sp *Host, h *host, v *VLAN, k int) {
	f := h.f
	if v.Prefix.IsValid() {
		f.net4 = v.Prefix.Masked()
		if sp.Mask != 0 {
			f.net4 = netip.PrefixFrom(f.net4.Addr(), sp.Mask).Masked()
		}
		switch sp.Address {
		case "dhcp", "":
			f.v4 = n.free(v, f.context)
			if !f.v4.IsValid() {
				n.fail(sp, "host %s: vlan %d has no free address left", h.nm, v.ID)
			}
			h.up = sp.Address == ""
		case "none":
			f.net4 = netip.Prefix{}
			h.up = true
		default:
			a, err := netip.ParseAddr(sp.Address)
			if err != nil {
				n.fail(sp, "host %s: %q is neither an address nor dhcp", h.nm, sp.Address)
				return
			}
			for range k {
				a = a.Next()
			}
			f.v4, h.up = a, true
		}
		n.claim(sp, f, f.v4, sp.Duplicate)
	} else {
		h.up = true
	}
	switch {
	case sp.Address6 == "none":
	case sp.Address6 != "":
		a, err := netip.ParseAddr(sp.Address6)
		if err != nil || !a.Is6() {
			n.fail(sp, "host %s: %q is not an IPv6 address", h.nm, sp.Address6)
			return
		}
		f.v6 = a
	case v.Prefix6.IsValid():
		b := v.Prefix6.Addr().As16()
		m := f.mac
		copy(b[8:], []byte{m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]})
		f.v6 = netip.AddrFrom16(b)
	}
	if f.v6.IsValid() {
		f.net6, f.ll = v.Prefix6.Masked(), lladdr(f.mac)
		n.claim(sp, f, f.v6, sp.Duplicate)
	}
	if !f.v4.IsValid() && !f.v6.IsValid() {
		n.fail(sp, "host %s has no address: its vlan has no prefix", h.nm)
	}
	if f.v4.IsValid() && sp.Address == "dhcp" {
		h.leased = f.v4
		f.v4 = netip.Addr{}
	}
}

// free returns the next unused address of a VLAN, from the 21st on.
func (n *network) free(v *VLAN, context string) netip.Addr {
	for {
		n.next[v.ID]++
		a := v.Prefix.Masked().Addr()
		b := a.As4()
		x := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		x += uint32(20 + n.next[v.ID])
		a = netip.AddrFrom4([4]byte{byte(x >> 24), byte(x >> 16), byte(x >> 8), byte(x)})
		if !v.Prefix.Contains(a) || a == lastAddr(v.Prefix.Masked()) {
			return netip.Addr{}
		}
		if n.owners[owner{context, a}] == nil && !n.written(a.String()) {
			return a
		}
	}
}

// written reports whether the scenario gives an address to some host by hand.
func (n *network) written(a string) bool {
	return slices.ContainsFunc(n.sc.Hosts, func(h Host) bool { return h.Address == a })
}
