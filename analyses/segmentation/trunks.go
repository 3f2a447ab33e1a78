package segmentation

import (
	"cmp"
	_ "embed" // the Cypher file
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed dtp.cypher
var dtpCypher string

// TrunkingRow is what a port says of how it becomes a trunk.
type TrunkingRow struct {
	Speaker string     `graph:"speaker"`
	Port    string     `graph:"port"`
	Status  string     `graph:"status"` // what it is, and what it is set to: access/auto, trunk/on, …
	VLAN    string     `graph:"vlan"`
	Point   string     `graph:"point"`
	Count   int64      `graph:"count"`
	First   graph.Time `graph:"first"`
	Last    graph.Time `graph:"last"`
	Witness []string   `graph:"evidence"`
}

// Trunking lists what ports say of how they become trunks.
var Trunking = graph.Query[TrunkingRow]{
	Name:   "segmentation/trunk-negotiation",
	Doc:    "What ports say by DTP of how they become trunks.",
	Cypher: dtpCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[TrunkingRow] {
		type key struct{ speaker, port, status, vlan, point string }
		at := map[key]*TrunkingRow{}
		for i := range v.States {
			s := &v.States[i]
			if s.Setting != "dtp.status" {
				continue
			}
			k := key{s.Speaker, s.Port, s.Value, s.VLAN, s.Point}
			r := at[k]
			if r == nil {
				r = &TrunkingRow{Speaker: s.Speaker, Port: s.Port, Status: s.Value, VLAN: s.VLAN, Point: s.Point, First: s.From, Last: s.To - 1}
				at[k] = r
			}
			r.Count += s.Count
			r.First, r.Last = min(r.First, s.From), max(r.Last, s.To-1)
			r.Witness = union(r.Witness, s.Witness)
		}
		return analyses.Ordered(at, func(a, b *TrunkingRow) int {
			return cmp.Or(cmp.Compare(a.Point, b.Point), cmp.Compare(a.VLAN, b.VLAN), cmp.Compare(a.Speaker, b.Speaker), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Status, b.Status))
		})
	},
}

// negotiation finds access ports that would become trunks if somebody asked, and hosts that ask. Two switches that negotiate with each other are none of them.
func (s *sight) negotiation() ([]analyses.Finding, error) {
	rows, err := Trunking.All(s.ctx, s.q, s.p)
	if err != nil {
		return nil, err
	}
	speakers := map[string]map[string]bool{} // at a point
	for _, r := range rows {
		if speakers[r.Point] == nil {
			speakers[r.Point] = map[string]bool{}
		}
		speakers[r.Point][r.Speaker] = true
	}
	type port struct{ speaker, port, status string }
	found := map[port]*TrunkingRow{}
	hosts := map[string]bool{} // MACs that speak for an address and forward nothing
	for i := range s.macs {
		if r := &s.macs[i]; !r.Router && r.Virtual == "" {
			hosts[r.MAC] = true
		}
	}
	for _, r := range rows {
		exposed := (r.Status == "access/auto" || r.Status == "access/desirable") && len(speakers[r.Point]) == 1
		if !exposed && !hosts[r.Speaker] {
			continue
		}
		k := port{r.Speaker, r.Port, r.Status}
		if f := found[k]; f != nil { // in another VLAN, or at another point
			f.Count, f.First, f.Last, f.Witness = f.Count+r.Count, min(f.First, r.First), max(f.Last, r.Last), union(f.Witness, r.Witness)
			continue
		}
		found[k] = &r
	}
	var fs []analyses.Finding
	for _, r := range found {
		_, mode, _ := strings.Cut(r.Status, "/")
		text := fmt.Sprintf("%s port %s is an access port in DTP mode dynamic %s: %s", r.Speaker, cmp.Or(r.Port, "?"), mode, analyses.Count(r.Count, "message"))
		if hosts[r.Speaker] {
			text = fmt.Sprintf("host %s negotiates a trunk by DTP (%s): %s", r.Speaker, r.Status, analyses.Count(r.Count, "message"))
		}
		f := analyses.NewFinding("segmentation/trunk-negotiation", analyses.Medium, 0.8, text,
			analyses.Subject{Kind: "device", ID: graph.NewID("Device", r.Speaker).String(), Label: strings.TrimSpace(r.Speaker + " " + r.Port)})
		f.First, f.Last, f.Count = r.First, r.Last, r.Count
		f.Evidence = analyses.EvidenceOf(r.Witness, "dtp")
		fs = append(fs, f)
	}
	return fs, nil
}

