package build

import (
	"net/netip"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/fact"
)

// place is where an address was seen: a scope and, only if the intent declares contexts by capture point, the point's name.
type place struct {
	scope fact.Scope
	point string // "#3" stands for the point of index 3 until its name is known
}

// host is an address in a place; places are numbered in the order in which they come, which nothing in the batch may depend on.
type host struct {
	ip    netip.Addr
	place uint32
}

// interner numbers values.
type interner[T comparable] struct {
	ids    map[T]uint32
	values []T
	last   T
	lastID uint32
}

func newInterner[T comparable]() interner[T] {
	var zero T
	in := interner[T]{ids: map[T]uint32{}}
	in.id(zero) // so that 0 is the zero value
	return in
}

func (in *interner[T]) id(v T) uint32 {
	if v == in.last && len(in.values) > 0 {
		return in.lastID
	}
	id, ok := in.ids[v]
	if !ok {
		id = uint32(len(in.values))
		in.ids[v] = id
		in.values = append(in.values, v)
	}
	in.last, in.lastID = v, id
	return id
}

func (in *interner[T]) value(id uint32) T { return in.values[id] }

// plain leaves out what does not distinguish layer-2 worlds: whether a tag is a service tag.
func plain(s fact.Scope) fact.Scope {
	s.VLAN.SVC = 0
	for i := int(s.VLAN.N); i < len(s.VLAN.ID); i++ {
		s.VLAN.ID[i] = 0
	}
	return s
}

// placeOf returns the number of a scope at a named point.
func (b *Builder) placeOf(s fact.Scope, point string) uint32 {
	p := place{scope: plain(s)}
	if b.byPoint {
		p.point = point
	}
	return b.places.id(p)
}

// placeAt is placeOf for facts that hold point indexes.
func (b *Builder) placeAt(s fact.Scope, points []uint16) uint32 {
	if !b.byPoint || len(points) == 0 {
		return b.places.id(place{scope: plain(s)})
	}
	return b.placeOf(s, "#"+strconv.Itoa(int(points[0])))
}

// pointName resolves what placeAt wrote.
func (b *Builder) pointName(point string) string {
	if i, ok := strings.CutPrefix(point, "#"); ok {
		n, _ := strconv.Atoi(i)
		return b.pointByIndex(uint16(n))
	}
	return point
}

// tunnelName names the tunnel that carries a scope: "vxlan 5000"; "" none.
func tunnelName(s fact.Scope) string {
	s.VLAN = fact.VLANs{}
	return s.String()
}
