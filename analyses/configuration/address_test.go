package configuration

import "testing"

const (
	macA = "02:00:00:00:00:0a"
	macB = "02:00:00:00:00:0b"
	macC = "02:00:00:00:00:0c"
)

func TestDuplicateAddress(t *testing.T) {
	newWorld().claims(claim{address: "10.0.0.5", mac: macA, vlan: "10", from: 0, to: 60, claims: 4}, claim{address: "10.0.0.5", mac: macB, vlan: "10", from: 30, to: 30, claims: 1}).finds(t,
		"high duplicate-address: 10.0.0.5 in VLAN 10 is claimed by two MACs at one time, 02:00:00:00:00:0a (4 claims) and 02:00:00:00:00:0b (1), want one")
	r := newWorld().claims(claim{address: "10.0.0.5", mac: macA, to: 60, claims: 4}, claim{address: "10.0.0.5", mac: macB, from: 30, to: 30, claims: 1}).run(t)
	if f := r.Findings[0].Evidence[0].Filter; f != "ip.addr == 10.0.0.5 || arp.src.proto_ipv4 == 10.0.0.5" {
		t.Errorf("filter %q", f)
	}
	// Two answers to one question.
	newWorld().claims(claim{address: "10.0.0.5", mac: macA, from: 10, to: 10, claims: 1}, claim{address: "10.0.0.5", mac: macB, from: 10.007, to: 10.007, claims: 1}).finds(t,
		"high duplicate-address: 10.0.0.5 is claimed by two MACs at one time, 02:00:00:00:00:0a (1 claim) and 02:00:00:00:00:0b (1), want one")
	newWorld().claims(claim{address: "fe80::5", mac: macB, to: 60, claims: 1}, claim{address: "fe80::5", mac: macA, to: 60, claims: 1}, claim{address: "fe80::5", mac: macC, to: 60, claims: 1}).finds(t,
		"high duplicate-address: fe80::5 is claimed by 3 MACs, 02:00:00:00:00:0a and 02:00:00:00:00:0b among them at one time, want one")
}

func TestSharedAddress(t *testing.T) {
	for name, cs := range map[string][]claim{
		"a redundancy group's virtual MAC": {{address: "10.0.0.1", mac: macA, to: 60, claims: 4}, {address: "10.0.0.1", mac: "00:00:0c:07:ac:01", virtual: "hsrp", from: 30, to: 40, claims: 3}},
		"a host that moved":                {{address: "10.0.0.5", mac: macA, to: 60, claims: 4}, {address: "10.0.0.5", mac: macB, from: 90, to: 100, claims: 3}},
		"a failover's gratuitous ARP":      {{address: "10.0.0.5", mac: macA, to: 60, claims: 4}, {address: "10.0.0.5", mac: macB, from: 60.2, to: 63, claims: 3, announces: 3}},
		"two VLANs":                        {{address: "10.0.0.5", mac: macA, vlan: "1", to: 60, claims: 4}, {address: "10.0.0.5", mac: macB, vlan: "2", to: 60, claims: 3}},
		"no address yet":                   {{address: "0.0.0.0", mac: macA, to: 60, claims: 4}, {address: "0.0.0.0", mac: macB, to: 60, claims: 3}},
	} {
		t.Run(name, func(t *testing.T) { newWorld().claims(cs...).finds(t) })
	}
}

// A man in the middle: C claims the addresses of A and B, who send and never speak ARP.
func TestSpoofedAddresses(t *testing.T) {
	victims := []claim{{address: "10.0.0.5", mac: macA, to: 60, packets: 9, ttl: 64}, {address: "10.0.0.6", mac: macB, to: 60, packets: 7, ttl: 128}}
	thief := []claim{{address: "10.0.0.5", mac: macC, to: 60, claims: 30}, {address: "10.0.0.6", mac: macC, to: 60, claims: 30}}
	newWorld().claims(victims...).claims(thief...).finds(t,
		"high duplicate-address: 10.0.0.5 is claimed by 02:00:00:00:00:0c (30 claims), which claims 2 addresses and sends from none, and used by 02:00:00:00:00:0a (9 packets), want one",
		"high duplicate-address: 10.0.0.6 is claimed by 02:00:00:00:00:0c (30 claims), which claims 2 addresses and sends from none, and used by 02:00:00:00:00:0b (7 packets), want one")

	proxy := []claim{{address: "10.0.0.5", mac: macC, to: 60, claims: 30, router: true}, {address: "10.0.0.6", mac: macC, to: 60, claims: 30, router: true}}
	newWorld().claims(victims...).claims(proxy...).finds(t) // proxy ARP
	newWorld().claims(victims[0]).claims(thief[0]).finds(t) // one address: a second network card
	cards := victims[1]
	cards.mac = macA
	newWorld().claims(victims[0], cards).claims(thief...).finds(t) // two addresses of one host
	behind := victims[1]
	behind.ttl = 63
	newWorld().claims(victims[0], behind).claims(thief...).finds(t) // B only forwards
}

// Each host claims the address once, before its first packet, and both go on sending.
func TestBothSend(t *testing.T) {
	a := claim{address: "10.0.0.5", mac: macA, from: 5, to: 5, seen: 60, claims: 1, packets: 9, ttl: 64}
	b := claim{address: "10.0.0.5", mac: macB, from: 20, to: 20, seen: 80, claims: 1, packets: 9, ttl: 128}
	newWorld().claims(a, b).finds(t, "high duplicate-address: 10.0.0.5 is claimed by two MACs at one time, 02:00:00:00:00:0a (1 claim) and 02:00:00:00:00:0b (1), want one")
	moved, router := a, b
	moved.seen = 12
	router.ttl, router.router = 127, true
	newWorld().claims(moved, b).finds(t)
	newWorld().claims(a, router).finds(t)
}
