package sight

import "netscope.example/nsgraph/capture/fact"

// scopes numbers scopes, so that an entry of the window holds four bytes of them. A flood of scopes shares the last number.
type scopes struct {
	list  []fact.Scope
	ids   map[fact.Scope]uint32
	cache [256]struct {
		scope fact.Scope
		id    uint32
	}
}

const maxScopes = 1 << 16

func newScopes() scopes {
	return scopes{list: []fact.Scope{{}}, ids: map[fact.Scope]uint32{{}: 0}}
}

func (s *scopes) id(v fact.Scope) uint32 {
	c := &s.cache[uint8(v.VLAN.ID[0])^uint8(v.VNI)]
	if v == c.scope {
		return c.id
	}
	n, ok := s.ids[v]
	if !ok {
		if len(s.list) >= maxScopes {
			return maxScopes - 1
		}
		n = uint32(len(s.list))
		s.list = append(s.list, v)
		s.ids[v] = n
	}
	c.scope, c.id = v, n
	return n
}

// nested reports whether one stack is the other with tags in front or none at all: the same VLAN, seen with and without its tags.
func nested(a, b fact.VLANs) bool {
	if a.N > b.N {
		a, b = b, a
	}
	for i := range a.N {
		if a.ID[a.N-1-i] != b.ID[b.N-1-i] {
			return false
		}
	}
	return a.N != b.N
}
