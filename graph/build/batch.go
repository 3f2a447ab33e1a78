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
	b.boundIntervals(b.o.MaxIntervals)
	b.boundBuckets()
	b.stats.Gap = time.Duration(b.gap)
	s := &sheet{
		Builder: b, batch: b.batchID(), endpoints: map[endpointKey]graph.ID{}, seen: map[graph.ID]struct{}{}, services: map[servicePort]graph.ID{},
		macs: map[fact.MAC]string{}, carry: map[carryKey]*carry{},
	}
	b.stats.Folded = b.folded()
	canon := b.canonical()
	s.routers = b.findRouters()
	s.at = b.residences(s.routers, canon)
	s.homes = homes(s.at)
	s.contexts = b.resolveContexts(s.at, s.routers, canon)
	s.judge()
	pairs := s.pairs()
	s.offers(pairs)
	s.requires(pairs)
	s.writeStations()
	s.seenAt(pairs)
	s.uses(pairs) // the last that needs them: it lets go of each
	s.writeNames()
	s.writeStatements()
	s.writeLinks()
	s.writeCopies()
	s.writeStreams()
	s.writeCaptures()
	s.writeSubnets()
	s.writeGathered()
	s.writeOverlaps()
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

// pairs turns communications between hosts into those between endpoints. It moves their intervals.
func (s *sheet) pairs() []*pair {
	told := s.tellings()
	at := map[pairKey]*pair{}
	for u := range s.all {
		for _, sp := range u.spans {
			k := s.pairKey(&u.key, sp)
			s.byAnswer(&k, &u.key, sp, told)
			p := at[k]
			if p == nil {
				p = &pair{key: k}
				at[k] = p
			}
			p.take(sp, s.gap)
		}
		u.spans = nil
	}
	s.tiers, s.scans = [2]*tier{}, nil
	pairs := make([]*pair, 0, len(at))
	for _, p := range at {
		pairs = append(pairs, p)
	}
	return pairs
}

func (s *sheet) pairKey(k *useKey, sp *span) pairKey {
	server := k.server.place
	if sp.down.packets == 0 {
		server = s.home(k.server)
	}
	c, v := s.places.value(k.client.place).scope, s.places.value(server).scope
	return pairKey{
		client: s.endpointOf(k.client), server: s.endpointOf(host{k.server.ip, server}),
		clientVLAN: c.VLAN.String(), serverVLAN: v.VLAN.String(), tunnel: tunnelName(c),
		app: s.texts.value(k.app), parent: s.texts.value(k.parent), evidence: k.evidence,
		port: k.port, transport: k.transport, dscpUp: k.dscpUp, dscpDown: k.dscpDown, carries: k.carries,
	}
}

// home returns the place in which a server that did not answer speaks itself, if that is one place and of the same context; else the place in
// which it was asked.
func (s *sheet) home(h host) uint32 {
	at, context := h.place, s.contexts.of(h)
	n := 0
	for _, p := range s.homes[h.ip] {
		if s.contexts.of(host{h.ip, p}) == context {
			at = p
			n++
		}
	}
	if n != 1 {
		return h.place
	}
	return at
}
