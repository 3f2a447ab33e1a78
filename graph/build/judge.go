package build

import (
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// profile is how packets of a host arrive in a place: learned from conversations in which it answered.
type profile struct {
	ttlMin, ttlMax uint8
	macs           []fact.MAC
}

// judge decides who refused, and which attempts without answer reached the service's own segment.
func (s *sheet) judge() {
	need := map[host]*profile{}
	for u := range s.all {
		for _, sp := range u.spans {
			if len(sp.refusals) > 0 {
				need[s.canonical(u.key.server)] = nil
			}
		}
	}
	if len(need) > 0 {
		s.profiles(need)
	}
	var lived map[residents]bool
	for u := range s.all {
		server := s.canonical(u.key.server)
		for _, sp := range u.spans {
			for _, r := range sp.refusals {
				if !s.own(server, r, need[server]) {
					sp.refused -= r.count
					sp.foreign += r.count
					if !r.mac.IsZero() {
						sp.blockers = mergeTexts(sp.blockers, []string{r.mac.String()}, maxTexts)
					}
				}
			}
			for _, a := range sp.tried {
				if lived == nil {
					lived = s.residents()
				}
				if s.reachedHome(server, a) || sp.unanswered == 0 && s.amongNeighbours(server, a, lived) {
					sp.reached += a.count
				}
			}
		}
	}
}

func (s *sheet) canonical(h host) host { return host{h.ip, s.contexts.canon(h.place)} }

// profiles fills in how the hosts that are asked for answer.
func (s *sheet) profiles(need map[host]*profile) {
	learn := func(h host, f *half) {
		h = s.canonical(h)
		p, asked := need[h]
		if !asked || f.ttlMax == 0 {
			return
		}
		if p == nil {
			p = &profile{}
			need[h] = p
		}
		p.ttlMin, p.ttlMax = minSet(p.ttlMin, f.ttlMin), max(p.ttlMax, f.ttlMax)
		if !f.mac.IsZero() && !slices.Contains(p.macs, f.mac) {
			p.macs = append(p.macs, f.mac)
		}
	}
	for u := range s.all {
		if u.key.quiet {
			continue
		}
		for _, sp := range u.spans {
			learn(u.key.server, &sp.down)
			learn(u.key.client, &sp.up)
		}
	}
}

// own reports whether a refusal can be the host's own: it comes from a MAC that claims the address in this place, and with a TTL and a MAC
// with which the host answers elsewhere. If nothing is known of the host, only a refusal that a router sends with an initial TTL, as its
// own packets have, is another's.
func (s *sheet) own(server host, r refusal, p *profile) bool {
	home := s.at[server]
	if home != nil && home.claimed && !r.mac.IsZero() && !slices.Contains(home.macs, r.mac) {
		return false
	}
	if p != nil {
		return p.ttlMin <= r.ttl && r.ttl <= p.ttlMax && (len(p.macs) == 0 || r.mac.IsZero() || slices.Contains(p.macs, r.mac))
	}
	if home != nil {
		return true
	}
	_, router := s.routers[r.mac]
	return !router || !initialTTL(r.ttl)
}

// reachedHome reports whether an attempt was seen where the server speaks itself, on its way to the server's MAC.
func (s *sheet) reachedHome(server host, a attempt) bool {
	for i, p := range s.placeSets[a.places] {
		home := s.at[host{server.ip, s.contexts.canon(p)}]
		if home == nil {
			continue
		}
		if i == 0 && !a.next.IsZero() && !slices.Contains(home.macs, a.next) {
			continue // to a router, or to everybody
		}
		return true
	}
	return false
}

// residents are the hosts of one network (/24 or /64) that speak in a place.
type residents struct {
	place uint32
	net   netip.Prefix
}

func (s *sheet) residents() map[residents]bool {
	lived := map[residents]bool{}
	for h, r := range s.at {
		if r.claimed && global(h.ip) {
			lived[residents{h.place, network(h.ip)}] = true
		}
	}
	return lived
}

// amongNeighbours reports whether data to a server that says nothing itself was seen where others of its network live: behind a router, or on its way to a
// MAC that is none's.
func (s *sheet) amongNeighbours(server host, a attempt, lived map[residents]bool) bool {
	for i, p := range s.placeSets[a.places] {
		_, router := s.routers[a.next]
		if i == 0 && (a.next.IsZero() || a.next[0]&1 != 0 || router) {
			continue
		}
		if global(server.ip) && lived[residents{s.contexts.canon(p), network(server.ip)}] {
			return true
		}
	}
	return false
}
