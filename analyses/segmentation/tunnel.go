package segmentation

import (
	"fmt"
	"strings"

	"netscope.example/nsgraph/graph"
)

// carrier is a tunnel between two hosts: its outer conversation.
type carrier struct {
	row      *FlowsRow
	from, to string // zones
}

// carrier notes a flow that is a tunnel's outside.
func (j *judge) carrier(r *FlowsRow) {
	if r.Carries != "" && r.Tunnel == "" {
		z := j.zones(r)
		j.tunnels[r.Carries] = append(j.tunnels[r.Carries], carrier{r, z.from, z.to})
	}
}

// smuggled reports whether a denied flow crosses inside a tunnel that ends at a host of one of its zones: what is inside never meets the boundary. Tunnels
// between devices that belong to no zone of the flow are the network's own, an overlay or a link between sites; what they carry is judged as
// what is not carried at all.
func (j *judge) smuggled(r *FlowsRow, z pair) bool { return j.carriedBy(r, z) != nil }

func (j *judge) carriedBy(r *FlowsRow, z pair) *FlowsRow {
	if r.Tunnel == "" || r.PacketsUp+r.PacketsDown == 0 {
		return nil
	}
	_, kind, _ := strings.Cut(" in "+r.Tunnel, " in ")
	kind, _, _ = strings.Cut(kind, " ") // "vxlan 5000"
	for _, c := range j.tunnels[kind] {
		if c.row.First <= r.Last && r.First <= c.row.Last && (j.ownEnd(c, r.Client, z.from) || j.ownEnd(c, r.Server, z.to)) {
			return c.row
		}
	}
	return nil
}

// ownEnd reports whether a tunnel ends at an endpoint, or at an ordinary host of its zone.
func (j *judge) ownEnd(c carrier, end graph.ID, zone string) bool {
	if c.row.Client == end || c.row.Server == end {
		return true
	}
	ordinary := func(id graph.ID) bool {
		h := j.site.HostByID(id)
		return h != nil && !h.Forwards
	}
	return zone != "" && (c.from == zone && ordinary(c.row.Client) || c.to == zone && ordinary(c.row.Server))
}

// ends says between whom the tunnel runs that carries a flow.
func (j *judge) ends(r *FlowsRow) string {
	c := j.carriedBy(r, j.zones(r))
	if c == nil {
		return ""
	}
	return fmt.Sprintf(" from %s to %s", c.ClientAddress, c.ServerAddress)
}
