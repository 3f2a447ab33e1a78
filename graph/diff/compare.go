package diff

import (
	"cmp"
	"fmt"
	"slices"

	"netscope.example/nsgraph/graph"
)

// comparison is one run.
type comparison struct {
	o          Options
	old, new   *side
	samePoints bool                  // at least one capture point is on both sides; else their names cannot be compared
	moved      map[graph.ID]graph.ID // services: from, to
	report     Report
}

// compare finds the changes of one kind.
func (c *comparison) compare(k Kind) {
	olds, news := c.old.seen[k], c.new.seen[k]
	var gone, come []*item
	for _, it := range c.old.items(k) {
		if n := news[it.id]; n != nil {
			c.changed(it, n)
		} else {
			gone = append(gone, it)
		}
	}
	for _, it := range c.new.items(k) {
		if olds[it.id] == nil {
			come = append(come, it)
		}
	}
	gone, come = c.move(k, gone, come)
	for _, it := range gone {
		c.vanished(it)
	}
	for _, it := range come {
		c.appeared(it)
	}
}

func (c *comparison) change(what string, it *item, confidence float64, text string) *Change {
	c.report.Changes = append(c.report.Changes, Change{
		Change: what, Subject: it.subject(), Confidence: confidence, Text: text, Evidence: it.evidence(),
		Node: it.node, Peer: it.peer, First: it.first, Last: it.last,
	})
	return &c.report.Changes[len(c.report.Changes)-1]
}

func (it *item) subject() Subject { return Subject{Kind: it.kind, ID: it.id.String(), Label: it.label} }

// name is the subject in a sentence.
func (it *item) name() string {
	if it.kind == VLAN {
		return it.label // it says VLAN already
	}
	return string(it.kind) + " " + it.label
}

func (c *comparison) cannotTell(it *item, reason, text string) {
	c.report.CannotTell = append(c.report.CannotTell, Unknown{Subject: it.subject(), Reason: reason, Text: text})
	c.report.Counts.CannotTell++
}

// attributes that are compared, in order. For those in exact every difference counts; of the others, sets of what was seen by chance, only
// two that have nothing in common.
var (
	attributes = []string{"application", "version", "certificate", "names", "name", "platform", "mac", "vlan", "zone", "neighbour", "value"}
	exact      = []string{"value", "platform", "version"}
)

// changeConfidence is that of two sets of observations that have nothing in common: what was said is certain, that it was always said is not.
const changeConfidence = 0.95

func (c *comparison) changed(before, after *item) {
	n := 0
	for _, a := range attributes {
		was, is := before.attributes[a], after.attributes[a]
		if len(was) == 0 || len(is) == 0 || overlap(was, is) {
			if !(slices.Contains(exact, a) && before.kind != Service && len(was) > 0 && len(is) > 0 && was.String() != is.String()) {
				continue
			}
		}
		ch := c.change(Changed, after, changeConfidence, fmt.Sprintf("%s: %s was %s, is %s", after.name(), a, was, is))
		ch.Attribute, ch.Before, ch.After = a, was.String(), is.String()
		n++
	}
	if n > 0 {
		c.report.Counts.Changed++
	} else {
		c.report.Counts.Unchanged++
	}
}

func (c *comparison) vanished(it *item) {
	if reason, text := c.blind(it, c.old, c.new); reason != "" {
		c.cannotTell(it, reason, text)
		return
	}
	p, used := wouldShow(it.active, c.old.coverage, c.new.coverage)
	seen := fmt.Sprintf("seen in %d of %d parts of the old window", used, slots)
	if p < c.o.Probability {
		c.cannotTell(it, TooShort, fmt.Sprintf("%s: %s; the new window would show it with probability %.2f", it.name(), seen, p))
		return
	}
	c.change(Vanished, it, p, fmt.Sprintf("%s: %s, last at %s, not seen in the new one", it.name(), seen, it.last))
	c.report.Counts.Vanished++
}

func (c *comparison) appeared(it *item) {
	if reason, text := c.blind(it, c.new, c.old); reason != "" {
		c.cannotTell(it, reason, text)
		return
	}
	p, _ := wouldShow(it.active, c.new.coverage, c.old.coverage)
	c.change(Appeared, it, p, fmt.Sprintf("%s: first seen at %s, not seen in the old window", it.name(), it.first))
	c.report.Counts.Appeared++
}

