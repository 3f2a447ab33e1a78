package capture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/fact"
)

// trouble gathers from the conversations what can be a property of the capture and not of the network.
type trouble struct {
	points map[uint16]*pointTrouble
}

// pointTrouble counts the conversations of one capture point.
type pointTrouble struct {
	withData uint64 // TCP conversations with payload
	oneWay   uint64 // of them, those of which only one direction was captured
	offload  uint64 // of them, those with packets larger than the receiver said it takes
	packets  uint64 // of TCP conversations seen both ways
	lost     uint64 // of them: acknowledged and never captured
	bothWays uint64 // conversations of any protocol seen both ways
	oneTag   uint64 // of them, those tagged one way only
}

// largestFrame is more payload than any Ethernet frame carries, jumbo frames included.
const largestFrame = 9216

func (t *trouble) see(c *fact.Conversation) {
	for _, i := range c.Points {
		p := t.points[i]
		if p == nil {
			if t.points == nil {
				t.points = map[uint16]*pointTrouble{}
			}
			p = &pointTrouble{}
			t.points[i] = p
		}
		p.see(c)
	}
}

func (p *pointTrouble) see(c *fact.Conversation) {
	both := c.Up.Packets > 0 && c.Down.Packets > 0
	if both {
		p.bothWays++
		if (c.ClientIn.VLAN.N == 0) != (c.ServerIn.VLAN.N == 0) && c.ClientIn.Tunnel == c.ServerIn.Tunnel {
			p.oneTag++
		}
	}
	if c.TCP == nil {
		return
	}
	if both {
		p.packets += c.Up.Packets + c.Down.Packets
		p.lost += c.TCP.Up.Lost + c.TCP.Down.Lost
	}
	if !c.TCP.Data {
		return
	}
	p.withData++
	if !both {
		p.oneWay++
	}
	if oversize(c.TCP.Up.MaxSegment, c.TCP.ServerOptions) || oversize(c.TCP.Down.MaxSegment, c.TCP.ClientOptions) {
		p.offload++
	}
}

// oversize reports whether a segment is larger than its receiver allowed, which no wire has seen.
func oversize(segment uint32, of fact.SYNOptions) bool {
	return segment > largestFrame || of.Seen && of.MSS > 0 && segment > uint32(of.MSS)
}

// Shares below which an artefact is not worth a word.
const (
	littleLoss   = 0.001
	littleOneWay = 0.05
	littleElse   = 0.0001
)

// artefacts yields the artefacts of all capture points, in a stable order.
func (r *run) artefacts(yield func(fact.Fact) bool) {
	var l []*fact.Artefact
	add := func(kind, point string, least float64, part, whole uint64, text string, args ...any) {
		if whole == 0 || part == 0 || float64(part)/float64(whole) < least {
			return
		}
		l = append(l, &fact.Artefact{Kind: kind, Point: point, Extent: min(1, float64(part)/float64(whole)), Text: fmt.Sprintf(text, args...)})
	}
	name := r.stage.points.name
	frames := map[string]*pointTally{}
	for _, in := range r.inputs {
		for i, t := range in.tally.points {
			f := frames[name(i)]
			if f == nil {
				f = &pointTally{}
				frames[name(i)] = f
			}
			f.packets += t.packets
			f.truncated += t.truncated
			f.backwards += t.backwards
		}
		r.dropped(in, add)
		if in.clock != 0 {
			l = append(l, &fact.Artefact{Kind: "clock", Point: in.point, Extent: float64(in.clock) / 1e9, Text: fmt.Sprintf(
				"the times of %s were corrected by %+.6f s, give or take %.6f s, by packets that other captures hold too", in.src.Path, float64(in.clock)/1e9, float64(in.clockError)/1e9)})
		}
	}
	for p, f := range frames {
		add("truncation", p, littleElse, f.truncated, f.packets, "%d of %d packets were captured shorter than they were", f.truncated, f.packets)
		add("reordering", p, littleElse, f.backwards, f.packets, "%d of %d packets have an earlier time than the packet before", f.backwards, f.packets)
	}
	for p, n := range r.doubles() {
		all := frames[p].packets
		add("duplicates", p, littleElse, n, all, "%d of %d packets were captured twice; they are counted once", n, all)
	}
	for i, t := range r.trouble.points {
		p := name(i)
		add("one-way", p, littleOneWay, t.oneWay, t.withData, "%d of %d TCP conversations were captured in one direction only", t.oneWay, t.withData)
		add("offload", p, littleElse, t.offload, t.withData, "%d of %d TCP conversations have packets larger than their receiver takes: the capturing host's network card splits or joins them", t.offload, t.withData)
		add("loss", p, littleLoss, t.lost, t.packets+t.lost, "%d packets were acknowledged but not captured, beside %d that were", t.lost, t.packets)
		add("tags-stripped", p, littleElse, t.oneTag, t.bothWays, "%d of %d conversations are tagged in one direction only", t.oneTag, t.bothWays)
	}
	l = append(l, r.overload()...)
	slices.SortFunc(l, func(a, b *fact.Artefact) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Point, b.Point), strings.Compare(a.Text, b.Text))
	})
	for _, a := range l {
		if !yield(a) {
			return
		}
	}
}

