package build_test

import (
	"net/netip"
	"slices"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
)

// refused is a SYN that a reset answers, sent with a TTL from a MAC.
func refused(s fact.Scope, client, server string, ttl uint8, m fact.MAC) *fact.Conversation {
	c := talk(s, client, server, start)
	c.Outcome, c.App = fact.Refused, fact.App{}
	c.Down = fact.Half{Packets: 1, Bytes: 60, TTLMin: ttl, TTLMax: ttl, MAC: m}
	c.TCP = &fact.TCPInfo{SYN: true, SYNs: 1, ResetTTL: ttl, ResetMAC: m}
	return c
}

// quoted makes c the victim of an ICMP error.
func quoted(c *fact.Conversation, o fact.Outcome, from string, kind, code uint8, v6 bool) *fact.Conversation {
	c.Outcome, c.TCP, c.Down, c.Transport = o, nil, fact.Half{}, fact.UDP
	c.Errors = []fact.ICMPError{{From: netip.MustParseAddr(from), MAC: mac(9), TTL: 60, V6: v6, Type: kind, Code: code, OfClient: true, Count: 1}}
	return c
}

// unanswered is an attempt that went to a MAC, seen in some scopes.
func unanswered(client, server string, next fact.MAC, scopes ...fact.Scope) *fact.Conversation {
	c := talk(scopes[0], client, server, start)
	c.Scopes, c.Outcome, c.Down, c.TCP, c.App = scopes, fact.Unanswered, fact.Half{}, &fact.TCPInfo{SYN: true, SYNs: 3}, fact.App{}
	c.Up.NextMAC = next
	return c
}

func usesOf(b *graph.Batch, port uint16) graph.Uses {
	for _, u := range b.Uses {
		for _, s := range b.Services {
			if s.ID == u.Dst && s.Port == port {
				return u
			}
		}
	}
	return graph.Uses{}
}

func TestWhoRefused(t *testing.T) {
	s, client := vlan(10), "10.10.0.5:40000"
	answering := talk(s, "10.10.0.6:40000", "10.90.0.5:443", start)
	answering.Down.TTLMin, answering.Down.TTLMax, answering.Down.MAC = 127, 127, mac(9)
	router := []fact.Fact{through(s, "10.80.0.1", mac(9), start), through(s, "10.80.0.2", mac(9), start)}
	cases := []struct {
		name     string
		attempt  *fact.Conversation
		context  []fact.Fact
		foreign  bool
		blockers []string
	}{
		{"nothing is known of the host", refused(s, client, "10.90.0.5:22", 127, mac(9)), nil, false, nil},
		{"as it answers elsewhere", refused(s, client, "10.90.0.5:22", 127, mac(9)), []fact.Fact{answering}, false, nil},
		{"with another TTL", refused(s, client, "10.90.0.5:22", 254, mac(9)), []fact.Fact{answering}, true, []string{"02:00:00:00:00:09"}},
		{"from another MAC", refused(s, client, "10.90.0.5:22", 127, mac(8)), []fact.Fact{answering}, true, []string{"02:00:00:00:00:08"}},
		{"from the MAC that claims the address", refused(s, client, "10.90.0.5:22", 64, mac(1)), []fact.Fact{stays(s, "10.90.0.5", mac(1), start)}, false, nil},
		{"from another MAC than the one that claims it", refused(s, client, "10.90.0.5:22", 64, mac(8)), []fact.Fact{stays(s, "10.90.0.5", mac(1), start)}, true, []string{"02:00:00:00:00:08"}},
		{"a router's own packet", refused(s, client, "10.90.0.5:22", 255, mac(9)), router, true, []string{"02:00:00:00:00:09"}},
		{"through a router", refused(s, client, "10.90.0.5:22", 126, mac(9)), router, false, nil},
		{"port unreachable from the host", quoted(refused(s, client, "10.90.0.5:22", 0, mac(9)), fact.Refused, "10.90.0.5", 3, 3, false), nil, false, nil},
		{"port unreachable from another", quoted(refused(s, client, "10.90.0.5:22", 0, mac(9)), fact.Refused, "10.10.0.1", 3, 3, false), nil, true, []string{"10.10.0.1"}},
		{"IPv6 port unreachable from another", quoted(refused(s, "[2001:db8::1]:1", "[2001:db8:1::2]:22", 0, mac(9)), fact.Refused, "2001:db8::ff", 1, 4, true), nil, true, []string{"2001:db8::ff"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := sameInAnyOrder(t, build.Options{}, append([]fact.Fact{file(), c.attempt}, c.context...)...)
			u := usesOf(b, 22)
			if got := u.Foreign == 1; got != c.foreign || u.Refused+u.Foreign != 1 || !slices.Equal(u.Blockers, c.blockers) {
				t.Errorf("refused %d, foreign %d, by %q", u.Refused, u.Foreign, u.Blockers)
			}
			for _, o := range b.Offers {
				if o.Dst == u.Dst {
					t.Error("what refused is offered")
				}
			}
		})
	}
}

func TestProhibited(t *testing.T) {
	for _, e := range []struct {
		code uint8
		v6   bool
		kind uint8
		want []string
	}{{13, false, 3, []string{"10.10.0.1"}}, {9, false, 3, []string{"10.10.0.1"}}, {10, false, 3, []string{"10.10.0.1"}}, {1, true, 1, []string{"10.10.0.1"}}, {1, false, 3, nil}} {
		b, _ := batch(t, build.Options{}, file(), quoted(talk(vlan(10), "10.10.0.5:1", "10.90.0.5:22", start), fact.Prohibited, "10.10.0.1", e.kind, e.code, e.v6))
		if u := usesOf(b, 22); u.Prohibited != 1 || !slices.Equal(u.Blockers, e.want) {
			t.Errorf("%+v: prohibited %d by %q", e, u.Prohibited, u.Blockers)
		}
	}
	b, _ := batch(t, build.Options{}, file(), quoted(talk(vlan(10), "10.10.0.5:1", "10.90.0.5:22", start), fact.Unreachable, "10.10.0.1", 3, 1, false))
	if u := usesOf(b, 22); u.Unreachable != 1 || u.Established != 0 {
		t.Errorf("unreachable %d", u.Unreachable)
	}
}

