package configuration

import (
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/graphtest"
)

func TestStripped(t *testing.T) {
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, func(u *graph.Uses) {
		u.ScaleUp, u.ScaleDown, u.StrippedSACK, u.ClientVLAN, u.ServerVLAN = 7, 7, 3, "10", "90"
	}).finds(t, "low tcp-sack-stripped: 3 handshakes between VLAN 10 and VLAN 90 carry the SACK option in one sighting and not in the next: those of 10.0.0.5")
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, func(u *graph.Uses) { u.ScaleUp, u.ScaleDown = -1, -1 }).finds(t)
}

func TestClamped(t *testing.T) {
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, func(u *graph.Uses) {
		u.ScaleUp, u.ScaleDown, u.Handshakes, u.ClampedUp, u.ClampedDown = 7, 7, 2, 1400, 1360
	}).finds(t, "info mss-clamped: handshakes have another MSS after a hop than before, down to 1360: those of 10.0.0.5")
}

func TestBlackhole(t *testing.T) {
	swallow := func(u *graph.Uses) {
		u.ScaleUp, u.ScaleDown, u.Handshakes, u.RTTCount, u.RTTMin, u.UnackedDown = 7, 7, 1, 4, 1e6, 1448
	}
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, swallow).uses("10.0.0.6", "192.0.2.1", 443, swallow).finds(t,
		"high pmtu-blackhole: segments of 1448 bytes and more from 192.0.2.1 to 10.0.0.5, 10.0.0.6 are sent again and never acknowledged, smaller ones are")
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, swallow).finds(t) // one lost segment of one host
}

// copied is a further sighting at one place.
func (w *world) copied(kind, from, to, example string, sightings int64) *world {
	p := graph.NewNamedID(graph.LabelCapturePoint, "core1")
	if !w.seen[p] {
		w.seen[p] = true
		p = w.b.Point("core1")
	}
	rel := w.b.Rel(graph.TypeCopied, p, p, at(0), at(1))
	rel.ID = graph.NewID("copy", kind, from, to)
	w.b.Contents().Copied = append(w.b.Contents().Copied, graph.Copied{
		Rel: rel, Kind: kind, FromMAC: from, ToMAC: to, FromVLAN: "10", ToVLAN: "10", Hops: 1,
		Packets: 40, Broadcasts: 30, Sightings: sightings, Example: example, Witness: []string{graphtest.SHA("capture") + ":1,2"},
	})
	return w
}

func TestLoops(t *testing.T) {
	newWorld().copied("mirrored", "a", "a", "a -> ff", 900).finds(t,
		"critical bridging-loop: one broadcast comes by core1 in VLAN 10 900 times with its TTL unchanged, 899 copies in all, such as a -> ff")
	newWorld().copied("mirrored", "a", "a", "a -> ff", 22).finds(t) // an old protocol repeats its own
	newWorld().copied("routed", "a", "b", "10.0.0.1 -> 10.9.0.1", 1).copied("routed", "b", "a", "10.0.0.1 -> 10.9.0.1", 1).finds(t,
		"critical routing-loop: packets come by core1 in VLAN 10 again with up to 1 hops less, sent back by the router a, 80 copies in all, such as 10.0.0.1 -> 10.9.0.1")
	newWorld().copied("routed", "a", "b", "10.0.0.1 -> 10.9.0.1", 1).copied("routed", "b", "c", "10.0.0.1 -> 10.9.0.1", 1).finds(t)
}

func TestServers(t *testing.T) {
	dns := func(u *graph.Uses) { u.Application, u.ClientVLAN, u.ScaleUp, u.ScaleDown = "dns", "10", 7, 7 }
	three := newWorld().uses("10.0.0.1", "10.0.9.1", 53, dns).uses("10.0.0.2", "10.0.9.1", 53, dns).uses("10.0.0.3", "10.0.9.1", 53, dns)
	three.uses("10.0.0.4", "10.0.9.2", 53, dns)
	r := three.run(t)
	if len(r.Findings) != 1 || r.Findings[0].Rule != "configuration/resolver-mismatch" || r.Findings[0].Subjects[0].Label != "10.0.0.4" {
		t.Errorf("%+v", r.Findings)
	}
	// Who asks by IPv6 asks another address of the same server.
	newWorld().uses("10.0.0.1", "10.0.9.1", 53, dns).uses("10.0.0.2", "10.0.9.1", 53, dns).uses("10.0.0.3", "10.0.9.1", 53, dns).uses("2001:db8::3", "2001:db8:9::1", 53, dns).finds(t)
	// Another network, whose packets are in the same VLAN or without a tag, has its own resolver.
	newWorld().uses("10.0.0.1", "10.0.9.1", 53, dns).uses("10.0.0.2", "10.0.9.1", 53, dns).uses("10.0.0.3", "10.0.9.1", 53, dns).uses("10.0.0.5", "10.0.9.1", 53, dns).uses("10.7.0.3", "192.0.2.7", 53, dns).finds(t)
	// A resolver that forwards has a server of its own.
	newWorld().uses("10.0.0.1", "10.0.9.1", 53, dns).uses("10.0.0.2", "10.0.9.1", 53, dns).uses("10.0.0.3", "10.0.9.1", 53, dns).uses("10.0.9.1", "192.0.2.9", 53, dns).finds(t)
}

func TestFragmentation(t *testing.T) {
	with := func(n int64) *world {
		return newWorld().uses("10.0.0.5", "192.0.2.1", 5000, func(u *graph.Uses) {
			u.ScaleUp, u.ScaleDown, u.PacketsUp, u.Fragments, u.FragmentsUp = 7, 7, 400, n, n
		})
	}
	with(300).finds(t, "low fragmentation: 10.0.0.5 sends 192.0.2.1 tcp/5000 300 fragments in 400 packets during 59 s")
	with(3).finds(t)
}
