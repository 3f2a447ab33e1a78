// Package analyses holds what all analyses share: findings, evidence, and the site as declared or inferred.
package analyses

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/graph"
)

// Severity orders findings.
type Severity uint8

// Severities, from the least to the most severe.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"info", "low", "medium", "high", "critical"}

// String returns info, low, medium, high or critical.
func (s Severity) String() string { return severityNames[s] }

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name.
func (s *Severity) UnmarshalText(b []byte) error {
	v, err := ParseSeverity(string(b))
	*s = v
	return err
}

// ParseSeverity reads a name.
func ParseSeverity(name string) (Severity, error) {
	if i := slices.Index(severityNames[:], name); i >= 0 {
		return Severity(i), nil
	}
	return 0, fmt.Errorf("severity %q, want %s", name, strings.Join(severityNames[:], ", "))
}

// Finding is a conclusion with its evidence. Text is one sentence: who, seen, wanted, how much.
type Finding struct {
	ID          string     `json:"id"`
	Rule        string     `json:"rule"`
	Severity    Severity   `json:"severity"`
	Confidence  float64    `json:"confidence"`
	Subjects    []Subject  `json:"subjects"`
	Text        string     `json:"text"`
	First       graph.Time `json:"first"`
	Last        graph.Time `json:"last"`
	Count       int64      `json:"count"`
	ExplainedBy []string   `json:"explained_by"`
	Evidence    []Evidence `json:"evidence"`
}

// Subject is what a finding is about.
type Subject struct {
	Kind  string `json:"kind"` // endpoint, service, vlan, zone, device, setting, stream, point, application, dependency, …
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Evidence names packets of one capture, and a display filter that shows them.
type Evidence struct {
	Capture string   `json:"capture"` // "sha256:…"
	Packets []uint64 `json:"packets"`
	Filter  string   `json:"filter"`
}

// NewFinding returns a finding whose ID follows from its rule and subjects, with lists that are never nil. Text and labels are made [Printable].
func NewFinding(rule string, sev Severity, confidence float64, text string, subjects ...Subject) Finding {
	key := make([]string, 0, 2*len(subjects)+1)
	key = append(key, rule)
	for i, s := range subjects {
		key = append(key, s.Kind, s.ID)
		subjects[i].Label = Printable(s.Label)
	}
	return Finding{
		ID: graph.NewID("Finding", key...).String(), Rule: rule, Severity: sev, Confidence: confidence, Subjects: subjects,
		Text: Printable(text), Count: 1, ExplainedBy: []string{}, Evidence: []Evidence{},
	}
}

// SortFindings orders by severity, most severe first, then rule, confidence, text and ID.
func SortFindings(fs []Finding) {
	slices.SortFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Rule, b.Rule), cmp.Compare(b.Confidence, a.Confidence),
			cmp.Compare(a.Text, b.Text), cmp.Compare(a.ID, b.ID))
	})
}

// Analysis is one of the questions that nsgraph answers, as the command wires it.
type Analysis struct {
	Name    string
	Rules   []string // every rule that it can raise
	Queries []graph.Question
	// Run answers over the part of the graph that p selects. The first result is the analysis' section of the report, ready for encoding/json.
	Run func(ctx context.Context, q graph.Querier, p graph.Params, site *Site) (any, []Finding, error)
}
