package build

import (
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// residence is an address that speaks in a place itself.
type residence struct {
	macs        []fact.MAC // ascending
	claimed     bool       // by ARP or ND
	first, last fact.Time
	clocks      []fact.TimestampClock
	witness     []fact.Evidence
}

// residences returns where addresses speak themselves: where they claim their address, or their packets come with an initial TTL and not
// from a router's MAC.
func (b *Builder) residences(routers map[fact.MAC]string, canon func(uint32) uint32) map[host]*residence {
	type answering struct {
		mac   fact.MAC
		place uint32
	}
	claims := map[answering]int{}
	for k, s := range b.stations {
		if s.Claims > 0 {
			claims[answering{k.mac, canon(k.place)}]++
		}
	}
	at := map[host]*residence{}
	for k, s := range b.stations {
		_, router := routers[k.mac]
		place := canon(k.place)
		switch {
		case s.Claims > 0 && (!router || claims[answering{k.mac, place}] <= proxiedAddrs):
		case !router && (initialTTL(s.TTLMax) || s.TTLMax != 0 && s.TTLMax <= groupTTL):
		default:
			continue
		}
		h := host{k.ip, place}
		r := at[h]
		if r == nil {
			r = &residence{first: s.First, last: s.Last}
			at[h] = r
		}
		r.first, r.last = min(r.first, s.First), max(r.last, s.Last)
		r.claimed = r.claimed || s.Claims > 0
		r.clocks = append(r.clocks, s.Clocks...)
		r.witness = mergeEvidence(r.witness, one(s.Evidence))
		if i, ok := slices.BinarySearchFunc(r.macs, k.mac, func(a, b fact.MAC) int { return slices.Compare(a[:], b[:]) }); !ok {
			r.macs = slices.Insert(r.macs, i, k.mac)
		}
	}
	return at
}

// homes returns the places of each address that speaks itself somewhere.
func homes(at map[host]*residence) map[netip.Addr][]uint32 {
	m := map[netip.Addr][]uint32{}
	for h := range at {
		m[h.ip] = append(m[h.ip], h.place)
	}
	return m
}
