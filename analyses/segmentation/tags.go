package segmentation

import (
	"cmp"
	_ "embed"
	"fmt"
	"iter"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

//go:embed tags.cypher
var tagsCypher string

// TagsRow is what is wrong with the VLAN tags of a MAC.
type TagsRow struct {
	MAC     string     `graph:"mac"`
	Value   string     `graph:"value"` // VLAN id 4095, truncated tag, or fact.ManyVLANs
	Point   string     `graph:"point"`
	Count   int64      `graph:"count"`
	First   graph.Time `graph:"first"`
	Last    graph.Time `graph:"last"`
	Witness []string   `graph:"evidence"`
}

// Tags lists who sends VLAN tags that no network has.
var Tags = graph.Query[TagsRow]{
	Name:   "segmentation/invalid-tags",
	Doc:    "Who sends VLAN tags that are reserved, too many, or cut off.",
	Cypher: tagsCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[TagsRow] {
		type key struct{ mac, value, point string }
		at := map[key]*TagsRow{}
		for i := range v.States {
			s := &v.States[i]
			if s.Setting != "vlan.invalid_tag" {
				continue
			}
			k := key{s.MAC, s.Value, s.Point}
			r := at[k]
			if r == nil {
				r = &TagsRow{MAC: s.MAC, Value: s.Value, Point: s.Point, First: s.From, Last: s.To - 1}
				at[k] = r
			}
			r.Count += s.Count
			r.First, r.Last = min(r.First, s.From), max(r.Last, s.To-1)
			r.Witness = union(r.Witness, s.Witness)
		}
		return analyses.Ordered(at, func(a, b *TagsRow) int {
			return cmp.Or(cmp.Compare(a.Point, b.Point), cmp.Compare(a.MAC, b.MAC), cmp.Compare(a.Value, b.Value))
		})
	},
}

// nesting is a place whose frames carry as many tags as are kept.
type nesting struct{ mac, point string }

// nestings returns who speaks, where, in stacks as deep as are kept in which hosts answer each other: deeper ones are the way of that network. Without
// a MAC, it is that somebody does.
func (s *sight) nestings() map[nesting]bool {
	answered := map[string]bool{}
	for i := range s.flows {
		if r := &s.flows[i]; r.PacketsUp > 0 && r.PacketsDown > 0 && depth(r.ClientVLAN) == fact.MaxVLANs && depth(r.ServerVLAN) == fact.MaxVLANs {
			answered[r.ClientVLAN], answered[r.ServerVLAN] = true, true
		}
	}
	out := map[nesting]bool{}
	for i := range s.macs {
		if r := &s.macs[i]; answered[r.VLAN] {
			out[nesting{r.MAC, r.Point}], out[nesting{"", r.Point}] = true, true
		}
	}
	return out
}

// invalidTags finds the VLAN id that IEEE 802.1Q reserves (4095, table 9-2), stacks of more than three tags, and tags that their sender cut. A frame
// counts at every point that it passes: the point that saw most counts.
func (s *sight) invalidTags() ([]analyses.Finding, error) {
	rows, err := Tags.All(s.ctx, s.q, s.p)
	if err != nil {
		return nil, err
	}
	faults := map[string][]string{} // of MACs
	found := map[string]*TagsRow{}
	type fault struct{ mac, value string }
	most := map[fault]int64{}
	sure := map[string]bool{}
	var macs []string
	nested := s.nestings()
	for _, r := range rows {
		if r.Value == fact.ManyVLANs && nested[nesting{r.MAC, r.Point}] {
			continue
		}
		sure[r.MAC] = sure[r.MAC] || r.Value != fact.ManyVLANs || !nested[nesting{"", r.Point}]
		if !slices.Contains(faults[r.MAC], r.Value) {
			faults[r.MAC] = append(faults[r.MAC], r.Value)
		}
		k := fault{r.MAC, r.Value}
		most[k] = max(most[k], r.Count)
		if f := found[r.MAC]; f != nil {
			f.First, f.Last, f.Witness = min(f.First, r.First), max(f.Last, r.Last), union(f.Witness, r.Witness)
			continue
		}
		found[r.MAC] = &r
		macs = append(macs, r.MAC)
	}
	for _, r := range found {
		r.Count = 0
	}
	for k, n := range most {
		found[k.mac].Count += n
	}
	who := map[string][]MACsRow{}
	for _, r := range s.macs {
		if found[r.MAC] != nil {
			who[r.MAC] = append(who[r.MAC], r)
		}
	}
	var fs []analyses.Finding
	for _, mac := range macs {
		r := found[mac]
		as := mac
		if len(who[mac]) > 0 {
			as += " as " + addressesOf(who[mac])
		}
		confidence := 0.95
		if !sure[mac] {
			confidence = 0.7 // its neighbours stack tags
		}
		f := analyses.NewFinding("segmentation/invalid-tag", analyses.Medium, confidence,
			fmt.Sprintf("%s sends invalid VLAN tags (%s): %s", as, strings.Join(faults[mac], ", "), analyses.Count(r.Count, "packet")),
			analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", mac).String(), Label: mac})
		f.First, f.Last, f.Count = r.First, r.Last, r.Count
		f.Evidence = analyses.EvidenceOf(r.Witness, "eth.src == "+mac)
		fs = append(fs, f)
	}
	return fs, nil
}
