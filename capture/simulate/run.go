package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Options vary a run. The zero value runs the scenario as written.
type Options struct {
	Seed     uint64        // 0: the scenario's
	Duration time.Duration // 0: the scenario's
	Scale    float64       // factor on the size of host groups; 0 is 1
	Packets  uint64        // stop after so many captured packets; 0 no limit
}

// Sink takes what a run produces, in the order of true time.
type Sink interface {
	// Frame is one captured frame: point is the index of its capture point, ns its time by that point's clock (nanoseconds
	// since 1970), length that of the frame before a snap length cut data. data is valid only during the call.
	Frame(point int, ns int64, data []byte, length int) error
	// Conversation is one that ended, or that was open when the run did.
	Conversation(c *Conversation) error
}

// Points names the capture points, in the order of their indexes.
func (sc *Scenario) Points() []string {
	var out []string
	for i := range sc.Capture {
		out = append(out, sc.Capture[i].Name)
	}
	return out
}

// Run plays the scenario. The truth that it returns has no conversations: the sink has had them. Equal scenarios and options give
// equal frames and truths.
func (sc *Scenario) Run(ctx context.Context, o Options, sink Sink) (*Truth, error) {
	s, err := newSim(sc, o)
	if err != nil {
		return nil, err
	}
	s.sink = sink
	n, err := build(sc, s)
	if err != nil {
		return nil, err
	}
	if s.rec.policy, err = readPolicy(n); err != nil {
		return nil, err
	}
	if err := n.schedule(); err != nil {
		return nil, err
	}
	if err := s.run(ctx); err != nil {
		return nil, fmt.Errorf("simulate %s: %w", sc.Name, err)
	}
	for _, t := range n.taps {
		t.flushBig()
	}
	s.halted = true
	s.rec.finishAll()
	if s.err != nil {
		return nil, fmt.Errorf("simulate %s: %w", sc.Name, s.err)
	}
	t := s.rec.truth()
	t.Seed = s.seed
	return t, nil
}

// newSim makes an empty simulation with the options applied.
func newSim(sc *Scenario, o Options) (*sim, error) {
	if o.Scale < 0 || o.Scale != o.Scale || o.Duration < 0 {
		return nil, fmt.Errorf("simulate: scale %v and duration %v, want zero or more", o.Scale, o.Duration)
	}
	s := &sim{seed: o.Seed, end: int64(sc.Duration), scale: o.Scale, limit: o.Packets}
	if s.seed == 0 {
		s.seed = max(sc.Seed, 1)
	}
	if o.Duration > 0 {
		s.end = int64(o.Duration)
	}
	s.rng = rand.New(rand.NewPCG(s.seed, 0x6e736772617068))
	s.start = time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)
	if sc.Start != "" {
		t, err := time.Parse(time.RFC3339, sc.Start)
		if err != nil {
			return nil, fmt.Errorf("%s: start %q, want a time such as 2026-03-02T08:30:00Z", sc.file, sc.Start)
		}
		s.start = t.UTC()
	}
	s.rec = newRecorder(s)
	return s, nil
}
