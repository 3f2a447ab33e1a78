package capture

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"netscope.example/nsgraph/capture/app"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/flow"
	"netscope.example/nsgraph/capture/sight"
	"netscope.example/nsgraph/capture/wire"
)

const maxWorkers = 64

// Run reads the sources and yields what they show: conversations as they end, then everything else, and a *fact.Capture for every
// source last. A source that is damaged or unreadable is no error: its *fact.Capture is not Complete and says why. When ctx
// ends, what was decoded until then is yielded, and then the cause of its end.
func Run(ctx context.Context, src []Source, o Options) fact.Seq[fact.Fact] {
	return func(yield func(fact.Fact, error) bool) {
		r := newRun(ctx, src, o)
		defer r.stop()
		if r.facts(func(f fact.Fact) bool { return yield(f, nil) }) && ctx.Err() != nil {
			yield(nil, context.Cause(ctx))
		}
	}
}

// run is one run's goroutines and what they share.
type run struct {
	inputs  []*input // by index
	stage   *stage
	out     chan []fact.Fact
	cancel  context.CancelFunc
	trouble trouble
	names   names
}

func newRun(parent context.Context, src []Source, o Options) *run {
	if o.Workers <= 0 {
		o.Workers = max(1, runtime.GOMAXPROCS(0)-1)
	}
	o.Workers = min(o.Workers, maxWorkers)
	if o.MaxConversations <= 0 {
		o.MaxConversations = defaultConversations
	}
	if o.MaxConversationBytes <= 0 {
		o.MaxConversationBytes = defaultConversationBytes
	}
	ctx, cancel := context.WithCancel(parent)
	r := &run{out: make(chan []fact.Fact, o.Workers), cancel: cancel}
	s := &stage{o: o, points: newPoints(), wire: wire.NewDecoder(wire.Options{}), free: make(chan *unit, 2*queue)}
	s.window = sight.NewWindow(sight.Options{Point: s.points.name})
	r.stage = s
	for range cap(s.free) {
		s.free <- newUnit()
	}
	shared := newBuffers()
	for i := range src {
		in := &input{src: &src[i], buffers: shared, index: uint16(i), first: math.MinInt64, tally: newTally(), point: pointName(&src[i], "", false)}
		r.inputs = append(r.inputs, in)
		s.tallies = append(s.tallies, in.tally)
		s.total += src[i].Size
	}
	s.waiting = slices.Clone(r.inputs)
	prepare(ctx, s)
	slices.SortStableFunc(s.waiting, func(a, b *input) int {
		return cmp.Or(cmp.Compare(a.first, b.first), strings.Compare(a.point, b.point), strings.Compare(a.src.Path, b.src.Path))
	})
	announced := app.NewAnnouncements()
	s.crier = newCrier(announced)
	var tables []*flow.Table
	var all sync.WaitGroup
	for i := range o.Workers {
		w := newWorker(i, o.Workers, o, s.points, announced, r.out, s.free)
		s.workers = append(s.workers, w)
		tables = append(tables, w.table)
		all.Go(w.run)
	}
	go func() {
		s.run(ctx)
		for _, w := range s.workers {
			close(w.in)
		}
		all.Wait()
		flow.Share(tables)
		for _, w := range s.workers {
			all.Go(w.finish)
		}
		all.Wait()
		close(r.out)
	}()
	return r
}

// stop ends the goroutines and waits for them.
func (r *run) stop() {
	r.cancel()
	for range r.out {
	}
}

// facts yields everything. It reports false if yield did.
func (r *run) facts(yield func(fact.Fact) bool) bool {
	more := true
	pass := func(f fact.Fact) bool {
		more = more && yield(f)
		return more
	}
	for list := range r.out {
		for _, f := range list {
			switch f := f.(type) {
			case *fact.Conversation:
				r.trouble.see(f)
			case *fact.Name:
				if r.names.add(f) {
					r.names.Facts(pass)
				}
				continue
			}
			if !pass(f) {
				return false
			}
		}
	}
	w := r.stage.workers
	for _, o := range w[1:] {
		w[0].stations.Merge(o.stations)
	}
	for _, facts := range []func(func(fact.Fact) bool){r.names.Facts, w[0].stations.Facts, w[0].control.Facts, r.stage.window.Facts, r.artefacts, r.captures} {
		if facts(pass); !more {
			return false
		}
	}
	return true
}
