package build_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
)

// rich is a conversation with every measure set.
func rich(at fact.Time) *fact.Conversation {
	c := talk(vlan(10), "10.10.0.5:40000", "10.90.0.5:443", at)
	c.ServerIn = vlan(90)
	c.Points = []uint16{0}
	c.Up.DSCP = fact.DSCPCounts{{DSCP: 46, Packets: 5, Bytes: 500}, {DSCP: 0, Packets: 1, Bytes: 100}}
	c.Up.PCP, c.Up.Copies, c.Up.Fragments, c.Up.MAC = [8]uint64{5: 6}, 6, 1, mac(1)
	c.Down.MAC, c.Down.Copies, c.Down.ECN = mac(9), 4, [4]uint64{1, 0, 2, 1}
	c.TCP.ClientOptions = fact.SYNOptions{Seen: true, MSS: 1460, WindowScale: 7, SACK: true, Timestamps: true}
	c.TCP.ServerOptions = fact.SYNOptions{Seen: true, MSS: 1380, WindowScale: -1, SACK: true}
	c.TCP.Up = fact.TCPHalf{Retransmitted: 1, RetransmittedBytes: 10, OutOfOrder: 2, Lost: 3, ZeroWindows: 1, ZeroWindowTime: 5e6, WindowMax: 1000, MaxSegment: 700,
		RTT: fact.RTT{Count: 2, Sum: 20e6, Min: 8e6, Max: 12e6, Buckets: map[uint8]uint32{51: 1, 54: 1}}}
	c.TCP.Down = fact.TCPHalf{Retransmitted: 4, ZeroWindows: 2, ZeroWindowTime: 7e6, WindowMax: 2000, MaxSegment: 1380,
		RTT: fact.RTT{Count: 1, Sum: 1e6, Min: 1e6, Max: 1e6, Buckets: map[uint8]uint32{39: 1}}}
	c.App = fact.App{Name: "tls", Evidence: fact.PayloadEvidence, ALPN: "h2", Version: "TLS 1.2", Clear: "http-basic", Cert: "ab", CertName: "erp", Names: []fact.AppName{{Name: "erp.corp.example", Evidence: "sni"}}}
	return c
}

