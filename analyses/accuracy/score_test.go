package accuracy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/bandwidth"
	"netscope.example/nsgraph/analyses/configuration"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/analyses/qos"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/simulate"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/diff"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

var (
	seeds = flag.Int("seeds", 1, "seeds of each scenario; the first is its own")
	only  = flag.String("only", "", "scenarios whose names hold this")
	scale = flag.String("scenarios", "", "write each scenario's files into this folder, for a look")
)

// maxPackets bounds a scenario in tests; those that need more run whole with -seeds above 1.
const maxPackets = 300_000

func all() []analyses.Analysis {
	return []analyses.Analysis{segmentation.Analysis(), dependency.Analysis(), bandwidth.Analysis(), configuration.Analysis(), qos.Analysis()}
}

// built are the rules that some analysis can raise. The others are not yet judged.
func built() map[string]bool {
	rules := map[string]bool{}
	for _, a := range all() {
		for _, r := range a.Rules {
			rules[r] = true
		}
	}
	for _, r := range slices.Concat(dependency.ChangeRules(), dependency.ShiftRules()) {
		rules[r] = true
	}
	return rules
}

// played is a scenario with what its capture points saw.
type played struct {
	truth         *simulate.Truth
	store         *memory.Store
	intent        *intent.Intent
	conversations []*fact.Conversation
	captures      []*fact.Capture
}

// play simulates a scenario into dir and builds its graph.
func play(ctx context.Context, name string, seed uint64, dir string) (*played, error) {
	sc, err := simulate.Load(name)
	if err != nil {
		return nil, err
	}
	o := simulate.Options{Seed: seed}
	if *seeds == 1 {
		o.Packets = maxPackets
	}
	files, err := sc.WriteFiles(ctx, o, filepath.Join(dir, "c.pcapng"))
	if err != nil {
		return nil, err
	}
	p := &played{truth: files.Summary, store: memory.New(), intent: &intent.Intent{}}
	if p.truth.Conversations, err = conversations(files.Truth); err != nil {
		return nil, err
	}
	if files.Intent != "" {
		if p.intent, err = intent.Load(files.Intent); err != nil {
			return nil, err
		}
	}
	src, err := capture.Sources(files.Captures)
	if err != nil {
		return nil, err
	}
	facts := func(yield func(fact.Fact, error) bool) {
		for f, err := range capture.Run(ctx, src, capture.Options{}) {
			switch f := f.(type) {
			case *fact.Conversation:
				c := *f
				p.conversations = append(p.conversations, &c)
			case *fact.Capture:
				p.captures = append(p.captures, f)
			}
			if !yield(f, err) {
				return
			}
		}
	}
	b, _, err := build.Run(ctx, facts, build.Options{Intent: p.intent})
	if err != nil {
		return nil, err
	}
	return p, p.store.Apply(ctx, b)
}

// answer is what the analyses say of a scenario.
type answer struct {
	findings []analyses.Finding
	sections map[string]any
}

func (p *played) analyse(ctx context.Context) (answer, error) {
	out := answer{sections: map[string]any{}}
	site, err := analyses.NewSite(ctx, p.store, graph.Params{}, p.intent)
	if err != nil {
		return out, err
	}
	for _, a := range all() {
		section, fs, err := a.Run(ctx, p.store, graph.Params{}, site)
		if err != nil {
			return out, err
		}
		out.sections[a.Name] = section
		out.findings = append(out.findings, fs...)
	}
	return out, nil
}

// result is one scenario with one seed.
type result struct {
	name    string
	seed    uint64
	truth   *simulate.Truth
	missed  []simulate.Expected
	found   []string // rules
	silent  []string // rules that must be silent and were
	false_  []analyses.Finding
	unasked []analyses.Finding // medium or more severe, and nobody said that they must be there
	measure measures
	verdict []string // class: want, got
	err     error
}

