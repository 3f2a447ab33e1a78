package segmentation

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// policy sums up what the rules say of a pair: allow or deny if all traffic meets one fate, mixed if not, observe if none is judged.
func (j *judge) policy(z pair) string {
	p := j.site.Intent.Policy
	if p == nil {
		return "observe"
	}
	rest := j.site.Decide(z.from, z.to, "\x00", 0, "") // matches only rules without services, and the defaults
	for _, r := range p.Rules {
		if r.From != "any" && r.From != z.from || r.To != "any" && r.To != z.to {
			continue
		}
		if len(r.Services) == 0 {
			break
		}
		if r.Action != rest.Action {
			return "mixed"
		}
	}
	return rest.Action
}

// maxInferred is of how many inferred zones the matrix has the pairs without traffic: nobody declared a policy between them. maxDeclared is the same of
// declared ones: their pairs without traffic count for the score all the same.
const (
	maxInferred = 50
	maxDeclared = 400
)

// matrix returns a cell for every ordered pair of zones, and for pairs without a zone that have traffic, and the score. Of many zones, pairs without
// traffic are only counted.
func (j *judge) matrix() (cells []Cell, s Score, omitted int) {
	zones := j.site.Zones()
	inferred := j.site.ZonesFrom == "inferred"
	leaveOut := len(zones) > maxDeclared || inferred && len(zones) > maxInferred
	order := map[string]int{"": len(zones)}
	for i, z := range zones {
		order[z] = i
	}
	if leaveOut {
		omitted = len(zones) * (len(zones) - 1)
		for k := range j.cells {
			if k.from != k.to && k.from != "" && k.to != "" {
				omitted--
			}
		}
	}
	if !leaveOut || !inferred { // there may be as many inferred zones as addresses that somebody made up
		for k := range pairs(zones) {
			if !leaveOut {
				j.cell(k)
			} else if j.cells[k] == nil {
				c := Cell{Policy: j.policy(k)}
				j.score(k, &c, &s)
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(j.cells), func(a, b pair) int {
		return cmp.Or(cmp.Compare(order[a.from], order[b.from]), cmp.Compare(order[a.to], order[b.to]))
	})
	cells = make([]Cell, 0, len(keys))
	for _, k := range keys {
		c := j.cells[k]
		j.score(k, c, &s)
		cells = append(cells, *c)
	}
	s.Value, s.Low, s.High = wilson(s.Observable-s.Violated, s.Observable)
	return cells, s, omitted
}

// pairs yields the ordered pairs of different zones.
func pairs(zones []string) iter.Seq[pair] {
	return func(yield func(pair) bool) {
		for _, a := range zones {
			for _, b := range zones {
				if a != b && !yield(pair{a, b}) {
					return
				}
			}
		}
	}
}

// score completes the verdict on a pair and counts it.
func (j *judge) score(k pair, c *Cell, s *Score) {
	observable := j.observable(k)
	if c.Verdict == "" {
		c.Verdict = j.silence(c, observable)
	}
	if (c.Policy == "deny" || c.Policy == "mixed") && k.from != k.to && k.from != "" && k.to != "" {
		violated := c.Verdict == "forbidden-seen" || c.Verdict == "forbidden-reached"
		if violated || observable && c.Verdict != "unobservable" {
			s.Observable++
		}
		if violated {
			s.Violated++
		}
	}
}

// silence is the verdict on a pair in which nothing was established and no attempt was judged. Of denied attempts whose fate is unknown nothing can be said.
func (j *judge) silence(c *Cell, observable bool) string {
	switch {
	case c.Count > 0 && (c.Policy == "allow" || c.Policy == "mixed"):
		return "allowed-unused" // attempts that nothing answered
	case c.Count > 0 && c.Policy == "observe" && observable:
		return "not-seen" // nobody allowed it, and nothing came through
	case c.Count > 0, !observable:
		return "unobservable"
	case c.Policy == "allow", c.Policy == "mixed":
		return "allowed-unused"
	}
	return "not-seen"
}

// observable reports whether traffic of the pair would have been seen: one of the segments was in view, at a point that sees more than one
// host, or at the host that is in one of the zones.
func (j *judge) observable(z pair) bool {
	if !j.single.IsZero() {
		h := j.site.HostByID(j.single)
		return h != nil && (h.Zone == z.from || h.Zone == z.to)
	}
	return j.inView[z.from] || j.inView[z.to]
}
