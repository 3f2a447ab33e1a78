package graphtest

import (
	"fmt"
	"net/netip"

	"pgregory.net/rapid"

	"netscope.example/nsgraph/graph"
)

// Random draws a valid batch. Its nodes come from small pools, so that batches share them, its times from [1000 s, 1010 s], so that windows cut, and its values
// from what captures show, so that queries have something to join, to add up, and to tie on.
func Random(t *rapid.T) graph.Batch {
	r := random{T: t}
	r.b = NewBatch(fmt.Sprintf("random %x", rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "capture")), graph.Time(r.upTo(3, "known")+1))
	r.capture()
	clients := r.endpoints("10.10.0.", 4, "clients")
	clients = append(clients, r.endpoints("fd00::", 2, "clients6")...)
	services := r.services()
	vlans := []graph.ID{r.b.VLAN("10"), r.b.VLAN("20"), r.b.VLAN("100.10")}
	r.times(12, "uses", func() { r.uses(pick(r, clients), pick(r, services)) })
	r.times(3, "offers", func() { r.offers() })
	r.times(3, "requires", func() { r.requires(services) })
	r.times(6, "memberships", func() { r.member(clients, services, vlans) })
	r.times(4, "hosts", func() { r.host(pick(r, clients), vlans) })
	r.times(4, "devices", func() { r.device() })
	r.times(2, "streams", func() { r.stream(clients) })
	r.times(2, "copies", func() { r.copy() })
	return *r.b.Batch()
}

type random struct {
	*rapid.T
	b *Builder
}

func pick[T any](r random, s []T) T { return rapid.SampledFrom(s).Draw(r.T, "pick") }

func (r random) upTo(n int64, what string) int64 { return rapid.Int64Range(0, n).Draw(r.T, what) }

func (r random) times(n int, what string, f func()) {
	for range rapid.IntRange(0, n).Draw(r.T, what) {
		f()
	}
}

func (r random) rel(t graph.Type, src, dst graph.ID) graph.Rel {
	from := r.upTo(9, "from")
	to := from + 1 + r.upTo(10-from-1, "length")
	return r.b.Rel(t, src, dst, graph.Time(1000+from)*1e9, graph.Time(1000+to)*1e9)
}

func (r random) capture() {
	c := r.b.Capture()
	c.Packets, c.Bytes, c.CapturedBytes = r.upTo(1000, "packets"), r.upTo(1e6, "bytes"), r.upTo(1e6, "captured")
	c.First, c.Last, c.LinkTypes = 1000e9, 1010e9, []string{"EN10MB"}
	c.Step, c.At, c.AtBytes, c.AtPackets = 1, []int64{1000, 1004}, []int64{r.upTo(9000, "b"), 5}, []int64{3, 4}
	c.AtAgain = []int64{0, r.upTo(9, "again")}
	if rapid.Bool().Draw(r.T, "artefact") {
		id := graph.NewID("Artefact", c.SHA256)
		r.b.b.Artefacts = append(r.b.b.Artefacts, graph.Artefact{
			ID: id, Batch: r.b.b.ID, Kind: pick(r, []string{"loss", "duplicates", "clock"}), Point: "core1", Extent: 0.25, Text: "some",
		})
	}
	p := r.b.Named(graph.LabelProtocol, pick(r, []string{"tcp", "udp", "arp"}))
	r.b.b.Carried = append(r.b.b.Carried, graph.Carried{Rel: r.rel(graph.TypeCarried, c.ID, p), Packets: r.upTo(99, "n"), Bytes: r.upTo(9999, "n")})
}

func (r random) endpoints(prefix string, n int, what string) (ids []graph.ID) {
	for i := range 1 + rapid.IntRange(0, n-1).Draw(r.T, what) {
		ids = append(ids, r.b.Endpoint(netip.MustParseAddr(fmt.Sprintf("%s%d", prefix, i+1)).String()))
	}
	return ids
}

func (r random) services() (ids []graph.ID) {
	for i := range 2 + rapid.IntRange(0, 3).Draw(r.T, "services") {
		address := fmt.Sprintf("10.90.0.%d", i%3+1)
		ids = append(ids, r.b.Service(address, pick(r, []string{"tcp", "udp"}), pick(r, []uint16{23, 53, 443, 445, 5060, 8443})))
	}
	return ids
}