// blind says why the other side could not have shown it, "" if it could.
func (c *comparison) blind(it *item, here, there *side) (reason, text string) {
	where, none := "new", NotObservable
	if there == c.old {
		where, none = "old", NotObserved
	}
	switch {
	case there.coverage.length() == 0:
		return none, fmt.Sprintf("%s: the %s window holds no packets", it.name(), where)
	case c.samePoints && len(it.points) > 0 && !overlap(it.points, there.points):
		return PointDown, fmt.Sprintf("%s: capture point %s has nothing in the %s window", it.name(), it.points, where)
	case !c.inSight(it, here, there):
		return none, fmt.Sprintf("%s: nothing of its network was seen in the %s window", it.name(), where)
	}
	return "", ""
}

// inSight reports whether the other side saw anything where it is: an address of its network, its VLAN, one of its clients, or its speaker. Other capture
// points that see VLANs, and none of those in which it was, saw hosts of its network perhaps, but in what these say to the VLANs of the points.
func (c *comparison) inSight(it *item, here, there *side) bool {
	if !it.address.IsValid() && len(it.vlans) == 0 {
		return true // nothing says where it is, the capture point decides
	}
	if !c.samePoints && len(it.vlans) > 0 && len(there.vlans) > 0 && !overlap(it.vlans, there.vlans) && (it.kind == Service || it.kind == Dependency) {
		return there.lived[network(it.address)]
	}
	if it.address.IsValid() && there.prefixes[network(it.address)] || overlap(it.vlans, there.vlans) {
		return true
	}
	for id := range it.clients {
		if there.seen[Endpoint][id] != nil {
			return true
		}
	}
	if it.kind == VLAN || it.kind == Device || it.kind == Setting {
		return c.samePoints // a trunk that was watched on both sides
	}
	return there.seen[Endpoint][it.peer] != nil || there.seen[Device][it.owner] != nil
}

// findings compares the histories.
func (c *comparison) findings() {
	byID := func(fs []graph.Finding) map[graph.ID]*graph.Finding {
		m := map[graph.ID]*graph.Finding{}
		for i := range fs {
			if fs[i].Open {
				m[fs[i].ID] = &fs[i]
			}
		}
		return m
	}
	olds, news := byID(c.o.OldFindings), byID(c.o.NewFindings)
	add := func(what string, f *graph.Finding, text string) *Change {
		it := &item{kind: Finding, id: f.ID, node: f.ID, label: f.Rule, first: f.First, last: f.Last}
		return c.change(what, it, f.Confidence, text)
	}
	for id, f := range olds {
		switch n := news[id]; {
		case n == nil:
			add(Vanished, f, "finding "+f.Rule+" is gone: "+f.Text)
			c.report.Counts.Vanished++
		case n.Severity != f.Severity:
			ch := add(Changed, n, "finding "+n.Rule+" is "+n.Severity+", was "+f.Severity+": "+n.Text)
			ch.Attribute, ch.Before, ch.After = "severity", f.Severity, n.Severity
			c.report.Counts.Changed++
		default:
			c.report.Counts.Unchanged++
		}
	}
	for id, f := range news {
		if olds[id] == nil {
			add(Appeared, f, "finding "+f.Rule+" is new: "+f.Text)
			c.report.Counts.Appeared++
		}
	}
}

// sort gives the report its order.
func (r *Report) sort() {
	kind := func(s Subject) int { return slices.Index(kindOrder, s.Kind) }
	slices.SortFunc(r.Changes, func(a, b Change) int {
		return cmp.Or(kind(a.Subject)-kind(b.Subject), cmp.Compare(a.Change, b.Change), cmp.Compare(a.Subject.Label, b.Subject.Label),
			cmp.Compare(a.Subject.ID, b.Subject.ID), cmp.Compare(a.Attribute, b.Attribute))
	})
	slices.SortFunc(r.CannotTell, func(a, b Unknown) int {
		return cmp.Or(kind(a.Subject)-kind(b.Subject), cmp.Compare(a.Subject.Label, b.Subject.Label), cmp.Compare(a.Subject.ID, b.Subject.ID))
	})
}
