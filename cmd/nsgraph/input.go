package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/intent"
)

// loadIntent reads the intent file, if one is named.
func (a *app) loadIntent() (*intent.Intent, error) {
	if a.intent == "" {
		return &intent.Intent{}, nil
	}
	in, err := intent.Load(a.intent)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	a.warnOfApplications(in)
	return in, nil
}

// decoded is what reading captures gave.
type decoded struct {
	batch   *graph.Batch
	unread  []string // captures that were unreadable, wholly or in part: "path: why"
	read    int      // captures whose format is one that is read
	packets int64
	took    time.Duration
}

// decode reads captures into one batch. An interrupt ends the reading; what was decoded until then is in the batch, and the error is that
// of the context.
func (a *app) decode(ctx context.Context, args []string, in *intent.Intent) (*decoded, error) {
	src, missing, err := sources(args)
	if err != nil {
		return nil, err
	}
	src, again, err := distinct(ctx, src, nil)
	if err != nil {
		return nil, err
	}
	for _, c := range again { // it would be counted as what a second capture point saw
		a.log.Warn("the same capture twice: read once", "capture", c.path, "is", c.of)
	}
	d, err := a.decodeSources(ctx, src, in)
	if d != nil {
		d.unread = append(missing, d.unread...)
	}
	return d, err
}

// twin is a capture whose content is that of another.
type twin struct {
	path string
	of   string // the path of the other, or what known called it
}

// distinct parts from src what has the content of another before it, or of one that is known by its SHA-256. What cannot be read stays, for
// the run to report, and so does what can be read only once. Only what may be a twin is summed: with nothing known, that is a file that
// another equals in size.
func distinct(ctx context.Context, src []capture.Source, known map[string]string) (fresh []capture.Source, again []twin, err error) {
	size := map[int64]int{}
	for _, x := range src {
		size[x.Size]++
	}
	first := maps.Clone(known) // path by SHA-256
	if first == nil {
		first = map[string]string{}
	}
	for _, x := range src {
		if len(known) > 0 || size[x.Size] > 1 {
			sha, err := x.SHA256(ctx)
			if ctx.Err() != nil {
				return nil, nil, &exitError{exitInterrupted, errors.New("interrupted before anything was read")}
			}
			if err == nil && sha != "" {
				if of, ok := first[sha]; ok {
					again = append(again, twin{x.Path, of})
					continue
				}
				first[sha] = x.Path
			}
		}
		fresh = append(fresh, x)
	}
	return fresh, again, nil
}

// sources resolves captures. What cannot be found beside others that can is input that is missing, and no reason to stop.
func sources(args []string) (src []capture.Source, missing []string, err error) {
	src, err = capture.Sources(args)
	if len(src) == 0 && err != nil {
		return nil, nil, err
	}
	if err != nil {
		missing = strings.Split(err.Error(), "\n")
	}
	return src, missing, nil
}

func (a *app) decodeSources(ctx context.Context, src []capture.Source, in *intent.Intent) (d *decoded, err error) {
	start := time.Now()
	memory := newMemoryBound()
	defer memory.adapt(2) // for the graph that was built
	bar := a.newProgress(src)
	d = &decoded{}
	facts := d.watch(capture.Run(ctx, src, capture.Options{Progress: func(p capture.Progress) {
		memory.adapt(1.5)
		bar.update(p)
	}}))
	if a.conversations != "" {
		list, err := os.Create(a.conversations)
		if err != nil {
			return nil, err
		}
		w := bufio.NewWriterSize(list, 1<<20)
		facts = export.Conversations(facts, w)
		defer func() {
			if ferr := errors.Join(w.Flush(), list.Close()); ferr != nil && err == nil {
				d, err = nil, ferr
			}
		}()
	}
	b, _, err := build.Run(context.WithoutCancel(ctx), facts, build.Options{Intent: in})
	bar.finish()
	if err != nil && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	if ctx.Err() != nil && d.packets == 0 {
		return nil, &exitError{exitInterrupted, errors.New("interrupted before anything was read")}
	}
	if d.read == 0 && len(d.unread) > 0 {
		return nil, errors.New(strings.Join(d.unread, "\n"))
	}
	b.Known = graph.Time(time.Now().UnixNano())
	d.batch, d.took = b, time.Since(start)
	for _, c := range b.Captures {
		a.log.Info("read", "capture", c.Path, "point", c.Point, "packets", c.Packets, "undecodable", c.Undecodable, "dropped", c.Dropped, "further_sightings", c.Duplicates)
	}
	a.log.Info("decoded", "packets", d.packets, "seconds", d.took.Seconds(), "communications", len(b.Uses))
	return d, ctx.Err()
}

