package qos

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// counted sums up marks by application, the largest application first, then by packets.
func (j *judge) counted() []Mark {
	type key struct {
		app  string
		dscp int64
	}
	n := map[key]int64{}
	all := map[string]int64{}
	for i := range j.marks {
		r := &j.marks[i]
		app := cmp.Or(r.Application, "unknown")
		n[key{app, r.DSCP}] += r.Packets
		all[app] += r.Packets
	}
	out := []Mark{}
	for k, v := range n {
		out = append(out, Mark{k.app, k.dscp, v, analyses.Round(float64(v) / float64(max(1, all[k.app])))})
	}
	slices.SortFunc(out, func(a, b Mark) int {
		return cmp.Or(cmp.Compare(all[b.Application], all[a.Application]), cmp.Compare(a.Application, b.Application), cmp.Compare(b.Packets, a.Packets), cmp.Compare(a.DSCP, b.DSCP))
	})
	return out
}

// sender is what one endpoint sent in one class.
type sender struct {
	endpoint graph.ID
	class    int
	to       map[string]bool // services or clients it sent to
	marks    map[int64]int64
	pairs    int64 // conversations' partners, each with its own unclassified beginning
	first    graph.Time
	last     graph.Time
	witness  []string
	filter   string
}

// senders groups the marks of what classes match by sender and class.
func (j *judge) senders() []*sender {
	type key struct {
		endpoint graph.ID
		class    int
	}
	at := map[key]*sender{}
	for i := range j.marks {
		r := &j.marks[i]
		c := j.plan.match(j.subject(r))
		if c < 0 {
			continue
		}
		from, label := r.Client, analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
		if r.Direction == "down" {
			from, label = r.Server, r.ClientAddress.String()
		}
		k := key{from, c}
		s := at[k]
		if s == nil {
			s = &sender{endpoint: from, class: c, to: map[string]bool{}, marks: map[int64]int64{}, first: r.First, last: r.Last,
				filter: analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port)}
			at[k] = s
		}
		if !s.to[label] {
			s.to[label] = true
			s.pairs++
		}
		s.marks[r.DSCP] += r.Packets
		s.first, s.last = min(s.first, r.First), max(s.last, r.Last)
		s.witness = analyses.Union(s.witness, r.Witness, maxList)
	}
	return slices.SortedFunc(maps.Values(at), func(a, b *sender) int {
		return cmp.Or(a.endpoint.Compare(b.endpoint), cmp.Compare(a.class, b.class))
	})
}

// mismarked finds senders whose packets of a class carry another mark. What a device behind the capture point corrects is not judged.
func (j *judge) mismarked() []analyses.Finding {
	corrected := map[[2]int64]bool{}
	for _, t := range j.transitions {
		corrected[[2]int64{t.FromDSCP, t.ToDSCP}] = true
	}
	var fs []analyses.Finding
	for _, s := range j.senders() {
		c := j.plan.classes[s.class]
		if len(c.dscp) == 0 {
			continue
		}
		var all, wrong int64
		var most, mostWrong int64
		for _, d := range slices.Sorted(maps.Keys(s.marks)) {
			n := s.marks[d]
			all += n
			if slices.Contains(c.dscp, d) || slices.ContainsFunc(c.dscp, func(to int64) bool { return corrected[[2]int64{d, to}] }) {
				continue
			}
			wrong += n
			if n > mostWrong {
				most, mostWrong = d, n
			}
		}
		if h := j.site.HostByID(s.endpoint); h == nil || !j.trusts(h.Zone) {
			continue // nobody expects its marks
		}
		if all < j.o.MinMarked || float64(wrong) <= j.o.Tolerance*float64(all) || wrong <= j.o.Untagged*s.pairs && wrong < all {
			continue
		}
		from := j.address(s.endpoint)
		text := fmt.Sprintf("%s to %s: %d of %d packets of class %s are not marked %s, most of them %s", from, someOf(s.to), wrong, all, c.name, names(c.dscp), dscpName(most))
		f := analyses.NewFinding("qos/mismarked", analyses.Medium, 0.85, text, analyses.Subject{Kind: "endpoint", ID: s.endpoint.String(), Label: from},
			analyses.Subject{Kind: "class", ID: c.name, Label: c.name})
		f.First, f.Last, f.Count = s.first, s.last, wrong
		if s.pairs > 1 {
			s.filter = j.addressFilter(s.endpoint)
		}
		f.Evidence = analyses.EvidenceOf(s.witness, s.filter)
		fs = append(fs, f)
	}
	return fs
}

