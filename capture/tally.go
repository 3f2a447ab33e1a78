package capture

import (
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// tally counts the frames of one capture. Volumes leave out further sightings.
type tally struct {
	packets, bytes, captured uint64
	truncated, undecodable   uint64
	duplicates               uint64
	backwards                uint64 // frames with an earlier time than the frame before
	first, last, previous    int64
	ip                       [256]fact.Count // by protocol number
	other                    map[string]*fact.Count
	otherOf                  map[uint64]*fact.Count // by what otherKey makes of a frame
	vlans                    map[fact.VLANs]*fact.Count
	vlanCache                [64]struct {
		vlans fact.VLANs
		count *fact.Count
	}
	timeline   timeline
	points     map[uint16]*pointTally
	point      uint16
	pointCount *pointTally
}

// pointTally counts the frames of one capture point, for its artefacts.
type pointTally struct {
	packets, truncated, backwards uint64
}

func newTally() *tally {
	return &tally{
		other: map[string]*fact.Count{}, otherOf: map[uint64]*fact.Count{}, vlans: map[fact.VLANs]*fact.Count{},
		points: map[uint16]*pointTally{}, timeline: timeline{step: int64(1e9), buckets: map[int64]*fact.Bucket{}},
	}
}

// add counts a frame, which is p or begins with p. captured is its captured length; dup says that it is a further sighting, and mirrored that it is the same
// frame again: a packet that a router or a bridge passed on is a frame of the VLAN that it came to.
func (t *tally) add(p *wire.Packet, captured int, dup, mirrored bool) {
	if t.packets == 0 {
		t.first, t.last, t.previous = p.Time, p.Time, p.Time
	}
	if p.Point != t.point || t.pointCount == nil {
		t.at(p.Point)
	}
	pt := t.pointCount
	t.packets++
	pt.packets++
	t.bytes += uint64(p.Length)
	t.captured += uint64(captured)
	if p.Time < t.previous {
		t.backwards++
		pt.backwards++
	}
	t.previous = p.Time
	t.first, t.last = min(t.first, p.Time), max(t.last, p.Time)
	if p.Cut {
		t.truncated++
		pt.truncated++
	}
	if p.Problem != wire.OK && p.Has&wire.HasIP == 0 && unread(p) {
		t.undecodable++
	}
	n := uint64(p.Length)
	if !mirrored {
		t.inVLAN(p, n)
	}
	if dup {
		t.duplicates++
		return
	}
	t.timeline.add(p.Time, n)
	c := &t.ip[p.Protocol]
	if p.Has&wire.HasIP == 0 {
		c = t.plain(p)
	}
	c.Packets++
	c.Bytes += n
}

func (t *tally) inVLAN(p *wire.Packet, n uint64) {
	v := &t.vlanCache[p.Scope.VLAN.ID[0]%uint16(len(t.vlanCache))]
	if v.count == nil || v.vlans != p.Scope.VLAN {
		v.vlans, v.count = p.Scope.VLAN, t.tagged(p.Scope.VLAN)
	}
	v.count.Packets++
	v.count.Bytes += n
}

// unread reports whether a packet with a problem, and without IP, promised a network layer.
func unread(p *wire.Packet) bool { return p.Problem != wire.TooDeep && p.Problem != wire.InvalidVLAN }

func (t *tally) at(point uint16) {
	c := t.points[point]
	if c == nil {
		c = &pointTally{}
		t.points[point] = c
	}
	t.point, t.pointCount = point, c
}

const maxStacks = 1 << 14 // VLAN stacks of a capture that are told apart

// tagged returns the count of a VLAN stack.
func (t *tally) tagged(v fact.VLANs) *fact.Count {
	c := t.vlans[v]
	if c == nil {
		if len(t.vlans) >= maxStacks { // a flood of tags: count it under the outer tag
			v.N = min(v.N, 1)
			v.ID[1], v.ID[2], v.SVC = 0, 0, v.SVC&1
			c = t.vlans[v]
		}
		if c == nil {
			c = &fact.Count{}
			t.vlans[v] = c
		}
	}
	return c
}

// plain returns the count of a frame without IP.
func (t *tally) plain(p *wire.Packet) *fact.Count {
	k := otherKey(p)
	c := t.otherOf[k]
	if c == nil {
		name := otherName(p)
		if c = t.other[name]; c == nil {
			c = &fact.Count{}
			t.other[name] = c
		}
		if len(t.otherOf) < 1<<12 {
			t.otherOf[k] = c
		}
	}
	return c
}

// fill puts what was counted into f.
func (t *tally) fill(f *fact.Capture) {
	f.Packets, f.Bytes, f.CapturedBytes = t.packets, t.bytes, t.captured
	f.Truncated, f.Undecodable, f.Duplicates = t.truncated, t.undecodable, t.duplicates
	f.First, f.Last = fact.Time(t.first), fact.Time(t.last)
	f.Protocols, f.VLANs = map[string]fact.Count{}, map[string]fact.Count{}
	for i, c := range t.ip {
		if c.Packets > 0 {
			put(f.Protocols, fact.Transport(i).String(), c)
		}
	}
	for name, c := range t.other {
		put(f.Protocols, name, *c)
	}
	for v, c := range t.vlans {
		put(f.VLANs, v.String(), *c)
	}
	f.Step, f.Timeline = t.timeline.step, t.timeline.list()
}

func put(m map[string]fact.Count, name string, n fact.Count) {
	c := m[name]
	c.Add(n)
	m[name] = c
}

// timeline counts frames over time. Its step doubles whenever it has too many buckets.
type timeline struct {
	step    int64
	buckets map[int64]*fact.Bucket // by their start divided by step
	last    int64
	count   *fact.Bucket
}

const maxBuckets = 1024

func (t *timeline) add(at int64, bytes uint64) {
	c := t.at(at)
	c.Packets++
	c.Bytes += bytes
}

// load counts the bytes of a frame that another capture point saw before.
func (t *timeline) load(at int64, bytes uint64) { t.at(at).Again += bytes }

// at returns the bucket of a time. Frames mostly come in the same one as the frame before.
func (t *timeline) at(at int64) *fact.Bucket {
	i := floor(at, t.step)
	if t.count == nil || i != t.last {
		t.count = t.bucket(i)
		t.last = floor(at, t.step) // bucket may have changed the step
	}
	return t.count
}

func (t *timeline) bucket(i int64) *fact.Bucket {
	c := t.buckets[i]
	if c != nil {
		return c
	}
	c = &fact.Bucket{}
	t.buckets[i] = c
	for len(t.buckets) > maxBuckets {
		coarse := make(map[int64]*fact.Bucket, maxBuckets)
		for k, v := range t.buckets {
			h := k >> 1
			switch o := coarse[h]; {
			case o == nil:
				coarse[h] = v
			case v == c: // keep the one that is about to be counted in
				v.Add(o.Count)
				v.Again += o.Again
				coarse[h] = v
			default:
				o.Add(v.Count)
				o.Again += v.Again
			}
		}
		t.step *= 2
		t.buckets = coarse
	}
	return c
}

func (t *timeline) list() []fact.Bucket {
	l := make([]fact.Bucket, 0, len(t.buckets))
	for i, c := range t.buckets {
		l = append(l, fact.Bucket{At: fact.Time(i * t.step), Count: c.Count, Again: c.Again})
	}
	slices.SortFunc(l, func(a, b fact.Bucket) int {
		if a.At < b.At {
			return -1
		}
		return 1
	})
	return l
}

func floor(a, step int64) int64 {
	q := a / step
	if a%step < 0 {
		q--
	}
	return q
}