func TestEveryMeasure(t *testing.T) {
	late := rich(start + 10*second)
	late.TCP.ClientOptions.MSS, late.App.Cert, late.TCP.Up.RTT.Min, late.Up.MAC = 1400, "cd", 7e6, mac(2)
	late.Direction, late.Certainty = fact.ByPort, 0.7
	b := sameInAnyOrder(t, build.Options{}, file(), rich(start), late)
	if len(b.Uses) != 1 {
		t.Fatalf("%d USES", len(b.Uses))
	}
	got := b.Uses[0]
	got.Rel = graph.Rel{}
	want := graph.Uses{
		Application: "tls", Evidence: "payload", ALPN: []string{"h2"}, Versions: []string{"TLS 1.2"}, Credentials: "http-basic", Cleartext: 2, Certificate: "cd", CertName: "erp",
		ServerNames: []string{"erp.corp.example"}, Direction: "handshake", Certainty: 1, ClientVLAN: "10", ServerVLAN: "90", Points: []string{"core1"},
		ClientMAC: "02:00:00:00:00:01", ServerMAC: "02:00:00:00:00:09", Conversations: 2, Established: 2, Handshakes: 2,
		PacketsUp: 12, PacketsDown: 8, BytesUp: 1200, BytesDown: 8000, PayloadUp: 400, PayloadDown: 7200, Copies: 20, Fragments: 2, FragmentsUp: 2,
		DSCPUp: []int64{0, 2, 200, 46, 10, 1000}, DSCPDown: []int64{0, 8, 8000}, PCPUp: []int64{0, 0, 0, 0, 0, 12, 0, 0}, ECNUp: []int64{12, 0, 0, 0}, ECNDown: []int64{2, 0, 4, 2},
		TTLUpMin: 64, TTLUpMax: 64, TTLDownMin: 63, TTLDownMax: 63,
		Retransmitted: 10, RetransmittedBytes: 20, OutOfOrder: 4, CaptureLost: 6, ZeroWindowsUp: 2, ZeroWindowsDown: 4, ZeroWindowUpMs: 10, ZeroWindowDownMs: 14,
		// 1 ms between capture point and client is added to each: 8 and 12 ms become 9 and 13; bucket 51 (6.9 to 8.2 ms) becomes 52, 54 (11.6 to 13.8) stays or moves by the middle, 12.6+1 ms.
		RTTCount: 4, RTTMin: 8e6, RTTSum: 44e6, RTTMax: 13e6, RTTBuckets: []int64{52, 2, 54, 2},
		MSSUp: 1400, MSSDown: 1380, ScaleUp: 7, ScaleDown: -1, SACK: 2, WindowMaxUp: 1000, WindowMaxDown: 2000, MaxSegment: 1380,
		Step: 1, At: []int64{1_700_000_000, 1_700_000_010}, AtUp: []int64{600, 600}, AtDown: []int64{4000, 4000}, AtPackets: []int64{10, 10},
		Starts: []int64{1_700_000_000_000, 1_700_000_010_000}, Witness: []string{sha + ":1,2,3"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Another attribute is another USES, and activity after the gap another interval.
func TestAttributesKeepApart(t *testing.T) {
	change := map[string]func(*fact.Conversation){
		"application": func(c *fact.Conversation) { c.App.Name = "http" },
		"evidence":    func(c *fact.Conversation) { c.App.Evidence = fact.PortEvidence },
		"parent":      func(c *fact.Conversation) { c.Parent = "ftp" },
		"VLAN":        func(c *fact.Conversation) { c.ClientIn = vlan(11) },
		"DSCP up":     func(c *fact.Conversation) { c.Up.DSCP = fact.DSCPCounts{{DSCP: 46, Packets: 6}} },
		"DSCP down":   func(c *fact.Conversation) { c.Down.DSCP = fact.DSCPCounts{{DSCP: 46, Packets: 6}} },
		"tunnel":      func(c *fact.Conversation) { c.ClientIn, c.ServerIn = vxlan(5), vxlan(5) },
		"carries":     func(c *fact.Conversation) { c.Tunnel = fact.GRE },
		"time":        func(c *fact.Conversation) { c.First, c.Last = c.First+7300*second, c.Last+7300*second },
	}
	for name, f := range change {
		c := talk(vlan(10), "10.10.0.5:40001", "10.90.0.5:443", start)
		f(c)
		if b := sameInAnyOrder(t, build.Options{}, file(), talk(vlan(10), "10.10.0.5:40000", "10.90.0.5:443", start), c); len(b.Uses) != 2 {
			t.Errorf("%s: %d USES, want 2", name, len(b.Uses))
		}
	}
	one := talk(vlan(10), "10.10.0.5:40001", "10.90.0.5:443", start)
	one.ClientIn.VLAN.SVC = 1 // how a tag is typed is no attribute
	if b := sameInAnyOrder(t, build.Options{}, file(), talk(vlan(10), "10.10.0.5:40000", "10.90.0.5:443", start), one); len(b.Uses) != 1 {
		t.Errorf("%d USES, want 1", len(b.Uses))
	}
}

// A conversation that lies between two intervals joins them.
func TestBridgedIntervals(t *testing.T) {
	long := talk(vlan(10), "10.10.0.5:3", "10.90.0.5:443", start+3000*second)
	long.Last = start + 9000*second
	b := sameInAnyOrder(t, build.Options{}, file(), talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start), talk(vlan(10), "10.10.0.5:2", "10.90.0.5:443", start+10000*second), long)
	if len(b.Uses) != 1 || b.Uses[0].Conversations != 3 || b.Uses[0].To != start+10001*second+1 {
		t.Errorf("%d USES", len(b.Uses))
	}
}

// Years of activity once a day are at most a thousand intervals, the same in any order.
func TestIntervalsAreBounded(t *testing.T) {
	facts := []fact.Fact{file()}
	for day := range fact.Time(400) {
		facts = append(facts, talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start+day*86400*second))
	}
	b := sameInAnyOrder(t, build.Options{}, facts...)
	// 400 days are 9600 hours: the gap doubles to 16 hours, which keeps the days apart.
	if len(b.Uses) != 400 {
		t.Errorf("%d intervals, want 400", len(b.Uses))
	}
	for day := range fact.Time(1600) {
		facts = append(facts, talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start+(400+day)*86400*second))
	}
	b = sameInAnyOrder(t, build.Options{}, facts...)
	// 2000 days are 48000 hours, over 1024 gaps of 32 hours: the gap is 64 hours.
	if len(b.Uses) != 1 || b.Uses[0].Conversations != 2000 {
		t.Errorf("%d intervals, want 1", len(b.Uses))
	}
}

