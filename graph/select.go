package graph

import (
	"math"
	"slices"
	"strings"
)

// MinTime is the beginning of time.
const MinTime Time = math.MinInt64

// Window returns the interval that p selects: zero values stand for the beginning and the end of time.
func (p Params) Window() (from, to Time) {
	from, to = p.From, p.To
	if from == 0 {
		from = MinTime
	}
	if to == 0 {
		to = Forever
	}
	return from, to
}

// Selects reports whether p lets the batch be seen: it was known by then, and holds one of the captures, if any are named. The intent
// layer, which has the zero ID, is always seen.
func (p Params) Selects(b BatchInfo) bool {
	if b.ID.IsZero() {
		return true
	}
	if p.Known != 0 && b.Known > p.Known {
		return false
	}
	return len(p.Captures) == 0 || slices.ContainsFunc(p.Captures, func(c string) bool {
		return slices.Contains(b.Captures, strings.TrimPrefix(c, "sha256:"))
	})
}

// Params returns the parameters that select what the snapshot names.
func (s Snapshot) Params() Params { return Params{From: s.From, To: s.To, Captures: s.Captures} }

// Select returns the part of c that p selects: the relationships of the selected batches and of the intent layer that hold at some time in the
// window; the nodes that these touch, and the endpoints of the services that they use; the captures and artefacts of the selected batches, the
// capture points of those captures, and the media streams of the window. c is in the order of [Contents.Sort] and is not changed.
func Select(c *Contents, batches []BatchInfo, p Params) *View {
	from, to := p.Window()
	s := selection{from: from, to: to, batches: map[ID]bool{{}: true}, nodes: map[ID]bool{}}
	var infos []BatchInfo
	for _, b := range batches {
		if p.Selects(b) {
			s.batches[b.ID] = true
			infos = append(infos, b)
		}
	}
	slices.SortFunc(infos, func(a, b BatchInfo) int { return a.ID.Compare(b.ID) })
	var o Contents
	o.Uses = pickRels(s, c.Uses)
	o.Offers = pickRels(s, c.Offers)
	o.Requires = pickRels(s, c.Requires)
	o.InVLAN = pickRels(s, c.InVLAN)
	o.Members = pickRels(s, c.Members)
	o.KnownAs = pickRels(s, c.KnownAs)
	o.HasMAC = pickRels(s, c.HasMAC)
	o.States = pickRels(s, c.States)
	o.ConnectedTo = pickRels(s, c.ConnectedTo)
	o.Copied = pickRels(s, c.Copied)
	o.Carried = pickRels(s, c.Carried)
	o.pickNodes(s, c)
	return NewView(o, infos)
}

type selection struct {
	from, to Time
	batches  map[ID]bool
	nodes    map[ID]bool // touched
}

func pickRels[T any, P rel[T]](s selection, all []T) []T {
	return pick(all, func(v *T) bool {
		r := P(v).Relation()
		if !(r.From < s.to && r.To > s.from && s.batches[r.Batch]) {
			return false
		}
		s.nodes[r.Src], s.nodes[r.Dst] = true, true
		return true
	})
}

func (o *Contents) pickNodes(s selection, c *Contents) {
	o.Captures = pick(c.Captures, func(n *Capture) bool { return s.batches[n.Batch] })
	o.Artefacts = pick(c.Artefacts, func(n *Artefact) bool { return s.batches[n.Batch] })
	o.Streams = pick(c.Streams, func(n *Stream) bool { return s.nodes[n.ID] || s.batches[n.Batch] && n.First < s.to && n.Last >= s.from })
	points := map[string]bool{}
	for i := range o.Captures {
		points[o.Captures[i].Point] = true
	}
	o.Points = pick(c.Points, func(n *CapturePoint) bool { return s.nodes[n.ID] || points[n.Name] })

	used := map[ID]bool{}
	for i := range o.Uses {
		used[o.Uses[i].Dst] = true
	}
	o.Services = pick(c.Services, func(n *Service) bool { return s.nodes[n.ID] })
	for i := range o.Services {
		if used[o.Services[i].ID] {
			s.nodes[o.Services[i].Endpoint] = true
		}
	}
	o.Endpoints = pick(c.Endpoints, func(n *Endpoint) bool { return s.nodes[n.ID] })
	o.VLANs = pick(c.VLANs, func(n *VLAN) bool { return s.nodes[n.ID] })
	o.Subnets = pick(c.Subnets, func(n *Subnet) bool { return s.nodes[n.ID] })
	o.Named = pick(c.Named, func(n *Named) bool { return s.nodes[n.ID] })
	o.MACs = pick(c.MACs, func(n *MAC) bool { return s.nodes[n.ID] })
	o.Devices = pick(c.Devices, func(n *Device) bool { return s.nodes[n.ID] })
}

// pick returns the elements that keep wants; all of them without copying.
func pick[T any](all []T, keep func(*T) bool) []T {
	var out []T
	n := 0
	for i := range all {
		if !keep(&all[i]) {
			continue
		}
		if out == nil && n < i {
			out = append(make([]T, 0, max(n+1, len(all)/4)), all[:n]...)
		}
		if out != nil {
			out = append(out, all[i])
		}
		n++
	}
	switch {
	case out != nil:
		return out
	case n == 0:
		return nil
	}
	return all[:n:n]
}