// hopping is what one MAC sends in one stack of tags.
type hopping struct {
	macs        map[string]bool
	provider    bool // a tag is a provider's
	row         MACsRow
	packets     int64
	first, last graph.Time
	witness     []string
}

// leastHops is how many packets make a stack of tags an attempt, where nothing shows that there is such an inner VLAN.
const leastHops = 2

// doubleTags finds stacks whose outer tag is a native VLAN, or that in which their sender otherwise speaks, and in which one sender speaks and nobody answers: a switch takes off the outer tag and sends
// the frame on in the inner VLAN, from which no answer can come back that way. Where several speak in a stack, two tags are the norm.
func (s *sight) doubleTags() ([]analyses.Finding, error) {
	rows := s.macs
	says, err := Native.All(s.ctx, s.q, s.p)
	if err != nil {
		return nil, err
	}
	native := map[string]bool{}
	for _, r := range says {
		native[r.Value] = native[r.Value] || r.Setting != "pvst.vlan"
	}
	single := map[string]map[string]bool{} // MACs in VLANs of one tag
	for i := range rows {
		if r := &rows[i]; r.Tunnel == "" && tagged(r.VLAN) && depth(r.VLAN) == 1 {
			if single[r.VLAN] == nil {
				single[r.VLAN] = map[string]bool{}
			}
			single[r.VLAN][r.MAC] = true
		}
	}
	answered := map[string]bool{}
	for i := range s.flows {
		if r := &s.flows[i]; r.PacketsDown > 0 {
			answered[r.ClientVLAN], answered[r.ServerVLAN] = true, true
		}
	}
	stacks := map[string]*hopping{}
	for _, r := range rows {
		if r.Tunnel != "" || depth(r.VLAN) != 2 {
			continue
		}
		h := stacks[r.VLAN]
		if h == nil {
			h = &hopping{macs: map[string]bool{}, row: r, first: r.First, last: r.Last}
			stacks[r.VLAN] = h
		}
		h.macs[r.MAC] = true
		h.provider = h.provider || r.Provider
		h.packets += r.Packets
		h.first, h.last, h.witness = min(h.first, r.First), max(h.last, r.Last), union(h.witness, r.Witness)
	}
	var fs []analyses.Finding
	for _, stack := range slices.Sorted(maps.Keys(stacks)) {
		h := stacks[stack]
		outer, inner, _ := strings.Cut(stack, ".")
		confidence, what := 0.9, ", a native VLAN,"
		switch {
		case native[outer]:
		case outer == "1": // the native VLAN where nobody changed it
			confidence = 0.7
		case single[outer][h.row.MAC] && len(single[outer]) > 1 && len(single[inner]) > 0:
			confidence, what = 0.7, ", the VLAN in which it speaks otherwise," // and which is its access port's
		default:
			continue
		}
		least := int64(leastHops)
		if len(single[inner]) > 0 {
			least = 1 // the inner VLAN is one of this network's
		}
		if h.provider || len(h.macs) > 1 || answered[stack] || h.packets < least || inner == "0" {
			continue
		}
		text := fmt.Sprintf("%s as %s sends with tag %s inside tag %s%s and nobody answers: %s", h.row.MAC, h.row.Address, inner, outer, what, analyses.Count(h.packets, "packet"))
		f := analyses.NewFinding("segmentation/double-tag", analyses.Critical, confidence, text,
			analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", h.row.MAC).String(), Label: h.row.MAC}, vlanSubject(stack))
		f.First, f.Last, f.Count = h.first, h.last, h.packets
		f.Evidence = analyses.EvidenceOf(h.witness, "vlan.id == "+outer+" && vlan.id == "+inner)
		fs = append(fs, f)
	}
	return fs, nil
}
