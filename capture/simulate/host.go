package simulate

import (
	"net/netip"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// habits are what an operating system's packets look like.
type habits struct {
	name     string
	ttl      uint8
	window   uint16
	scale    int8 // -1: not offered
	sack, ts bool
	order    string // of the SYN's options: m MSS, s SACK permitted, t timestamps, n no-operation, w window scale, e end
	delack   int64
	retries  int // of a SYN
	globalID bool
	dhcp     []byte // parameter request list
	vendor   string // DHCP vendor class
	oui      frame.MAC
	buffer   int // receive buffer, bytes
}

var systems = []habits{
	{name: "linux", ttl: 64, window: 64240, scale: 7, sack: true, ts: true, order: "mstnw", delack: 40e6, retries: 6,
		dhcp: []byte{1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42}, oui: frame.MAC{0x00, 0x50, 0x56}, buffer: 1 << 20},
	{name: "windows", ttl: 128, window: 64240, scale: 8, sack: true, order: "mnwnns", delack: 40e6, retries: 4, globalID: true,
		dhcp: []byte{1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252}, vendor: "MSFT 5.0", oui: frame.MAC{0xf8, 0xb1, 0x56}, buffer: 1 << 20},
	{name: "macos", ttl: 64, window: 65535, scale: 6, sack: true, ts: true, order: "mnwnntse", delack: 40e6, retries: 5,
		dhcp: []byte{1, 121, 3, 6, 15, 108, 114, 119, 252, 95, 44, 46}, oui: frame.MAC{0xa4, 0x83, 0xe7}, buffer: 1 << 20},
	{name: "phone", ttl: 64, window: 5840, scale: -1, order: "m", delack: 200e6, retries: 3,
		dhcp: []byte{1, 2, 3, 4, 6, 7, 12, 15, 42, 66, 67, 120, 128}, vendor: "Cisco Systems, Inc. IP Phone CP-7841", oui: frame.MAC{0x00, 0x1b, 0x54}, buffer: 32768},
	{name: "printer", ttl: 64, window: 8192, scale: -1, order: "m", delack: 200e6, retries: 3,
		dhcp: []byte{1, 3, 6, 12, 15, 44, 81, 69}, vendor: "Hewlett-Packard JetDirect", oui: frame.MAC{0x3c, 0xd9, 0x2b}, buffer: 8192},
	{name: "legacy", ttl: 128, window: 65535, scale: -1, sack: true, order: "mnns", delack: 200e6, retries: 2, globalID: true,
		dhcp: []byte{1, 15, 3, 6, 44, 46, 47, 31, 33, 249, 43}, vendor: "MSFT 5.0", oui: frame.MAC{0x00, 0x0c, 0x29}, buffer: 65535},
	{name: "network", ttl: 255, window: 16384, scale: -1, order: "m", delack: 200e6, retries: 3, oui: frame.MAC{0x00, 0x1e, 0xbd}, buffer: 16384},
}

func habitsOf(name string) *habits {
	for i := range systems {
		if systems[i].name == name {
			return &systems[i]
		}
	}
	return nil
}

// host is an end system.
type host struct {
	s        *sim
	spec     *Host
	nm       string
	f        *iface
	os       *habits
	services map[svcKey]*service
	listen   map[uint16]bool // UDP ports on which it takes broadcasts
	ipid     uint16
	eph      uint16
	names    map[string]cached
	asking   map[string][]func(netip.Addr)
	resolver netip.Addr
	mark     map[string]uint8 // application to DSCP
	up       bool             // has an address
	booted   []func()
	tsBase   uint32
	pools    map[*service]*pool
	down     bool
	stalled  bool
	lease    *lease
	leased   netip.Addr // what DHCP will give it
}

type cached struct {
	addr  netip.Addr
	until int64
}

type svcKey struct {
	proto uint8
	port  uint16
}

func (h *host) name() string { return h.nm }

func (h *host) wants(_ *port, p *packet) bool {
	if p.Dst == h.f.mac {
		return true
	}
	switch {
	case p.Type == frame.ARP && len(p.Payload) >= 28:
		t := netip.AddrFrom4([4]byte(p.Payload[24:28]))
		return h.f.owns(t) || p.Payload[7] == 2 || h.f.proxy
	case p.IsIP() && isGroup(p.Dst):
		if p.Proto == frame.ICMPv6 {
			return p.To == allNodes || h.f.v6.IsValid() && (p.To == solicitedNode(h.f.v6) || p.To == solicitedNode(h.f.ll))
		}
		return p.Proto == frame.UDP && (h.listen[p.DstPort] || p.DstPort == 68)
	}
	return false
}

func (h *host) receive(in *port, p *packet) {
	f := h.f
	if p.NTags > 0 && p.Tags[0].ID == f.vlan {
		p.Pop()
	}
	if h.down || p.NTags > 0 || p.Type == frame.LLC || !isGroup(p.Dst) && p.Dst != f.mac {
		h.s.release(p)
		return
	}
	switch {
	case p.Type == frame.ARP:
		f.onARP(p)
	case p.IsIP() && (p.To == f.v4 || p.To == f.v6 || p.To == f.ll || f.owns(p.To) || isGroup(p.Dst)):
		h.local(f, p)
		return
	case p.IsIP() && h.spec.Forward && h.transit(f, p):
		return
	}
	h.s.release(p)
}

// transit forwards a packet that is for another, as a host that is also a gateway does; it reports whether it took p over.
func (h *host) transit(f *iface, p *packet) bool {
	if p.TTL <= 1 {
		return false
	}
	p.TTL--
	p.hops++
	h.send(p)
	return true
}

func (h *host) local(f *iface, p *packet) {
	if p.Offset > 0 || p.MF {
		w := p.whole
		if w == nil {
			h.s.release(p)
			return
		}
		w.parts--
		done := w.parts == 0
		if done {
			w.refs++
		}
		h.s.release(p)
		if !done {
			return
		}
		p = w
	}
	if p.Tunnel != frame.NoTunnel {
		h.s.release(p)
		return
	}
	switch p.Proto {
	case frame.TCP:
		h.onTCP(p)
	case frame.UDP:
		h.onUDP(p)
	case frame.ICMP:
		h.onICMP(p)
	case frame.ICMPv6:
		if !f.onND(p) {
			h.onICMP(p)
			return
		}
		h.s.release(p)
	default:
		h.s.release(p)
	}
}

// send routes p by the host's own table: on-link, or the gateway. It takes p over.
func (h *host) send(p *packet) {
	f := h.f
	if h.down {
		h.s.release(p)
		return
	}
	next := p.To
	if p.To.Is4() {
		if !f.net4.Contains(p.To) && !p.To.IsMulticast() && p.To != broadcast4 {
			next = f.gw4
		}
	} else if !p.To.IsLinkLocalUnicast() && !p.To.IsMulticast() && !f.net6.Contains(p.To) {
		next = f.gw6
	}
	if !next.IsValid() || next.IsUnspecified() {
		h.s.release(p)
		return
	}
	if p.IPLen() > f.mtu {
		h.s.fragment(p, f.mtu, func(q *packet) { f.sendIP(q, next) })
		return
	}
	f.sendIP(p, next)
}

// ip fills in the header of a packet that h sends.
func (h *host) ip(p *packet, from, to netip.Addr, proto uint8, dscp uint8) {
	p.Type = frame.IPv4
	if to.Is6() {
		p.Type = frame.IPv6
	}
	p.From, p.To, p.Proto, p.TTL = from, to, proto, h.ttl()
	p.TOS = dscp << 2
	h.ipid++
	p.ID = h.ipid
}

func (h *host) ttl() uint8 {
	if h.spec.TTL != 0 {
		return h.spec.TTL
	}
	return h.os.ttl
}

// ephemeral returns the next client port.
func (h *host) ephemeral() uint16 {
	h.eph++
	if h.eph < 32768 || h.eph > 60999 {
		h.eph = 32768
	}
	return h.eph
}

// source is the address from which h talks to a.
func (h *host) source(a netip.Addr) netip.Addr {
	if a.Is4() {
		return h.f.v4
	}
	return h.f.v6
}

// whenUp runs f as soon as h has an address.
func (h *host) whenUp(f func()) {
	if h.up {
		f()
		return
	}
	h.booted = append(h.booted, f)
}

func (h *host) ready() {
	h.up = true
	b := h.booted
	h.booted = nil
	for _, f := range b {
		f()
	}
}

// fragment splits p for an MTU and hands each part to out. It takes p over.
func (s *sim) fragment(p *packet, mtu int, out func(*packet)) {
	if p.Type != frame.IPv4 {
		s.release(p)
		return
	}
	body := p.AppendTransport(nil)
	step := (mtu - 20) &^ 7
	p.parts = (len(body) + step - 1) / step
	for off := 0; off < len(body); off += step {
		q := s.clone(p)
		n := min(step, len(body)-off)
		q.Raw, q.Tunnel, q.Inner = true, frame.NoTunnel, nil
		q.SetPayload(body[off : off+n])
		q.Offset, q.MF, q.DF = uint16(off), off+n < len(body), false
		// each fragment is a packet of its own on the wire
		s.release(q.root)
		q.root = nil
		q.whole = p
		p.refs++
		out(q)
	}
	s.release(p)
}
