package segmentation

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// Of rules that allow more than was used: how often they must have been used, how many ports are many, and how few services are few.
const (
	oftenUsed = 20
	manyPorts = 100
	fewUsed   = 8
)

// usage is what was seen of one rule.
type usage struct {
	conversations int64
	services      map[string]bool // "tcp/443"
	first, last   graph.Time
	witness       []string
}

// rules finds allowing rules that nothing used, and rules that allow far more than was used.
func (j *judge) rules(flows []FlowsRow, captures []graph.Capture, p graph.Params) []analyses.Finding {
	pol := j.site.Intent.Policy
	from, to, watched := span(captures, p)
	if pol == nil || watched == 0 {
		return nil
	}
	used := make([]usage, len(pol.Rules))
	for i := range flows {
		r := &flows[i]
		d := j.decide(r)
		if d.Rule < 0 || r.Established+r.OneWay+r.Refused == 0 {
			continue
		}
		u := &used[d.Rule]
		if u.services == nil {
			u.services, u.first, u.last = map[string]bool{}, r.First, r.Last
		}
		u.conversations += r.Conversations
		u.services[fmt.Sprintf("%s/%d", r.Transport, r.Port)] = true
		u.first, u.last, u.witness = min(u.first, r.First), max(u.last, r.Last), union(u.witness, r.Witness)
	}
	var fs []analyses.Finding
	for i := range pol.Rules {
		r, u := &pol.Rules[i], &used[i]
		name := cmp.Or(r.Name, fmt.Sprintf("%d", i+1))
		subject := analyses.Subject{Kind: "rule", ID: name, Label: name}
		switch {
		case r.Action != "allow":
		case u.conversations == 0 && j.watches(r):
			f := analyses.NewFinding("segmentation/unused-rule", analyses.Info, 0.5,
				fmt.Sprintf("policy rule %s (%s to %s): nothing used it in %.0f s", name, r.From, r.To, float64(watched)/1e9), subject)
			f.First, f.Last = from, to
			fs = append(fs, f)
		case u.conversations >= oftenUsed && len(u.services) <= fewUsed && broad(r.Services):
			f := analyses.NewFinding("segmentation/broad-rule", analyses.Low, 0.5,
				fmt.Sprintf("policy rule %s (%s to %s) allows %s, %d of them were used in %.0f s", name, r.From, r.To, breadth(r.Services), len(u.services), float64(watched)/1e9), subject)
			f.First, f.Last, f.Count = u.first, u.last, u.conversations
			f.Evidence = analyses.EvidenceOf(u.witness, "ip || ipv6")
			fs = append(fs, f)
		}
	}
	return fs
}

// span returns the first and the last packet of the window, and how long was captured in between.
func span(captures []graph.Capture, p graph.Params) (from, to, watched graph.Time) {
	low, high := p.Window()
	from, to = graph.Forever, graph.MinTime
	for i := range captures {
		if first, last := max(captures[i].First, low), min(captures[i].Last, high-1); first < last {
			from, to, watched = min(from, first), max(to, last), watched+last-first
		}
	}
	if watched == 0 {
		return 0, 0, 0
	}
	return from, to, min(watched, to-from) // several points may have watched at one time
}

// watches reports whether traffic that a rule speaks of would have been seen: that a point is declared to watch a VLAN does not show that it did.
func (j *judge) watches(r *intent.Rule) bool {
	expand := func(z string) []string {
		if z == "any" {
			return j.site.Zones()
		}
		return []string{z}
	}
	return slices.ContainsFunc(expand(r.From), func(a string) bool {
		return slices.ContainsFunc(expand(r.To), func(b string) bool { return j.observable(pair{a, b}) && (j.shown[a] || j.shown[b]) })
	})
}

func broad(services []intent.ServiceSpec) bool {
	return len(services) == 0 || slices.ContainsFunc(services, func(s intent.ServiceSpec) bool {
		return s.App == "" && hasPorts(s.Transport) && (s.Ports == intent.Range{} || s.Ports.To-s.Ports.From >= manyPorts)
	})
}

func hasPorts(transport string) bool {
	return transport == "tcp" || transport == "udp" || transport == "sctp"
}

func breadth(services []intent.ServiceSpec) string {
	if len(services) == 0 {
		return "all services"
	}
	var n uint64
	for _, s := range services {
		switch {
		case s.App != "" || !hasPorts(s.Transport):
			n++
		case s.Ports == intent.Range{}:
			n += 65536
		default:
			n += uint64(s.Ports.To-s.Ports.From) + 1
		}
	}
	return fmt.Sprintf("%d services", n)
}

// logins are applications by which people work on another host.
var logins = map[string]bool{"ssh": true, "telnet": true, "rdp": true, "vnc": true, "x11": true, "rlogin": true}

// transits finds chains of two logins through one host, the second begun during the first, between zones that may not talk. Hosts that serve a declared
// application are declared to be asked.
func (j *judge) transits(flows []FlowsRow) []analyses.Finding {
	into := map[graph.ID][]*FlowsRow{} // by server
	for i := range flows {
		if r := &flows[i]; logins[r.Application] && r.Established > 0 {
			into[r.Server] = append(into[r.Server], r)
		}
	}
	type chain struct{ client, via, target graph.ID }
	seen := map[chain]bool{}
	var fs []analyses.Finding
	for i := range flows {
		out := &flows[i]
		if !logins[out.Application] || out.Established == 0 {
			continue
		}
		for _, in := range into[out.Client] {
			k := chain{in.Client, out.Client, out.Server}
			a, b := j.zones(in).from, j.zones(out).to
			if seen[k] || in.Client == out.Server || a == b || a == "" || b == "" || out.First < in.First || out.First > in.Last ||
				j.site.Decide(a, b, out.Transport, out.Port, out.Application).Action != "deny" ||
				j.site.Application(in.ServerAddress, in.Transport, in.Port, in.Application, nil) != nil {
				continue
			}
			seen[k] = true
			fs = append(fs, transit(in, out, a, b))
		}
	}
	return fs
}

func transit(in, out *FlowsRow, a, b string) analyses.Finding {
	endpoint := func(id graph.ID, x netip.Addr) analyses.Subject {
		return analyses.Subject{Kind: "endpoint", ID: id.String(), Label: x.String()}
	}
	text := fmt.Sprintf("%s (%s) to %s (%s) through %s: %s inside %s, policy denies the direct way",
		in.ClientAddress, a, serviceLabel(out), b, out.ClientAddress, out.Application, in.Application)
	f := analyses.NewFinding("segmentation/transit-path", analyses.Medium, 0.7, text,
		endpoint(in.Client, in.ClientAddress), endpoint(out.Client, out.ClientAddress), endpoint(out.Server, out.ServerAddress))
	f.First, f.Last, f.Count = in.First, max(in.Last, out.Last), out.Established
	f.Evidence = analyses.EvidenceOf(union(union(nil, in.Witness), out.Witness), analyses.AddressFilter(out.ClientAddress))
	return f
}
