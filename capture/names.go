package capture

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/fact"
)

// names joins the names that several workers saw of one address, so that what a run yields does not depend on how many
// they are.
type names struct {
	m map[nameKey]*fact.Name
}

type nameKey struct {
	scope      fact.Scope
	ip, client netip.Addr
	name, by   string
}

// maxNames is how many names are held back to be joined; with more, those so far are yielded.
const maxNames = 1 << 17

// add joins n to the names so far. It reports whether they should be yielded now.
func (x *names) add(n *fact.Name) (full bool) {
	if x.m == nil {
		x.m = map[nameKey]*fact.Name{}
	}
	k := nameKey{n.Scope, n.IP, n.Client, n.Name, n.Evidence}
	o := x.m[k]
	if o == nil {
		x.m[k] = n
		return len(x.m) >= maxNames
	}
	o.Count += n.Count
	o.First, o.Last = min(o.First, n.First), max(o.Last, n.Last)
	o.TTL = max(o.TTL, n.TTL)
	o.Packets = join(o.Packets, n.Packets)
	return false
}

// join returns the smaller numbers of the smaller capture index.
func join(a, b fact.Evidence) fact.Evidence {
	switch {
	case len(b.Packets) == 0 || len(a.Packets) > 0 && a.Capture < b.Capture:
		return a
	case len(a.Packets) == 0 || b.Capture < a.Capture:
		return b
	}
	all := slices.Concat(a.Packets, b.Packets)
	slices.Sort(all)
	all = slices.Compact(all)
	return fact.Evidence{Capture: a.Capture, Packets: all[:min(len(all), fact.MaxEvidence)]}
}

// Facts yields the names in a stable order and forgets them.
func (x *names) Facts(yield func(fact.Fact) bool) {
	l := make([]*fact.Name, 0, len(x.m))
	for _, n := range x.m {
		l = append(l, n)
	}
	clear(x.m)
	slices.SortFunc(l, func(a, b *fact.Name) int {
		if c := a.IP.Compare(b.IP); c != 0 {
			return c
		}
		if c := a.Client.Compare(b.Client); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Evidence, b.Evidence), a.Scope.Compare(b.Scope))
	})
	for _, n := range l {
		if !yield(n) {
			return
		}
	}
}
