// Package flow turns packets into conversations: who exchanged how much with whom, who of them is the client, what TCP's own
// state shows, and how an attempt ended.
//
// A conversation is keyed by its two addresses, ports and protocol, whatever the VLAN or tunnel; conversations of equal key in
// different scopes stand side by side. A further sighting of a packet (a copy) is counted as such and teaches an alias scope. Time
// is packet time and may go backwards. Everything is bounded: a full table gives up the conversation that was silent longest.
package flow

import (
	"netscope.example/nsgraph/capture/app"
	"netscope.example/nsgraph/capture/fact"
)

// Options bound and steer a table. The zero value means the defaults.
type Options struct {
	MaxConversations int   // entries at once; 160,000
	MaxBytes         int   // of entries and what hangs on them, without what the classifier holds; 64 MiB
	MaxBuckets       int   // time buckets of one conversation; beyond, its step doubles; 240
	Step             int64 // nanoseconds of a new conversation's bucket; 60 s

	// Declared reports whether the operator declared that addr answers on port. nil: nothing is declared.
	Declared func(addr fact.Addr, port uint16, transport fact.Transport) bool

	App app.Options // of the table's classifier
}

const (
	defaultConversations = 160_000
	defaultBytes         = 64 << 20
	defaultBuckets       = 240
	defaultStep          = 60 * second
	second               = int64(1e9)
	minute               = 60 * second
)

// Counters say what a table did, and what its caps cost.
type Counters struct {
	Packets       uint64 // counted in conversations, once each
	Copies        uint64 // further sightings
	Ignored       uint64 // packets without an IP layer
	Orphans       uint64 // copies of no conversation that is still known
	Errors        uint64 // ICMP errors that quote a known conversation
	Unquoted      uint64 // ICMP errors that quote no known conversation
	Conversations uint64 // facts emitted
	Evicted       uint64 // of them, because the table was full
	Crowded       uint64 // packets that went to a conversation of another scope, as their key had too many
	Live          uint64 // entries now
	Bytes         uint64 // of memory that the live entries hold
}

// Table holds the conversations of one worker. It is not safe for concurrent use.
type Table struct {
	o       Options
	emit    func(*fact.Conversation)
	speech  *app.Classifier
	index   index
	lists   [classes]list
	pool    pool
	ports   fans
	clock   clock
	sweepAt int64
	n       Counters
	loaded  uint64 // of Ahead: keeps its loads from being optimised away
}

// NewTable returns an empty table that hands every conversation that ends to emit, which may keep it.
func NewTable(o Options, emit func(*fact.Conversation)) *Table {
	if o.MaxConversations <= 0 {
		o.MaxConversations = defaultConversations
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultBytes
	}
	if o.MaxBuckets <= 1 {
		o.MaxBuckets = defaultBuckets
	}
	if o.Step <= 0 {
		o.Step = defaultStep
	}
	if o.App.Announcements == nil {
		o.App.Announcements = app.NewAnnouncements()
	}
	t := &Table{o: o, emit: emit, speech: app.New(o.App)}
	t.index.init()
	return t
}

// Facts yields what the table's classifier collected beside the conversations since the last call: names and streams.
func (t *Table) Facts(yield func(fact.Fact) bool) { t.speech.Facts(yield) }

// Full reports whether Facts should be called before the end, or names and streams would be dropped.
func (t *Table) Full() bool { return t.speech.Full() }

// Drops returns what the classifier's caps cost.
func (t *Table) Drops() app.Drops { return t.speech.Drops() }

// Counters returns what the table did so far.
func (t *Table) Counters() Counters {
	n := t.n
	n.Live, n.Bytes = uint64(t.index.n), uint64(t.pool.bytes)
	return n
}
