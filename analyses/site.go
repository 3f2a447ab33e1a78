package analyses

import (
	"context"
	"net/netip"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
)

// Site answers where an address belongs and what it is for: as the intent declares it or, where it is silent, as the graph shows
// (zones from VLANs and subnets). All analyses share one.
type Site struct {
	Intent    *intent.Intent // never nil
	ZonesFrom string         // declared, inferred
	resolver  *resolver
}

type resolver struct{}

// NewSite resolves in against the graph that p selects. in may be nil.
func NewSite(ctx context.Context, q graph.Querier, p graph.Params, in *intent.Intent) (*Site, error) {
	if in == nil {
		in = &intent.Intent{}
	}
	return &Site{Intent: in, ZonesFrom: "inferred", resolver: &resolver{}}, nil
}

// Zone returns the zone of an address, given the VLAN it was seen in ("" unknown); "" if none.
func (s *Site) Zone(context string, a netip.Addr, vlan string) string { return "" }

// Zones lists all zone names in order.
func (s *Site) Zones() []string { return nil }

// Groups returns the groups of an address in order of declaration.
func (s *Site) Groups(context string, a netip.Addr, vlan string, macs []string) []string { return nil }

// Application returns the declared application that a service belongs to, or nil. names are the service's names (SNI, Host, DNS).
func (s *Site) Application(server netip.Addr, transport string, port uint16, app string, names []string) *intent.Application {
	return nil
}

// Policy returns the action (allow, deny, observe) for traffic between two zones and the index of the rule that decided, -1 for the default.
func (s *Site) Policy(from, to, transport string, port uint16, app string) (action string, rule int) {
	return "observe", -1
}

// Expected reports whether a may answer as a service of kind dhcp, dns or ntp; declared is false where the intent is silent.
func (s *Site) Expected(kind string, a netip.Addr) (expected, declared bool) { return true, false }
