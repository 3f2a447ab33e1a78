package intent

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/gaissmai/bart"
)

// Zones finds the zone of an address. It does not change; it is safe for concurrent use.
type Zones struct{ byContext map[string]*zoneTable }

type zoneTable struct {
	prefixes bart.Table[string]
	vlans    []zoneVLANs
}

type zoneVLANs struct {
	ranges Ranges
	zone   string
}

// NewZones prepares the look-up. in may be nil.
func (in *Intent) NewZones() *Zones {
	z := &Zones{byContext: map[string]*zoneTable{}}
	if in == nil {
		return z
	}
	for _, c := range in.Contexts { // a declared context without zones has no zone, not those of the default
		z.byContext[c.Name] = &zoneTable{}
	}
	for i := range in.Zones {
		zone := &in.Zones[i]
		t := z.byContext[contextName(zone.Context)]
		if t == nil {
			t = &zoneTable{}
			z.byContext[contextName(zone.Context)] = t
		}
		for _, p := range zone.Prefixes {
			t.prefixes.Insert(p.Prefix, zone.Name)
		}
		if len(zone.VLANs) > 0 {
			t.vlans = append(t.vlans, zoneVLANs{zone.VLANs, zone.Name})
		}
	}
	return z
}

// Zone returns the zone of an address that was seen in a VLAN ("" unknown or untagged; of a stack the inner tag decides): that of the
// longest prefix that holds it, else that of the VLAN; "" if none. In a context that nobody declared, which exists because its addresses
// are those of another one, the VLAN decides first.
func (z *Zones) Zone(context string, a netip.Addr, vlan string) string {
	t := z.byContext[contextName(context)]
	if t == nil {
		if t = z.byContext[defaultContext]; t == nil {
			return ""
		}
		if context != "" && context != defaultContext {
			if name := t.byVLAN(vlan); name != "" {
				return name
			}
		}
	}
	if name, ok := t.prefixes.Lookup(a.Unmap().WithZone("")); ok {
		return name
	}
	return t.byVLAN(vlan)
}

func (t *zoneTable) byVLAN(vlan string) string {
	if i := strings.LastIndexByte(vlan, '.'); i >= 0 {
		vlan = vlan[i+1:]
	}
	id, err := strconv.ParseUint(vlan, 10, 16)
	if err != nil {
		return ""
	}
	for _, v := range t.vlans {
		if v.ranges.Contains(uint32(id)) {
			return v.zone
		}
	}
	return ""
}
