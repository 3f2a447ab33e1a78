package analyses

import (
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// What the local forms of queries are made of.

// Ordered returns the rows of m in a total order: what the local form of an aggregating query returns. Each row is let go of as it is
// yielded, so that the sequence can be read once.
func Ordered[K comparable, R any](m map[K]*R, order func(a, b *R) int) iter.Seq[R] {
	rows := make([]*R, 0, len(m))
	for _, r := range m {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, order)
	return func(yield func(R) bool) {
		for i, r := range rows {
			rows[i] = nil
			if !yield(*r) {
				return
			}
		}
	}
}

// Rows are the rows of one communication, few.
type Rows[R any] struct{ list []R }

// At returns the row for which same holds, or a new one.
func (r *Rows[R]) At(same func(*R) bool) (row *R, fresh bool) {
	for i := range r.list {
		if same(&r.list[i]) {
			return &r.list[i], false
		}
	}
	var zero R
	r.list = append(r.list, zero)
	return &r.list[len(r.list)-1], true
}

// PerCommunication returns the rows of the local form of a query that sums up USES by client, service and application first, in this order: add adds one
// relationship to the rows of its communication, whose own order is order: nil, if there is one row.
func PerCommunication[R any](v *graph.View, add func(rows *Rows[R], c *graph.Communication, u *graph.Uses), order func(a, b *R) int) iter.Seq[R] {
	return func(yield func(R) bool) {
		var rows Rows[R]
		var sorted []*R
		all := v.Communications()
		for i := range all {
			clear(rows.list)
			rows.list, sorted = rows.list[:0], sorted[:0]
			for _, u := range all[i].Uses {
				add(&rows, &all[i], u)
			}
			for i := range rows.list {
				sorted = append(sorted, &rows.list[i])
			}
			if len(sorted) > 1 {
				slices.SortFunc(sorted, order)
			}
			for _, r := range sorted {
				if !yield(*r) {
					return
				}
			}
		}
	}
}

// Use is one relationship with its ends.
type Use struct {
	*graph.Uses
	Client  *graph.Endpoint
	Service *graph.Service
}

// PerUse returns the rows of the local form of a query that has one row for each relationship that keep wants, in the given order. Rows are large: each
// is made when it is asked for.
func PerUse[R any](v *graph.View, keep func(Use) bool, order func(a, b Use) int, row func(Use) R) iter.Seq[R] {
	var uses []Use
	for _, c := range v.Communications() {
		for _, u := range c.Uses {
			if x := (Use{u, c.Client, c.Service}); keep(x) {
				uses = append(uses, x)
			}
		}
	}
	slices.SortFunc(uses, order)
	return func(yield func(R) bool) {
		for _, u := range uses {
			if !yield(row(u)) {
				return
			}
		}
	}
}

// Union appends to a what it lacks of b, in order, up to limit elements. An empty a becomes b itself, which does not change afterwards.
func Union(a, b []string, limit int) []string {
	if len(a) == 0 && len(b) <= limit && distinct(b) {
		return slices.Clip(b)
	}
	for _, x := range b {
		if len(a) < limit && !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}

// Join appends b to a. An empty a becomes b itself, which does not change afterwards.
func Join(a, b []int64) []int64 {
	if len(a) == 0 {
		return slices.Clip(b)
	}
	return append(a, b...)
}

func distinct(list []string) bool {
	for i, x := range list {
		if slices.Contains(list[:i], x) {
			return false
		}
	}
	return true
}