func score(ctx context.Context, name, before string, seed uint64, dir string) (r result) {
	r.name, r.seed = name, seed
	fail := func(err error) result { r.err = err; return r }
	p, err := play(ctx, name, seed, dir)
	if err != nil {
		return fail(err)
	}
	r.truth = p.truth
	got, err := p.analyse(ctx)
	if err != nil {
		return fail(err)
	}
	if before != "" {
		old := filepath.Join(dir, "before")
		if err := os.Mkdir(old, 0o755); err != nil {
			return fail(err)
		}
		q, err := play(ctx, before, seed, old)
		if err != nil {
			return fail(err)
		}
		va, errA := q.store.View(ctx, graph.Params{})
		vb, errB := p.store.View(ctx, graph.Params{})
		d, err := diff.Diff(va, vb, diff.Options{OldName: before, NewName: name})
		if err := errors.Join(errA, errB, err); err != nil {
			return fail(err)
		}
		got.findings = slices.Concat(got.findings, dependency.Changes(d), dependency.Shifts(va, vb))
	}
	r.judge(got, built())
	r.measure = measure(p, got)
	return r
}

// judge compares findings with what must and must not be there.
func (r *result) judge(got answer, rules map[string]bool) {
	addresses := map[string][]string{}
	for _, h := range r.truth.Hosts {
		for _, a := range h.Addresses {
			addresses[h.Name] = append(addresses[h.Name], a.String())
		}
	}
	asked := map[string]bool{}
	for _, want := range r.truth.Expect.Must {
		asked[want.Rule] = true
		if !rules[want.Rule] {
			continue
		}
		if slices.ContainsFunc(got.findings, func(f analyses.Finding) bool { return f.Rule == want.Rule && holds(f, want.Subjects, addresses) }) {
			r.found = append(r.found, want.Rule)
		} else {
			r.missed = append(r.missed, want)
		}
	}
	for _, rule := range r.truth.Expect.MustNot {
		n := len(r.false_)
		for _, f := range got.findings {
			if matches(rule, f.Rule) {
				r.false_ = append(r.false_, f)
			}
		}
		if len(r.false_) == n && rules[rule] {
			r.silent = append(r.silent, rule)
		}
	}
	for _, f := range got.findings {
		if f.Severity >= analyses.Medium && !asked[f.Rule] && !slices.ContainsFunc(r.truth.Expect.MustNot, func(x string) bool { return matches(x, f.Rule) }) {
			r.unasked = append(r.unasked, f)
		}
	}
	if section, ok := got.sections["qos"].(qos.Report); ok {
		for _, class := range slices.Sorted(maps.Keys(r.truth.Expect.QoS)) {
			want, have := r.truth.Expect.QoS[class], "absent"
			for _, c := range section.Classes {
				if c.Name == class {
					have = c.Verdict
				}
			}
			r.verdict = append(r.verdict, fmt.Sprintf("%s: want %s, got %s", class, want, have))
		}
	}
}

// matches reports whether a rule is meant by a name or by "analysis/*".
func matches(pattern, rule string) bool {
	if a, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(rule, a+"/")
	}
	return pattern == rule
}

// holds reports whether a finding's subjects or text hold all words; a host's name stands for any of its addresses.
func holds(f analyses.Finding, words []string, addresses map[string][]string) bool {
	var b strings.Builder
	b.WriteString(f.Text)
	for _, s := range f.Subjects {
		b.WriteString(" " + s.Label)
	}
	text := b.String()
	return !slices.ContainsFunc(words, func(w string) bool {
		return !slices.ContainsFunc(append(slices.Clone(addresses[w]), w), func(a string) bool { return strings.Contains(text, a) })
	})
}

