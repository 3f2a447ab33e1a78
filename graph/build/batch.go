package build

import (
	"encoding/json"
	"slices"
	"time"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// Batch judges what came and returns the graph of it. The caller sets Batch.Known. Batch is called once, after the last Add.
func (b *Builder) Batch() (*graph.Batch, Stats) {
	b.judgeAll()
	b.boundBuckets()
	s := &sheet{Builder: b, batch: b.batchID(), endpoints: map[endpointKey]graph.ID{}, seen: map[graph.ID]struct{}{}}
	s.routers = b.findRouters()
	s.contexts = b.resolveContexts(s.routers)
	pairs := s.pairs()
	s.judge(pairs)
	s.uses(pairs)
	s.offers(pairs)
	b.stats.Step = time.Duration(b.minStep)
	return &graph.Batch{ID: s.batch, Contents: s.contents()}, b.stats
}

// batchID is the hash of the captures and of the contexts that were declared.
func (b *Builder) batchID() graph.ID {
	var key []string
	for _, c := range b.captures {
		key = append(key, c.SHA256)
	}
	slices.Sort(key)
	key = slices.Compact(key)
	if b.o.Intent != nil && len(b.o.Intent.Contexts) > 0 {
		if j, err := json.Marshal(b.o.Intent.Contexts); err == nil {
			key = append(key, "contexts", string(j))
		}
	}
	return graph.NewID("Batch", key...)
}

// pointByIndex returns the name of the capture point of an index.
func (b *Builder) pointByIndex(i uint16) string {
	if b.pointNames == nil {
		b.pointNames = map[uint16]string{}
		for _, c := range b.captures {
			for n, p := range c.PointIndexes {
				if n < len(c.Points) {
					b.pointNames[p] = c.Points[n]
				}
			}
		}
	}
	return b.pointNames[i]
}

// pairs turns communications between hosts into those between endpoints.
func (s *sheet) pairs() []*pair {
	at := map[pairKey]*pair{}
	for u := range s.tiers.all {
		if len(u.spans) == 0 {
			continue
		}
		k := s.pairKey(u)
		p := at[k]
		if p == nil {
			p = &pair{key: k}
			at[k] = p
		}
		p.join(u, s.gap)
	}
	pairs := make([]*pair, 0, len(at))
	for _, p := range at {
		pairs = append(pairs, p)
	}
	return pairs
}

func (s *sheet) pairKey(u *use) pairKey {
	c, v := s.places.value(u.key.client.place).scope, s.places.value(u.key.server.place).scope
	return pairKey{
		client: s.endpointOf(u.key.client), server: s.endpointOf(u.key.server),
		clientVLAN: c.VLAN.String(), serverVLAN: v.VLAN.String(), tunnel: tunnelName(c),
		app: s.texts.value(u.key.app), parent: s.texts.value(u.key.parent), evidence: u.key.evidence,
		port: u.key.port, transport: u.key.transport, dscpUp: u.key.dscpUp, dscpDown: u.key.dscpDown, carries: u.key.carries,
	}
}

var _ = fact.Time(0)