func TestBucketsAreBounded(t *testing.T) {
	facts := []fact.Fact{file()}
	for i := range fact.Time(300) {
		facts = append(facts, talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start+i*second))
	}
	b := sameInAnyOrder(t, build.Options{MaxBuckets: 100}, facts...)
	// 300 one-second buckets from 1700000000, which is a multiple of 4: 75 of four seconds.
	u := b.Uses[0]
	if u.Step != 4 || len(u.At) != 75 || u.AtUp[0] != 2400 || u.At[1] != 1_700_000_004 {
		t.Errorf("step %d, %d buckets", u.Step, len(u.At))
	}
	coarse := talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start+400*second)
	coarse.Step = int64(60 * second) // no power of two: counted in the next one
	b = sameInAnyOrder(t, build.Options{}, append(facts, coarse)...)
	if b.Uses[0].Step != 64 {
		t.Errorf("step %d, want 64", b.Uses[0].Step)
	}
}

func TestScanIsCoarser(t *testing.T) {
	facts := []fact.Fact{file(), talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start)}
	for port := 1; port <= 5000; port++ {
		facts = append(facts, unanswered("10.10.0.5:1", fmt.Sprintf("10.90.0.5:%d", port), mac(9), vlan(10)))
	}
	b := sameInAnyOrder(t, build.Options{}, facts...)
	u := usesOf(b, 0)
	if len(b.Uses) != 2 || u.Unanswered != 5000 || usesOf(b, 443).Established != 1 {
		t.Errorf("%d USES, %d unanswered, %d established", len(b.Uses), u.Unanswered, usesOf(b, 443).Established)
	}
	if len(b.Artefacts) != 1 || b.Artefacts[0].Kind != "overload" {
		t.Errorf("artefacts %+v", b.Artefacts)
	}
	facts = facts[:2]
	for i := range 5000 {
		facts = append(facts, unanswered("10.10.0.5:1", fmt.Sprintf("10.%d.%d.7:445", i/250, i%250), mac(9), vlan(10)))
	}
	b = sameInAnyOrder(t, build.Options{}, facts...)
	if u := usesOf(b, 445); len(b.Uses) != 2 || u.Unanswered != 5000 {
		t.Errorf("sweep: %d USES, %d unanswered", len(b.Uses), u.Unanswered)
	}
	for i := range 3 { // and then more than four ports of all of them
		for j := range 1000 {
			facts = append(facts, unanswered("10.10.0.5:1", fmt.Sprintf("10.%d.%d.7:%d", j/250, j%250, 22+i), mac(9), vlan(10)))
			facts = append(facts, unanswered("10.10.0.5:1", fmt.Sprintf("10.%d.%d.7:%d", j/250, j%250, 32+i), mac(9), vlan(10)))
		}
	}
	b = sameInAnyOrder(t, build.Options{}, facts...)
	if u := usesOf(b, 0); len(b.Uses) != 2 || u.Unanswered != 11000 {
		t.Errorf("both: %d USES, %d unanswered", len(b.Uses), u.Unanswered)
	}
}