// TestScenarios plays every scenario of the library and fails where a rule that is built misses what it must find, or raises what it must not.
func TestScenarios(t *testing.T) {
	infos, err := simulate.List()
	if err != nil {
		t.Fatal(err)
	}
	type job struct {
		info simulate.Info
		seed uint64
	}
	var jobs []job
	for k, i := range infos {
		if !strings.Contains(i.Name, *only) || testing.Short() && k%6 != 0 {
			continue
		}
		for n := range *seeds {
			jobs = append(jobs, job{i, uint64(n) * 7919})
		}
	}
	if len(jobs) == 0 {
		t.Fatalf("no scenario holds %q", *only)
	}
	results := make([]result, len(jobs))
	work := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for n := range work {
				dir, err := os.MkdirTemp(*scale, strings.ReplaceAll(jobs[n].info.Name, "/", "-")+"-")
				if err != nil {
					results[n] = result{name: jobs[n].info.Name, err: err}
					continue
				}
				results[n] = score(t.Context(), jobs[n].info.Name, jobs[n].info.Before, jobs[n].seed, dir)
				if *scale == "" {
					_ = os.RemoveAll(dir)
				}
			}
		})
	}
	for n := range jobs {
		work <- n
	}
	close(work)
	wg.Wait()
	var table bytes.Buffer
	report(&table, results)
	t.Log("\n" + table.String())
	for _, r := range results {
		if r.err != nil {
			t.Errorf("%s seed %d: %v", r.name, r.seed, r.err)
		}
		for _, m := range r.missed {
			if !known(m.Rule, r.name) {
				t.Errorf("%s seed %d: missed %s %v", r.name, r.seed, m.Rule, m.Subjects)
			}
		}
		for _, f := range r.false_ {
			if !known(f.Rule, r.name) {
				t.Errorf("%s seed %d: false %s: %s", r.name, r.seed, f.Rule, f.Text)
			}
		}
	}
}

// known lists misses and false alarms that stand in the README's limits: rule and scenario.
func known(rule, scenario string) bool { return slices.Contains(limits, rule+" in "+scenario) }

var limits = []string{}

// report prints the table: for each rule true, missed, false and silent, then the measures and the misses one by one.
func report(w io.Writer, results []result) {
	type line struct{ found, missed, false_, silent int }
	lines := map[string]*line{}
	at := func(rule string) *line {
		if lines[rule] == nil {
			lines[rule] = &line{}
		}
		return lines[rule]
	}
	unbuilt := map[string]bool{}
	rules := built()
	for rule := range rules {
		at(rule)
	}
	var total measures
	for _, r := range results {
		if r.err != nil {
			continue
		}
		for _, x := range r.found {
			at(x).found++
		}
		for _, x := range r.missed {
			at(x.Rule).missed++
		}
		for _, x := range r.false_ {
			at(x.Rule).false_++
		}
		for _, x := range r.silent {
			at(x).silent++
		}
		for _, x := range r.truth.Expect.Must {
			if !rules[x.Rule] {
				unbuilt[x.Rule] = true
			}
		}
		total.add(r.measure)
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "rule\tfound\tmissed\tfalse\tsilent as it should")
	for _, rule := range slices.Sorted(maps.Keys(lines)) {
		l := lines[rule]
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\n", rule, l.found, l.missed, l.false_, l.silent)
	}
	_ = t.Flush()
	fmt.Fprintf(w, "\nnot yet judged: %s\n\n", strings.Join(slices.Sorted(maps.Keys(unbuilt)), ", "))
	total.print(w)
	for _, r := range results {
		for _, m := range r.missed {
			fmt.Fprintf(w, "missed   %s seed %d: %s %v\n", r.name, r.seed, m.Rule, m.Subjects)
		}
		for _, f := range r.false_ {
			fmt.Fprintf(w, "false    %s seed %d: %s: %s\n", r.name, r.seed, f.Rule, f.Text)
		}
		for _, v := range r.verdict {
			fmt.Fprintf(w, "verdict  %s seed %d: %s\n", r.name, r.seed, v)
		}
	}
	count := map[string]int{}
	example := map[string]string{}
	for _, r := range results {
		for _, f := range r.unasked {
			count[f.Rule]++
			example[f.Rule] = cmp.Or(example[f.Rule], r.name+": "+f.Text)
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(w, "unasked  %s %d times, first in %s\n", rule, count[rule], example[rule])
	}
}
