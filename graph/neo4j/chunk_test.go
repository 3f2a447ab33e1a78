package neo4j

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
)

func collected(chunks ...iter.Seq[chunk]) (all []chunk) {
	for _, seq := range chunks {
		all = slices.AppendSeq(all, seq)
	}
	return all
}

// TestChunks cuts a batch: every row is in one chunk, chunks are bounded and numbered in their order, and the same batch is cut the same way.
func TestChunks(t *testing.T) {
	b := graphtest.Big("chunks", 12_000)
	nodes := collected(nodeChunks(b))
	all := append(nodes, collected(relChunks(b, int64(len(nodes))))...)
	again := append(collected(nodeChunks(b)), collected(relChunks(b, int64(len(nodes))))...)
	if len(all) != len(again) {
		t.Fatalf("%d chunks, then %d", len(all), len(again))
	}
	seen := map[string]bool{}
	rows, rels := 0, 0
	for i, c := range all {
		if lane, before := c.lane(); c.n != int64(i) || lane != int64(i)%lanes || before != int64(i)/lanes {
			t.Errorf("chunk %d is %d, number %d of lane %d", i, c.n, before, lane)
		}
		if fmt.Sprint(c) != fmt.Sprint(again[i]) {
			t.Errorf("chunk %d is cut otherwise the second time", i)
		}
		values, n := 0, 0
		row := func(p map[string]any) {
			n++
			values += len(p)
			id := p["id"].(string)
			if seen[id] {
				t.Fatalf("%s is there twice", id)
			}
			seen[id] = true
		}
		for _, r := range c.rows {
			x := r.([]any)
			if p, ok := x[1].(map[string]any); ok {
				row(p)
				continue
			}
			for _, q := range x[1].([]any) {
				row(q.([]any)[1].(map[string]any))
				rels++
			}
		}
		if n != c.len || n > maxRows || values > maxValues {
			t.Errorf("chunk %d has %d rows of %d values, says %d", i, n, values, c.len)
		}
		rows += n
	}
	if wantNodes, wantRels := b.Len(); rows != wantNodes+wantRels || rels != wantRels {
		t.Errorf("%d rows with %d relationships, want %d and %d", rows, rels, wantNodes+wantRels, wantRels)
	}
	if len(all) < 2+12_000/maxRows {
		t.Errorf("%d chunks do not bound a transaction", len(all))
	}
}

// TestLongLists: rows of long lists make short chunks.
func TestLongLists(t *testing.T) {
	b := graphtest.Big("long", 50)
	for i := range b.Uses {
		b.Uses[i].At = make([]int64, maxValues/4)
	}
	for _, c := range collected(relChunks(b, 0)) {
		if c.len > 4 {
			t.Errorf("%d rows", c.len)
		}
	}
}

// TestLayout: what would be cut otherwise has another layout.
func TestLayout(t *testing.T) {
	layout := func(edit func(*graph.Batch)) string {
		b := graphtest.Big("layout", 100)
		edit(b)
		return layoutOf(b)
	}
	same := layout(func(*graph.Batch) {})
	if again := layout(func(b *graph.Batch) { b.Uses[0].Refused = 7 }); again != same { // what a row says is known by its batch's time
		t.Errorf("%s, then %s", same, again)
	}
	for what, edit := range map[string]func(*graph.Batch){
		"known":  func(b *graph.Batch) { b.Known++ },
		"fewer":  func(b *graph.Batch) { b.Uses = b.Uses[1:] },
		"others": func(b *graph.Batch) { b.Uses[0].ID[15]++ },
		"nodes":  func(b *graph.Batch) { b.Endpoints = b.Endpoints[1:] },
	} {
		if got := layout(edit); got == same {
			t.Errorf("%s: the same", what)
		}
	}
}

// BenchmarkChunks is what the client does before it sends.
func BenchmarkChunks(b *testing.B) {
	batch := graphtest.Big("bench", 20_000)
	b.ReportAllocs()
	for b.Loop() {
		for range relChunks(batch, 0) {
		}
	}
	b.ReportMetric(float64(20_000*b.N)/b.Elapsed().Seconds(), "rels/s")
}
