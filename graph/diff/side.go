package diff

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/graph"
)

// item is a subject on one side, with what identifies it, what it says of itself, and when it was active.
type item struct {
	kind   Kind
	id     graph.ID
	node   graph.ID // see Change
	peer   graph.ID
	label  string
	filter string

	address netip.Addr // where it lives; invalid: nowhere
	vlans   set
	points  set // capture points that saw it
	active  []graph.Time
	first   graph.Time
	last    graph.Time

	attributes map[string]set // what it says; an attribute without values is not known
	marks      set            // by which it is known again elsewhere: certificate, names, MAC
	clients    map[graph.ID]bool
	witness    set
	owner      graph.ID // a setting's speaker, which explains it when it comes or goes
}

type set map[string]bool

func (s set) add(vs ...string) {
	for _, v := range vs {
		if v != "" {
			s[v] = true
		}
	}
}

func (s set) sorted() []string {
	vs := make([]string, 0, len(s))
	for v := range s {
		vs = append(vs, v)
	}
	slices.Sort(vs)
	return vs
}

func (s set) String() string { return strings.Join(s.sorted(), ", ") }

func overlap(a, b set) bool {
	for v := range a {
		if b[v] {
			return true
		}
	}
	return false
}

// side is one view, turned into items.
type side struct {
	view     *graph.View
	coverage coverage
	from, to graph.Time
	captures []string
	points   set                         // that captured something in the window
	seen     map[Kind]map[graph.ID]*item // subjects
	prefixes set                         // networks in which addresses were seen
	lived    set                         // of them, those of hosts that speak themselves in a VLAN that was seen
	vlans    set
}

func collect(v *graph.View, window graph.Params, o Options) *side {
	s := &side{view: v, points: set{}, seen: map[Kind]map[graph.ID]*item{}, prefixes: set{}, lived: set{}, vlans: set{}}
	for _, k := range kindOrder {
		s.seen[k] = map[graph.ID]*item{}
	}
	from, to := window.Window()
	for i := range v.Captures {
		c := &v.Captures[i]
		s.captures = append(s.captures, "sha256:"+c.SHA256)
		if first, last := max(c.First, from), min(c.Last, to-1); c.Packets > 0 && first <= last {
			s.coverage = append(s.coverage, span{first, last + 1})
			s.points.add(c.Point)
		}
	}
	slices.Sort(s.captures)
	s.coverage = s.coverage.union()
	if n := len(s.coverage); n > 0 {
		s.from, s.to = s.coverage[0].from, s.coverage[n-1].to-1
	}
	s.uses(from, to)
	s.places(o)
	s.devices()
	s.settings()
	return s
}

func (s *side) describe(name string) Side {
	return Side{Name: name, From: s.from, To: s.to, Captures: append([]string{}, s.captures...)}
}

// get returns the item of a subject, making it where it is new.
func (s *side) get(k Kind, id graph.ID, fill func(*item)) *item {
	it := s.seen[k][id]
	if it == nil {
		it = &item{
			kind: k, id: id, node: id, vlans: set{}, points: set{}, attributes: map[string]set{}, marks: set{}, clients: map[graph.ID]bool{}, witness: set{},
			first: graph.Forever, last: graph.MinTime,
		}
		fill(it)
		s.seen[k][id] = it
	}
	return it
}

func (it *item) attribute(name string, vs ...string) {
	if it.attributes[name] == nil {
		it.attributes[name] = set{}
	}
	it.attributes[name].add(vs...)
}

func (it *item) during(from, to graph.Time, at ...graph.Time) {
	it.first, it.last = min(it.first, from), max(it.last, to-1)
	it.active = append(it.active, from)
	for _, t := range at {
		it.active = append(it.active, max(from, min(t, to-1)))
	}
}

