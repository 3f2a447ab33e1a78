package configuration

import (
	"testing"

	"netscope.example/nsgraph/graph"
)

// twoRouters is a segment with the routers 10.0.0.1 and 10.0.0.2, of which the second brings the packets of 192.0.2.1.
func twoRouters(vlan string, edit func(*claim)) *world {
	heard := claim{address: "192.0.2.1", mac: "02:00:00:00:00:f2", vlan: vlan, router: true, packets: 40, to: 60}
	edit(&heard)
	return newWorld().claims(
		claim{address: "10.0.0.1", mac: "02:00:00:00:00:f1", vlan: vlan, router: true, claims: 3, to: 60},
		claim{address: "10.0.0.2", mac: "02:00:00:00:00:f2", vlan: vlan, router: true, claims: 3, to: 60},
		claim{address: "10.0.0.5", mac: "02:00:00:00:00:05", vlan: vlan, claims: 2, to: 60}, heard)
}

func answering(vlan, next string, conversations int64) func(*graph.Uses) {
	return func(u *graph.Uses) {
		u.ClientVLAN, u.ClientMAC, u.ClientNext, u.ServerVLAN = vlan, "02:00:00:00:00:05", next, "90"
		u.PacketsUp, u.PacketsDown, u.Conversations, u.Established = 40, 40, conversations, conversations
	}
}

func TestAsymmetricRoute(t *testing.T) {
	const want = "medium asymmetric-route: packets of 192.0.2.1 reach 10.0.0.5 in vlan 10 through router 10.0.0.2, and the answers go to 10.0.0.1, want one way: 4 conversations"
	same := func(*claim) {}
	twoRouters("10", same).uses("10.0.0.5", "192.0.2.1", 443, answering("10", "02:00:00:00:00:f1", 4)).finds(t, want)
	for name, w := range map[string]*world{
		"one way": twoRouters("10", same).uses("10.0.0.5", "192.0.2.1", 443, answering("10", "02:00:00:00:00:f2", 4)),
		"too few": twoRouters("10", same).uses("10.0.0.5", "192.0.2.1", 443, answering("10", "02:00:00:00:00:f1", 2)),
		"a redundancy group": twoRouters("10", same).claims(claim{address: "10.0.0.254", mac: "00:00:0c:07:ac:0a", vlan: "10", virtual: "hsrp", router: true, claims: 3, to: 60}).
			uses("10.0.0.5", "192.0.2.1", 443, answering("10", "00:00:0c:07:ac:0a", 4)),
		"both ways are used": twoRouters("10", same).claims(claim{address: "192.0.2.1", mac: "02:00:00:00:00:f1", vlan: "10", router: true, packets: 9, to: 60}).
			uses("10.0.0.5", "192.0.2.1", 443, answering("10", "02:00:00:00:00:f1", 4)),
		"heard at another time": twoRouters("10", func(c *claim) { c.from, c.to = 100, 160 }).uses("10.0.0.5", "192.0.2.1", 443, answering("10", "02:00:00:00:00:f1", 4)),
		"in another VLAN":       twoRouters("10", func(c *claim) { c.vlan = "20" }).uses("10.0.0.5", "192.0.2.1", 443, answering("10", "02:00:00:00:00:f1", 4)),
		"a neighbour, once through the router": twoRouters("10", same).claims(claim{address: "192.0.2.1", mac: "02:00:00:00:00:f1", vlan: "10", claims: 2, to: 60}).
			uses("10.0.0.5", "192.0.2.1", 443, answering("10", "02:00:00:00:00:f1", 4)),
		"the answers go to the MAC from which the packets came": twoRouters("10", same).uses("10.0.0.5", "192.0.2.1", 443, func(u *graph.Uses) {
			answering("10", "02:00:00:00:00:f1", 4)(u)
			u.ServerMAC = "02:00:00:00:00:f1"
		}),
		"an unknown next hop": twoRouters("10", same).uses("10.0.0.5", "192.0.2.1", 443, answering("10", "02:00:00:00:00:99", 4)),
		"nothing answered": twoRouters("10", same).uses("10.0.0.5", "192.0.2.1", 443, func(u *graph.Uses) {
			answering("10", "02:00:00:00:00:f1", 4)(u)
			u.Established = 0
		}),
	} {
		t.Run(name, func(t *testing.T) { w.finds(t) })
	}
}
