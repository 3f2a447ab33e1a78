package graph

import (
	"fmt"
	"slices"
	"strings"
)

// ViewCache keeps the views that were asked for last, so that the many queries of one report read the graph once. It is not safe for
// concurrent use; the zero value is empty.
type ViewCache struct{ views []cachedView }

type cachedView struct {
	key        viewKey
	generation int64
	view       *View
}

type viewKey struct {
	from, to, known Time
	captures        string
}

func (p Params) key() viewKey {
	from, to := p.Window()
	c := slices.Clone(p.Captures)
	slices.Sort(c)
	return viewKey{from, to, p.Known, strings.Join(c, ",")}
}

// cachedViews is how many views are kept: a comparison looks at two.
const cachedViews = 2

// Get returns the view of p in that generation of the store, or nil.
func (c *ViewCache) Get(p Params, generation int64) *View {
	k := p.key()
	for _, v := range c.views {
		if v.key == k && v.generation == generation {
			return v.view
		}
	}
	return nil
}

// Put keeps v, and forgets the oldest view beyond the limit.
func (c *ViewCache) Put(p Params, generation int64, v *View) {
	if len(c.views) == cachedViews {
		c.views = slices.Delete(c.views, 0, 1)
	}
	c.views = append(c.views, cachedView{p.key(), generation, v})
}

// Clear forgets all views.
func (c *ViewCache) Clear() { c.views = nil }

// Info describes b.
func (b *Batch) Info() BatchInfo {
	info := BatchInfo{ID: b.ID, Known: b.Known}
	for i := range b.Captures {
		info.Captures = append(info.Captures, b.Captures[i].SHA256)
	}
	slices.Sort(info.Captures)
	return info
}

// Complete returns s with its ID and with its captures sorted, or says what it lacks.
func (s Snapshot) Complete() (Snapshot, error) {
	if s.Name == "" {
		return s, fmt.Errorf("graph: a snapshot needs a name")
	}
	if s.To != 0 && s.From >= s.To {
		return s, fmt.Errorf("graph: snapshot %q ends at %s, before it begins at %s", s.Name, s.To, s.From)
	}
	s.ID = NewID(string(LabelSnapshot), s.Name)
	s.Captures = slices.Clone(s.Captures)
	slices.Sort(s.Captures)
	return s, nil
}

// ErrNoCypher says that a store answers named queries only.
var ErrNoCypher = fmt.Errorf("graph: this store does not speak Cypher")

// NoCypher is what [Querier.Cypher] returns for such a store.
func NoCypher(store string) Seq[map[string]any] {
	return func(yield func(map[string]any, error) bool) { yield(nil, fmt.Errorf("%s: %w", store, ErrNoCypher)) }
}
