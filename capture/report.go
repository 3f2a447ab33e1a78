package capture

import (
	"errors"
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// captures yields a *fact.Capture for every source, in their order.
func (r *run) captures(yield func(fact.Fact) bool) {
	for _, in := range r.inputs {
		if !yield(r.capture(in)) {
			return
		}
	}
}

// errNotReached is the error of a source that an interrupted run did not come to.
var errNotReached = errors.New("not read: the run was interrupted before")

// capture sums up one input.
func (r *run) capture(in *input) *fact.Capture {
	c := &fact.Capture{
		Index: in.index, Path: in.src.Path, SHA256: in.sum, Format: in.format, Compression: in.compression, ClockOffset: float64(in.clock) / 1e9,
	}
	err := in.err
	if in.ready == nil {
		err = errNotReached
	}
	if c.Complete = err == nil; !c.Complete {
		c.Error = err.Error()
	}
	in.tally.fill(c)
	for _, w := range r.stage.workers {
		c.Undecodable += w.failed[in.index]
	}
	for i := range in.interfaces {
		f := &in.interfaces[i]
		c.Dropped += f.Dropped
		if n := linkName(f.LinkType); !slices.Contains(c.LinkTypes, n) {
			c.LinkTypes = append(c.LinkTypes, n)
		}
		name := in.name(f.Name)
		if !slices.Contains(c.Points, name) {
			c.Points = append(c.Points, name)
			c.PointIndexes = append(c.PointIndexes, r.stage.points.id(name))
		}
	}
	if len(c.Points) == 0 {
		c.Points = []string{in.point}
		c.PointIndexes = []uint16{r.stage.points.id(in.point)}
	}
	c.Point = c.Points[0]
	return c
}
