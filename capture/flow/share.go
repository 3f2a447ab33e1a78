package flow

// Share lets the tables of one run decide by what all of them learned about ports. It is called when no more packets come, before
// the tables are flushed, so that what they say does not depend on how many they are.
func Share(tables []*Table) {
	if len(tables) < 2 {
		return
	}
	all := fans{}
	for _, t := range tables {
		all.merge(&t.ports)
	}
	for _, t := range tables {
		t.ports = all
	}
}

// merge adds what o learned.
func (f *fans) merge(o *fans) {
	if o.sets == nil {
		return
	}
	if f.sets == nil {
		f.slot(address{}, 0, 0)
	}
	for i := range o.sets {
		for _, s := range o.sets[i] {
			if s.tag != 0 {
				credit(&f.sets[i], s.tag, s.score)
			}
		}
	}
	for i := range o.ports {
		for p, n := range o.ports[i] {
			v := &f.ports[i][p]
			*v = max(*v, *v+n) // stays at its maximum
		}
	}
}

// credit adds n to the score of tag in a set.
func credit(set *[fanWays]fan, tag uint32, n uint16) {
	weakest := &set[0]
	for i := range set {
		s := &set[i]
		if s.tag == tag {
			s.score = max(s.score, s.score+n)
			return
		}
		if s.score < weakest.score {
			weakest = s
		}
	}
	if weakest.score < n {
		*weakest = fan{tag, n}
	}
}