// trusts reports whether the marks of a zone are believed: all are where no zones are named.
func (j *judge) trusts(zone string) bool {
	q := j.site.Intent.QoS
	return q == nil || len(q.Trust) == 0 || slices.Contains(q.Trust, zone)
}

// untrusted finds senders outside the trusted zones whose packets carry a priority mark that they have no class for.
func (j *judge) untrusted() []analyses.Finding {
	q := j.site.Intent.QoS
	if q == nil || len(q.Trust) == 0 {
		return nil
	}
	type sum struct {
		packets     int64
		marks       map[int64]bool
		first, last graph.Time
		witness     []string
		row         *MarksRow // the first
		several     bool      // other clients or services
	}
	at := map[graph.ID]*sum{}
	for i := range j.marks {
		r := &j.marks[i]
		from := r.Client
		if r.Direction == "down" {
			from = r.Server
		}
		h := j.site.HostByID(from)
		if r.DSCP < 8 || r.DSCP == 8 || h == nil || h.Zone == "" || slices.Contains(q.Trust, h.Zone) || h.Forwards || r.DSCP >= 48 {
			continue
		}
		if c := j.plan.match(j.subject(r)); c >= 0 && slices.Contains(j.plan.classes[c].dscp, r.DSCP) {
			continue // the plan itself wants this mark on this traffic
		}
		s := at[from]
		if s == nil {
			s = &sum{marks: map[int64]bool{}, first: r.First, last: r.Last, row: r}
			at[from] = s
		}
		s.several = s.several || r.Client != s.row.Client || r.Service != s.row.Service
		s.packets += r.Packets
		s.marks[r.DSCP] = true
		s.first, s.last = min(s.first, r.First), max(s.last, r.Last)
		s.witness = analyses.Union(s.witness, r.Witness, maxList)
	}
	var fs []analyses.Finding
	for _, id := range slices.SortedFunc(maps.Keys(at), graph.ID.Compare) {
		s := at[id]
		if s.packets < j.o.MinPackets {
			continue
		}
		h := j.site.HostByID(id)
		text := fmt.Sprintf("%s (%s, not trusted) sends %s marked %s", h.Address, h.Zone, analyses.Count(s.packets, "packet"), names(slices.Sorted(maps.Keys(s.marks))))
		f := analyses.NewFinding("qos/untrusted-mark", analyses.Medium, 0.85, text, analyses.Subject{Kind: "endpoint", ID: id.String(), Label: h.Address.String()})
		f.First, f.Last, f.Count = s.first, s.last, s.packets
		filter := analyses.ConversationFilter(s.row.ClientAddress, s.row.ServerAddress, s.row.Transport, s.row.Port)
		if s.several {
			filter = j.addressFilter(id)
		}
		f.Evidence = analyses.EvidenceOf(s.witness, filter)
		fs = append(fs, f)
	}
	return fs
}

// addressFilter shows all that an endpoint sends and receives.
func (j *judge) addressFilter(id graph.ID) string {
	if h := j.site.HostByID(id); h != nil {
		return analyses.AddressFilter(h.Address)
	}
	return ""
}

func (j *judge) address(id graph.ID) string {
	if h := j.site.HostByID(id); h != nil {
		return h.Address.String()
	}
	return id.String()
}

// someOf names the only one, or says how many.
func someOf(set map[string]bool) string {
	if len(set) == 1 {
		for s := range set {
			return s
		}
	}
	return fmt.Sprintf("%d peers", len(set))
}

