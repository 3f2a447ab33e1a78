package simulate

import "netscope.example/nsgraph/capture/simulate/frame"

// node is what stands at the end of a link.
type node interface {
	name() string
	// receive takes a frame over from the link.
	receive(in *port, p *packet)
	// wants reports whether a flooded frame concerns the node; a switch need not wake the others.
	wants(in *port, p *packet) bool
}

// port is one end of a link.
type port struct {
	s       *sim
	node    node
	label   string // interface name: Gi1/0/1
	index   int    // position among the node's ports, from 1
	out     *channel
	peer    *port
	access  uint16 // VLAN of untagged frames; 0 none
	tagged  map[uint16]bool
	also    map[uint16]bool // VLANs that it sends untagged, too
	blocked map[uint16]bool // by spanning tree
	held    bool            // blocked because the scenario says so
	rx, tx  []*tap
	extra   *linkSettings
}

// carries reports whether a switch port forwards the VLAN.
func (q *port) carries(vlan uint16) bool {
	return (q.access == vlan || q.tagged[vlan] || q.also[vlan]) && !q.blocked[vlan]
}

// fire is the arrival of p.
func (q *port) fire(p *packet) {
	for _, t := range q.rx {
		t.observe(p, q)
	}
	q.node.receive(q, p)
}

// overhead is what Ethernet adds to a frame on the wire: preamble, check sequence and gap.
const overhead = 24

// channel is one direction of a link: a transmitter with a queue, then a wire.
type channel struct {
	s     *sim
	to    *port
	rate  int64 // bit/s
	delay int64
	loss  float64
	limit int64 // bytes that may wait in a FIFO
	free  int64 // when the transmitter falls idle
	disc  *scheduler
	tx    []*tap
	down  bool
	lost  uint64
	back  *channel // the other direction, if the two ends disagree about duplex: frames collide
}

// send puts p on the link. It takes p over.
func (c *channel) send(p *packet) {
	s := c.s
	if c.down {
		c.drop(p)
		return
	}
	if c.back != nil && c.back.free > s.now && s.rng.IntN(3) == 0 { // late collision
		c.drop(p)
		return
	}
	if c.disc != nil {
		c.disc.enqueue(p)
		return
	}
	if wait := c.free - s.now; wait > 0 && wait*(c.rate/1000)/8000000 > c.limit {
		c.drop(p)
		return
	}
	c.free = max(c.free, s.now) + c.time(p)
	c.deliver(p, c.free)
}

// time is how long p occupies the transmitter.
func (c *channel) time(p *packet) int64 {
	return int64(p.WireLen()+overhead) * 8 * 1e9 / c.rate
}

// departure is a packet leaving a transmitter beside which a tap stands.
type departure channel

func (d *departure) fire(p *packet) {
	c := (*channel)(d)
	for _, t := range c.tx {
		t.observe(p, c.to.peer)
	}
	c.cross(p, c.s.now)
}

// deliver lets p, whose last bit leaves at t, arrive or be lost.
func (c *channel) deliver(p *packet, t int64) {
	if len(c.tx) > 0 {
		c.s.push(t, (*departure)(c), p)
		return
	}
	c.cross(p, t)
}

// cross is the wire: delay and loss.
func (c *channel) cross(p *packet, t int64) {
	if c.loss > 0 && c.s.rng.Float64() < c.loss {
		c.drop(p)
		return
	}
	c.s.push(t+c.delay, c.to, p)
}

func (c *channel) drop(p *packet) {
	c.lost++
	if p.flow != nil {
		p.flow.dropped++
	}
	c.s.release(p)
}

// send is what a node does with a frame that leaves by q.
func (q *port) send(p *packet) {
	for _, t := range q.tx {
		t.observe(p, q)
	}
	q.out.send(p)
}

func isGroup(m frame.MAC) bool { return m[0]&1 != 0 }
