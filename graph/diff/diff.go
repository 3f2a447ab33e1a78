// Package diff tells what changed between two views of a network: what appeared, vanished, changed and moved, and of what it cannot tell.
//
// Silence is not absence: something that is not seen any more has vanished only if a capture point looked where it was, for long enough that
// its own cadence says that it would have shown.
package diff

import (
	"fmt"

	"netscope.example/nsgraph/graph"
)

// Schema is the version of the report.
const Schema = "nsgraph.diff/1"

// Report is the difference, ready for encoding/json.
type Report struct {
	Schema     string    `json:"schema"`
	Old        Side      `json:"old"`
	New        Side      `json:"new"`
	Changes    []Change  `json:"changes"`     // by kind, change, label and attribute
	CannotTell []Unknown `json:"cannot_tell"` // by kind and label
	Findings   []any     `json:"findings"`    // what an analysis raises from the changes; empty here
	Counts     Counts    `json:"counts"`
}

// Side is one of the two that are compared.
type Side struct {
	Name     string     `json:"name"`
	From     graph.Time `json:"from"`     // first packet of the window
	To       graph.Time `json:"to"`       // last packet
	Captures []string   `json:"captures"` // "sha256:…", sorted
}

// Subject is what a change is about.
type Subject struct {
	Kind  Kind   `json:"kind"`
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Kind is the kind of a subject.
type Kind string

// Kinds, in the order of the report.
const (
	Service    Kind = "service"
	Dependency Kind = "dependency"
	Endpoint   Kind = "endpoint"
	VLAN       Kind = "vlan"
	Zone       Kind = "zone"
	Device     Kind = "device"
	Setting    Kind = "setting"
	Finding    Kind = "finding"
)

var kindOrder = []Kind{Service, Dependency, Endpoint, VLAN, Zone, Device, Setting, Finding}

// What happened to a subject.
const (
	Appeared = "appeared"
	Vanished = "vanished"
	Changed  = "changed"
	Moved    = "moved"
)

// Why something cannot be told.
const (
	NotObservable = "not observable in new"
	NotObserved   = "not observable in old" // so that what is seen now may have been there before
	TooShort      = "window too short for its cadence"
	PointDown     = "capture point down"
)

// Change is one difference. Before and After are empty unless an attribute changed or the subject moved.
type Change struct {
	Change     string     `json:"change"`
	Subject    Subject    `json:"subject"`
	Attribute  string     `json:"attribute"`
	Before     string     `json:"before"`
	After      string     `json:"after"`
	Confidence float64    `json:"confidence"`
	Text       string     `json:"text"`
	Evidence   []Evidence `json:"evidence"`

	Node graph.ID `json:"-"` // the service of a service or dependency, the endpoint of an endpoint: as it was before, or as it is if it appeared
	Now  graph.ID `json:"-"` // of what moved: what it is now
	Peer graph.ID `json:"-"` // the client of a dependency
	// First and Last are when the subject was seen, in the newer side that shows it.
	First graph.Time `json:"-"`
	Last  graph.Time `json:"-"`
}

// Unknown is what cannot be told.
type Unknown struct {
	Subject Subject `json:"subject"`
	Reason  string  `json:"reason"`
	Text    string  `json:"text"`
}

// Evidence names packets of one capture, and a display filter that shows them.
type Evidence struct {
	Capture string   `json:"capture"`
	Packets []uint64 `json:"packets"`
	Filter  string   `json:"filter"`
}

// Counts count the subjects.
type Counts struct {
	Appeared   int `json:"appeared"`
	Vanished   int `json:"vanished"`
	Changed    int `json:"changed"`
	Moved      int `json:"moved"`
	CannotTell int `json:"cannot_tell"`
	Unchanged  int `json:"unchanged"`
}

// Options name the sides and add what views do not hold. The zero value compares the views alone.
type Options struct {
	OldName, NewName         string
	OldWindow, NewWindow     graph.Params // of which From and To are used: what was asked for
	OldFindings, NewFindings []graph.Finding
	// Zone returns the zone of an endpoint in a view, "" if it has none; nil: the IN_ZONE relationships say it.
	Zone func(v *graph.View, e *graph.Endpoint) string
	// Probability with which the other side would have shown something before its absence counts; 0 means 0.95.
	Probability float64
}

// Diff compares. Equal views and options give equal reports.
func Diff(before, after *graph.View, o Options) (Report, error) {
	if o.Probability == 0 {
		o.Probability = 0.95
	}
	if !(0 < o.Probability && o.Probability < 1) { // so written, it refuses NaN too
		return Report{}, fmt.Errorf("diff: probability %v, want 0 < p < 1", o.Probability)
	}
	c := comparison{o: o, old: collect(before, o.OldWindow, o), new: collect(after, o.NewWindow, o)}
	c.samePoints = overlap(c.old.points, c.new.points)
	c.report = Report{
		Schema: Schema, Old: c.old.describe(o.OldName), New: c.new.describe(o.NewName),
		Changes: []Change{}, CannotTell: []Unknown{}, Findings: []any{},
	}
	for _, k := range kindOrder[:len(kindOrder)-1] {
		c.compare(k)
	}
	c.findings()
	c.report.sort()
	return c.report, nil
}
