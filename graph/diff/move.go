package diff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/graph"
)

// move pairs what is gone with what has come, and returns the rest.
func (c *comparison) move(k Kind, gone, come []*item) (restGone, restCome []*item) {
	pairs := map[*item]*item{}
	switch k {
	case Service:
		pairs = c.byMarks(k, gone, come, func(a, b *item) bool { return sameRole(a, b) })
		c.byClients(gone, come, pairs)
		c.moved = map[graph.ID]graph.ID{}
		for a, b := range pairs {
			c.moved[a.id] = b.id
		}
	case Endpoint:
		pairs = c.byMarks(k, gone, come, func(*item, *item) bool { return true })
	case Dependency:
		c.withService(gone, come, pairs)
	}
	taken := map[*item]bool{}
	for _, a := range gone {
		b := pairs[a]
		if b == nil {
			restGone = append(restGone, a)
			continue
		}
		taken[b] = true
		c.movedTo(a, b)
	}
	for _, b := range come {
		if !taken[b] {
			restCome = append(restCome, b)
		}
	}
	return restGone, restCome
}

// movedTo reports a pair; a service that keeps its address and changes its port has changed, not moved.
func (c *comparison) movedTo(a, b *item) {
	what, attribute, before, after := Moved, "address", a.address.String(), b.address.String()
	if a.kind == Service && a.address == b.address {
		what, attribute = Changed, "port"
		before, after = a.label[strings.IndexByte(a.label, ' ')+1:], b.label[strings.IndexByte(b.label, ' ')+1:]
	}
	why := []string{}
	for _, m := range a.marks.sorted() {
		if b.marks[m] {
			name, _, _ := strings.Cut(m, " ")
			if !slices.Contains(why, name) {
				why = append(why, name)
			}
		}
	}
	confidence := 0.9
	switch {
	case a.kind == Dependency && a.peer != b.peer:
		why = []string{"host"}
		before, after = c.old.seen[Endpoint][a.peer].address.String(), c.new.seen[Endpoint][b.peer].address.String()
	case a.kind == Dependency:
		why = []string{"client"}
	case len(why) == 0:
		why, confidence = []string{"clients"}, 0.7
	}
	ch := c.change(what, a, confidence, fmt.Sprintf("%s is now %s: same %s", a.name(), b.label, strings.Join(why, ", ")))
	ch.Attribute, ch.Before, ch.After, ch.Now, ch.Last = attribute, before, after, b.node, b.last
	ch.Evidence = append(ch.Evidence, b.evidence()...)
	if what == Moved {
		c.report.Counts.Moved++
	} else {
		c.report.Counts.Changed++
	}
	if a.kind == Service {
		c.compareMoved(a, b)
	}
}

// compareMoved reports what else changed of a service that moved.
func (c *comparison) compareMoved(a, b *item) {
	counts := c.report.Counts
	c.changed(a, b)
	c.report.Counts = counts // it was counted as moved
}

// sameRole reports whether two services could be one: the same transport, and applications that do not contradict each other.
func sameRole(a, b *item) bool {
	x, y := a.attributes["application"], b.attributes["application"]
	return transport(a) == transport(b) && (len(x) == 0 || len(y) == 0 || overlap(x, y))
}

func transport(it *item) string {
	_, t, _ := strings.Cut(it.label, " ")
	t, _, _ = strings.Cut(t, "/")
	return t
}

// byMarks pairs by certificate, name or MAC, each of which must point to one subject on each side: what several share (a wildcard certificate, a
// replicated service) identifies none of them.
func (c *comparison) byMarks(k Kind, gone, come []*item, fit func(a, b *item) bool) map[*item]*item {
	shared := set{}
	for _, s := range []*side{c.old, c.new} {
		n := map[string]int{}
		for _, it := range s.seen[k] {
			for m := range it.marks {
				if n[m]++; n[m] > 1 {
					shared[m] = true
				}
			}
		}
	}
	at := map[string]*item{}
	for _, b := range come {
		for m := range b.marks {
			if !shared[m] {
				at[m] = b
			}
		}
	}
	pairs, taken := map[*item]*item{}, map[*item]bool{}
	for _, a := range gone {
		for _, m := range a.marks.sorted() {
			b := at[m]
			if b != nil && !shared[m] && !taken[b] && fit(a, b) {
				pairs[a], taken[b] = b, true
				break
			}
		}
	}
	return pairs
}

// minClients is how many clients two services must share before these alone say that they are one.
const minClients = 3

// byClients pairs services of the same port and application that most of their clients use, if there is one such pair only.
func (c *comparison) byClients(gone, come []*item, pairs map[*item]*item) {
	taken := map[*item]bool{}
	for b := range maps.Values(pairs) {
		taken[b] = true
	}
	fits := func(a, b *item) bool {
		if taken[b] || pairs[a] != nil || !sameRole(a, b) || a.address == b.address || portOf(a) != portOf(b) || contradict(a, b) {
			return false
		}
		both := 0
		for id := range a.clients {
			if b.clients[id] {
				both++
			}
		}
		return both >= minClients && 2*both > len(a.clients)+len(b.clients)-both // Jaccard over one half
	}
	partners := func(it *item, others []*item, fit func(x *item) bool) (found *item) {
		for _, x := range others {
			if fit(x) {
				if found != nil {
					return nil
				}
				found = x
			}
		}
		return found
	}
	for _, a := range gone {
		b := partners(a, come, func(b *item) bool { return fits(a, b) })
		if b != nil && partners(b, gone, func(x *item) bool { return fits(x, b) }) == a {
			pairs[a], taken[b] = b, true
		}
	}
}

func portOf(it *item) string { return it.label[strings.LastIndexByte(it.label, '/')+1:] }

// contradict reports whether two services say different things of themselves.
func contradict(a, b *item) bool {
	for _, n := range []string{"certificate", "names"} {
		if x, y := a.attributes[n], b.attributes[n]; len(x) > 0 && len(y) > 0 && !overlap(x, y) {
			return true
		}
	}
	return false
}

// hosts returns the endpoints that moved: from, to.
func (c *comparison) hosts() map[graph.ID]graph.ID {
	var gone, come []*item
	for _, it := range c.old.items(Endpoint) {
		if c.new.seen[Endpoint][it.id] == nil {
			gone = append(gone, it)
		}
	}
	for _, it := range c.new.items(Endpoint) {
		if c.old.seen[Endpoint][it.id] == nil {
			come = append(come, it)
		}
	}
	moved := map[graph.ID]graph.ID{}
	for a, b := range c.byMarks(Endpoint, gone, come, func(*item, *item) bool { return true }) {
		moved[a.id] = b.id
	}
	return moved
}

// withService pairs the dependencies of clients that followed a service, and those of clients that have another address.
func (c *comparison) withService(gone, come []*item, pairs map[*item]*item) {
	hosts := c.hosts()
	at := map[[2]graph.ID]*item{}
	for _, b := range come {
		at[[2]graph.ID{b.peer, b.node}] = b
	}
	for _, a := range gone {
		service, follows := c.moved[a.node]
		if !follows {
			service = a.node
		}
		b := at[[2]graph.ID{a.peer, service}]
		if host, ok := hosts[a.peer]; ok && b == nil {
			b = at[[2]graph.ID{host, service}]
		}
		if b != nil {
			pairs[a] = b
		}
	}
}