// uses collects services, dependencies and endpoints.
func (s *side) uses(from, to graph.Time) {
	v := s.view
	ephemeral := ephemeralServices(v)
	for i := range v.Uses {
		u := &v.Uses[i]
		service, client := v.Service(u.Dst), v.Endpoint(u.Src)
		if service == nil || client == nil {
			continue
		}
		times := activity(u, from, to)
		if u.PacketsUp > 0 {
			s.endpoint(client, u, times)
		}
		if host := v.Endpoint(service.Endpoint); host != nil && u.PacketsDown > 0 {
			s.endpoint(host, u, times)
		}
		if !answered(u) || secondary(u) || !ported(service.Transport) || ephemeral[u.Dst] || !unicast(service.Address) {
			continue
		}
		label := fmt.Sprintf("%s %s/%d", service.Address, service.Transport, service.Port)
		filter := fmt.Sprintf("%s && %s.port == %d", addressFilter(service.Address), service.Transport, service.Port)
		it := s.get(Service, u.Dst, func(it *item) { it.label, it.filter, it.address = label, filter, service.Address })
		it.clients[u.Src] = true
		dep := s.get(Dependency, graph.NewID("dependency", u.Src.String(), u.Dst.String()), func(d *item) {
			d.label, d.filter = client.Address.String()+" -> "+label, addressFilter(client.Address)+" && "+filter
			d.node, d.peer, d.address = u.Dst, u.Src, service.Address
		})
		for _, it := range []*item{it, dep} {
			it.during(u.From, u.To, times...)
			it.points.add(u.Points...)
			it.vlans.add(u.ClientVLAN, u.ServerVLAN)
			it.witness.add(u.Witness...)
			if u.Application != "unknown" && u.Evidence != "port" && u.Evidence != "unknown" {
				it.attribute("application", u.Application)
			}
		}
		it.attribute("version", u.Versions...)
		it.attribute("certificate", u.Certificate)
		it.attribute("names", u.ServerNames...)
		if u.Certificate != "" {
			it.marks.add("certificate " + u.Certificate)
		}
		for _, n := range u.ServerNames {
			it.marks.add("name " + strings.ToLower(n))
		}
	}
}

func (s *side) endpoint(e *graph.Endpoint, u *graph.Uses, times []graph.Time) {
	if !unicast(e.Address) {
		return
	}
	s.prefixes.add(network(e.Address))
	it := s.get(Endpoint, e.ID, func(it *item) {
		it.label, it.filter, it.address = e.Address.String(), addressFilter(e.Address), e.Address
		if e.Context != graph.DefaultContext {
			it.label = e.Context + " " + it.label
		}
	})
	it.during(u.From, u.To, times...)
	it.points.add(u.Points...)
	it.witness.add(u.Witness...)
}

// answered reports whether u shows that the service is there.
func answered(u *graph.Uses) bool { return u.Established > 0 || u.OneWay > 0 && u.Reached > 0 }

// secondary reports whether u is a channel that another conversation announced: it belongs to its parent.
func secondary(u *graph.Uses) bool {
	return u.Parent != "" || u.Application == "rtp" || u.Application == "rtcp"
}

func ported(transport string) bool {
	return transport == "tcp" || transport == "udp" || transport == "sctp"
}

func unicast(a netip.Addr) bool {
	return a.IsValid() && !a.IsMulticast() && !a.IsUnspecified() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// ephemeralPort is where the dynamic ports of Linux begin (RFC 6335 says 49152).
const ephemeralPort = 32768

// ephemeralServices are those whose direction was never more than guessed, on a port that clients use: probably the client's side.
func ephemeralServices(v *graph.View) map[graph.ID]bool {
	guessed := map[graph.ID]bool{}
	for i := range v.Uses {
		u := &v.Uses[i]
		s := v.Service(u.Dst)
		if s == nil || s.Port < ephemeralPort {
			continue
		}
		all, seen := guessed[u.Dst]
		guessed[u.Dst] = (all || !seen) && (u.Direction == "order" || u.Direction == "port")
	}
	return guessed
}

// network is the prefix around an address that a capture point either sees or does not: /24, /64.
func network(a netip.Addr) string {
	bits := 24
	if a.Is6() {
		bits = 64
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

func addressFilter(a netip.Addr) string {
	if a.Is6() {
		return "ipv6.addr == " + a.WithZone("").String()
	}
	return "ip.addr == " + a.String()
}

// evidence lists the witnesses of an item, at most four captures of eight packets.
func (it *item) evidence() []Evidence {
	out := []Evidence{}
	for _, w := range it.witness.sorted() {
		sha, list, ok := strings.Cut(w, ":")
		if !ok {
			continue
		}
		i := slices.IndexFunc(out, func(e Evidence) bool { return e.Capture == "sha256:"+sha })
		if i < 0 {
			if len(out) == 4 {
				continue
			}
			out = append(out, Evidence{Capture: "sha256:" + sha, Packets: []uint64{}, Filter: it.filter})
			i = len(out) - 1
		}
		for n := range strings.SplitSeq(list, ",") {
			if v, err := strconv.ParseUint(n, 10, 64); err == nil && !slices.Contains(out[i].Packets, v) {
				out[i].Packets = append(out[i].Packets, v)
			}
		}
	}
	for i := range out {
		slices.Sort(out[i].Packets)
		out[i].Packets = out[i].Packets[:min(8, len(out[i].Packets))]
	}
	return out
}

// items lists the subjects of a kind by label and ID.
func (s *side) items(k Kind) []*item {
	its := make([]*item, 0, len(s.seen[k]))
	for _, it := range s.seen[k] {
		its = append(its, it)
	}
	slices.SortFunc(its, func(a, b *item) int { return cmp.Or(cmp.Compare(a.label, b.label), a.id.Compare(b.id)) })
	return its
}