func names(dscp []int64) string {
	var out []string
	for _, d := range dscp {
		out = append(out, dscpName(d))
	}
	return strings.Join(out, ", ")
}

// remarks lists the transitions with their kinds.
func (j *judge) remarks() []Transition {
	out := []Transition{}
	for _, t := range j.transitions {
		out = append(out, Transition{t.FromPoint, t.ToPoint, t.FromVLAN, t.ToVLAN, t.FromDSCP, t.ToDSCP, t.Packets, kind(t.FromDSCP, t.ToDSCP)})
	}
	return out
}

// kind names what a device did to a code point (RFC 9435, section 4). More than one mechanism can give the same change; the simplest is named.
func kind(from, to int64) string {
	switch {
	case to == 0:
		return "bleach-dscp"
	case to&7 == from&7 && to>>3 == 0:
		return "bleach-tos-precedence"
	case to&7 == from&7 && to&from == to:
		return "bleach-some-tos"
	case to&7 == from&7:
		return "re-mark-tos"
	case to>>3 == from>>3 && to&7 == 0:
		return "bleach-low"
	case to>>3 == from>>3 && to&from == to:
		return "bleach-some-low"
	}
	return "re-mark-dscp"
}

// remarked reports packets whose mark changed on the way, except where the plan does not trust the zone that they came from.
func (j *judge) remarked() []analyses.Finding {
	var fs []analyses.Finding
	for i := range j.transitions {
		t := &j.transitions[i]
		if j.boundary(t.FromVLAN) {
			continue
		}
		text := fmt.Sprintf("%s in VLAN %s to %s in VLAN %s: %s marked %s arrive as %s (%s), first %s", t.FromPoint, cmp.Or(t.FromVLAN, "none"), t.ToPoint, cmp.Or(t.ToVLAN, "none"),
			analyses.Count(t.Packets, "packet"), dscpName(t.FromDSCP), dscpName(t.ToDSCP), kind(t.FromDSCP, t.ToDSCP), t.Example)
		subjects := []analyses.Subject{{Kind: "point", ID: graph.NewID("CapturePoint", t.FromPoint).String(), Label: t.FromPoint + " vlan " + t.FromVLAN},
			{Kind: "point", ID: graph.NewID("CapturePoint", t.ToPoint).String(), Label: t.ToPoint + " vlan " + t.ToVLAN},
			{Kind: "dscp", ID: fmt.Sprintf("%d-%d %s-%s", t.FromDSCP, t.ToDSCP, t.FromVLAN, t.ToVLAN), Label: dscpName(t.FromDSCP) + " to " + dscpName(t.ToDSCP)}}
		if t.ToMAC != "" {
			subjects = append(subjects, analyses.Subject{Kind: "mac", ID: graph.NewID("MAC", t.ToMAC).String(), Label: t.ToMAC})
		}
		f := analyses.NewFinding("qos/remarked", analyses.Medium, 0.95, text, subjects...)
		f.First, f.Last, f.Count = t.First, t.Last, t.Packets
		f.Evidence = analyses.EvidenceOf(t.Witness, markFilter([]int64{t.FromDSCP, t.ToDSCP}))
		fs = append(fs, f)
	}
	return fs
}

// boundary reports whether the plan does not trust the zone of a VLAN, so that its marks are meant to be changed.
func (j *judge) boundary(vlan string) bool {
	q := j.site.Intent.QoS
	if q == nil || len(q.Trust) == 0 || vlan == "" {
		return false
	}
	for _, z := range j.site.Intent.Zones {
		for _, v := range z.VLANs {
			if v.From == v.To && fmt.Sprint(v.From) == vlan || v.From != v.To && inRange(vlan, v.From, v.To) {
				return !slices.Contains(q.Trust, z.Name)
			}
		}
	}
	return false
}

func inRange(vlan string, from, to uint32) bool {
	var n uint32
	_, err := fmt.Sscanf(vlan, "%d", &n)
	return err == nil && from <= n && n <= to && fmt.Sprint(n) == vlan
}

