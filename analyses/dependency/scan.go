package dependency

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// sweep is what one client failed to reach on one port of one network, or on many ports of one host.
type sweep struct {
	client  graph.ID
	network netip.Prefix
	what    string // "tcp/22", or "tcp" for the ports of one host
}

// scanning finds clients that fail to reach many addresses of one network on one port, or many ports of one address: the fan-out of a scan. Many far
// addresses on many ports are a program whose peers are gone.
func (m *mapping) scanning(o Options, tried map[[2]graph.ID]*trouble) []analyses.Finding {
	type targets struct {
		failed map[graph.ID]bool
		worked int
		row    UsesRow
	}
	at := map[sweep]*targets{}
	for k, t := range tried {
		r := &t.row
		bits := 24
		if r.ServerAddress.Is6() {
			bits = 64
		}
		near, _ := r.ServerAddress.WithZone("").Prefix(bits)
		host, _ := r.ServerAddress.WithZone("").Prefix(r.ServerAddress.BitLen())
		for _, s := range []sweep{{k[0], near, fmt.Sprintf("%s/%d", r.Transport, r.Port)}, {k[0], host, r.Transport}} {
			x := at[s]
			if x == nil {
				x = &targets{failed: map[graph.ID]bool{}, row: *r}
				x.row.Witness = nil
				at[s] = x
			}
			x.row.First, x.row.Last = min(x.row.First, r.First), max(x.row.Last, r.Last)
			if t.failed > t.worked {
				x.failed[k[1]] = true
				x.row.Witness = append(x.row.Witness, r.Witness...)
			} else {
				x.worked++
			}
		}
	}
	var fs []analyses.Finding
	for _, s := range slices.SortedFunc(maps.Keys(at), func(a, b sweep) int {
		return cmp.Or(a.client.Compare(b.client), a.network.Addr().Compare(b.network.Addr()), cmp.Compare(a.network.Bits(), b.network.Bits()), cmp.Compare(a.what, b.what))
	}) {
		x := at[s]
		if len(x.failed) < o.Scanner || len(x.failed) < 4*x.worked {
			continue
		}
		where := s.network.String()
		if s.network.IsSingleIP() {
			where = s.network.Addr().String()
		}
		text := fmt.Sprintf("%s tries %d services of %s (%s), of which %d answer", x.row.ClientAddress, len(x.failed)+x.worked, where, s.what, x.worked)
		f := analyses.NewFinding("dependency/anomalous", analyses.Medium, 0.8, text,
			analyses.Subject{Kind: "endpoint", ID: s.client.String(), Label: x.row.ClientAddress.String()}, analyses.Subject{Kind: "subnet", ID: where + " " + s.what, Label: where})
		f.First, f.Last, f.Count = x.row.First, x.row.Last, int64(len(x.failed)+x.worked)
		slices.Sort(x.row.Witness)
		f.Evidence = analyses.EvidenceOf(x.row.Witness, analyses.AddressFilter(x.row.ClientAddress))
		fs = append(fs, f)
	}
	return fs
}
