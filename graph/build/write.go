package build

import (
	"net/netip"
	"slices"
	"strconv"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
)

// member writes a membership.
func (s *sheet) member(t graph.Type, src, dst graph.ID, first, last fact.Time, count int64, why string) {
	s.c.Members = append(s.c.Members, graph.Member{Rel: s.rel(t, src, dst, first, last, why), Type: t, Count: count, Why: why})
}

// writeStations writes which MACs and VLANs addresses speak from.
func (s *sheet) writeStations() {
	type inKey struct {
		endpoint, vlan graph.ID
		mac            fact.MAC
	}
	type inVLAN struct {
		span0
		packets int64
		local   bool
	}
	in := map[inKey]*inVLAN{}
	for k, f := range s.stations {
		scope := s.places.value(k.place).scope
		endpoint := s.endpoint(s.endpointOf(k.host))
		virtual, router := s.routers[k.mac]
		s.c.HasMAC = append(s.c.HasMAC, graph.HasMAC{
			Rel:  s.rel(graph.TypeHasMAC, endpoint, s.mac(k.mac), f.First, f.Last, scope.String(), k.point),
			VLAN: scope.VLAN.String(), Tunnel: tunnelName(scope), Point: k.point, Packets: int64(f.Packets),
			Claims: int64(f.Claims), Announces: int64(f.Announces), FirstClaim: f.FirstClaim, LastClaim: f.LastClaim,
			TTLMin: int64(f.TTLMin), TTLMax: int64(f.TTLMax), Router: router, Virtual: virtual, ServiceTag: f.Scope.VLAN.SVC != 0, Witness: s.witnesses(one(f.Evidence)),
		})
		vlan, ok := s.vlan(scope)
		if !ok {
			continue
		}
		key := inKey{endpoint, vlan, k.mac}
		v := in[key]
		if v == nil {
			v = &inVLAN{}
			in[key] = v
		}
		v.add(f.First, f.Last)
		v.packets += int64(f.Packets)
		v.local = v.local || f.Claims > 0 || !router
	}
	for k, v := range in {
		s.c.InVLAN = append(s.c.InVLAN, graph.InVLAN{
			Rel:     s.rel(graph.TypeInVLAN, k.endpoint, k.vlan, v.first, v.last, k.mac.String()),
			Packets: v.packets, Local: v.local, MAC: k.mac.String(),
		})
	}
}

// seenAt writes at which capture points the endpoints were seen, and in which VLANs those that no frame of their own shows there.
func (s *sheet) seenAt(pairs []*pair) {
	type key struct {
		endpoint graph.ID
		where    string
	}
	type seen struct {
		span0
		packets int64
	}
	points, vlans := map[key]*seen{}, map[key]*seen{}
	add := func(m map[key]*seen, k key, first, last fact.Time, n int64) {
		if m[k] == nil {
			m[k] = &seen{}
		}
		m[k].add(first, last)
		m[k].packets += n
	}
	own := map[key]bool{}
	for i := range s.c.InVLAN {
		own[key{s.c.InVLAN[i].Src, string(s.c.InVLAN[i].Dst[:])}] = true
	}
	for _, p := range pairs {
		client, server := s.endpoint(p.key.client), s.endpoint(p.key.server)
		for _, sp := range p.spans {
			for _, i := range sp.points {
				if n := s.pointByIndex(i); n != "" {
					add(points, key{client, n}, sp.first, sp.last, sp.up.packets)
					if sp.down.packets > 0 {
						add(points, key{server, n}, sp.first, sp.last, sp.down.packets)
					}
				}
			}
			if v := p.key.serverVLAN; v != "" && sp.up.packets > 0 {
				id := s.vlanNode(p.key.tunnel, v)
				if k := (key{server, string(id[:])}); !own[k] {
					add(vlans, k, sp.first, sp.last, sp.up.packets)
				}
			}
			if v := p.key.clientVLAN; v != "" && sp.down.packets > 0 {
				id := s.vlanNode(p.key.tunnel, v)
				if k := (key{client, string(id[:])}); !own[k] {
					add(vlans, k, sp.first, sp.last, sp.down.packets)
				}
			}
		}
	}
	for k, v := range points {
		s.member(graph.TypeSeenAt, k.endpoint, s.point(k.where), v.first, v.last, v.packets, "conversation")
	}
	for k, v := range vlans {
		vlan := graph.ID([]byte(k.where))
		s.c.InVLAN = append(s.c.InVLAN, graph.InVLAN{Rel: s.rel(graph.TypeInVLAN, k.endpoint, vlan, v.first, v.last, ""), Packets: v.packets})
	}
}

