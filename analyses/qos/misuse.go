package qos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// markFilter is the display filter of marks; "" of none.
func markFilter(dscp []int64) string {
	var terms []string
	for _, d := range dscp {
		terms = append(terms, fmt.Sprintf("ip.dsfield.dscp == %d || ipv6.tclass.dscp == %d", d, d))
	}
	return strings.Join(terms, " || ")
}

// priority reports whether a mark asks for more than best effort. CS6 and CS7 are the network's own.
func priority(dscp int64) bool { return dscp >= 10 && dscp < 48 }

// sent names who sent a row of marks, and to whom.
func (r *MarksRow) sent() (from graph.ID, name, to string) {
	if r.Direction == "down" {
		return r.Server, r.ServerAddress.String(), r.ClientAddress.String()
	}
	return r.Client, r.ClientAddress.String(), analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
}

// asymmetric finds services whose traffic carries a priority mark one way and none the other. A side whose marks nobody trusts is expected to have none.
func (j *judge) asymmetric() []analyses.Finding {
	type key struct {
		service graph.ID
		app     string
		up      int64 // dominant marks
		down    int64
	}
	type sum struct {
		row         MarksRow
		clients     int64
		packets     int64
		first, last graph.Time
		witness     []string
	}
	at := map[key]*sum{}
	var order []key
	var marks [2]counts // by direction
	for i := 0; i < len(j.marks); {
		r := &j.marks[i]
		marks[0], marks[1] = marks[0][:0], marks[1][:0]
		var packets [2]int64
		n := i
		for ; n < len(j.marks) && j.marks[n].Client == r.Client && j.marks[n].Service == r.Service && j.marks[n].Application == r.Application; n++ {
			m := &j.marks[n]
			d := slices.Index(directions, m.Direction)
			marks[d].add(m.DSCP, m.Packets)
			packets[d] += m.Packets
		}
		group := j.marks[i:n]
		i = n
		up, _, okUp := marks[0].dominant()
		down, _, okDown := marks[1].dominant()
		if !okUp || !okDown || min(packets[0], packets[1]) < j.o.MinPackets || priority(up) == priority(down) || max(up, down) >= 48 || min(up, down) != 0 {
			continue
		}
		z := j.zones(r.Client, r.Server)
		if !j.trusts(z[0]) || !j.trusts(z[1]) || slices.Contains(z[:], analyses.Internet) { // nobody's marks hold there
			continue
		}
		k := key{r.Service, r.Application, up, down}
		if at[k] == nil {
			at[k] = &sum{row: *r, first: r.First, last: r.Last}
			order = append(order, k)
		}
		s := at[k]
		s.clients++
		s.packets += packets[0] + packets[1]
		for _, m := range group {
			s.first, s.last = min(s.first, m.First), max(s.last, m.Last)
			s.witness = analyses.Union(s.witness, m.Witness, maxList)
		}
	}
	var fs []analyses.Finding
	for _, k := range order {
		s := at[k]
		label := analyses.ServiceLabel(s.row.ServerAddress, s.row.Transport, s.row.Port)
		who := s.row.ClientAddress.String()
		if s.clients > 1 {
			who = fmt.Sprintf("%d clients", s.clients)
		}
		text := fmt.Sprintf("%s to %s: packets are marked %s, those back %s (%s of %s)", who, label, dscpName(k.up), dscpName(k.down), analyses.Count(s.packets, "packet"), cmp.Or(k.app, "no known application"))
		f := analyses.NewFinding("qos/asymmetric-mark", analyses.Low, 0.8, text, analyses.Subject{Kind: "service", ID: k.service.String(), Label: label},
			analyses.Subject{Kind: "dscp", ID: fmt.Sprintf("%d-%d %s", k.up, k.down, k.app), Label: dscpName(k.up) + ", back " + dscpName(k.down)})
		f.First, f.Last, f.Count = s.first, s.last, s.packets
		filter := analyses.ConversationFilter(s.row.ClientAddress, s.row.ServerAddress, s.row.Transport, s.row.Port)
		if s.clients > 1 {
			filter = analyses.ServiceFilter(s.row.ServerAddress, s.row.Transport, s.row.Port)
		}
		f.Evidence = analyses.EvidenceOf(s.witness, filter)
		f.ExplainedBy = analyses.Explain(j.artefacts, "one-way")
		fs = append(fs, f)
	}
	return fs
}

// bulkBytes and bulkFrame say what a transfer is: so many bytes one way, in frames of at least this mean size.
const (
	bulkBytes = 1 << 20
	bulkFrame = 1000
)

// scavengers are applications whose place is below best effort.
var scavengers = []string{"bittorrent"}

