package segmentation

import (
	"cmp"
	_ "embed"
	"fmt"
	"iter"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed tags.cypher
var tagsCypher string

// TagsRow is what is wrong with the VLAN tags of a MAC.
type TagsRow struct {
	MAC     string     `graph:"mac"`
	Value   string     `graph:"value"` // VLAN id 4095, more than 3 tags, truncated tag
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

// manyTags is what is said of more tags than are kept.
const manyTags = "more than 3 tags"

// keptTags is how many tags of a stack are kept.
const keptTags = 3

// answeredDeep reports whether hosts answer each other in stacks as deep as are kept: where that is so, a deeper one is this network's way.
func (s *sight) answeredDeep() bool {
	return slices.ContainsFunc(s.flows, func(r FlowsRow) bool {
		return r.PacketsUp > 0 && r.PacketsDown > 0 && depth(r.ClientVLAN) == keptTags && depth(r.ServerVLAN) == keptTags
	})
}

// invalidTags finds the VLAN id that IEEE 802.1Q reserves (4095, table 9-2), stacks of more than three tags, and tags that their sender cut.
func (s *sight) invalidTags() ([]analyses.Finding, error) {
	rows, err := Tags.All(s.ctx, s.q, s.p)
	if err != nil {
		return nil, err
	}
	faults := map[string][]string{} // of MACs
	found := map[string]*TagsRow{}
	var macs []string
	deep := s.answeredDeep()
	for _, r := range rows {
		if r.Value == manyTags && deep {
			continue
		}
		if !slices.Contains(faults[r.MAC], r.Value) {
			faults[r.MAC] = append(faults[r.MAC], r.Value)
		}
		if f := found[r.MAC]; f != nil {
			f.Count, f.First, f.Last, f.Witness = f.Count+r.Count, min(f.First, r.First), max(f.Last, r.Last), union(f.Witness, r.Witness)
			continue
		}
		found[r.MAC] = &r
		macs = append(macs, r.MAC)
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
		f := analyses.NewFinding("segmentation/invalid-tag", analyses.Medium, 0.95,
			fmt.Sprintf("%s sends invalid VLAN tags (%s): %s", as, strings.Join(faults[mac], ", "), plural(r.Count, "packet")),
			analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", mac).String(), Label: mac})
		f.First, f.Last, f.Count = r.First, r.Last, r.Count
		f.Evidence = analyses.EvidenceOf(r.Witness, "eth.src == "+mac)
		fs = append(fs, f)
	}
	return fs, nil
}