// dropped adds what the capture says of itself.
func (r *run) dropped(in *input, add func(kind, point string, least float64, part, whole uint64, text string, args ...any)) {
	n := map[string]uint64{}
	for _, f := range in.interfaces {
		n[in.name(f.Name)] += f.Dropped
	}
	for p, d := range n {
		add("loss", p, 0, d, in.tally.packets+d, "%s says that %d packets were dropped while %d were captured", in.src.Path, d, in.tally.packets)
	}
}

// doubles returns how many packets of each capture point were captured twice at one place. A broadcast that loops is the network's own.
func (r *run) doubles() map[string]uint64 {
	n := map[string]uint64{}
	r.stage.window.Facts(func(f fact.Fact) bool {
		c := f.(*fact.Copy)
		if c.Kind == fact.Mirrored && c.FromPoint == c.ToPoint && c.From == c.To {
			n[c.FromPoint] += c.Packets
			if c.Looping() {
				n[c.FromPoint] -= c.Broadcasts
			}
		}
		return true
	})
	return n
}

// overload says what the caps of the tables cost.
func (r *run) overload() []*fact.Artefact {
	var evicted, conversations uint64
	var cost []string
	say := func(n uint64, text string) {
		if n > 0 {
			cost = append(cost, fmt.Sprintf("%d %s", n, text))
		}
	}
	var stations, names, streams, heads uint64
	for _, w := range r.stage.workers {
		n, d := w.table.Counters(), w.table.Drops()
		evicted += n.Evicted
		conversations += n.Conversations
		names += d.Names
		streams += d.Streams
		heads += d.Heads
	}
	stations = r.stage.workers[0].stations.Overflow()
	crowd := r.stage.window.Crowding()
	say(evicted, "conversations were cut because there were too many at once")
	say(stations, "packets came from addresses that were not kept apart by MAC")
	say(names, "names were not kept")
	say(streams, "media streams were not kept")
	say(heads, "segments were not looked at by the classifier")
	say(crowd.Folded, "copies were summed up without their MAC addresses")
	say(r.stage.workers[0].control.Dropped(), "statements of devices were not kept")
	say(r.stage.wire.Evicted(), "fragmented datagrams were forgotten before their last fragment")
	if r.stage.crowded {
		cost = append(cost, fmt.Sprintf("more than %d captures overlap in time: copies between some of them were not looked for", maxOpen))
	}
	if len(cost) == 0 {
		return nil
	}
	return []*fact.Artefact{{Kind: "overload", Extent: float64(evicted) / float64(max(conversations, 1)), Text: strings.Join(cost, "; ")}}
}