// abused finds transfers in a class for what must not wait, and scavengers in any class above best effort. Without a declared plan only expedited
// forwarding is judged, and media, whose frames can be as large, is not.
func (j *judge) abused() []analyses.Finding {
	type sum struct {
		row     MarksRow
		bytes   int64
		packets int64
		peers   map[string]bool
	}
	type key struct {
		endpoint graph.ID
		class    int
	}
	at := map[key]*sum{}
	var order []key
	for i := range j.marks {
		r := &j.marks[i]
		c := j.plan.marked(r.DSCP)
		if c < 0 || !priority(r.DSCP) || j.plan.match(j.subject(r)) == c {
			continue
		}
		scavenger := slices.Contains(scavengers, r.Application)
		bulk := r.Bytes >= bulkBytes && r.Bytes >= bulkFrame*r.Packets && j.urgent(c) && (r.Transport == "tcp" || j.plan.declared && r.Application != "rtp")
		if !bulk && !(scavenger && r.Packets >= j.o.MinPackets) {
			continue
		}
		from, _, to := r.sent()
		k := key{from, c}
		if at[k] == nil {
			at[k] = &sum{row: *r, peers: map[string]bool{}}
			order = append(order, k)
		}
		s := at[k]
		s.bytes += r.Bytes
		s.packets += r.Packets
		s.peers[to] = true
		s.row.First, s.row.Last = min(s.row.First, r.First), max(s.row.Last, r.Last)
		s.row.Witness = analyses.Union(s.row.Witness, r.Witness, maxList)
	}
	var fs []analyses.Finding
	for _, k := range order {
		s := at[k]
		_, from, _ := s.row.sent()
		name := j.plan.classes[k.class].name
		text := fmt.Sprintf("%s to %s: %s of %s in %s travel as class %s (%s)", from, someOf(s.peers), analyses.Count(s.bytes, "byte"), cmp.Or(s.row.Application, "bulk"), analyses.Count(s.packets, "packet"), name, dscpName(s.row.DSCP))
		f := analyses.NewFinding("qos/class-abuse", analyses.Medium, 0.8, text, analyses.Subject{Kind: "endpoint", ID: k.endpoint.String(), Label: from},
			analyses.Subject{Kind: "class", ID: name, Label: name})
		f.First, f.Last, f.Count = s.row.First, s.row.Last, s.packets
		filter := analyses.ConversationFilter(s.row.ClientAddress, s.row.ServerAddress, s.row.Transport, s.row.Port)
		if len(s.peers) > 1 {
			filter = j.addressFilter(k.endpoint)
		}
		f.Evidence = analyses.EvidenceOf(s.row.Witness, filter)
		fs = append(fs, f)
	}
	return fs
}

// urgent reports whether a class is for what must not wait: it is expedited or declares how long its packets may take.
func (j *judge) urgent(c int) bool {
	x := j.plan.classes[c]
	return slices.Contains(x.dscp, 46) || slices.Contains(x.dscp, 44) || x.declared != nil && x.declared.JitterMs > 0
}

// bleached finds places behind which ECN marks are gone, and senders whose packets say that congestion was experienced although none says that it may (RFC
// 3168, section 5: only a packet that is ECN-capable is so marked).
func (j *judge) bleached() []analyses.Finding {
	var fs []analyses.Finding
	for i := range j.crossings {
		r := &j.crossings[i]
		if r.ECTCleared < j.o.MinMarked {
			continue
		}
		text := fmt.Sprintf("%s in VLAN %s to %s in VLAN %s: %s lost their ECN mark, of %d marked %s, first %s", r.FromPoint, cmp.Or(r.FromVLAN, "none"), r.ToPoint, cmp.Or(r.ToVLAN, "none"),
			analyses.Count(r.ECTCleared, "packet"), r.Packets, dscpName(r.DSCP), r.Example)
		f := analyses.NewFinding("qos/ecn-bleached", analyses.Low, 0.95, text,
			analyses.Subject{Kind: "point", ID: graph.NewID("CapturePoint", r.FromPoint).String(), Label: r.FromPoint + " vlan " + r.FromVLAN},
			analyses.Subject{Kind: "point", ID: graph.NewID("CapturePoint", r.ToPoint).String(), Label: r.ToPoint + " vlan " + r.ToVLAN},
			analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", r.ToMAC).String(), Label: r.ToMAC},
			analyses.Subject{Kind: "dscp", ID: fmt.Sprintf("%d %s-%s", r.DSCP, r.FromVLAN, r.ToVLAN), Label: dscpName(r.DSCP)})
		f.First, f.Last, f.Count = r.First, r.Last, r.ECTCleared
		f.Evidence = analyses.EvidenceOf(r.Witness, markFilter([]int64{r.DSCP}))
		fs = append(fs, f)
	}
	for i := range j.ecn {
		r := &j.ecn[i]
		if r.ECT > 0 || r.CE < j.o.MinPackets {
			continue
		}
		m := MarksRow{Client: r.Client, ClientAddress: r.ClientAddress, Service: r.Service, Server: r.Server, ServerAddress: r.ServerAddress, Transport: r.Transport, Port: r.Port, Direction: r.Direction}
		from, name, to := m.sent()
		text := fmt.Sprintf("%s to %s: %s say that congestion was experienced, none is ECN-capable", name, to, analyses.Count(r.CE, "packet"))
		f := analyses.NewFinding("qos/ecn-bleached", analyses.Low, 0.6, text, analyses.Subject{Kind: "endpoint", ID: from.String(), Label: name},
			analyses.Subject{Kind: "service", ID: r.Service.String() + " " + r.Direction, Label: to})
		f.First, f.Last, f.Count = r.First, r.Last, r.CE
		f.Evidence = analyses.EvidenceOf(r.Witness, analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port))
		fs = append(fs, f)
	}
	return fs
}
