package build

import (
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// maxCaptures is how many captures a relationship names as its witnesses.
const maxCaptures = 4

// mergeEvidence keeps the smallest packet numbers of the first captures.
func mergeEvidence(a, b []fact.Evidence) []fact.Evidence {
	for _, e := range b {
		if len(e.Packets) == 0 {
			continue
		}
		i, ok := slices.BinarySearchFunc(a, e.Capture, func(x fact.Evidence, c uint16) int { return int(x.Capture) - int(c) })
		switch {
		case ok:
			a[i].Packets = mergeSet(a[i].Packets, e.Packets, fact.MaxEvidence)
		case i < maxCaptures:
			a = slices.Insert(a, i, fact.Evidence{Capture: e.Capture, Packets: mergeSet(nil, e.Packets, fact.MaxEvidence)})
			a = a[:min(len(a), maxCaptures)]
		}
	}
	return a
}

// witnesses writes evidence as the graph keeps it. Captures whose SHA-256 did not arrive are left out.
func (b *Builder) witnesses(es []fact.Evidence) []string {
	var w []string
	for _, e := range es {
		if c := b.captures[e.Capture]; c != nil && len(e.Packets) > 0 {
			w = append(w, graph.EvidenceString(c.SHA256, e))
		}
	}
	slices.Sort(w)
	return w
}

func one(e fact.Evidence) []fact.Evidence { return []fact.Evidence{e} }