// What is just under the caps is kept whole, however many attributes it has.
func TestBusyClientIsNoScanner(t *testing.T) {
	facts := []fact.Fact{file()}
	for i := range 3000 {
		c := unanswered("10.10.0.5:1", fmt.Sprintf("10.90.0.5:%d", i+1), mac(9), vlan(10))
		d := *c
		d.Up.DSCP = fact.DSCPCounts{{DSCP: 46, Packets: 6}}
		facts = append(facts, c, &d)
	}
	if b := sameInAnyOrder(t, build.Options{}, facts...); len(b.Uses) != 6000 || len(b.Artefacts) != 0 {
		t.Errorf("%d USES, artefacts %+v", len(b.Uses), b.Artefacts)
	}
}

func TestFloodIsFolded(t *testing.T) {
	facts := []fact.Fact{file()}
	for i := range 3000 {
		facts = append(facts, unanswered(fmt.Sprintf("172.16.%d.%d:1", i/250, i%250), "10.90.0.5:443", mac(9), vlan(10)))
	}
	for i := range 40 {
		facts = append(facts, unanswered(fmt.Sprintf("[2001:db8::%x]:1", i+1), "[2001:db8:1::1]:443", mac(9), vlan(10)))
	}
	b := sameInAnyOrder(t, build.Options{MaxUses: 100}, facts...)
	var n int64
	for _, u := range b.Uses {
		n += u.Unanswered
	}
	if len(b.Uses) > 110 || n != 3040 {
		t.Errorf("%d USES hold %d attempts", len(b.Uses), n)
	}
	if !slices.ContainsFunc(b.Artefacts, func(a graph.Artefact) bool { return a.Kind == "overload" && a.Extent > 0 }) {
		t.Errorf("artefacts %+v", b.Artefacts)
	}
	for i := range 3000 { // many servers too: the second tier overflows
		facts = append(facts, unanswered(fmt.Sprintf("172.17.%d.%d:1", i/250, i%250), fmt.Sprintf("10.91.%d.%d:%d", i/250, i%250, 1+i%7), mac(9), vlan(10)))
	}
	b = sameInAnyOrder(t, build.Options{MaxUses: 100}, facts...)
	n = 0
	for _, u := range b.Uses {
		n += u.Unanswered
	}
	if len(b.Uses) > 180 || n != 6040 {
		t.Errorf("%d USES hold %d attempts", len(b.Uses), n)
	}
}

func TestContinuationsCountOnce(t *testing.T) {
	more := talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start+2*second)
	more.Partial = true // its SYN was in the part before: SYNs is 0
	first := talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start)
	first.Partial, first.TCP.SYNs = true, 1
	b := sameInAnyOrder(t, build.Options{}, file(), first, more)
	if u := b.Uses[0]; u.Conversations != 1 || u.BytesUp != 1200 || len(u.Starts) != 1 {
		t.Errorf("%d conversations, starts %v", u.Conversations, u.Starts)
	}
}

func TestPartiesOfOneDirection(t *testing.T) {
	down := talk(vlan(10), "10.10.0.5:1", "10.90.0.5:443", start)
	down.Up, down.ClientIn, down.ServerIn, down.Outcome = fact.Half{}, fact.Scope{}, vlan(90), fact.OneWay
	ping := talk(vlan(10), "10.10.0.5:0", "10.90.0.5:2048", start)
	ping.Transport, ping.TCP, ping.App = fact.ICMP, nil, fact.App{Name: "icmp", Evidence: fact.PayloadEvidence}
	b := sameInAnyOrder(t, build.Options{}, file(), down, ping)
	if u := usesOf(b, 443); u.ClientVLAN != "90" || u.ServerVLAN != "90" || u.ScaleUp != -2 || len(b.Offers) != 2 {
		t.Errorf("client VLAN %q, server VLAN %q, %d OFFERS", u.ClientVLAN, u.ServerVLAN, len(b.Offers))
	}
	if u := usesOf(b, 0); u.Application != "icmp" || u.ScaleUp != -2 {
		t.Errorf("ICMP %+v", u)
	}
}