// disagreeing finds senders whose 802.1p priority says something else than their DSCP. A declared class says which priorities go with its marks; otherwise
// the class selector is compared (priority = DSCP / 8), and only where both carry a priority and lie two steps apart.
func (j *judge) disagreeing() []analyses.Finding {
	var fs []analyses.Finding
	var dscp, pcp counts
	at := 0 // in the priorities, which come in the order of the marks
	for i := 0; i < len(j.marks); {
		r := &j.marks[i]
		for dscp = dscp[:0]; i < len(j.marks) && r.compare(&j.marks[i]) == 0; i++ {
			dscp.add(j.marks[i].DSCP, j.marks[i].Packets)
		}
		for at < len(j.priorities) && r.comparePriorities(&j.priorities[at]) > 0 {
			at++
		}
		for pcp = pcp[:0]; at < len(j.priorities) && r.comparePriorities(&j.priorities[at]) == 0; at++ {
			pcp.add(j.priorities[at].PCP, j.priorities[at].Packets)
		}
		d, nd, okD := dscp.dominant()
		p, np, okP := pcp.dominant()
		if !okD || !okP || nd < j.o.MinPackets || np < j.o.MinPackets || !j.contradict(d, p) {
			continue
		}
		from, to := r.ClientAddress.String(), analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
		endpoint := r.Client
		if r.Direction == "down" {
			from, to, endpoint = r.ServerAddress.String(), r.ClientAddress.String(), r.Server
		}
		text := fmt.Sprintf("%s to %s: %s marked %s carry 802.1p priority %d", from, to, analyses.Count(min(nd, np), "packet"), dscpName(d), p)
		f := analyses.NewFinding("qos/pcp-dscp-mismatch", analyses.Low, 0.8, text, analyses.Subject{Kind: "endpoint", ID: endpoint.String(), Label: from},
			analyses.Subject{Kind: "service", ID: r.Service.String() + " " + r.Direction, Label: to})
		f.First, f.Last, f.Count = r.First, r.Last, min(nd, np)
		f.Evidence = analyses.EvidenceOf(r.Witness, analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port))
		f.ExplainedBy = analyses.Explain(j.artefacts, "tags-stripped")
		fs = append(fs, f)
	}
	return fs
}

// contradict reports whether a priority does not go with a code point.
func (j *judge) contradict(dscp, pcp int64) bool {
	if c := j.plan.marked(dscp); c >= 0 && j.plan.classes[c].declared != nil && len(j.plan.classes[c].declared.PCP) > 0 {
		return !slices.Contains(j.plan.classes[c].declared.PCP, uint8(pcp))
	}
	step := dscp>>3 - pcp
	return dscp >= 8 && pcp > 0 && (step > 1 || step < -1)
}

// compare orders rows of marks as the query does, without their DSCP: 0 says that both are of one client, service, application and direction.
func (r *MarksRow) compare(o *MarksRow) int {
	return cmp.Or(r.Client.Compare(o.Client), r.Service.Compare(o.Service), strings.Compare(r.Application, o.Application), strings.Compare(r.Direction, o.Direction))
}

// comparePriorities is compare with a row of priorities.
func (r *MarksRow) comparePriorities(o *PrioritiesRow) int {
	return cmp.Or(r.Client.Compare(o.Client), r.Service.Compare(o.Service), strings.Compare(r.Application, o.Application), strings.Compare(r.Direction, o.Direction))
}

// counts are packets by value; few values are different.
type counts []struct{ value, packets int64 }

func (c *counts) add(value, packets int64) {
	for i := range *c {
		if (*c)[i].value == value {
			(*c)[i].packets += packets
			return
		}
	}
	*c = append(*c, struct{ value, packets int64 }{value, packets})
}

// dominant returns the value that at least nine of ten packets carry; among equals the smaller.
func (c counts) dominant() (value, packets int64, ok bool) {
	var all int64
	for _, v := range c {
		all += v.packets
		if v.packets > packets || v.packets == packets && v.value < value {
			value, packets = v.value, v.packets
		}
	}
	return value, packets, all > 0 && 10*packets >= 9*all
}
