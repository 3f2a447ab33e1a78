package build

import (
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// Caps of what one client's attempts that nobody answered may cost. scanServers times scanPorts is scanTargets: a client that is over it
// is over one of the other two.
const (
	scanTargets = 4096
	scanServers = 1024
	scanPorts   = 4
)

// scan is the state of one client's unanswered attempts. A client that tries more than scanTargets services is a scanner: its attempts
// lose their attributes; if it tries many ports, the port; if it tries many servers, the server. Each of these follows from the set of
// services it tried, not from their order.
type scan struct {
	keys               []useKey
	check              int // how many keys before targets are counted again
	over               bool
	noPorts, noServers bool
	ports              map[scanPort]struct{}
	servers            map[host]struct{}
}

type scanPort struct {
	transport fact.Transport
	port      uint16
}

// coarse returns the key under which a scanner's attempt is counted.
func (s *scan) coarse(k useKey) useKey {
	if !s.over {
		return k
	}
	k = useKey{client: k.client, server: k.server, transport: k.transport, port: k.port, quiet: true}
	if s.noPorts {
		k.port = 0
	}
	if s.noServers {
		k.server.ip = unspecified(k.server.ip)
	}
	return k
}

// use returns where conversations of key k are added up.
func (b *Builder) use(k useKey) *use {
	t := b.tiers[count(k.quiet)]
	if u := t.uses[k]; u != nil {
		return u
	}
	if !k.quiet {
		u, _ := b.get(t, k)
		return u
	}
	s := b.scans[k.client]
	if s == nil {
		u, created := b.get(t, k)
		if created { // else the client is one of a crowd that is not told apart
			b.scans[k.client] = &scan{check: scanTargets, keys: []useKey{k}}
		}
		return u
	}
	fine := k
	u, created := b.get(t, s.coarse(k))
	if s.over {
		if b.note(s, fine) {
			b.rekey(s)
			u, _ = b.get(t, s.coarse(fine))
		} else if created {
			s.keys = append(s.keys, u.key)
		}
		return u
	}
	if created {
		s.keys = append(s.keys, u.key)
		if len(s.keys) > s.check && b.judge(s) {
			u, _ = b.get(t, s.coarse(fine))
		}
	}
	return u
}

// forget drops what is known of clients none of whose attempts is kept apart any more.
func (b *Builder) forget() {
	for c, s := range b.scans {
		if !s.over && !slices.ContainsFunc(s.keys, func(k useKey) bool { return b.tiers[1].uses[k] != nil }) {
			delete(b.scans, c)
		}
	}
}

// judge counts the services that the client tried and reports whether it has become a scanner.
func (b *Builder) judge(s *scan) bool {
	targets := make(map[service]struct{}, len(s.keys))
	for _, k := range s.keys {
		targets[service{k.server, k.port, k.transport}] = struct{}{}
	}
	if len(targets) <= scanTargets {
		s.check = 2 * len(s.keys)
		return false
	}
	s.over = true
	s.ports, s.servers = map[scanPort]struct{}{}, map[host]struct{}{}
	for _, k := range s.keys {
		b.note(s, k)
	}
	b.rekey(s)
	return true
}

// note counts the port and the server of an attempt and reports whether one of them has just become too many.
func (b *Builder) note(s *scan, k useKey) (changed bool) {
	if !s.noPorts {
		s.ports[scanPort{k.transport, k.port}] = struct{}{}
		if len(s.ports) > scanPorts {
			s.noPorts, s.ports, changed = true, nil, true
		}
	}
	if !s.noServers {
		s.servers[k.server] = struct{}{}
		if len(s.servers) > scanServers {
			s.noServers, s.servers, changed = true, nil, true
		}
	}
	return changed
}

// rekey moves the scanner's attempts to their coarser keys.
func (b *Builder) rekey(s *scan) {
	old := s.keys
	s.keys = nil
	for _, k := range old {
		c := s.coarse(k)
		if c == k {
			s.keys = append(s.keys, k)
			continue
		}
		u := b.tiers[1].uses[k]
		if u == nil {
			continue // folded by the tier
		}
		delete(b.tiers[1].uses, k)
		into, created := b.get(b.tiers[1], c)
		if created {
			s.keys = append(s.keys, c)
		}
		into.join(u, b.gap)
	}
}

// judgeAll makes sure that no scanner is left unjudged because of the order in which its attempts came.
func (b *Builder) judgeAll() {
	for _, s := range b.scans {
		if !s.over && len(s.keys) > scanTargets {
			b.judge(s)
		}
		if s.over {
			b.stats.Scanners++
		}
	}
}
