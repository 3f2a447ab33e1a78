package qos

import (
	"testing"

	"netscope.example/nsgraph/graph"
)

// TestOnce: what was seen once is told in the singular.
func TestOnce(t *testing.T) {
	for _, c := range []struct{ rule, graph, want string }{
		{"remarked", "copy core1 edge2 from_dscp=46 to_dscp=0 packets=1", "medium 0.95: core1 in VLAN none to edge2 in VLAN none: 1 packet marked EF arrive as CS0 (bleach-dscp), first frame"},
		{"ecn-bleached", "copy core1 edge2 from_dscp=26 to_dscp=26 packets=9 ect_cleared=1", "low 0.95: core1 in VLAN none to edge2 in VLAN none: 1 packet lost their ECN mark, of 9 marked AF31, first frame"},
		{"ecn-bleached", "use 10.1.0.1 10.9.0.5 tcp/80 ecn_down=10,0,0,1", "low 0.6: 10.9.0.5 to 10.1.0.1: 1 packet say that congestion was experienced, none is ECN-capable"},
		{"untrusted-mark", "use 10.6.0.1 10.9.0.5 tcp/80 dscp_up=46,1,60", "medium 0.85: 10.6.0.1 (guest, not trusted) sends 1 packet marked EF"},
		{"pcp-dscp-mismatch", "use 10.1.0.1 10.2.0.5 udp/4000 application=rtp dscp_up=46,1,90 pcp_up=0,1,0,0,0,0,0,0", "low 0.8: 10.1.0.1 to 10.2.0.5 udp/4000: 1 packet marked EF carry 802.1p priority 1"},
		{"class-abuse", "use 10.1.0.1 10.9.0.5 tcp/6881 application=bittorrent dscp_up=26,1,90", "medium 0.8: 10.1.0.1 to 10.9.0.5 tcp/6881: 90 bytes of bittorrent in 1 packet travel as class business (AF31)"},
	} {
		q := load(t, c.graph)
		r, err := Run(t.Context(), q, graph.Params{}, site(t, q, office), Options{MinPackets: 1, MinMarked: 1})
		if err != nil {
			t.Fatal(err)
		}
		finds(t, r, c.rule, c.want)
	}
	finds(t, run(t, "", load(t, "", stream(alice, bob, func(s *graph.Stream) { s.Codec, s.PayloadType, s.Expected, s.Lost, s.LossRuns = "", 97, 1050, 50, 1 }))), "poor-call",
		"medium 0.9: 10.2.0.1:4000 to 10.2.0.2:5000, payload type 97: 50 of 1050 packets lost (4.76 %, 1 run), jitter 0.0 ms on average")
}