// writeNames writes KNOWN_AS.
func (s *sheet) writeNames() {
	type key struct {
		endpoint       endpointKey
		name, evidence string
	}
	at := map[key]*nameUse{}
	for k, n := range s.names {
		for _, e := range s.endpointsOf(k.host) {
			k := key{e, k.name, k.evidence}
			m := at[k]
			if m == nil {
				m = &nameUse{first: n.first, last: n.last}
				at[k] = m
			}
			m.first, m.last = min(m.first, n.first), max(m.last, n.last)
			m.count += n.count
			m.witness = mergeEvidence(m.witness, n.witness)
			for _, c := range n.clients {
				if i, ok := slices.BinarySearchFunc(m.clients, c, netip.Addr.Compare); !ok {
					m.clients = slices.Insert(m.clients, i, c)
					m.clients = m.clients[:min(len(m.clients), maxClients)]
				}
			}
		}
	}
	for k, n := range at {
		var clients []string
		for _, c := range n.clients {
			clients = append(clients, c.String())
		}
		s.c.KnownAs = append(s.c.KnownAs, graph.KnownAs{
			Rel:      s.rel(graph.TypeKnownAs, s.endpoint(k.endpoint), s.named(graph.LabelName, k.name), n.first, n.last, k.evidence),
			Evidence: k.evidence, Count: int64(n.count), Clients: clients, Witness: s.witnesses(n.witness),
		})
	}
}

// endpointsOf returns the endpoints that a host of a fact without capture point can be: several only if the intent declares contexts by
// points.
func (s *sheet) endpointsOf(h host) []endpointKey {
	if s.byPoint {
		var es []endpointKey
		for _, p := range s.homes[h.ip] {
			if e := s.endpointOf(host{h.ip, p}); plain(s.places.value(p).scope) == s.places.value(h.place).scope && !slices.Contains(es, e) {
				es = append(es, e)
			}
		}
		if len(es) > 0 {
			return es
		}
	}
	return []endpointKey{s.endpointOf(h)}
}

