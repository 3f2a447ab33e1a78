package build

import (
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
)

// Thresholds of what makes a MAC a router's.
const (
	forwardedFar    = 2 // addresses whose packets come through it with a TTL that is no initial one
	forwardedNets   = 3 // networks (/24, /64) of addresses that it sends for and never claims
	forwardedHosts  = 5 // such addresses
	ownStacks       = 2 // addresses beyond what it claims that a host may have, of IPv6 above all
	groupTTL        = 4 // multicast is often sent with a TTL up to this: it says nothing
	proxiedAddrs    = 4 // a router that claims more addresses in one place answers for others (proxy ARP)
	initialTTLCount = 4
)

// initialTTLs are those with which systems send. A packet that was forwarded shows less, and 32 hops are more than networks have.
var initialTTLs = [initialTTLCount]uint8{32, 64, 128, 255}

func initialTTL(t uint8) bool {
	for _, x := range initialTTLs {
		if t == x {
			return true
		}
	}
	return false
}

// virtualMAC names the first hop redundancy protocol that a MAC belongs to: VRRP (RFC 9568, section 7.3), HSRP 1, 2 and for IPv6, GLBP.
func virtualMAC(m fact.MAC) string {
	switch {
	case m[0] == 0 && m[1] == 0 && m[2] == 0x5e && m[3] == 0 && (m[4] == 1 || m[4] == 2):
		return "vrrp"
	case m[0] == 0 && m[1] == 0 && m[2] == 0x0c && m[3] == 0x07 && m[4] == 0xac,
		m[0] == 0 && m[1] == 0 && m[2] == 0x0c && m[3] == 0x9f && m[4]>>4 == 0xf,
		m[0] == 0 && m[1] == 5 && m[2] == 0x73 && m[3] == 0xa0 && m[4]>>4 == 0:
		return "hsrp"
	case m[0] == 0 && m[1] == 7 && m[2] == 0xb4:
		return "glbp"
	}
	return ""
}

// routerProtocols are spoken by routers to their own segment.
var routerProtocols = map[string]bool{"ospf": true, "eigrp": true, "isis": true, "rip": true, "pim": true, "hsrp": true, "vrrp": true, "glbp": true, "ra": true}

// findRouters returns the MACs that forward: virtual ones, those to which routed copies lead, speakers of routing protocols, and those
// through which the packets of several far addresses come.
func (b *Builder) findRouters() map[fact.MAC]string {
	routers := map[fact.MAC]string{}
	add := func(m fact.MAC) {
		if _, ok := routers[m]; !ok && !m.IsZero() {
			routers[m] = virtualMAC(m)
		}
	}
	for k := range b.copies {
		if k.kind == fact.Routed {
			add(k.toMAC)
		}
	}
	for k := range b.statements {
		if routerProtocols[k.protocol] {
			add(k.mac)
		}
	}
	type through struct {
		far, own, unclaimed map[netip.Addr]struct{}
		nets                map[netip.Prefix]struct{}
		ttls                map[netip.Addr]uint8 // of the far addresses
		ownTTL              [256]bool            // of those that it claims
	}
	macs := map[fact.MAC]*through{}
	for k, s := range b.stations {
		if virtualMAC(k.mac) != "" {
			add(k.mac)
		}
		if !global(k.ip) {
			continue
		}
		t := macs[k.mac]
		if t == nil {
			t = &through{map[netip.Addr]struct{}{}, map[netip.Addr]struct{}{}, map[netip.Addr]struct{}{}, map[netip.Prefix]struct{}{}, map[netip.Addr]uint8{}, [256]bool{}}
			macs[k.mac] = t
		}
		switch {
		case s.Claims > 0:
			t.own[k.ip] = struct{}{}
			t.ownTTL[s.TTLMax] = true
		case initialTTL(s.TTLMax):
			t.own[k.ip] = struct{}{}
			t.unclaimed[k.ip] = struct{}{}
			t.nets[network(k.ip)] = struct{}{}
		case s.TTLMax > groupTTL:
			t.far[k.ip] = struct{}{}
			t.ttls[k.ip] = max(t.ttls[k.ip], s.TTLMax)
			t.unclaimed[k.ip] = struct{}{}
			t.nets[network(k.ip)] = struct{}{}
		}
	}
	for m, t := range macs {
		for a := range t.own { // an address that it claims in one place is its own in all
			delete(t.far, a)
		}
		for a, ttl := range t.ttls { // some systems send with other TTLs than most: what its claimed addresses send with is its own
			if t.ownTTL[ttl] && len(t.ttls) <= ownStacks {
				delete(t.far, a)
			}
		}
		if len(t.far) >= forwardedFar || len(t.far) == 1 && len(t.own) > 0 || len(t.unclaimed) >= forwardedHosts && len(t.nets) >= forwardedNets {
			add(m)
		}
	}
	return routers
}

// global reports whether an address can be routed: not link-local, multicast, loopback or unspecified.
func global(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast() && !a.IsLinkLocalUnicast() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// network returns the /24 or /64 of an address.
func network(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 24
	}
	p, _ := a.WithZone("").Prefix(bits)
	return p
}
