package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// DependencyRow sums up what one endpoint exchanged with one service.
type DependencyRow struct {
	ClientKey
	ServiceKey
	Applications  []string `graph:"applications"`
	Conversations int64    `graph:"conversations"`
	Established   int64    `graph:"established"`
	Bytes         int64    `graph:"bytes"`
	Span
}

// dependencies sums up the flows that keep wants, by client and service.
func dependencies(v *graph.View, keep func(flow) bool) iter.Seq[DependencyRow] {
	type key struct{ client, service graph.ID }
	type sum struct {
		DependencyRow
		apps set
	}
	at := map[key]*sum{}
	for f := range flows(v) {
		if !keep(f) {
			continue
		}
		k := key{f.Src, f.Dst}
		r := at[k]
		if r == nil {
			r = &sum{DependencyRow{ClientKey: clientKey(f.client), ServiceKey: serviceKey(f.service)}, set{}}
			at[k] = r
		}
		r.apps[f.Application] = true
		r.Conversations += f.Conversations
		r.Established += f.Established
		r.Bytes += f.BytesUp + f.BytesDown
		r.Span.add(&f.Rel)
	}
	rows := analyses.Ordered(at, func(a, b *sum) int {
		return cmp.Or(a.ClientKey.compare(b.ClientKey), a.ServiceKey.compare(b.ServiceKey))
	})
	return func(yield func(DependencyRow) bool) {
		for s := range rows {
			s.Applications = s.apps.sorted()
			if !yield(s.DependencyRow) {
				return
			}
		}
	}
}

// which filters rows.
func which[R any](rows iter.Seq[R], keep func(R) bool) iter.Seq[R] {
	return func(yield func(R) bool) {
		for r := range rows {
			if keep(r) && !yield(r) {
				return
			}
		}
	}
}

// sorted orders rows.
func sorted[R any](rows iter.Seq[R], order func(a, b R) int) iter.Seq[R] {
	return slices.Values(slices.SortedFunc(rows, order))
}