func (r random) uses(client, service graph.ID) {
	rel := r.rel(graph.TypeUses, client, service)
	r.b.Uses(client, service, rel.From, rel.To, func(u *graph.Uses) {
		u.Application = pick(r, []string{"tls", "dns", "telnet", "smb", "rtp", "unknown"})
		u.Evidence = pick(r, []string{"payload", "name", "dns", "port", "unknown"})
		u.Direction, u.Certainty = pick(r, []string{"handshake", "protocol", "port", "order"}), pick(r, []float64{0.5, 0.75, 1})
		u.Parent, u.Credentials = pick(r, []string{"", "", "", "ftp"}), pick(r, []string{"", "", "clear"})
		u.Versions, u.ServerNames = pick(r, [][]string{nil, {"SSH-2.0-x"}, {"a", "b"}}), pick(r, [][]string{nil, {"erp.corp.example"}, {"a.example", "b.example"}})
		u.Certificate = pick(r, []string{"", "ab12", "cd34"})
		u.ClientVLAN, u.ServerVLAN = pick(r, []string{"", "10", "20"}), pick(r, []string{"", "10", "90"})
		u.ClientMAC, u.ServerMAC = pick(r, []string{"", "02:00:00:00:00:01"}), pick(r, []string{"", "02:00:00:00:00:02"})
		u.Conversations = 1 + r.upTo(5, "conversations")
		u.Established, u.Refused, u.Unanswered = r.upTo(u.Conversations, "established"), r.upTo(2, "refused"), r.upTo(2, "unanswered")
		u.Foreign, u.Prohibited, u.OneWay, u.Reached = r.upTo(1, "foreign"), r.upTo(1, "prohibited"), r.upTo(1, "oneway"), r.upTo(1, "reached")
		u.PacketsUp, u.PacketsDown = r.upTo(100, "up"), r.upTo(100, "down")
		u.BytesUp, u.BytesDown = u.PacketsUp*100, u.PacketsDown*1000
		u.PayloadUp, u.PayloadDown = u.PacketsUp*46, u.PacketsDown*946
		u.DSCPUp, u.DSCPDown = pick(r, [][]int64{nil, {0, 5, 500}, {0, 5, 500, 46, 2, 200}}), pick(r, [][]int64{nil, {46, 7, 700}})
		u.Retransmitted, u.RetransmittedBytes = r.upTo(3, "retransmitted"), r.upTo(3000, "bytes")
		u.RTTCount, u.RTTMin, u.RTTSum, u.RTTMax = 2, 1_000_000, 4_000_000, 3_000_000
		u.RTTBuckets = pick(r, [][]int64{nil, {20, 1, 21, 1}})
		u.ScaleUp, u.ScaleDown = pick(r, []int64{-2, -1, 7}), pick(r, []int64{-2, -1, 7})
		u.MSSUp, u.MSSDown = pick(r, []int64{0, 536, 1460}), pick(r, []int64{0, 1380})
		u.Step, u.At = 1, []int64{int64(rel.From / 1e9)}
		u.AtUp, u.AtDown, u.AtPackets = []int64{u.BytesUp}, []int64{u.BytesDown}, []int64{u.PacketsUp + u.PacketsDown}
		u.Starts = []int64{int64(rel.From / 1e6)}
		u.Witness = []string{r.b.Capture().SHA256 + ":1,2"}
	})
}

func (r random) offers() {
	s := pick(r, r.b.b.Services)
	r.b.b.Offers = append(r.b.b.Offers, graph.Offers{Rel: r.rel(graph.TypeOffers, s.Endpoint, s.ID), Application: pick(r, []string{"tls", "dns"})})
}

func (r random) requires(services []graph.ID) {
	r.b.b.Requires = append(r.b.b.Requires, graph.Requires{
		Rel:     r.rel(graph.TypeRequires, pick(r, services), pick(r, services)),
		Support: r.upTo(9, "support"), Parents: 10, Confidence: pick(r, []float64{0.5, 0.9}),
	})
}

func (r random) member(clients, services, vlans []graph.ID) {
	add := func(t graph.Type, src, dst graph.ID) {
		r.b.b.Members = append(r.b.b.Members, graph.Member{Rel: r.rel(t, src, dst), Type: t, Count: r.upTo(9, "count"), Why: pick(r, []string{"arp", "prefix"})})
	}
	switch r.upTo(4, "membership") {
	case 0:
		p := netip.MustParsePrefix(pick(r, []string{"10.10.0.0/24", "10.90.0.0/16"}))
		id := graph.NewID("Subnet", graph.DefaultContext, p.String())
		r.b.b.Subnets = append(r.b.b.Subnets, graph.Subnet{ID: id, Context: graph.DefaultContext, Prefix: p})
		add(graph.TypeInSubnet, pick(r, clients), id)
	case 1:
		add(graph.TypeInZone, pick(r, clients), r.b.Named(graph.LabelZone, pick(r, []string{"users", "guest"})))
	case 2:
		add(graph.TypePartOf, pick(r, services), r.b.Named(graph.LabelApplication, pick(r, []string{"erp", "mail"})))
	case 3:
		add(graph.TypeSeenAt, pick(r, clients), r.b.Point(pick(r, []string{"core1", "edge"})))
	case 4:
		add(graph.TypeCarries, r.b.Device(pick(r, []string{"sw1", "sw2"})), pick(r, vlans))
	}
}

