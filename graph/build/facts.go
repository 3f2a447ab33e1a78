package build

import (
	"cmp"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/capture/fact"
)

// Workers of one run each sum up what they saw, so equal statements, names, … come several times and are merged here.

type stationKey struct {
	host
	mac   fact.MAC
	point string
}

func (b *Builder) addStation(f *fact.Station) {
	k := stationKey{host{f.IP, b.placeOf(f.Scope, f.Point)}, f.MAC, f.Point}
	s := b.stations[k]
	if s == nil {
		c := *f
		c.Evidence = fact.Evidence{Capture: f.Evidence.Capture, Packets: slices.Clone(f.Evidence.Packets)}
		c.Clocks = slices.Clone(f.Clocks)
		b.stations[k] = &c
		return
	}
	s.Packets += f.Packets
	s.Claims += f.Claims
	s.Announces += f.Announces
	s.TTLMin, s.TTLMax = minSet(s.TTLMin, f.TTLMin), max(s.TTLMax, f.TTLMax)
	s.First, s.Last = min(s.First, f.First), max(s.Last, f.Last)
	s.FirstClaim, s.LastClaim = minSet(s.FirstClaim, f.FirstClaim), max(s.LastClaim, f.LastClaim)
	s.Clocks = append(s.Clocks, f.Clocks...)
	slices.SortFunc(s.Clocks, compareClocks)
	s.Clocks = s.Clocks[:min(len(s.Clocks), 4)]
	s.Evidence = mergeOne(s.Evidence, f.Evidence)
}

func compareClocks(a, b fact.TimestampClock) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Base, b.Base), cmp.Compare(a.Rate, b.Rate), cmp.Compare(a.Count, b.Count))
}

// mergeOne merges the evidence of facts that have room for one capture: that of the first capture wins.
func mergeOne(a, b fact.Evidence) fact.Evidence {
	if len(b.Packets) == 0 {
		return a
	}
	if len(a.Packets) == 0 || b.Capture < a.Capture {
		return fact.Evidence{Capture: b.Capture, Packets: slices.Clone(b.Packets)}
	}
	if b.Capture == a.Capture {
		a.Packets = mergeSet(a.Packets, b.Packets, fact.MaxEvidence)
	}
	return a
}

type nameKey struct {
	host
	name, evidence string
}

// nameUse is a name of an address.
type nameUse struct {
	first, last fact.Time
	count       uint64
	clients     []netip.Addr // the smallest maxClients
	told        []telling    // DNS answers: who was told, and when
	witness     []fact.Evidence
}

// telling is when a client was told a name, and until when the answer holds.
type telling struct {
	client       netip.Addr
	first, until fact.Time
}

// maxClients is how many clients of a name are kept.
const maxClients = 16

func (b *Builder) addName(f *fact.Name) {
	if !f.IP.IsValid() || f.Name == "" {
		return
	}
	k := nameKey{host{f.IP, b.placeOf(f.Scope, "")}, valid(f.Name), f.Evidence}
	n := b.names[k]
	if n == nil {
		if b.nameBound.limit != 0 && !b.nameBound.takes(k.hash()) {
			return
		}
		n = &nameUse{first: f.First, last: f.Last}
		b.names[k] = n
		shrink(&b.nameBound, b.names, maxNameUses, nameKey.hash)
	}
	n.first, n.last = min(n.first, f.First), max(n.last, f.Last)
	n.count += f.Count
	n.witness = mergeEvidence(n.witness, one(f.Packets))
	if !f.Client.IsValid() {
		return
	}
	if i, ok := slices.BinarySearchFunc(n.clients, f.Client, netip.Addr.Compare); !ok {
		n.clients = slices.Insert(n.clients, i, f.Client)
		n.clients = n.clients[:min(len(n.clients), maxClients)]
	}
	if f.Evidence == "dns" {
		n.tell(telling{f.Client, f.First, f.Last + fact.Time(f.TTL)*1e9})
	}
}

// maxTellings is how many clients' answers of one name are kept.
const maxTellings = 256

func (n *nameUse) tell(t telling) {
	i, ok := slices.BinarySearchFunc(n.told, t, func(a, b telling) int { return a.client.Compare(b.client) })
	if ok {
		n.told[i].first, n.told[i].until = min(n.told[i].first, t.first), max(n.told[i].until, t.until)
		return
	}
	n.told = slices.Insert(n.told, i, t)
	n.told = n.told[:min(len(n.told), maxTellings)]
}

