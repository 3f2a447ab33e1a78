// Package app says what a conversation speaks: by its payload at the start of each direction, then by port. One protocol is one
// file, and one line in the table of protocols.
//
// Source of the order of evidence: payload, then names, then DNS answers, then the registered port. A protocol's own signature is
// written from its standard; the port decides only if payload did not contradict it.
package app

import (
	"net/netip"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// Options bound what a classifier keeps. The zero value means the defaults.
type Options struct {
	MaxNames      int            // distinct names; 65536
	MaxStreams    int            // media streams; 16384
	MaxHeads      int            // bytes in heads of TCP directions, over all conversations; 32 MiB
	Announcements *Announcements // shared by all classifiers of a run; nil: this classifier's own
}

const (
	defaultNames   = 65536
	defaultStreams = 16384
	defaultHeads   = 32 << 20
	maxExpect      = 4096
)

// Classifier says what conversations speak. It is not safe for concurrent use: every worker has its own.
type Classifier struct {
	o         Options
	table     []protocol
	tcp, udp  []uint16 // indexes into table
	byName    map[string]uint16
	ports     [2]map[uint16]string // TCP, UDP
	free      []*dialog
	buffers   [][]byte
	heads     []*head
	all       [4]uint64 // every protocol of tcp, as a set
	held      int       // bytes in heads
	names     names
	streams   []*stream
	expect    []Expect
	announced *Announcements
	m         message // of the call of Feed; here so that it does not escape to the heap each time
	q         probe
	drops     Drops
}

// Drops counts what the caps cost.
type Drops struct {
	Names   uint64 // distinct names that were not kept
	Streams uint64 // media streams that were not kept
	Heads   uint64 // segments that were not looked at because heads took all memory they may
	Expect  uint64 // announcements that nobody took
}

// New returns a classifier.
func New(o Options) *Classifier {
	if o.MaxNames <= 0 {
		o.MaxNames = defaultNames
	}
	if o.MaxStreams <= 0 {
		o.MaxStreams = defaultStreams
	}
	if o.MaxHeads <= 0 {
		o.MaxHeads = defaultHeads
	}
	c := &Classifier{o: o, table: protocols(), byName: map[string]uint16{}, announced: o.Announcements}
	if c.announced == nil {
		c.announced = NewAnnouncements()
	}
	c.names.init(o.MaxNames)
	for i, p := range c.table {
		c.byName[p.name] = uint16(i)
		if p.on&tcp != 0 {
			c.tcp = append(c.tcp, uint16(i))
			c.all[i/64] |= 1 << (i % 64)
		}
		if p.on&udp != 0 {
			c.udp = append(c.udp, uint16(i))
		}
	}
	c.ports = registered()
	return c
}

// Feed looks at a packet with payload. side is 0 if its sender sent the conversation's first packet, 1 otherwise; offset is the
// place of the payload's first byte in that side's TCP stream, 0 for UDP. It reports whether the conversation's later packets are
// wanted. It keeps nothing of p.
func (c *Classifier) Feed(s *State, p *wire.Packet, side uint8, offset uint32) (more bool) {
	if s.done || len(p.Payload) == 0 {
		return !s.done
	}
	if p.Protocol != fact.TCP && p.Protocol != fact.UDP {
		s.done = true
		return false
	}
	if s.d == nil {
		s.d = c.open(p, side&1)
		if p.Protocol == fact.UDP {
			c.expected(s.d, p)
		}
	}
	c.m = message{p: p, side: side & 1}
	if p.Protocol == fact.TCP {
		more = c.feedTCP(s.d, offset)
	} else {
		more = c.feedUDP(s.d)
	}
	c.m = message{}
	s.proto, s.speaker = s.d.proto, s.d.client
	if !more {
		s.done = true
		c.settle(s)
	}
	return more
}

// settle gives back what a conversation needs no more once its last packet was looked at.
func (c *Classifier) settle(s *State) {
	c.releaseHeads(s.d)
	if s.d.x == nil && s.d.media == nil && s.d.plain() {
		c.recycle(s.d)
		s.d = nil
	}
}

// Ends are the two ends of a conversation, as its table decided them.
type Ends struct {
	Transport              fact.Transport
	Client, Server         netip.Addr
	ClientPort, ServerPort uint16
	First, Last            fact.Time
	Begun                  bool // its beginning was seen: of TCP a SYN
}

// Close returns what the conversation spoke, and gives its memory back. s is as new afterwards.
func (c *Classifier) Close(s *State, e *Ends) fact.App {
	var a fact.App
	if s.d != nil {
		a = s.d.info
		if x, ok := s.d.x.(*sshState); ok && s.d.client == nobody { // without a key exchange, the banner of whoever proved to be the server
			if side := s.d.sideOf(e.Server, e.ServerPort); x.banner[side] != "" {
				a.Version = x.banner[side]
			}
		}
		if s.d.media != nil {
			c.keepStreams(s.d)
		}
	}
	announced := c.announcedName(e)
	switch {
	case announced != "":
		a.Name, a.Evidence = announced, fact.PayloadEvidence
	case s.proto > 0:
		a.Name, a.Evidence = secureName(c.table[s.proto-1].name, a.ALPN, e), fact.PayloadEvidence
	case e.Transport != fact.TCP && e.Transport != fact.UDP && e.Transport != fact.SCTP:
		if e.Transport != 0 {
			a.Name, a.Evidence = e.Transport.String(), fact.PayloadEvidence
		}
	default:
		if n := c.byPort(e, s.d); n != "" {
			a.Name, a.Evidence = n, fact.PortEvidence
		}
	}
	if s.d != nil {
		c.releaseHeads(s.d)
		c.recycle(s.d)
	}
	*s = State{}
	return a
}

// Facts yields the names and the media streams that were collected since the last call, in a stable order, and forgets them.
func (c *Classifier) Facts(yield func(fact.Fact) bool) {
	for _, n := range c.names.take() {
		if !yield(n) {
			return
		}
	}
	ss := c.streams
	c.streams = nil
	sortStreams(ss)
	for _, s := range ss {
		if !yield(s.fact(c.announced)) {
			return
		}
	}
}

// Full reports whether a table of Facts is nearly full: Facts should be called now.
func (c *Classifier) Full() bool {
	return c.names.full() || len(c.streams) >= c.o.MaxStreams
}

// TakeExpectations returns the secondary channels that were announced since the last call. They are in the classifier's own
// [Announcements] already.
func (c *Classifier) TakeExpectations() []Expect {
	e := c.expect
	c.expect = nil
	return e
}

// Drops returns what the caps cost so far.
func (c *Classifier) Drops() Drops {
	d := c.drops
	d.Names = c.names.dropped
	return d
}

func (c *Classifier) announce(e Expect) {
	c.announced.Add(e)
	if len(c.expect) >= maxExpect {
		c.drops.Expect++
		return
	}
	c.expect = append(c.expect, e)
}
