package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// StepRow is one step of a way between zones.
type StepRow struct {
	Step int64 `graph:"step"` // from 1
	ClientKey
	ServiceKey
}

// ZonePath lists the shortest ways from one zone to another.
var ZonePath = graph.Query[StepRow]{
	Name:  "zones/path",
	Group: groupZones,
	Doc:   "The shortest ways from one zone to another over hosts that use each other's services: every step that lies on one of them.",
	Params: []graph.Param{
		required(text("source", "zone where the way begins", "guest")), required(text("target", "zone where it ends", "servers")),
		{Name: "depth", Doc: "how many steps at most, up to 10", Default: int64(10), Example: "4"},
	},
	Cypher: cypher("zones-path"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[StepRow] {
		source, target := str(p, "source"), str(p, "target")
		if source == target {
			return slices.Values([]StepRow(nil))
		}
		var starts []graph.ID
		ends := map[graph.ID]bool{}
		for id, zones := range groupsOf(v, graph.TypeInZone) {
			if v.Endpoint(id) == nil {
				continue // a subnet, a VLAN
			}
			if zones[source] {
				starts = append(starts, id)
			}
			ends[id] = zones[target]
		}
		rows := shortest(v, starts, ends, min(number(p, "depth"), maxDepth))
		slices.SortFunc(rows, func(a, b StepRow) int {
			return cmp.Or(cmp.Compare(a.Step, b.Step), a.ClientKey.compare(b.ClientKey), a.ServiceKey.compare(b.ServiceKey))
		})
		return slices.Values(rows)
	},
}

// shortest returns the steps of all shortest ways, of one step at least, from a start to an end.
func shortest(v *graph.View, starts []graph.ID, ends map[graph.ID]bool, limit int64) (rows []StepRow) {
	ls := newLinks(v)
	from := distances(starts, limit, ls.hosts)
	length := limit + 1
	for host, d := range from {
		for l := range ls[host] {
			if ends[l.server] {
				length = min(length, d+1)
			}
		}
	}
	if length > limit {
		return nil
	}
	on := ends // hosts at which a step may arrive, from the last step to the first
	for step := length; step > 0; step-- {
		before := map[graph.ID]bool{}
		found := map[StepRow]bool{}
		for host, d := range from {
			if d != step-1 {
				continue
			}
			for l := range ls[host] {
				if on[l.server] && v.Endpoint(host) != nil {
					before[host] = true
					found[StepRow{step, clientKey(v.Endpoint(host)), serviceKey(v.Service(l.service))}] = true
				}
			}
		}
		for r := range found {
			rows = append(rows, r)
		}
		on = before
	}
	return rows
}