func (r random) host(endpoint graph.ID, vlans []graph.ID) {
	mac := pick(r, []string{"02:00:00:00:00:01", "02:00:00:00:00:02", "00:00:0c:07:ac:01"})
	m := graph.NewNamedID(graph.LabelMAC, mac)
	c := r.b.Contents()
	c.MACs = append(c.MACs, graph.MAC{ID: m, Address: mac, Vendor: "Cisco"})
	c.HasMAC = append(c.HasMAC, graph.HasMAC{
		Rel: r.rel(graph.TypeHasMAC, endpoint, m), VLAN: "10", Point: "core1", Packets: r.upTo(50, "packets"), Claims: r.upTo(3, "claims"),
		FirstClaim: 1001e9, LastClaim: 1002e9, TTLMin: 64, TTLMax: 64, Router: rapid.Bool().Draw(r.T, "router"), Witness: []string{"x:1"},
	})
	c.InVLAN = append(c.InVLAN, graph.InVLAN{Rel: r.rel(graph.TypeInVLAN, endpoint, pick(r, vlans)), Packets: r.upTo(50, "packets"), Local: true, MAC: mac})
	c.KnownAs = append(c.KnownAs, graph.KnownAs{
		Rel:      r.rel(graph.TypeKnownAs, endpoint, r.b.Named(graph.LabelName, pick(r, []string{"pc1.example", "pc2.example"}))),
		Evidence: pick(r, []string{"dns", "dhcp"}), Count: 1 + r.upTo(3, "count"), Clients: []string{"10.10.0.1"},
	})
}

func (r random) device() {
	c := r.b.Contents()
	a, b := r.b.Device(pick(r, []string{"sw1", "sw2"})), r.b.Device(pick(r, []string{"r1", "r2"}))
	c.ConnectedTo = append(c.ConnectedTo, graph.ConnectedTo{
		Rel: r.rel(graph.TypeConnectedTo, a, b), Protocol: pick(r, []string{"lldp", "cdp"}), FromPort: "Gi0/1", Capabilities: []string{"bridge"}, Count: 3,
	})
	setting := pick(r, []string{"ospf.hello", "cdp.duplex", "hsrp.priority"})
	c.States = append(c.States, graph.States{
		Rel: r.rel(graph.TypeStates, pick(r, []graph.ID{a, b}), r.b.Named(graph.LabelSetting, setting)), Speaker: "s", Setting: setting,
		Value: pick(r, []string{"10", "30", "full"}), VLAN: pick(r, []string{"", "10"}), Count: 1 + r.upTo(5, "count"), Witness: []string{"x:9"},
	})
}

func (r random) stream(clients []graph.ID) {
	c := r.b.Contents()
	src, dst := pick(r, clients), pick(r, clients)
	rel := r.rel(graph.TypeSends, src, graph.ID{1})
	s := graph.Stream{
		ID: graph.NewID("Stream", rel.ID.String()), Batch: rel.Batch, Src: "10.10.0.1:5004", Dst: "10.10.0.2:5004", SSRC: r.upTo(9, "ssrc"), Codec: "PCMU",
		ClockRate: 8000, ClockKnown: true, Packets: 90, Expected: 100, Lost: r.upTo(10, "lost"), JitterMean: 1.5, JitterMax: 9.25, DSCP: []int64{46}, DSCPPackets: []int64{90},
		First: rel.From, Last: rel.To - 1,
	}
	rel.Dst = s.ID
	c.Streams = append(c.Streams, s)
	c.Members = append(c.Members, graph.Member{Rel: rel, Type: graph.TypeSends, Count: 90})
	c.Members = append(c.Members, graph.Member{Rel: r.b.Rel(graph.TypeReceivedBy, s.ID, dst, rel.From, rel.To), Type: graph.TypeReceivedBy, Count: 90})
}

func (r random) copy() {
	c := r.b.Contents()
	c.Copied = append(c.Copied, graph.Copied{
		Rel: r.rel(graph.TypeCopied, r.b.Point("core1"), r.b.Point("edge")), Kind: pick(r, []string{"routed", "mirrored"}), FromVLAN: "10", ToVLAN: "20", Hops: 1,
		FromDSCP: 46, ToDSCP: pick(r, []int64{0, 46}), Packets: r.upTo(99, "packets"), DelayMin: 1, DelayMax: 5, DelaySum: 9,
	})
}
