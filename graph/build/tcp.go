package build

import (
	"cmp"
	"math"
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// notSeen is the window scale of a side whose SYN was not captured.
const notSeen = -2

// tcp is the TCP part of measures.
type tcp struct {
	retransmitted, retransmittedBytes, outOfOrder, lost int64
	sack, timestamps                                    int64
	stripped                                            [3]int64 // handshakes by bit of fact.SYNOptions.Stripped
	up, down                                            tcpHalf
	rtt                                                 rtt
}

// tcpHalf is what one side offered and did.
type tcpHalf struct {
	mss        uint16
	scale      int8
	zero       int64
	zeroTime   int64 // nanoseconds
	windowMax  uint32
	maxSegment uint32
	clamped    uint16
	unacked    uint32
	full       int64
	use        int64 // per mille of the window
}

func newTCP() *tcp { return &tcp{up: tcpHalf{scale: notSeen}, down: tcpHalf{scale: notSeen}} }

// set makes t the measures of one conversation.
func (t *tcp) set(i *fact.TCPInfo) {
	*t = tcp{rtt: rtt{buckets: t.rtt.buckets[:0]}}
	t.up.set(&i.Up, &i.ClientOptions)
	t.down.set(&i.Down, &i.ServerOptions)
	t.retransmitted = int64(i.Up.Retransmitted + i.Down.Retransmitted)
	t.retransmittedBytes = int64(i.Up.RetransmittedBytes + i.Down.RetransmittedBytes)
	t.outOfOrder = int64(i.Up.OutOfOrder + i.Down.OutOfOrder)
	t.lost = int64(i.Up.Lost + i.Down.Lost)
	if c, s := &i.ClientOptions, &i.ServerOptions; c.Seen && s.Seen {
		t.sack, t.timestamps = count(c.SACK && s.SACK), count(c.Timestamps && s.Timestamps)
	}
	for b := range t.stripped {
		t.stripped[b] = count((i.ClientOptions.Stripped|i.ServerOptions.Stripped)&(1<<b) != 0)
	}
	t.rtt.set(&i.Up.RTT, &i.Down.RTT)
}

// transferWindows is how many receive windows a transfer must hold to tell its rate, and transferTime how long it must last.
const (
	transferWindows = 4
	transferTime    = 1e9
)

// transfers notes how much of each receiver's window the payload of a conversation filled: what was in flight on average, rate times round trip.
func (t *tcp) transfers(c *fact.Conversation) {
	if t.rtt.count == 0 || t.rtt.min <= 0 {
		return
	}
	t.up.use, t.down.use = windowUse(&c.Down, t.up.windowMax, t.rtt.min), windowUse(&c.Up, t.down.windowMax, t.rtt.min)
}

func windowUse(sent *fact.Half, window uint32, rtt int64) int64 {
	d := float64(sent.Last - sent.First)
	if window == 0 || sent.Payload < transferWindows*uint64(window) || d < transferTime {
		return 0
	}
	return int64(1000 * float64(sent.Payload) * float64(rtt) / d / float64(window))
}

func (h *tcpHalf) set(i *fact.TCPHalf, o *fact.SYNOptions) {
	*h = tcpHalf{scale: notSeen, zero: int64(i.ZeroWindows), zeroTime: i.ZeroWindowTime, windowMax: i.WindowMax, maxSegment: i.MaxSegment,
		unacked: i.BigUnacked, full: int64(i.WindowFull)}
	if o.Seen {
		h.mss, h.scale, h.clamped = o.MSS, o.WindowScale, o.MSSChanged
	}
}

func (t *tcp) merge(o *tcp) {
	t.retransmitted += o.retransmitted
	t.retransmittedBytes += o.retransmittedBytes
	t.outOfOrder += o.outOfOrder
	t.lost += o.lost
	t.sack += o.sack
	t.timestamps += o.timestamps
	for b := range t.stripped {
		t.stripped[b] += o.stripped[b]
	}
	t.up.merge(&o.up)
	t.down.merge(&o.down)
	t.rtt.merge(&o.rtt)
}

func (h *tcpHalf) merge(o *tcpHalf) {
	h.mss = minSet(h.mss, o.mss)
	if h.scale == notSeen || o.scale != notSeen && o.scale < h.scale {
		h.scale = o.scale
	}
	h.zero += o.zero
	h.zeroTime += o.zeroTime
	h.windowMax = max(h.windowMax, o.windowMax)
	h.maxSegment = max(h.maxSegment, o.maxSegment)
	h.clamped = minSet(h.clamped, o.clamped)
	h.unacked = minSet(h.unacked, o.unacked)
	h.full += o.full
	h.use = max(h.use, o.use)
}

// rtt sums up round-trip times as fact.RTT does, its buckets as an ascending list.
type rtt struct {
	count         int64
	sum, min, max int64
	buckets       []rttCount
}

type rttCount struct {
	bucket uint8
	n      int64
}

// rttBuckets is the number of buckets of fact.RTT.
const rttBuckets = 120

// set makes r the round-trip times that the client sees: those between the capture point and the server, each with the shortest one
// between the capture point and the client added. The shortest, because the client's acknowledgements are delayed.
func (r *rtt) set(up, down *fact.RTT) {
	far, near := up, down
	if far.Count == 0 {
		far, near = down, up
	}
	r.buckets = r.buckets[:0]
	if far.Count == 0 {
		return
	}
	var add int64
	if near.Count > 0 {
		add = max(near.Min, 0)
	}
	n := int64(far.Count)
	r.count, r.sum, r.min, r.max = n, far.Sum+n*add, far.Min+add, far.Max+add
	for b, c := range far.Buckets {
		r.buckets = append(r.buckets, rttCount{shiftBucket(b, add), int64(c)})
	}
	slices.SortFunc(r.buckets, func(a, b rttCount) int { return cmp.Compare(a.bucket, b.bucket) })
}

// bucketMiddle and bucketEnd are the middle (geometric) and the end of each bucket of fact.RTT in nanoseconds.
var bucketMiddle, bucketEnd = bucketBounds()

func bucketBounds() (middle, end [rttBuckets]int64) {
	for i := range rttBuckets {
		middle[i] = int64(1e3 * math.Exp2((float64(i)+0.5)/4))
		end[i] = int64(1e3 * math.Exp2(float64(i+1)/4))
	}
	return middle, end
}

// shiftBucket returns the bucket of bucket b's middle plus add nanoseconds.
func shiftBucket(b uint8, add int64) uint8 {
	b = min(b, rttBuckets-1)
	t := bucketMiddle[b] + add
	for b < rttBuckets-1 && t >= bucketEnd[b] {
		b++
	}
	return b
}

func (r *rtt) merge(o *rtt) {
	if o.count == 0 {
		return
	}
	if r.count == 0 {
		r.min, r.max = o.min, o.max
	}
	r.count += o.count
	r.sum += o.sum
	r.min, r.max = min(r.min, o.min), max(r.max, o.max)
	for _, c := range o.buckets {
		i, ok := slices.BinarySearchFunc(r.buckets, c.bucket, func(x rttCount, b uint8) int { return cmp.Compare(x.bucket, b) })
		if !ok {
			r.buckets = slices.Insert(r.buckets, i, rttCount{bucket: c.bucket})
		}
		r.buckets[i].n += c.n
	}
}

func count(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
