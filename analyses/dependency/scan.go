package dependency

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// sweep is what one client failed to reach on one port of one network, or on many ports of one host.
type sweep struct {
	client  graph.ID
	network netip.Prefix
	what    string // "tcp/22", or "tcp" for the ports of one host
}

// targets is what became of a sweep.
type targets struct {
	client         netip.Addr
	failed, worked int
	first, last    graph.Time
	witness        []string
}

// scanning finds clients that fail to reach many addresses of one network on one port, or many ports of one address: the fan-out of a scan. Many far
// addresses on many ports are a program whose peers are gone.
func (m *mapping) scanning(o Options, tried map[pairKey]*trouble) []analyses.Finding {
	failed := map[graph.ID]int{}
	for k, t := range tried {
		if t.failed > t.worked {
			failed[k.client]++
		}
	}
	at := map[sweep]*targets{}
	for k, t := range tried {
		if failed[k.client] < o.Scanner {
			continue
		}
		for _, s := range sweeps(k.client, t.row) {
			x := at[s]
			if x == nil {
				x = &targets{client: t.row.ClientAddress, first: t.first, last: t.last}
				at[s] = x
			}
			x.add(t)
		}
	}
	var fs []analyses.Finding
	for _, s := range slices.SortedFunc(maps.Keys(at), compareSweeps) {
		if x := at[s]; x.failed >= o.Scanner && x.failed >= 4*x.worked {
			fs = append(fs, x.finding(s))
		}
	}
	return fs
}

// sweeps returns those that an attempt is a part of.
func sweeps(client graph.ID, r *UsesRow) [2]sweep {
	bits := 64
	if r.ServerAddress.Is4() {
		bits = 24
	}
	near, _ := r.ServerAddress.WithZone("").Prefix(bits)
	host, _ := r.ServerAddress.WithZone("").Prefix(r.ServerAddress.BitLen())
	return [2]sweep{{client, near, r.Transport + "/" + strconv.Itoa(int(r.Port))}, {client, host, r.Transport}}
}

func compareSweeps(a, b sweep) int {
	return cmp.Or(a.client.Compare(b.client), a.network.Addr().Compare(b.network.Addr()), cmp.Compare(a.network.Bits(), b.network.Bits()), cmp.Compare(a.what, b.what))
}

func (x *targets) add(t *trouble) {
	x.first, x.last = min(x.first, t.first), max(x.last, t.last)
	if t.failed <= t.worked {
		x.worked++
		return
	}
	x.failed++
	x.witness = append(x.witness, t.witness...)
}

func (x *targets) finding(s sweep) analyses.Finding {
	where := s.network.String()
	if s.network.IsSingleIP() {
		where = s.network.Addr().String()
	}
	text := fmt.Sprintf("%s tries %d services of %s (%s), of which %d answer", x.client, x.failed+x.worked, where, s.what, x.worked)
	f := analyses.NewFinding("dependency/anomalous", analyses.Medium, 0.8, text,
		analyses.Subject{Kind: "endpoint", ID: s.client.String(), Label: x.client.String()}, analyses.Subject{Kind: "subnet", ID: where + " " + s.what, Label: where})
	f.First, f.Last, f.Count = x.first, x.last, int64(x.failed+x.worked)
	slices.Sort(x.witness) // they came in the order of a map
	f.Evidence = analyses.EvidenceOf(x.witness, analyses.AddressFilter(x.client))
	return f
}
