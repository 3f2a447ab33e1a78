package neo4j

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// A batch is loaded in chunks, each in one transaction. Which rows a chunk holds, and in which order chunks come, follows from the batch alone: two clients that
// load it, one after the other or together, agree on what the n-th chunk is, and the counters of its lanes say which are in the graph.

// version of the order and the size of chunks.
const chunkVersion = "1"

// What bounds a chunk, and so the memory of a transaction on both sides. Larger ones are not faster.
const (
	maxRows   = 5_000
	maxValues = 100_000 // properties, and elements of lists
)

// lanes is how many chunks are loaded at the same time.
const lanes = 2

// chunk is the rows of one transaction: nodes of one label, or relationships of one type between the same two labels.
type chunk struct {
	n         int64 // its place among the batch's chunks, from 0
	statement string
	rows      []any // [id, properties]; of relationships [source, [[target, properties], …]]
	len       int   // of rows, or of relationships
}

// lane is where the chunk is counted, and before its place there.
func (c chunk) lane() (lane, before int64) { return c.n % lanes, c.n / lanes }

// layoutOf tells whether a half-loaded batch was cut into the same chunks.
func layoutOf(b *graph.Batch) string {
	h := sha256.New()
	fmt.Fprintln(h, chunkVersion, Version, lanes, maxRows, maxValues, b.Known)
	for _, k := range graph.Kinds() {
		for v := range k.Values(&b.Contents) {
			id := v.Field(0)
			if k.Rel {
				id = id.FieldByName("ID")
			}
			fmt.Fprintf(h, "%x", id.Interface())
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}

// nodeChunks cuts the nodes of a batch. The properties of a node follow from its key: there is nothing to change where it is there already.
func nodeChunks(b *graph.Batch) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		n := int64(0)
		for _, k := range graph.Kinds() {
			if k.Rel {
				continue
			}
			c := cutter{chunk: chunk{n: n, statement: fmt.Sprintf("UNWIND $rows AS r MERGE (x:%s {id: r[0]}) ON CREATE SET x += r[1] RETURN count(*) AS n", k.Name)}, yield: yield}
			for row := range k.Rows(&b.Contents) {
				p := properties(row)
				if !c.add(p, []any{p["id"], p}) {
					return
				}
			}
			if !c.flush() {
				return
			}
			n = c.n
		}
	}
}

// relChunks cuts the relationships, counted from n on: those that begin at the same node together, whose place is then sought once.
func relChunks(b *graph.Batch, n int64) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		labels := b.Labels()
		for _, k := range graph.Kinds() {
			if !k.Rel {
				continue
			}
			for _, g := range grouped(k, &b.Contents, labels) {
				c := cutter{chunk: chunk{n: n, statement: relStatement(k, g.src, g.dst)}, yield: yield}
				for _, r := range g.rows {
					p := properties(r.row)
					if !c.addTo(r.rel.Src.String(), p, []any{r.rel.Dst.String(), p}) {
						return
					}
				}
				if !c.flush() {
					return
				}
				n = c.n
			}
		}
	}
}

// relStatement creates: the counter of its lane lets it run but once. The names are those of package graph.
func relStatement(k graph.Kind, src, dst graph.Label) string {
	return fmt.Sprintf("UNWIND $rows AS r MATCH (a:%s {id: r[0]}) UNWIND r[1] AS q MATCH (b:%s {id: q[0]}) CREATE (a)-[e:%s]->(b) SET e += q[1] RETURN count(*) AS n", src, dst, k.Name)
}

// ends are relationships of one type between two labels.
type ends struct {
	src, dst graph.Label
	rows     []relRow
}

type relRow struct {
	rel *graph.Rel
	row any
}

// grouped returns them by their labels, then in the order of their ends.
func grouped(k graph.Kind, c *graph.Contents, labels map[graph.ID]graph.Label) (groups []*ends) {
	by := map[[2]graph.Label]*ends{}
	for row := range k.Rows(c) {
		r := row.(interface{ Relation() *graph.Rel }).Relation()
		l := [2]graph.Label{labels[r.Src], labels[r.Dst]}
		if by[l] == nil {
			by[l] = &ends{src: l[0], dst: l[1]}
			groups = append(groups, by[l])
		}
		by[l].rows = append(by[l].rows, relRow{r, row})
	}
	slices.SortFunc(groups, func(a, b *ends) int { return cmp.Or(cmp.Compare(a.src, b.src), cmp.Compare(a.dst, b.dst)) })
	for _, g := range groups {
		slices.SortFunc(g.rows, func(a, b relRow) int {
			return cmp.Or(a.rel.Src.Compare(b.rel.Src), a.rel.Dst.Compare(b.rel.Dst), a.rel.ID.Compare(b.rel.ID))
		})
	}
	return groups
}

// cutter fills chunks and yields them.
type cutter struct {
	chunk
	yield  func(chunk) bool
	values int
	source string // whose relationships the last row holds
}

func (c *cutter) add(p map[string]any, row []any) bool {
	c.rows = append(c.rows, row)
	return c.count(p)
}

// addTo adds a relationship that begins at source.
func (c *cutter) addTo(source string, p map[string]any, row []any) bool {
	if len(c.rows) == 0 || source != c.source {
		c.rows, c.source = append(c.rows, []any{source, []any{}}), source
	}
	last := c.rows[len(c.rows)-1].([]any)
	last[1] = append(last[1].([]any), row)
	return c.count(p)
}

func (c *cutter) count(p map[string]any) bool {
	c.len++
	c.values += len(p)
	for _, v := range p {
		switch x := v.(type) {
		case []string:
			c.values += len(x)
		case []int64:
			c.values += len(x)
		}
	}
	if c.len < maxRows && c.values < maxValues {
		return true
	}
	return c.flush()
}

func (c *cutter) flush() bool {
	if c.len == 0 {
		return true
	}
	if !c.yield(c.chunk) {
		return false
	}
	c.n++
	c.rows, c.len, c.values = nil, 0, 0
	return true
}
