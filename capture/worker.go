package capture

import (
	"netscope.example/nsgraph/capture/app"
	"netscope.example/nsgraph/capture/control"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/flow"
	"netscope.example/nsgraph/capture/sight"
	"netscope.example/nsgraph/capture/wire"
)

const (
	queue    = 4   // units that may wait for a worker
	outgoing = 256 // facts that are handed over together
)

// worker keeps the conversations and stations whose hash falls to it. It shares nothing with the others but the announcements of
// secondary channels.
type worker struct {
	number   uint8
	in       chan *unit
	out      chan<- []fact.Fact
	free     chan<- *unit
	table    *flow.Table
	stations *sight.Stations
	control  *control.Decoder // of worker 0: what devices say is rare, and must be read in one place
	facts    []fact.Fact
	failed   map[uint16]uint64 // packets, by capture, that a decoder failed at

	stationsAhead, talksAhead [sight.Group]*wire.Packet
}

func newWorker(number, of int, o Options, points *points, shared *app.Announcements, out chan<- []fact.Fact, free chan<- *unit) *worker {
	w := &worker{number: uint8(number), in: make(chan *unit, queue), out: out, free: free, failed: map[uint16]uint64{}}
	fo := flow.Options{
		MaxConversations: max(o.MaxConversations/of, 1), MaxBytes: max(o.MaxConversationBytes/of, 1), Declared: o.Declared,
		App: app.Options{Announcements: shared},
	}
	w.table = flow.NewTable(fo, func(c *fact.Conversation) { w.emit(c) })
	w.stations = sight.NewStations(sight.Options{Point: points.name, Stations: maxStations / of})
	if number == 0 {
		w.control = control.New(control.Options{Point: points.name})
	}
	return w
}

// maxStations is how many stations all workers keep together.
const maxStations = 1 << 16

// run works until there are no more units.
func (w *worker) run() {
	for u := range w.in {
		for i := 0; i < len(u.packets); {
			i = w.work(u, i)
		}
		if w.table.Full() {
			w.table.Facts(w.emit)
		}
		if u.refs.Add(-1) == 0 {
			u.reset()
			w.free <- u
		}
	}
}

// finish hands over what is left. A conversation that cannot be summed up is left out.
func (w *worker) finish() {
	for tries := 0; tries < maxTries && !w.flush(); tries++ {
	}
	w.hand()
}

const maxTries = 1000

// flush empties the table. It reports false if it failed before the end.
func (w *worker) flush() (done bool) {
	defer func() { _ = recover() }()
	w.table.Flush()
	w.table.Facts(w.emit)
	return true
}

// work feeds the packets from i on to the tables. It returns after the last one, or after one that a decoder failed at, which
// costs that packet alone.
func (w *worker) work(u *unit, i int) (next int) {
	defer func() {
		if r := recover(); r != nil {
			w.failed[u.packets[i].Capture]++
			next = i + 1
		}
	}()
	for end := i; i < len(u.packets); i++ {
		if i == end {
			end = w.ahead(u, i)
		}
		w.packet(u, i)
	}
	return i
}

// ahead loads what the tables will need of the worker's packets from i on, some dozen of them, and returns where those end.
func (w *worker) ahead(u *unit, i int) int {
	stations, talks := w.stationsAhead[:0], w.talksAhead[:0]
	n := w.number
	for ; i < len(u.packets) && len(stations) < sight.Group && len(talks) < sight.Group; i++ {
		p := &u.packets[i]
		if p.Has&wire.HasIP == 0 {
			continue
		}
		if u.station[i] == n {
			stations = append(stations, p)
		}
		if u.worker[i] == n {
			talks = append(talks, p)
		}
	}
	w.stations.Ahead(stations)
	w.table.Ahead(talks)
	return i
}

// packet feeds packet i of u.
func (w *worker) packet(u *unit, i int) {
	n, m, p := w.number, u.marks[i], &u.packets[i]
	if u.station[i] == n && m&isMirror == 0 {
		w.stations.Feed(p)
	}
	if m&isControl != 0 && n == 0 && m&isMirror == 0 {
		w.control.Feed(p)
	}
	if u.worker[i] != n || p.Has&wire.HasIP == 0 {
		return
	}
	w.table.Add(p, m&isCopy != 0)
	if m&(isError|isCopy) == isError {
		if q, ok := wire.Quoted(p); ok {
			w.table.Error(&q, p)
		}
	}
}

// emit hands f to the run's consumer, with others.
func (w *worker) emit(f fact.Fact) bool {
	w.facts = append(w.facts, f)
	if len(w.facts) == outgoing {
		w.hand()
	}
	return true
}

func (w *worker) hand() {
	if len(w.facts) > 0 {
		w.out <- w.facts
		w.facts = make([]fact.Fact, 0, outgoing)
	}
}
