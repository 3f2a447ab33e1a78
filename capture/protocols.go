package capture

import (
	"fmt"

	"netscope.example/nsgraph/capture/wire"
)

// otherKey tells apart what otherName may name differently.
func otherKey(p *wire.Packet) uint64 {
	return uint64(p.Has)<<48 | uint64(p.OUI)<<16 | uint64(p.EtherType)
}

// etherTypes names the EtherTypes without IP that occur on networks (IEEE registry).
var etherTypes = map[uint16]string{
	0x0806: "arp", 0x8035: "rarp", 0x88cc: "lldp", 0x8847: "mpls", 0x8848: "mpls", 0x8863: "pppoe-discovery", 0x8864: "pppoe",
	0x888e: "eapol", 0x88e5: "macsec", 0x8809: "slow", 0x88f7: "ptp", 0x8892: "profinet", 0x88a4: "ethercat", 0x88b8: "goose",
	0x88ba: "sampled-values", 0x8902: "cfm", 0x88f5: "mvrp", 0x88f6: "mmrp", 0x9000: "loopback", 0x8137: "ipx", 0x809b: "appletalk",
	0x80f3: "aarp", 0x6003: "decnet", 0x8906: "fcoe", 0x8914: "fip", 0x22f0: "avtp", 0x22f3: "trill", 0x8808: "pause",
	0x893a: "ieee1905", 0x88e1: "homeplug", 0x8899: "realtek", 0x0800: "ip", 0x86dd: "ipv6", 0x0200: "pup", 0x2000: "cdp",
}

// llcTypes names LLC service access points, DSAP<<8|SSAP.
var llcTypes = map[uint16]string{
	0x4242: "stp", 0xfefe: "isis", 0xe0e0: "ipx", 0xf0f0: "netbeui", 0x0404: "sna", 0xffff: "ipx",
}

// snapTypes names the types of SNAP headers with Cisco's OUI 00000c.
var snapTypes = map[uint16]string{
	0x2000: "cdp", 0x2003: "vtp", 0x2004: "dtp", 0x0104: "pagp", 0x0111: "udld", 0x010b: "stp", 0x010c: "vlan-bridge", 0x0102: "drip",
}

const ciscoOUI = 0x00000c

// otherName names the highest network protocol of a frame without IP.
func otherName(p *wire.Packet) string {
	switch {
	case p.Problem == wire.UnknownLink:
		return "unknown-link"
	case p.Has&wire.HasMPLS != 0:
		return "mpls"
	case p.Has&wire.HasSNAP != 0 && p.OUI == ciscoOUI:
		if n, ok := snapTypes[p.EtherType]; ok {
			return n
		}
		return fmt.Sprintf("snap-00000c-%04x", p.EtherType)
	case p.Has&wire.HasSNAP != 0 && p.OUI != 0:
		return fmt.Sprintf("snap-%06x-%04x", p.OUI, p.EtherType)
	case p.Has&wire.HasLLC != 0 && p.Has&wire.HasSNAP == 0:
		if n, ok := llcTypes[p.EtherType]; ok {
			return n
		}
		return fmt.Sprintf("llc-%04x", p.EtherType)
	}
	if n, ok := etherTypes[p.EtherType]; ok {
		return n
	}
	if p.EtherType == 0 {
		return "unknown"
	}
	return fmt.Sprintf("ether-%04x", p.EtherType)
}
