package sight

import (
	"cmp"
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// stationKey is an address behind a MAC in one place.
type stationKey struct {
	ip    wire.Addr
	scope fact.Scope
	mac   fact.MAC
	point uint16
}

// station is what is known of one key. capt and numbers are its evidence. What every packet needs is in the first 64 bytes.
type station struct {
	key        stationKey
	packets    uint64
	last       int64
	ttlMin     uint8
	ttlMax     uint8
	n          uint8 // of numbers
	direct     bool  // the TTLs are those of frames to one MAC; to a group a sender chooses its TTL, and a reflector keeps it
	capt       uint16
	first      int64
	claims     uint64
	announces  uint64
	firstClaim int64
	lastClaim  int64
	clocks     *clocks
	numbers    [fact.MaxEvidence]uint64
}

// Stations remembers which addresses speak through which MACs. Frames without MAC addresses say nothing about it. It is not safe
// for concurrent use; several of them, each fed a part of the packets, are joined by Merge.
type Stations struct {
	o     Options
	m     map[stationKey]*station
	cache [1 << cacheBits][2]*station
	lost  uint64
	sum   uint64 // of Ahead
}

const cacheBits = 13

// NewStations returns an empty table.
func NewStations(o Options) *Stations {
	if o.Stations <= 0 {
		o.Stations = 1 << 16
	}
	return &Stations{o: o, m: map[stationKey]*station{}}
}

// Overflow returns how many packets came from stations for which there was no room.
func (s *Stations) Overflow() uint64 { return s.lost }

// StationHash returns a hash of the address that p is evidence for, so that packets of one station can be given to one of several
// Stations.
func StationHash(p *wire.Packet) uint64 {
	if p.Has&wire.HasIP == 0 {
		if c, ok := arpClaim(p); ok {
			return addrHash(&c.ip)
		}
		return 0
	}
	return addrHash(&p.Src)
}

func addrHash(a *wire.Addr) uint64 { return mix(le(a[8:])^k1, le(a[:8])^k0) }

// Feed counts p for the station that sent it, and for the address that it claims if it is an ARP or neighbour discovery message.
func (s *Stations) Feed(p *wire.Packet) {
	if p.Has&wire.HasEthernet == 0 || p.SrcMAC.IsZero() {
		return
	}
	if p.Has&wire.HasIP == 0 {
		if c, ok := arpClaim(p); ok {
			s.claim(p, c)
		}
		return
	}
	if p.Protocol == fact.ICMPv6 {
		if c, ok := ndClaim(p); ok {
			s.claim(p, c)
		}
	}
	if unspecified(&p.Src) {
		return
	}
	st := s.cached(p)
	if st == nil {
		s.lost++
		return
	}
	st.see(p)
	if p.DstMAC[0]&1 == 0 && !st.direct {
		st.direct, st.ttlMin, st.ttlMax = true, 0, 0
	}
	if p.DstMAC[0]&1 == 0 || !st.direct {
		if st.ttlMin == 0 || p.TTL < st.ttlMin {
			st.ttlMin = p.TTL
		}
		st.ttlMax = max(st.ttlMax, p.TTL)
	}
	if p.Protocol == fact.TCP && len(p.Options) >= 10 && (p.Flags&wire.SYN != 0 || st.packets&63 == 0) {
		st.sample(p)
	}
}

// cached finds the station of p's source by a small cache of pairs in front of the table.
func (s *Stations) cached(p *wire.Packet) *station {
	pair := s.pair(p)
	if st := pair[0]; st.sent(p) {
		return st
	}
	if st := pair[1]; st.sent(p) {
		pair[0], pair[1] = st, pair[0]
		return st
	}
	st := s.find(stationKey{ip: p.Src, scope: p.Scope, mac: p.SrcMAC, point: p.Point}, false)
	if st != nil {
		pair[0], pair[1] = st, pair[0]
	}
	return st
}

// sent reports whether st, if there is any, is the station of p's source.
func (st *station) sent(p *wire.Packet) bool {
	return st != nil && st.key.ip == p.Src && st.key.mac == p.SrcMAC && st.key.point == p.Point && st.key.scope == p.Scope
}

// pair returns where the cache keeps the station of p's source.
func (s *Stations) pair(p *wire.Packet) *[2]*station {
	h := mix(le(p.Src[8:])^k0, mac(p.SrcMAC)^uint64(p.Scope.VLAN.ID[0])<<48^uint64(p.Point)<<56)
	return &s.cache[h>>(64-cacheBits)]
}

// find returns the station of k, nil if the table is full. A quarter more than the cap is kept for addresses that are claimed,
// because a router's thousands of far addresses must not push out the hosts of the segment.
func (s *Stations) find(k stationKey, claimed bool) *station {
	if st, ok := s.m[k]; ok {
		return st
	}
	room := s.o.Stations
	if claimed {
		room += room / 4
	}
	if len(s.m) >= room {
		return nil
	}
	st := &station{key: k}
	s.m[k] = st
	return st
}

func (s *Stations) claim(p *wire.Packet, c claim) {
	st := s.find(stationKey{ip: c.ip, scope: p.Scope, mac: c.mac, point: p.Point}, true)
	if st == nil {
		s.lost++
		return
	}
	if p.Has&wire.HasIP == 0 || p.Src != c.ip || p.SrcMAC != c.mac {
		st.see(p)
	}
	if st.claims == 0 {
		st.firstClaim, st.lastClaim = p.Time, p.Time
	}
	st.claims++
	st.firstClaim, st.lastClaim = min(st.firstClaim, p.Time), max(st.lastClaim, p.Time)
	if c.announce {
		st.announces++
	}
}

func (st *station) see(p *wire.Packet) {
	if st.packets == 0 {
		st.first, st.last, st.capt = p.Time, p.Time, p.Capture
	}
	st.packets++
	if p.Time > st.last {
		st.last = p.Time
	} else if p.Time < st.first {
		st.first = p.Time
	}
	if st.n < fact.MaxEvidence && p.Capture == st.capt {
		st.numbers[st.n] = p.Number
		st.n++
	}
}

// Merge adds the stations of o, which must not be used afterwards. Where both know a station, o's evidence comes after s's.
func (s *Stations) Merge(o *Stations) {
	s.lost += o.lost
	for k, b := range o.m {
		a, ok := s.m[k]
		if !ok {
			s.m[k] = b
			continue
		}
		a.merge(b)
	}
}

func (st *station) merge(b *station) {
	if b.claims > 0 {
		if st.claims == 0 {
			st.firstClaim, st.lastClaim = b.firstClaim, b.lastClaim
		}
		st.firstClaim, st.lastClaim = min(st.firstClaim, b.firstClaim), max(st.lastClaim, b.lastClaim)
	}
	st.packets += b.packets
	st.claims += b.claims
	st.announces += b.announces
	st.first, st.last = min(st.first, b.first), max(st.last, b.last)
	if b.direct && !st.direct {
		st.direct, st.ttlMin, st.ttlMax = true, 0, 0
	}
	if b.direct == st.direct {
		if b.ttlMin != 0 && (st.ttlMin == 0 || b.ttlMin < st.ttlMin) {
			st.ttlMin = b.ttlMin
		}
		st.ttlMax = max(st.ttlMax, b.ttlMax)
	}
	if st.capt == b.capt {
		all := append(slices.Clone(st.numbers[:st.n]), b.numbers[:b.n]...)
		slices.Sort(all)
		st.n = uint8(copy(st.numbers[:], slices.Compact(all)))
	}
	if st.clocks == nil {
		st.clocks = b.clocks
	}
}

// Facts yields a *fact.Station for every station, in a stable order.
func (s *Stations) Facts(yield func(fact.Fact) bool) {
	all := make([]*fact.Station, 0, len(s.m))
	for _, st := range s.m {
		f := &fact.Station{
			Scope: st.key.scope, IP: st.key.ip.Netip(), MAC: st.key.mac, Point: s.o.point(st.key.point), Packets: st.packets,
			Claims: st.claims, Announces: st.announces, TTLMin: st.ttlMin, TTLMax: st.ttlMax, First: fact.Time(st.first),
			Last: fact.Time(st.last), FirstClaim: fact.Time(st.firstClaim), LastClaim: fact.Time(st.lastClaim),
			Clocks:   st.clocks.facts(),
			Evidence: fact.Evidence{Capture: st.capt, Packets: slices.Clone(st.numbers[:st.n])},
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *fact.Station) int {
		if c := a.IP.Compare(b.IP); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(a.Point, b.Point), a.Scope.Compare(b.Scope), slices.Compare(a.MAC[:], b.MAC[:]))
	})
	for _, f := range all {
		if !yield(f) {
			return
		}
	}
}

func unspecified(a *wire.Addr) bool {
	return le(a[8:]) == 0 && le(a[:8]) == 0 || *a == wire.Addr{10: 0xff, 11: 0xff}
}
