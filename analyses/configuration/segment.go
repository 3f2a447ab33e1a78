package configuration

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// speaker is one end that states settings within a segment: a router's address, a bridge, a port.
type speaker struct {
	label string
	rows  map[string][]*StatementRow // by setting, by time
}

// values returns the distinct values of a setting, in the order of their first statement.
func (s *speaker) values(setting string) []string {
	var vs []string
	for _, r := range s.rows[setting] {
		if !slices.Contains(vs, r.Value) {
			vs = append(vs, r.Value)
		}
	}
	return vs
}

// last returns the last row of a setting, or nil.
func (s *speaker) last(setting string) *StatementRow {
	rs := s.rows[setting]
	if len(rs) == 0 {
		return nil
	}
	return slices.MaxFunc(rs, func(a, b *StatementRow) int { return cmp.Compare(a.Last, b.Last) })
}

// value returns the last value of a setting, "" if it was not stated.
func (s *speaker) value(setting string) string {
	if r := s.last(setting); r != nil {
		return r.Value
	}
	return ""
}

// all returns all rows, in the order of their settings.
func (s *speaker) all() []*StatementRow {
	var rs []*StatementRow
	for _, k := range slices.Sorted(maps.Keys(s.rows)) {
		rs = append(rs, s.rows[k]...)
	}
	return rs
}

// any returns some row; a speaker has at least one.
func (s *speaker) any() *StatementRow { return s.all()[0] }

// segment is where settings must agree: a subnet, a redundancy group, a spanning tree, a link.
type segment struct {
	protocol string
	name     string // "10.0.0.0/24 vlan 10"; where one group is heard at points apart, with these: "vlan 10 at a, b"
	group    string // name without the points
	speakers []*speaker
}

// place names the layer-2 world of a statement: "", "vlan 10", "vlan 10 in vxlan 5000".
func place(r *StatementRow) string {
	var parts []string
	if r.VLAN != "" {
		parts = append(parts, "vlan "+r.VLAN)
	}
	if r.Tunnel != "" {
		parts = append(parts, "in "+r.Tunnel)
	}
	return strings.Join(parts, " ")
}

// untagged names the place of what carries no tag.
const untagged = "the untagged segment"

// where names the group of a statement, and its place if the group does not.
func where(r *StatementRow) string {
	p := place(r)
	if p == r.Group {
		return p
	}
	return strings.TrimSpace(r.Group + " " + p)
}

// segments sorts rows into segments and speakers. name returns where a row belongs, "" for nowhere; who names its speaker.
func segments(rows []StatementRow, protocol string, name, who func(*StatementRow) string) []*segment {
	at := map[string]map[string]*speaker{}
	for i := range rows {
		r := &rows[i]
		if !strings.HasPrefix(r.Setting, protocol+".") {
			continue
		}
		n := name(r)
		if n == "" {
			continue
		}
		if at[n] == nil {
			at[n] = map[string]*speaker{}
		}
		s := at[n][who(r)]
		if s == nil {
			s = &speaker{label: who(r), rows: map[string][]*StatementRow{}}
			at[n][s.label] = s
		}
		s.rows[r.Setting] = append(s.rows[r.Setting], r)
	}
	var out []*segment
	for _, n := range slices.Sorted(maps.Keys(at)) {
		out = append(out, &segment{protocol: protocol, name: n, group: n, speakers: byLabel(at[n])})
	}
	return out
}

func byLabel(m map[string]*speaker) []*speaker {
	return slices.SortedFunc(maps.Values(m), func(a, b *speaker) int { return cmp.Compare(a.label, b.label) })
}

// byAddress labels a speaker by its address, or else by what it calls itself.
func byAddress(r *StatementRow) string { return cmp.Or(r.Address, r.Speaker) }

// byPort labels a port of a device.
func byPort(r *StatementRow) string { return strings.TrimSpace(r.Speaker + " " + r.Port) }

// sites splits segments by where they were heard: two capture points look at one segment if they hear one speaker with one MAC, or if also says the same of
// both ("" says nothing). Segments that carry no name of their own, or one that every site has, tell nothing else of being apart.
func sites(segs []*segment, also func(*StatementRow) string) []*segment {
	var out []*segment
	for _, s := range segs {
		parts := groups{}
		for _, p := range s.speakers {
			for _, r := range p.all() {
				parts.join("point "+r.Point, "speaker "+p.label+" "+identity(r))
				if x := also(r); x != "" {
					parts.join("point "+r.Point, "also "+x)
				}
			}
		}
		at := map[string]map[string]*speaker{}
		points := map[string][]string{}
		for _, p := range s.speakers {
			for _, setting := range slices.Sorted(maps.Keys(p.rows)) {
				for _, r := range p.rows[setting] {
					part := parts.find("point " + r.Point)
					if at[part] == nil {
						at[part] = map[string]*speaker{}
					}
					x := at[part][p.label]
					if x == nil {
						x = &speaker{label: p.label, rows: map[string][]*StatementRow{}}
						at[part][p.label] = x
					}
					x.rows[setting] = append(x.rows[setting], r)
					if !slices.Contains(points[part], r.Point) {
						points[part] = append(points[part], r.Point)
					}
				}
			}
		}
		for _, part := range slices.Sorted(maps.Keys(at)) {
			name := s.name
			if len(at) > 1 {
				slices.Sort(points[part])
				name += " at " + strings.Join(points[part], ", ")
			}
			out = append(out, &segment{protocol: s.protocol, name: name, group: s.group, speakers: byLabel(at[part])})
		}
	}
	return out
}

// identity tells a speaker from another of the same name: bridges name themselves once in a network, addresses are used again.
func identity(r *StatementRow) string {
	if r.Address == "" {
		return ""
	}
	return r.MAC
}

// nothing says nothing of where a statement was heard.
func nothing(*StatementRow) string { return "" }

// groups are disjoint sets of names.
type groups map[string]string

func (g groups) find(x string) string {
	for g[x] != "" && g[x] != x {
		x = g[x]
	}
	return x
}

// join makes two sets one; the lesser name stands for it.
func (g groups) join(a, b string) {
	a, b = g.find(a), g.find(b)
	if a != b {
		g[max(a, b)] = min(a, b)
	}
}