// An attempt without answer reached its service's segment if it was seen there, on its way to the server.
func TestReached(t *testing.T) {
	users, servers := vlan(10), vlan(90)
	server := stays(servers, "10.90.0.5", mac(5), start)
	gateway := []fact.Fact{through(users, "10.80.0.1", mac(9), start), through(users, "10.80.0.2", mac(9), start)}
	cases := []struct {
		name    string
		attempt *fact.Conversation
		want    int64
		vlan    string
	}{
		{"seen before the router alone", unanswered("10.10.0.5:1", "10.90.0.5:22", mac(9), users), 0, "90"},
		{"seen behind it too", unanswered("10.10.0.5:1", "10.90.0.5:22", mac(9), users, servers), 1, "90"},
		{"seen behind it alone", unanswered("10.10.0.5:1", "10.90.0.5:22", mac(5), servers), 1, "90"},
		{"in the segment, but sent to the router", unanswered("10.10.0.5:1", "10.90.0.5:22", mac(9), servers), 0, "90"},
		{"to an address that nobody has", unanswered("10.10.0.5:1", "10.90.0.6:22", mac(9), users, servers), 0, "10"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := sameInAnyOrder(t, build.Options{}, append([]fact.Fact{file(), server, c.attempt}, gateway...)...)
			u := usesOf(b, 22)
			if u.Unanswered != 1 || u.Reached != c.want || u.ClientVLAN != map[bool]string{true: "90", false: "10"}[c.attempt.Scope == servers] || u.ServerVLAN != c.vlan && c.attempt.Scope == users {
				t.Errorf("unanswered %d, reached %d, from VLAN %s to %s", u.Unanswered, u.Reached, u.ClientVLAN, u.ServerVLAN)
			}
		})
	}
	oneWay := unanswered("10.10.0.5:1", "10.90.0.5:22", mac(5), servers)
	oneWay.Outcome = fact.OneWay
	b, _ := batch(t, build.Options{}, file(), server, oneWay)
	if u := usesOf(b, 22); u.OneWay != 1 || u.Reached != 1 {
		t.Errorf("one way %d, reached %d", u.OneWay, u.Reached)
	}
}

// Data to a server that never speaks arrived if it was seen among its neighbours; a connection that nobody answered proves nothing there.
func TestDataAmongNeighbours(t *testing.T) {
	users, servers := vlan(10), vlan(90)
	others := []fact.Fact{file(), stays(servers, "10.90.0.5", mac(5), start), stays(users, "10.10.0.9", mac(8), start), through(servers, "10.10.0.5", mac(9), start), through(servers, "10.10.0.6", mac(9), start)}
	for _, c := range []struct {
		name    string
		attempt *fact.Conversation
		outcome fact.Outcome
		want    int64
	}{
		{"routed into their segment", unanswered("10.10.0.5:1", "10.90.0.77:514", mac(9), users, servers), fact.OneWay, 1},
		{"seen there alone", unanswered("10.10.0.5:1", "10.90.0.77:514", mac(7), servers), fact.OneWay, 1},
		{"before the router alone", unanswered("10.10.0.5:1", "10.90.0.77:514", mac(9), users), fact.OneWay, 0},
		{"back to the router", unanswered("10.10.0.5:1", "10.90.0.77:514", mac(9), servers), fact.OneWay, 0},
		{"in a segment of others", unanswered("10.10.0.5:1", "10.91.0.77:514", mac(9), users, servers), fact.OneWay, 0},
		{"no data", unanswered("10.10.0.5:1", "10.90.0.77:514", mac(9), users, servers), fact.Unanswered, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.attempt.Outcome = c.outcome
			b := sameInAnyOrder(t, build.Options{}, append([]fact.Fact{c.attempt}, others...)...)
			if u := usesOf(b, 514); u.Reached != c.want {
				t.Errorf("reached %d, want %d", u.Reached, c.want)
			}
		})
	}
}

// An ICMP error is no attempt of its own: what became of it is told by the conversation that it speaks of.
func TestErrorsAreNoAttempts(t *testing.T) {
	servers := vlan(90)
	for _, c := range []struct {
		name   string
		proto  fact.Transport
		port   string // type << 8 | code
		oneWay int64
	}{
		{"port unreachable", fact.ICMP, "771", 0}, {"time exceeded", fact.ICMP, "2816", 0}, {"redirect", fact.ICMP, "1281", 0},
		{"echo request", fact.ICMP, "2048", 1}, {"packet too big", fact.ICMPv6, "512", 0}, {"echo request of IPv6", fact.ICMPv6, "32768", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := unanswered("10.10.0.5:0", "10.90.0.5:"+c.port, mac(5), servers)
			x.Transport, x.Outcome, x.TCP = c.proto, fact.OneWay, nil
			b, _ := batch(t, build.Options{}, file(), stays(servers, "10.90.0.5", mac(5), start), x)
			if u := usesOf(b, 0); u.Conversations != 1 || u.OneWay != c.oneWay || u.Reached != c.oneWay || u.PacketsUp == 0 {
				t.Errorf("%d conversations, one way %d, reached %d", u.Conversations, u.OneWay, u.Reached)
			}
		})
	}
}
