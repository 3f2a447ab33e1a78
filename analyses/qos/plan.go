package qos

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// codePoint is a DSCP with its name and the service class of RFC 4594.
type codePoint struct {
	dscp  int64
	name  string
	class string
}

// codePoints are RFC 4594, figure 3, with RFC 5865 and RFC 8622.
var codePoints = []codePoint{
	{0, "CS0", "standard"}, {1, "LE", "lower-effort"}, {8, "CS1", "low-priority"}, {10, "AF11", "high-throughput"}, {12, "AF12", "high-throughput"}, {14, "AF13", "high-throughput"},
	{16, "CS2", "oam"}, {18, "AF21", "low-latency"}, {20, "AF22", "low-latency"}, {22, "AF23", "low-latency"}, {24, "CS3", "broadcast-video"},
	{26, "AF31", "multimedia-streaming"}, {28, "AF32", "multimedia-streaming"}, {30, "AF33", "multimedia-streaming"}, {32, "CS4", "realtime-interactive"},
	{34, "AF41", "multimedia-conferencing"}, {36, "AF42", "multimedia-conferencing"}, {38, "AF43", "multimedia-conferencing"}, {40, "CS5", "signaling"},
	{44, "VA", "telephony"}, {46, "EF", "telephony"}, {48, "CS6", "network-control"}, {56, "CS7", "network-control"},
}

// dscpName names a code point, as "EF" or "DSCP 47".
func dscpName(d int64) string {
	for _, c := range codePoints {
		if c.dscp == d {
			return c.name
		}
	}
	return "DSCP " + strconv.FormatInt(d, 10)
}

// class is a class of the plan.
type class struct {
	name     string
	dscp     []int64
	declared *intent.Class // nil: RFC 4594's
}

// plan says to which class traffic belongs.
type plan struct {
	site     *analyses.Site
	classes  []class
	byDSCP   map[int64]int
	declared bool
}

func newPlan(site *analyses.Site) *plan {
	p := &plan{site: site, byDSCP: map[int64]int{}}
	if q := site.Intent.QoS; q != nil && len(q.Classes) > 0 {
		p.declared = true
		for i := range q.Classes {
			c := class{name: q.Classes[i].Name, declared: &q.Classes[i]}
			for _, d := range q.Classes[i].DSCP {
				c.dscp = append(c.dscp, int64(d))
			}
			p.classes = append(p.classes, c)
		}
	} else {
		for _, c := range codePoints {
			i := slices.IndexFunc(p.classes, func(x class) bool { return x.name == c.class })
			if i < 0 {
				p.classes = append(p.classes, class{name: c.class})
				i = len(p.classes) - 1
			}
			p.classes[i].dscp = append(p.classes[i].dscp, c.dscp)
		}
	}
	for i, c := range p.classes {
		for _, d := range c.dscp {
			if _, ok := p.byDSCP[d]; !ok {
				p.byDSCP[d] = i
			}
		}
	}
	return p
}

// subject is what a class is matched against.
type subject struct {
	server      netip.Addr
	transport   string
	port        uint16
	application string
	names       []string
	zones       [2]string
}

// match returns the first declared class whose match list holds the subject, or -1.
func (p *plan) match(s subject) int {
	var app string
	if a := p.site.Application(s.server, s.transport, s.port, s.application, s.names); a != nil {
		app = a.Name
		if i := slices.IndexFunc(p.classes, func(c class) bool { return c.declared != nil && c.name == a.Class }); a.Class != "" && i >= 0 {
			return i
		}
	}
	for i, c := range p.classes {
		if c.declared == nil {
			continue
		}
		for _, m := range c.declared.Match {
			if matches(m, s, app) {
				return i
			}
		}
	}
	return -1
}

func matches(m string, s subject, app string) bool {
	kind, name, ok := strings.Cut(m, ":")
	if ok {
		switch kind {
		case "app":
			return name == s.application
		case "application":
			return name == app
		case "zone":
			return name == s.zones[0] || name == s.zones[1]
		}
		return false
	}
	spec, err := intent.ParseService(m)
	return err == nil && spec.Matches(s.transport, s.port, s.application)
}

// marked returns the class of a mark, or -1.
func (p *plan) marked(dscp int64) int {
	if i, ok := p.byDSCP[dscp]; ok {
		return i
	}
	return -1
}

func (j *judge) subject(r *MarksRow) subject {
	return subject{r.ServerAddress, r.Transport, r.Port, r.Application, r.ServerNames, j.zones(r.Client, r.Server)}
}

// zones returns the zones of two endpoints.
func (j *judge) zones(client, server graph.ID) [2]string {
	var z [2]string
	for i, id := range []graph.ID{client, server} {
		if h := j.site.HostByID(id); h != nil {
			z[i] = h.Zone
		}
	}
	return z
}
