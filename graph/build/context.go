package build

import "netscope.example/nsgraph/graph"

import "netscope.example/nsgraph/capture/fact"

// ContextReason says why a context that nobody declared exists.
type ContextReason struct {
	Name string
	Why  string
}

type contexts struct{ byPlace map[uint32]string }

func (c *contexts) of(h host) string {
	if n, ok := c.byPlace[h.place]; ok {
		return n
	}
	return graph.DefaultContext
}

func (b *Builder) resolveContexts(routers map[fact.MAC]string) *contexts {
	return &contexts{byPlace: map[uint32]string{}}
}
func (b *Builder) findRouters() map[fact.MAC]string { return nil }
func (s *sheet) judge(pairs []*pair)                {}
