package app

import (
	"cmp"
	"hash/maphash"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// names collects names of addresses; equal ones are one fact with a count.
type names struct {
	m       map[nameKey]*fact.Name
	max     int
	seed    maphash.Seed
	dropped uint64
}

type nameKey struct {
	scope      fact.Scope
	ip, client netip.Addr
	hash       uint64 // of name and evidence
}

func (n *names) init(most int) {
	n.m, n.max, n.seed = map[nameKey]*fact.Name{}, most, maphash.MakeSeed()
}

func (n *names) full() bool { return len(n.m) >= n.max }

// add notes that p shows name as a name of ip, to client if that is valid. name is in lower case already.
func (n *names) add(p *wire.Packet, ip netip.Addr, name []byte, evidence string, client netip.Addr, ttl uint32) {
	if !ip.IsValid() || ip.IsUnspecified() || len(name) == 0 {
		return
	}
	k := nameKey{p.Scope, ip, client, maphash.Bytes(n.seed, name)*31 + maphash.String(n.seed, evidence)}
	f := n.m[k]
	if f == nil {
		if len(n.m) >= n.max {
			n.dropped++
			return
		}
		t := fact.Time(p.Time)
		n.m[k] = &fact.Name{Scope: p.Scope, IP: ip, Name: string(name), Evidence: evidence, Client: client, TTL: ttl, First: t, Last: t,
			Count: 1, Packets: fact.Evidence{Capture: p.Capture, Packets: []uint64{p.Number}}}
		return
	}
	t := fact.Time(p.Time)
	f.First, f.Last = min(f.First, t), max(f.Last, t)
	f.TTL = max(f.TTL, ttl)
	f.Count++
	if len(f.Packets.Packets) < fact.MaxEvidence && f.Packets.Capture == p.Capture {
		f.Packets.Packets = append(f.Packets.Packets, p.Number)
	}
}

// take returns all names by address, name, evidence, client and first time, and forgets them.
func (n *names) take() []*fact.Name {
	all := make([]*fact.Name, 0, len(n.m))
	for _, f := range n.m {
		slices.Sort(f.Packets.Packets)
		all = append(all, f)
	}
	clear(n.m)
	slices.SortFunc(all, func(a, b *fact.Name) int {
		if c := a.IP.Compare(b.IP); c != 0 {
			return c
		}
		if c := cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Evidence, b.Evidence)); c != 0 {
			return c
		}
		return cmp.Or(a.Client.Compare(b.Client), cmp.Compare(a.First, b.First), a.Scope.Compare(b.Scope))
	})
	return all
}
