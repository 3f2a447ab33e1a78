package configuration

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// LoopRow is what came by one place more than once.
type LoopRow struct {
	ID         graph.ID   `graph:"id"`
	Point      graph.ID   `graph:"point"`
	Name       string     `graph:"name"`
	Kind       string     `graph:"kind"` // mirrored: the same frame; routed: the same packet with a lower TTL
	VLAN       string     `graph:"vlan"`
	MAC        string     `graph:"mac"`
	ToMAC      string     `graph:"to_mac"`
	Hops       int64      `graph:"hops"`
	Packets    int64      `graph:"packets"`
	Broadcasts int64      `graph:"broadcasts"`
	Sightings  int64      `graph:"sightings"`
	Example    string     `graph:"example"`
	First      graph.Time `graph:"first"`
	Last       graph.Time `graph:"last"`
	Witness    []string   `graph:"evidence"`
}

// Loops lists broadcasts and routed packets that come by one place again and again.
var Loops = graph.Query[LoopRow]{
	Name: "configuration/loops",
	Doc:  "Frames and packets that come by one place again and again.",
	Params: []graph.Param{
		{Name: "sightings", Doc: "How often one broadcast must come by.", Default: int64(fact.LoopSightings), Example: "64"},
	},
	Cypher: loopsCypher,
	Local: func(v *graph.View, p graph.Params) iter.Seq[LoopRow] {
		var rows []LoopRow
		for i := range v.Copied {
			c := &v.Copied[i]
			bridged := c.Kind == "mirrored" && c.Broadcasts > 0 && c.Sightings >= p.Args["sightings"].(int64)
			routed := c.Kind == "routed" && c.FromMAC != "" && c.ToMAC != ""
			if c.Src != c.Dst || c.FromVLAN != c.ToVLAN || !bridged && !routed {
				continue
			}
			rows = append(rows, LoopRow{ID: c.ID, Point: c.Src, Name: v.Point(c.Src).Name, Kind: c.Kind, VLAN: c.FromVLAN, MAC: c.FromMAC, ToMAC: c.ToMAC, Hops: c.Hops,
				Packets: c.Packets, Broadcasts: c.Broadcasts, Sightings: c.Sightings, Example: c.Example, First: c.From, Last: c.To - 1, Witness: c.Witness})
		}
		slices.SortFunc(rows, func(a, b LoopRow) int { return cmp.Or(cmp.Compare(a.First, b.First), a.ID.Compare(b.ID)) })
		return slices.Values(rows)
	},
}

// returns reports whether routed packets come back to who sent them: by the same router again, or by two that send the same ones to each
// other. A router that sends a packet on in the segment it came from sends it to another.
func (j *judge) returns(r *LoopRow) bool {
	return r.MAC == r.ToMAC || slices.ContainsFunc(j.loops, func(o LoopRow) bool {
		return o.Kind == r.Kind && o.Point == r.Point && o.VLAN == r.VLAN && o.MAC == r.ToMAC && o.ToMAC == r.MAC && o.Example == r.Example
	})
}

// looping makes one finding of all that loops at one place.
func (j *judge) looping() {
	type place struct{ kind, point, vlan string }
	at := map[place][]*LoopRow{}
	var places []place
	for i := range j.loops {
		r := &j.loops[i]
		if r.Kind == "routed" && !j.returns(r) {
			continue
		}
		k := place{r.Kind, r.Name, r.VLAN}
		if at[k] == nil {
			places = append(places, k)
		}
		at[k] = append(at[k], r)
	}
	for _, k := range places {
		rows := at[k]
		var packets, broadcasts, most, hops int64
		var witness []string
		first, last := rows[0].First, rows[0].Last
		for _, r := range rows {
			packets, broadcasts = packets+r.Packets, broadcasts+r.Broadcasts
			most, hops = max(most, r.Sightings), max(hops, r.Hops)
			first, last = min(first, r.First), max(last, r.Last)
			witness = append(witness, r.Witness...)
		}
		rule, filter := "configuration/bridging-loop", "eth.dst.ig == 1"
		text := fmt.Sprintf("one broadcast comes by %s%s %d times with its TTL unchanged, %d copies in all, such as %s", cmp.Or(k.point, "the capture point"), inVLAN(k.vlan), most, max(broadcasts, most-1), rows[0].Example)
		if k.kind == "routed" {
			rule, filter = "configuration/routing-loop", "ip || ipv6"
			text = fmt.Sprintf("packets come by %s%s again with up to %d hops less, sent back by the router %s, %d copies in all, such as %s",
				cmp.Or(k.point, "the capture point"), inVLAN(k.vlan), hops, rows[0].MAC, packets, rows[0].Example)
		}
		f := analyses.NewFinding(rule, analyses.Critical, 0.9, text, analyses.Subject{Kind: "point", ID: rows[0].Point.String(), Label: k.point}, segmentSubject("vlan "+k.vlan))
		f.First, f.Last, f.Count = first, last, packets
		f.Evidence = analyses.EvidenceOf(witness, filter)
		j.add(f)
	}
}
