package analyses

import (
	"cmp"
	"context"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// Internet is the inferred zone of global unicast addresses that no VLAN or subnet in view holds.
const Internet = "internet"

// Host is an endpoint with what says where it belongs.
type Host struct {
	ID       graph.ID
	Context  string
	Address  netip.Addr
	Zone     string   // "" none
	VLANs    []string // in which it lives itself, in order; the seen ones if it lives in none in view
	Local    bool     // VLANs are those in which it lives
	MACs     []string // its own, if any is not a router's; else those of its last hop
	Claimed  []string // the MACs that it claims by ARP or ND, in order
	Vendor   string   // of its own MAC
	Router   bool     // all MACs in view are routers', so this is its last hop's
	Forwards bool     // it claims, by ARP or ND, a MAC that forwards for others
	Names    []NameRow
	Subnets  []netip.Prefix // longest first
	Traffic  TrafficRow
}

// Site answers where an address belongs and what it is for: as the intent declares it or, where the intent is silent, as the
// graph shows: a zone per VLAN, per subnet where there are no VLANs, and Internet. All analyses of one report share one.
type Site struct {
	Intent    *intent.Intent // never nil
	ZonesFrom string         // declared, inferred
	hosts     map[hostKey]*Host
	byID      map[graph.ID]*Host
	declared  *intent.Zones
}

type hostKey struct {
	context string
	address netip.Addr
}

// NewSite resolves in against the graph that p selects. in may be nil.
func NewSite(ctx context.Context, q graph.Querier, p graph.Params, in *intent.Intent) (*Site, error) {
	if in == nil {
		in = &intent.Intent{}
	}
	s := &Site{Intent: in, ZonesFrom: "inferred", hosts: map[hostKey]*Host{}, byID: map[graph.ID]*Host{}}
	if len(in.Zones) > 0 {
		s.ZonesFrom, s.declared = "declared", in.NewZones()
	}
	if err := s.load(ctx, q, window(p)); err != nil {
		return nil, err
	}
	for _, h := range s.byID {
		h.Zone = s.zone(h)
	}
	return s, nil
}

// window returns p without the arguments of a particular query.
func window(p graph.Params) graph.Params { p.Args = nil; return p }

func (s *Site) load(ctx context.Context, q graph.Querier, p graph.Params) error {
	for r, err := range Traffic.Run(ctx, q, p) {
		if err != nil {
			return err
		}
		h := &Host{ID: r.ID, Context: r.Context, Address: r.Address, Traffic: r}
		s.byID[r.ID] = h
		s.hosts[hostKey{r.Context, r.Address}] = h
	}
	for r, err := range Places.Run(ctx, q, p) {
		if err != nil {
			return err
		}
		if h := s.byID[r.Endpoint]; h != nil {
			h.place(r)
		}
	}
	macs := map[graph.ID][]HardwareRow{}
	for r, err := range Hardware.Run(ctx, q, p) {
		if err != nil {
			return err
		}
		macs[r.Endpoint] = append(macs[r.Endpoint], r)
	}
	for id, rows := range macs {
		if h := s.byID[id]; h != nil {
			h.hardware(rows)
		}
	}
	for r, err := range Names.Run(ctx, q, p) {
		if err != nil {
			return err
		}
		if h := s.byID[r.Endpoint]; h != nil {
			r.Name = Printable(r.Name)
			h.Names = append(h.Names, r)
		}
	}
	for r, err := range Subnets.Run(ctx, q, p) {
		if err != nil {
			return err
		}
		if h := s.byID[r.Endpoint]; h != nil && !slices.Contains(h.Subnets, r.Prefix) {
			h.Subnets = append(h.Subnets, r.Prefix)
			slices.SortStableFunc(h.Subnets, func(a, b netip.Prefix) int { return cmp.Compare(b.Bits(), a.Bits()) })
		}
	}
	return nil
}

// place adds a VLAN: one in which the host lives displaces those in which it was merely seen.
func (h *Host) place(r PlaceRow) {
	if r.Local && !h.Local {
		h.Local, h.VLANs = true, nil
	}
	if r.Local == h.Local && !slices.Contains(h.VLANs, r.VLAN) {
		h.VLANs = append(h.VLANs, r.VLAN)
	}
}

// hardware sets the host's MACs: its own, which no router forwards with or which it claims itself; else those of its last hop.
func (h *Host) hardware(rows []HardwareRow) {
	for _, r := range rows {
		h.Forwards = h.Forwards || r.Router && r.Claimed
		if r.Claimed {
			h.Claimed = append(h.Claimed, r.MAC)
		}
	}
	own := slices.DeleteFunc(slices.Clone(rows), func(r HardwareRow) bool { return r.Router && !r.Claimed })
	if h.Router = len(own) == 0 && len(rows) > 0; h.Router {
		own = rows
	}
	for _, r := range own {
		h.MACs = append(h.MACs, r.MAC)
		if !h.Router {
			h.Vendor = cmp.Or(h.Vendor, r.Vendor)
		}
	}
}

// zone infers or looks up the zone of a host.
func (s *Site) zone(h *Host) string {
	if a := h.Address; a.IsMulticast() || a.IsUnspecified() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return ""
	}
	if s.declared != nil {
		if h.Local {
			for _, v := range h.VLANs {
				if z := s.declared.Zone(h.Context, h.Address, v); z != "" {
					return z
				}
			}
		}
		return s.declared.Zone(h.Context, h.Address, "")
	}
	if h.Local && len(h.VLANs) > 0 {
		return "vlan " + h.VLANs[0]
	}
	if h.Address.IsLinkLocalUnicast() {
		return ""
	}
	if len(h.Subnets) > 0 {
		return h.Subnets[0].String()
	}
	if global(h.Address) {
		return Internet
	}
	bits := 24
	if h.Address.Is6() {
		bits = 64
	}
	p, err := h.Address.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// global reports whether a is routed on the Internet (RFC 1918, RFC 4193, RFC 6598 and loopback are not).
func global(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !netip.MustParsePrefix("100.64.0.0/10").Contains(a)
}

// Host returns the endpoint of an address in a context, or nil.
func (s *Site) Host(context string, a netip.Addr) *Host { return s.hosts[hostKey{context, a}] }

// HostByID returns the endpoint of an ID, or nil.
func (s *Site) HostByID(id graph.ID) *Host { return s.byID[id] }

// Hosts lists all endpoints by context and address.
func (s *Site) Hosts() []*Host {
	hs := make([]*Host, 0, len(s.byID))
	for _, h := range s.byID {
		hs = append(hs, h)
	}
	slices.SortFunc(hs, func(a, b *Host) int { return cmp.Or(cmp.Compare(a.Context, b.Context), a.Address.Compare(b.Address)) })
	return hs
}

// Zone returns the zone of an address; "" if none. vlan helps with an address that the graph does not hold; "" is unknown.
func (s *Site) Zone(context string, a netip.Addr, vlan string) string {
	if h := s.Host(context, a); h != nil {
		return h.Zone
	}
	h := &Host{Context: context, Address: a}
	if vlan != "" {
		h.Local, h.VLANs = true, []string{vlan}
	}
	return s.zone(h)
}

// Zones lists the declared zones in order of declaration, or the inferred ones, VLANs by number first.
func (s *Site) Zones() []string {
	var zs []string
	if s.declared != nil {
		for _, z := range s.Intent.Zones {
			zs = append(zs, z.Name)
		}
		return zs
	}
	seen := map[string]bool{"": true}
	for _, h := range s.byID {
		if !seen[h.Zone] {
			seen[h.Zone] = true
			zs = append(zs, h.Zone)
		}
	}
	slices.SortFunc(zs, compareZones)
	return zs
}

// compareZones orders "vlan 9" before "vlan 10" before all others.
func compareZones(a, b string) int {
	n := func(z string) int {
		if v, ok := strings.CutPrefix(z, "vlan "); ok {
			if i, err := strconv.Atoi(v); err == nil {
				return i
			}
		}
		return 1 << 20
	}
	return cmp.Or(cmp.Compare(n(a), n(b)), cmp.Compare(a, b))
}

// Groups returns the declared groups of a host in order of declaration.
func (s *Site) Groups(h *Host) []string {
	var gs []string
	for _, g := range s.Intent.Groups {
		in := slices.ContainsFunc(g.Prefixes, func(p intent.Prefix) bool { return p.Contains(h.Address) }) ||
			h.Local && slices.ContainsFunc(h.VLANs, func(v string) bool { n, err := strconv.Atoi(v); return err == nil && g.VLANs.Contains(uint32(n)) }) ||
			!h.Router && slices.ContainsFunc(h.MACs, func(m string) bool {
				return slices.ContainsFunc(g.MACs, func(x string) bool { return strings.EqualFold(x, m) })
			})
		if in {
			gs = append(gs, g.Name)
		}
	}
	return gs
}

// Application returns the first declared application that a service belongs to, or nil: one of its services, if it names any, on one of
// its servers or under one of its names, if it names any. names are the service's names (SNI, Host, DNS).
func (s *Site) Application(server netip.Addr, transport string, port uint16, app string, names []string) *intent.Application {
	for i := range s.Intent.Applications {
		a := &s.Intent.Applications[i]
		if len(a.Services) > 0 && !slices.ContainsFunc(a.Services, func(x intent.ServiceSpec) bool { return x.Matches(transport, port, app) }) {
			continue
		}
		if len(a.Servers)+len(a.Names) > 0 &&
			!slices.ContainsFunc(a.Servers, func(p intent.Prefix) bool { return p.Contains(server) }) &&
			!slices.ContainsFunc(names, func(n string) bool { return matchesAny(a.Names, n) }) {
			continue
		}
		if len(a.Services)+len(a.Servers)+len(a.Names) > 0 {
			return a
		}
	}
	return nil
}

// matchesAny reports whether a DNS name matches one of the globs, without regard to case and a final dot.
func matchesAny(globs []string, name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return slices.ContainsFunc(globs, func(g string) bool {
		ok, err := path.Match(strings.ToLower(g), name)
		return err == nil && ok
	})
}

// Decision is what the policy says of one kind of traffic.
type Decision struct {
	Action string // allow, deny, observe
	Rule   int    // index into Policy.Rules; -1: the default
}

// Decide returns what the policy says of traffic between two zones; an address without a zone ("") is judged only by rules that
// say any, never by the defaults. Without a policy everything is observed.
func (s *Site) Decide(from, to, transport string, port uint16, app string) Decision {
	p := s.Intent.Policy
	if p == nil {
		return Decision{"observe", -1}
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		if (r.From == "any" || r.From == from) && (r.To == "any" || r.To == to) &&
			(len(r.Services) == 0 || slices.ContainsFunc(r.Services, func(x intent.ServiceSpec) bool { return x.Matches(transport, port, app) })) {
			return Decision{r.Action, i}
		}
	}
	switch {
	case from == "" || to == "":
		return Decision{"observe", -1}
	case from == to:
		return Decision{cmp.Or(p.WithinZone, "allow"), -1}
	}
	return Decision{cmp.Or(p.Default, "observe"), -1}
}

// Expected reports whether a may answer as a service of kind dhcp, dns or ntp; declared is false where the intent is silent.
func (s *Site) Expected(kind string, a netip.Addr) (expected, declared bool) {
	e := s.Intent.ServicesExpected
	if e == nil {
		return true, false
	}
	list := map[string][]intent.Prefix{"dhcp": e.DHCP, "dns": e.DNS, "ntp": e.NTP}[kind]
	if list == nil {
		return true, false
	}
	return slices.ContainsFunc(list, func(p intent.Prefix) bool { return p.Contains(a) }), true
}