// writeStatements writes STATES one to one.
func (s *sheet) writeStatements() {
	for k, f := range s.statements {
		scope := s.places.value(k.place).scope
		var src graph.ID
		speaker := f.Speaker
		switch {
		case f.Kind == fact.EndpointSpeaker && f.Address.IsValid() && !f.Address.IsUnspecified():
			src = s.endpoint(s.endpointOf(host{f.Address, k.place}))
			speaker = f.Address.String()
		case speaker == "":
			speaker = f.MAC.String()
			fallthrough
		default:
			src = s.device(speaker)
			if vlan, ok := s.vlan(scope); ok {
				s.carries(src, vlan, f.First, f.Last, int64(f.Count), f.Protocol)
			}
		}
		s.c.States = append(s.c.States, graph.States{
			Rel: s.rel(graph.TypeStates, src, s.named(graph.LabelSetting, f.Setting), f.First, f.Last, f.Value, f.Group, f.Port, scope.String(),
				f.Point, f.MAC.String(), f.Address.String(), strconv.Itoa(int(k.capture))),
			Speaker: speaker, Setting: f.Setting, Value: f.Value, VLAN: scope.VLAN.String(), Tunnel: tunnelName(scope), Group: f.Group,
			Port: f.Port, MAC: macText(f.MAC), Address: addrText(f.Address), Point: f.Point, Count: int64(f.Count), Gaps: f.Gaps,
			Witness: s.witnesses(one(f.Evidence)),
		})
	}
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// writeLinks writes CONNECTED_TO. Where the neighbour is not said, the device is linked to itself: it announced itself.
func (s *sheet) writeLinks() {
	for k, f := range s.links {
		from := f.From
		if from == "" {
			from = f.MAC.String()
		}
		src := s.device(from)
		dst := src
		if f.To != "" {
			dst = s.device(f.To)
		}
		var management []string
		for _, a := range f.Management {
			management = append(management, a.String())
		}
		scope := s.places.value(k.place).scope
		s.c.ConnectedTo = append(s.c.ConnectedTo, graph.ConnectedTo{
			Rel:      s.rel(graph.TypeConnectedTo, src, dst, f.First, f.Last, f.Protocol, f.FromPort, f.FromName, f.Platform, f.Version, f.Point, scope.String(), f.MAC.String()),
			Protocol: f.Protocol, FromPort: f.FromPort, FromName: f.FromName, Platform: f.Platform, Version: f.Version,
			Capabilities: f.Capabilities, Management: management, MAC: macText(f.MAC), VLAN: scope.VLAN.String(), Count: int64(f.Count),
			Witness: s.witnesses(one(f.Evidence)),
		})
	}
}

// writeCopies writes COPIED_TO.
func (s *sheet) writeCopies() {
	for k, f := range s.copies {
		from, to := s.places.value(k.from).scope, s.places.value(k.to).scope
		s.c.Copied = append(s.c.Copied, graph.Copied{
			Rel: s.rel(graph.TypeCopied, s.point(f.FromPoint), s.point(f.ToPoint), f.First, f.Last, f.Kind.String(), from.String(), to.String(),
				f.FromMAC.String(), f.ToMAC.String(), strconv.Itoa(int(f.Hops)), strconv.Itoa(int(f.FromDSCP)), strconv.Itoa(int(f.ToDSCP))),
			Kind: f.Kind.String(), FromVLAN: from.VLAN.String(), ToVLAN: to.VLAN.String(), FromMAC: macText(f.FromMAC), ToMAC: macText(f.ToMAC),
			Hops: int64(f.Hops), FromDSCP: int64(f.FromDSCP), ToDSCP: int64(f.ToDSCP), Packets: int64(f.Packets), Broadcasts: int64(f.Broadcasts),
			Sightings:  int64(f.Sightings),
			ECTCleared: int64(f.ECTCleared), DelayMin: f.DelayMin, DelayMax: f.DelayMax, DelaySum: f.DelaySum, Example: f.Witness,
			Witness: s.witnesses(f.Evidence),
		})
	}
}

// writeStreams writes streams, who sends and who receives them.
func (s *sheet) writeStreams() {
	for k, f := range s.streams {
		src, dst := s.endpointOf(host{f.Src.Addr(), k.place}), s.endpointOf(host{f.Dst.Addr(), k.place})
		id := graph.NewID(string(graph.LabelStream), string(s.batch[:]), src.context, f.Src.String(), f.Dst.String(), strconv.FormatUint(uint64(f.SSRC), 10),
			strconv.Itoa(int(f.PayloadType)), f.Codec, strconv.FormatUint(uint64(f.ClockRate), 10), f.First.String(), s.places.value(k.place).scope.String())
		g := graph.Stream{
			ID: id, Batch: s.batch, Src: f.Src.String(), Dst: f.Dst.String(), SSRC: int64(f.SSRC), PayloadType: int64(f.PayloadType),
			Codec: f.Codec, ClockRate: int64(f.ClockRate), ClockKnown: f.ClockKnown, Packets: int64(f.Packets), Expected: int64(f.Expected),
			Lost: int64(f.Lost), Duplicates: int64(f.Duplicates), Reordered: int64(f.Reordered), LossRuns: int64(f.LossRuns),
			BurstLost: int64(f.BurstLost), JitterMean: f.JitterMean, JitterMax: f.JitterMax, DeltaMax: f.DeltaMax, RTT: f.RTT,
			Announced: f.Announced, First: f.First, Last: f.Last, Evidence: s.witnesses(one(f.Evidence)),
		}
		for _, d := range f.DSCP {
			g.DSCP, g.DSCPPackets = append(g.DSCP, int64(d.DSCP)), append(g.DSCPPackets, int64(d.Packets))
		}
		s.c.Streams = append(s.c.Streams, g)
		s.member(graph.TypeSends, s.endpoint(src), id, f.First, f.Last, int64(f.Packets), "rtp")
		s.member(graph.TypeReceivedBy, id, s.endpoint(dst), f.First, f.Last, int64(f.Packets), "rtp")
	}
}