// statementKey is a whole statement but its counts: a value that is said again after another one, or after a silence, is another statement.
type statementKey struct {
	kind                                                  fact.SpeakerKind
	place                                                 uint32
	speaker, port, protocol, group, setting, value, point string
	address                                               netip.Addr
	mac                                                   fact.MAC
	first                                                 fact.Time
	capture                                               uint16
}

func (b *Builder) addStatement(said *fact.Statement) {
	f := validStatement(*said)
	k := statementKey{
		f.Kind, b.placeOf(f.Scope, f.Point), f.Speaker, f.Port, f.Protocol, f.Group, f.Setting, f.Value, f.Point, f.Address, f.MAC,
		f.First, f.Evidence.Capture,
	}
	s := b.statements[k]
	if s == nil {
		f.Evidence = mergeOne(fact.Evidence{}, f.Evidence)
		b.statements[k] = &f
		return
	}
	s.Last = max(s.Last, f.Last)
	s.Count += f.Count
	s.Gaps = s.Gaps || f.Gaps
	s.Evidence = mergeOne(s.Evidence, f.Evidence)
}

type linkKey struct {
	protocol, from, fromName, fromPort, to, platform, version, point string
	place                                                            uint32
	mac                                                              fact.MAC
}

func (b *Builder) addLink(said *fact.Link) {
	f := validLink(*said)
	k := linkKey{f.Protocol, f.From, f.FromName, f.FromPort, f.To, f.Platform, f.Version, f.Point, b.placeOf(f.Scope, f.Point), f.MAC}
	l := b.links[k]
	if l == nil {
		c := f
		c.Capabilities = mergeTexts(nil, f.Capabilities, 32)
		c.Management = nil
		c.Evidence = fact.Evidence{}
		l = &c
		l.Count = 0
		b.links[k] = l
	}
	l.First, l.Last = min(l.First, f.First), max(l.Last, f.Last)
	l.Count += f.Count
	l.Capabilities = mergeTexts(l.Capabilities, f.Capabilities, 32)
	for _, a := range f.Management {
		if i, ok := slices.BinarySearchFunc(l.Management, a, netip.Addr.Compare); !ok {
			l.Management = slices.Insert(l.Management, i, a)
			l.Management = l.Management[:min(len(l.Management), maxClients)]
		}
	}
	l.Evidence = mergeOne(l.Evidence, f.Evidence)
}

type copyKey struct {
	kind               fact.CopyKind
	fromPoint, toPoint string
	from, to           uint32
	fromMAC, toMAC     fact.MAC
	hops               uint8
	fromDSCP, toDSCP   uint8
}

func (b *Builder) addCopy(f *fact.Copy) {
	k := copyKey{f.Kind, f.FromPoint, f.ToPoint, b.placeOf(f.From, f.FromPoint), b.placeOf(f.To, f.ToPoint), f.FromMAC, f.ToMAC, f.Hops, f.FromDSCP, f.ToDSCP}
	c := b.copies[k]
	if c == nil {
		n := *f
		n.Evidence = mergeEvidence(nil, f.Evidence)
		b.copies[k] = &n
		return
	}
	c.Packets += f.Packets
	c.Sightings = max(c.Sightings, f.Sightings)
	c.DelaySum += f.DelaySum
	c.DelayMin, c.DelayMax = min(c.DelayMin, f.DelayMin), max(c.DelayMax, f.DelayMax)
	c.Broadcasts += f.Broadcasts
	c.ECTCleared += f.ECTCleared
	c.First, c.Last = min(c.First, f.First), max(c.Last, f.Last)
	c.Witness = minSet(c.Witness, f.Witness)
	c.Evidence = mergeEvidence(c.Evidence, f.Evidence)
}

type streamKey struct {
	place    uint32
	src, dst netip.AddrPort
	ssrc     uint32
	payload  uint8
	codec    string
	rate     uint32
	first    fact.Time
}

// addStream keeps each stream; only the same one twice is one.
func (b *Builder) addStream(f *fact.Stream) {
	k := streamKey{b.placeOf(f.Scope, ""), f.Src, f.Dst, f.SSRC, f.PayloadType, valid(f.Codec), f.ClockRate, f.First}
	if s := b.streams[k]; s != nil && s.Packets >= f.Packets || s == nil && b.streamBound.limit != 0 && !b.streamBound.takes(k.hash()) {
		return
	}
	c := *f
	c.Codec = k.codec
	c.DSCP = mergeDSCP(nil, f.DSCP)
	c.Evidence = mergeOne(fact.Evidence{}, f.Evidence)
	b.streams[k] = &c
	shrink(&b.streamBound, b.streams, maxStreams, streamKey.hash)
}
