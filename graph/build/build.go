// Package build turns facts into one batch of the graph.
//
// Facts are added up as they come: memory depends on the distinct communications, addresses and statements, not on how many conversations
// or packets there were. Everything that is kept is a sum, a minimum, a maximum, or a set of which the smallest members are kept, so the
// batch is the same in whatever order the facts come. What needs the whole picture is judged once, in Batch: which address is which host
// (context.go), which MAC is a router's (router.go), who refused (judge.go), which service needs which (requires.go).
package build

import (
	"context"
	"fmt"
	"time"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// Defaults of Options.
const (
	DefaultGap          = time.Hour
	DefaultMaxUses      = 100_000
	DefaultMaxIntervals = 60_000
	DefaultMaxBuckets   = 1_000_000
)

// Options choose how facts become a graph. The zero value is the default.
type Options struct {
	Intent       *intent.Intent // declares contexts and applications; may be nil
	Gap          time.Duration  // silence after which activity is a new relationship; 0: DefaultGap
	MaxUses      int            // answered communications that are kept apart beside a quarter as many that were not; 0: DefaultMaxUses
	MaxIntervals int            // intervals over all communications; when there are more, the gap grows, up to one each. 0: DefaultMaxIntervals
	MaxBuckets   int            // time buckets over all communications; when there are more, the step grows. 0: DefaultMaxBuckets
}

// Stats say what a builder was given and what its bounds cost.
type Stats struct {
	Facts         int
	Conversations int
	Uses          int           // USES relationships
	Scanners      int           // clients whose unanswered attempts were made coarser
	Folded        int           // conversations counted without client or server, because there were more than MaxUses communications
	Step          time.Duration // smallest step of the time buckets, larger than a second if MaxBuckets made it so
	Gap           time.Duration // silence after which activity was a new relationship, longer than asked if MaxIntervals made it so
	Contexts      []ContextReason
}

// Builder adds facts up. It is not safe for concurrent use. The zero value is not ready; see New.
type Builder struct {
	o       Options
	gap     fact.Time
	byPoint bool // a declared context names capture points
	stats   Stats

	places interner[place]
	texts  interner[string]

	tiers [2]*tier // of communications that were answered and of quiet ones, which a flood makes
	scans map[host]*scan

	minStep                    int64
	bucketsSince, bucketsCheck int
	spansSince, spansCheck     int

	captures   map[uint16]*fact.Capture
	artefacts  map[fact.Artefact]struct{}
	stations   map[stationKey]*fact.Station
	names      map[nameKey]*nameUse
	statements map[statementKey]*fact.Statement
	links      map[linkKey]*fact.Link
	copies     map[copyKey]*fact.Copy
	streams    map[streamKey]*fact.Stream

	nameBound, streamBound bound

	pointNames map[uint16]string // filled by pointByIndex
	placeTexts []string
	placeSets  map[string][]uint32

	scratch measures // of the conversation that is being added, and what it points to
	tcp     tcp
	start   [1]fact.Time
	life    [1]lifetime
	refusal [1]refusal
	attempt [1]attempt
	text    [3]string
	nameBuf []string
}

// New returns a builder without facts.
func New(o Options) *Builder {
	if o.Gap <= 0 {
		o.Gap = DefaultGap
	}
	if o.MaxUses <= 0 {
		o.MaxUses = DefaultMaxUses
	}
	if o.MaxIntervals <= 0 {
		o.MaxIntervals = DefaultMaxIntervals
	}
	if o.MaxBuckets <= 0 {
		o.MaxBuckets = DefaultMaxBuckets
	}
	b := &Builder{
		o: o, gap: fact.Time(o.Gap),
		places: newInterner[place](), texts: newInterner[string](),
		tiers: [2]*tier{newTiers(o.MaxUses), newTiers(max(o.MaxUses/quietShare, 1))}, scans: map[host]*scan{},
		minStep: int64(time.Second), bucketsCheck: o.MaxBuckets, spansCheck: o.MaxIntervals,
		captures:   map[uint16]*fact.Capture{},
		artefacts:  map[fact.Artefact]struct{}{},
		stations:   map[stationKey]*fact.Station{},
		names:      map[nameKey]*nameUse{},
		statements: map[statementKey]*fact.Statement{},
		links:      map[linkKey]*fact.Link{},
		copies:     map[copyKey]*fact.Copy{},
		streams:    map[streamKey]*fact.Stream{},
		placeSets:  map[string][]uint32{},
	}
	if o.Intent != nil {
		for _, c := range o.Intent.Contexts {
			b.byPoint = b.byPoint || len(c.Points) > 0
		}
	}
	return b
}

// Add adds one fact. It keeps nothing of f but a Capture.
func (b *Builder) Add(f fact.Fact) {
	b.stats.Facts++
	switch f := f.(type) {
	case *fact.Conversation:
		b.addConversation(f)
	case *fact.Station:
		b.addStation(f)
	case *fact.Name:
		b.addName(f)
	case *fact.Statement:
		b.addStatement(f)
	case *fact.Link:
		b.addLink(f)
	case *fact.Copy:
		b.addCopy(f)
	case *fact.Stream:
		b.addStream(f)
	case *fact.Artefact:
		b.artefacts[*f] = struct{}{}
	case *fact.Capture:
		b.captures[f.Index] = f
	}
}

// Run builds the batch of a sequence of facts. If the sequence fails or ctx is done, it returns the batch of what came until then
// together with the error.
func Run(ctx context.Context, facts fact.Seq[fact.Fact], o Options) (*graph.Batch, Stats, error) {
	b := New(o)
	var failed error
	for f, err := range facts {
		if err != nil {
			failed = fmt.Errorf("build graph: %w", err)
			break
		}
		b.Add(f)
		if b.stats.Facts%4096 == 0 && ctx.Err() != nil {
			failed = fmt.Errorf("build graph: %w", context.Cause(ctx))
			break
		}
	}
	batch, stats := b.Batch()
	return batch, stats, failed
}
