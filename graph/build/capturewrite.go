package build

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// writeCaptures writes the captures, what they carried, where they were taken, and the artefacts. A file that was given twice is one.
func (s *sheet) writeCaptures() {
	for _, i := range slices.Sorted(maps.Keys(s.captures)) {
		c := s.captures[i]
		id := graph.NewID(string(graph.LabelCapture), c.SHA256)
		if !s.fresh(id) {
			continue
		}
		g := graph.Capture{
			ID: id, SHA256: c.SHA256, Batch: s.batch, Path: c.Path, Format: c.Format, LinkTypes: c.LinkTypes, Point: c.Point,
			Packets: int64(c.Packets), Bytes: int64(c.Bytes), CapturedBytes: int64(c.CapturedBytes), First: c.First, Last: c.Last,
			Truncated: int64(c.Truncated), Undecodable: int64(c.Undecodable), Dropped: int64(c.Dropped), Duplicates: int64(c.Duplicates),
			Complete: c.Complete, Error: c.Error, ClockOffset: c.ClockOffset, Step: c.Step / int64(time.Second),
		}
		for _, b := range c.Timeline {
			g.At = append(g.At, int64(b.At)/int64(time.Second))
			g.AtBytes, g.AtPackets = append(g.AtBytes, int64(b.Bytes)), append(g.AtPackets, int64(b.Packets))
			g.AtAgain = append(g.AtAgain, int64(b.Again))
		}
		s.c.Captures = append(s.c.Captures, g)
		points := c.Points
		if len(points) == 0 && c.Point != "" {
			points = []string{c.Point}
		}
		for _, p := range points {
			s.member(graph.TypeSeenAt, id, s.point(p), c.First, c.Last, int64(c.Packets), "capture")
		}
		for name, n := range c.Protocols {
			s.carried(id, s.named(graph.LabelProtocol, name), c, n)
		}
		for stack, n := range c.VLANs {
			if stack != "" {
				s.carried(id, s.vlanNode("", stack), c, n)
			}
		}
	}
	for a := range s.artefacts {
		s.artefact(a)
	}
	if n := s.stats.Scanners; n > 0 {
		s.artefact(fact.Artefact{Kind: "overload", Text: fmt.Sprintf("%d clients tried more than %d services without an answer: their attempts are counted without port or server", n, scanTargets)})
	}
	s.overload(s.nameBound, "names of addresses", maxNameUses)
	s.overload(s.streamBound, "media streams", maxStreams)
	if gap := s.stats.Gap; gap > s.o.Gap {
		s.artefact(fact.Artefact{Kind: "overload", Text: fmt.Sprintf("communications paused more than %d times: only silence of more than %s begins another interval", s.o.MaxIntervals, gap)})
	}
	if n := s.stats.Folded; n > 0 {
		s.artefact(fact.Artefact{Kind: "overload", Extent: float64(n) / float64(s.stats.Conversations), Text: fmt.Sprintf("there were more than %d communications, or %d unanswered ones: %d conversations are counted without client or server", s.o.MaxUses, s.o.MaxUses/quietShare, n)})
	}
}

// overload says that a bound left something out.
func (s *sheet) overload(b bound, what string, most int) {
	if b.limit != 0 {
		s.artefact(fact.Artefact{Kind: "overload", Text: fmt.Sprintf("there were more than %d %s: the graph holds some of them", most, what)})
	}
}

func (s *sheet) carried(capture, what graph.ID, c *fact.Capture, n fact.Count) {
	s.c.Carried = append(s.c.Carried, graph.Carried{Rel: s.rel(graph.TypeCarried, capture, what, c.First, c.Last), Packets: int64(n.Packets), Bytes: int64(n.Bytes)})
}

func (s *sheet) artefact(a fact.Artefact) {
	s.c.Artefacts = append(s.c.Artefacts, graph.Artefact{
		ID:    graph.NewID(string(graph.LabelArtefact), string(s.batch[:]), a.Kind, a.Point, a.Text, strconv.FormatFloat(a.Extent, 'g', -1, 64)),
		Batch: s.batch, Kind: a.Kind, Point: a.Point, Extent: a.Extent, Text: a.Text,
	})
}
