package configuration

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// minBlackhole is the smallest payload that a path may be said to swallow for its size: IPv4's 576 bytes less headers always pass.
const minBlackhole = 536

// change is something that paths between two places do to TCP.
type change struct {
	count       int64
	low         int64
	clients     []string
	first, last graph.Time
	witness     []string
}

// paths finds what the path does to TCP: options that are offered and do not arrive, segment sizes that are lowered, large segments that vanish.
func (j *judge) paths() {
	for _, o := range []struct {
		rule, what string
		n          func(*TCPRow) int64
	}{
		{"configuration/tcp-scaling-stripped", "the window scale option", func(r *TCPRow) int64 { return r.StrippedScale }},
		{"configuration/tcp-sack-stripped", "the SACK option", func(r *TCPRow) int64 { return r.StrippedSACK }},
		{"configuration/tcp-timestamps-stripped", "the timestamps option", func(r *TCPRow) int64 { return r.StrippedTime }},
	} {
		j.changes(o.rule, analyses.Low, func(r *TCPRow) (int64, int64) { return o.n(r), 0 }, func(c *change, between string) string {
			return fmt.Sprintf("%d handshakes%s carry %s in one sighting and not in the next: those of %s", c.count, between, o.what, list(c.clients))
		})
	}
	j.changes("configuration/mss-clamped", analyses.Info, func(r *TCPRow) (int64, int64) {
		low := r.ClampedUp
		if low == 0 || r.ClampedDown != 0 && r.ClampedDown < low {
			low = r.ClampedDown
		}
		return min(low, max(r.Handshakes, 1)), low
	}, func(c *change, between string) string {
		return fmt.Sprintf("handshakes%s have another MSS after a hop than before, down to %d: those of %s", between, c.low, list(c.clients))
	})
	j.blackholes()
}

// changes makes one finding of each pair of VLANs between which a path changes what n counts.
func (j *judge) changes(rule string, sev analyses.Severity, n func(*TCPRow) (count, low int64), text func(*change, string) string) {
	type path struct{ from, to string }
	at := map[path]*change{}
	var order []path
	for i := range j.tcp {
		r := &j.tcp[i]
		count, low := n(r)
		if count == 0 {
			continue
		}
		k := path{r.ClientVLAN, r.ServerVLAN}
		c := at[k]
		if c == nil {
			c = &change{low: low, first: r.First, last: r.Last}
			at[k] = c
			order = append(order, k)
		}
		c.count += count
		c.low = min(c.low, low)
		c.first, c.last = min(c.first, r.First), max(c.last, r.Last)
		c.witness = append(c.witness, r.Witness...)
		if a := r.ClientAddress.String(); !slices.Contains(c.clients, a) {
			c.clients = append(c.clients, a)
		}
	}
	for _, k := range order {
		c, between := at[k], ""
		slices.Sort(c.clients)
		if k.from != "" && k.to != "" {
			between = fmt.Sprintf(" between VLAN %s and VLAN %s", k.from, k.to)
		}
		f := analyses.NewFinding(rule, sev, 0.9, text(c, between), segmentSubject("vlan "+k.from), segmentSubject("vlan "+k.to))
		f.First, f.Last, f.Count = c.first, c.last, c.count
		f.Evidence = analyses.EvidenceOf(c.witness, "tcp && ("+anyOf(c.clients)+")")
		j.add(f)
	}
}

// anyOf is the display filter of what any of some addresses sends or receives.
func anyOf(addresses []string) string {
	var terms []string
	for _, a := range addresses {
		if p, err := netip.ParseAddr(a); err == nil {
			terms = append(terms, analyses.AddressFilter(p))
		}
	}
	return strings.Join(terms, " || ")
}

// blackholes finds senders whose large segments to several hosts were sent again and again and never acknowledged, while others were. One
// host alone is not judged: ordinary loss at the end of a conversation looks the same.
func (j *judge) blackholes() {
	type sender struct {
		id   graph.ID
		from netip.Addr
	}
	at := map[sender]*change{}
	var order []sender
	note := func(r *TCPRow, id graph.ID, from, to netip.Addr, size int64) {
		if size <= minBlackhole || r.Handshakes == 0 || r.RTTCount == 0 {
			return
		}
		k := sender{id, from}
		c := at[k]
		if c == nil {
			c = &change{low: size, first: r.First, last: r.Last}
			at[k] = c
			order = append(order, k)
		}
		c.count++
		c.low = min(c.low, size)
		c.first, c.last = min(c.first, r.First), max(c.last, r.Last)
		c.witness = append(c.witness, r.Witness...)
		if a := to.String(); !slices.Contains(c.clients, a) {
			c.clients = append(c.clients, a)
		}
	}
	for i := range j.tcp {
		r := &j.tcp[i]
		note(r, r.Client, r.ClientAddress, r.ServerAddress, r.UnackedUp)
		note(r, r.Server, r.ServerAddress, r.ClientAddress, r.UnackedDown)
	}
	for _, k := range order {
		c := at[k]
		if len(c.clients) < 2 {
			continue
		}
		slices.Sort(c.clients)
		f := analyses.NewFinding("configuration/pmtu-blackhole", analyses.High, 0.75,
			fmt.Sprintf("segments of %d bytes and more from %s to %s are sent again and never acknowledged, smaller ones are", c.low, k.from, list(c.clients)),
			analyses.Subject{Kind: "endpoint", ID: k.id.String(), Label: k.from.String()})
		f.First, f.Last, f.Count = c.first, c.last, c.count
		f.Evidence = analyses.EvidenceOf(c.witness, analyses.AddressFilter(k.from)+" && tcp")
		j.explain(j.add(f), "loss", "one-way")
	}
}