// watch notes which captures were unreadable as the facts pass. The end of the context ends the facts, not the run.
func (d *decoded) watch(facts fact.Seq[fact.Fact]) fact.Seq[fact.Fact] {
	return func(yield func(fact.Fact, error) bool) {
		for f, err := range facts {
			if errors.Is(err, context.Canceled) {
				return
			}
			if c, ok := f.(*fact.Capture); ok && err == nil {
				d.packets += int64(c.Packets)
				if c.Format != "" {
					d.read++
				}
				if !c.Complete {
					d.unread = append(d.unread, c.Error)
				}
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// partial is the error of an input that could not be read whole, or nil.
func (d *decoded) partial() error {
	if len(d.unread) == 0 {
		return nil
	}
	if n := len(d.unread); n > 1 {
		return &exitError{exitPartial, fmt.Errorf("unreadable input, %d times:\n%s", n, strings.Join(d.unread, "\n"))}
	}
	return &exitError{exitPartial, errors.New("unreadable input: " + d.unread[0])}
}

// progress shows packets, bytes, rate and time left on standard error.
type progress struct {
	bar *progressbar.ProgressBar
}

// showsProgress reports whether progress is wanted: by default on a terminal.
func (a *app) showsProgress() bool {
	return a.progress == "always" || a.progress == "auto" && !a.quiet && terminal(a.err)
}

func (a *app) newProgress(src []capture.Source) *progress {
	if !a.showsProgress() {
		return &progress{}
	}
	var total int64
	for _, s := range src {
		if s.Size <= 0 {
			total = -1
			break
		}
		total += s.Size
	}
	return &progress{bar: progressbar.NewOptions64(total, progressbar.OptionSetWriter(a.err), progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(terminal(a.err)), progressbar.OptionSetDescription("reading"))}
}

func (p *progress) update(s capture.Progress) {
	if p.bar == nil {
		return
	}
	p.bar.Describe(fmt.Sprintf("reading, %d packets", s.Packets))
	_ = p.bar.Set64(int64(s.Bytes)) // a bar that cannot be drawn is no reason to stop
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// windowFlags adds the flags that select a part of the graph.
func (a *app) windowFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&a.since, "since", "", "only what held at or after `TIME`: RFC 3339, a date, Unix seconds, or before the last packet (2h ago, -2h)")
	f.StringVar(&a.until, "until", "", "only what held before `TIME`")
	f.StringVar(&a.at, "at", "", "only what held at `TIME`")
	f.StringVar(&a.knownAt, "known-at", "", "only what had been ingested by `TIME`, by the clock of the machine that did")
	f.StringVar(&a.snapshot, "snapshot", "", "only what the snapshot `NAME` covers")
}

// params turns the window flags into a selection over a store.
func (a *app) params(ctx context.Context, s graph.Store) (graph.Params, error) {
	known, err := parseTime("known-at", a.knownAt, graph.Time(time.Now().UnixNano()))
	if err != nil {
		return graph.Params{}, err
	}
	p, err := a.window(ctx, s)
	p.Known = known
	return p, err
}

// window is params without what was known when.
func (a *app) window(ctx context.Context, s graph.Store) (graph.Params, error) {
	var p graph.Params
	if a.snapshot != "" {
		if a.since+a.until+a.at != "" {
			return p, usage("--snapshot names a window by itself: leave out --since, --until and --at")
		}
		snaps, err := s.Snapshots(ctx)
		if err != nil {
			return p, err
		}
		names := []string{}
		for _, sn := range snaps {
			if sn.Name == a.snapshot {
				return sn.Params(), nil
			}
			names = append(names, sn.Name)
		}
		return p, unknownName("snapshot", a.snapshot, names)
	}
	end, err := a.end(ctx, s)
	if err != nil {
		return p, err
	}
	if a.at != "" {
		if a.since+a.until != "" {
			return p, usage("--at names an instant: leave out --since and --until")
		}
		t, err := parseTime("at", a.at, end)
		return graph.Params{From: t, To: t + 1}, err
	}
	if p.From, err = parseTime("since", a.since, end); err != nil {
		return p, err
	}
	if p.To, err = parseTime("until", a.until, end); err != nil {
		return p, err
	}
	if p.To != 0 && p.From >= p.To {
		return p, usage("--since %s is not before --until %s", a.since, a.until)
	}
	return p, nil
}

// end is the time of the last packet in the store, which relative times count from.
func (a *app) end(ctx context.Context, s graph.Store) (graph.Time, error) {
	if !slices.ContainsFunc([]string{a.since, a.until, a.at}, func(s string) bool { _, ok := beforeEnd(s); return ok }) {
		return 0, nil
	}
	_, last, err := span(ctx, s)
	return last, err
}

// beforeEnd reads a duration before the last packet: -2h, or 2h ago.
func beforeEnd(s string) (time.Duration, bool) {
	before, ok := strings.CutPrefix(s, "-")
	if !ok {
		if before, ok = strings.CutSuffix(s, "ago"); !ok {
			return 0, false
		}
	}
	d, err := time.ParseDuration(strings.TrimSpace(before))
	return d, err == nil && d >= 0
}

// parseTime reads one of the accepted forms of a time; "" is zero.
func parseTime(flag, s string, end graph.Time) (graph.Time, error) {
	if s == "" {
		return 0, nil
	}
	if back, ok := beforeEnd(s); ok {
		return end - graph.Time(back), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return graph.Time(t.UnixNano()), nil
		}
	}
	var sec float64
	if n, err := fmt.Sscanf(s, "%f", &sec); n == 1 && err == nil && sec >= 0 && sec < 1e10 && strings.Trim(s, "0123456789.") == "" {
		return graph.Time(sec * 1e9), nil
	}
	return 0, usage("--%s %q is no time: want RFC 3339 (2026-11-23T08:00:00Z), a date, Unix seconds, or 2h ago", flag, s)
}
