package bandwidth

import (
	"cmp"
	"maps"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// applications sums up volumes by application, and by declared application, the largest first.
func applications(site *analyses.Site, rows []VolumesRow) ([]Application, []Volume) {
	at := map[string]*Application{}
	declared := map[string]int64{}
	var all int64
	for i := range rows {
		r := &rows[i]
		bytes := r.BytesUp + r.BytesDown
		all += bytes
		name := cmp.Or(r.Application, "unknown")
		a := at[name]
		if a == nil {
			a = &Application{Name: name}
			at[name] = a
		}
		a.Bytes += bytes
		a.Packets += r.Packets
		a.Conversations += r.Conversations
		a.Evidence.add(r.Kind, bytes)
		if d := site.Application(r.ServerAddress, r.Transport, r.Port, r.Application, r.ServerNames); d != nil {
			declared[d.Name] += bytes
		}
	}
	out := make([]Application, 0, len(at))
	for _, a := range at {
		a.Share = share(a.Bytes, all)
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b Application) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name)) })
	return out, largest(declared)
}

func (e *Evidence) add(kind string, bytes int64) {
	switch kind {
	case "payload":
		e.Payload += bytes
	case "name":
		e.Name += bytes
	case "dns":
		e.DNS += bytes
	case "port":
		e.Port += bytes
	default:
		e.Unknown += bytes
	}
}

// largest lists names by bytes, the largest first.
func largest(m map[string]int64) []Volume {
	out := make([]Volume, 0, len(m))
	for n, b := range m {
		out = append(out, Volume{n, b})
	}
	slices.SortFunc(out, func(a, b Volume) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name)) })
	return out
}

// share returns part/all rounded to six decimals; 0 of nothing.
func share(part, all int64) float64 {
	if all == 0 {
		return 0
	}
	return round6(float64(part) / float64(all))
}

func shares(rows []ProtocolsRow) []Protocol {
	var all int64
	for _, r := range rows {
		all += r.Bytes
	}
	out := make([]Protocol, 0, len(rows))
	for _, r := range rows {
		out = append(out, Protocol{r.Name, r.Bytes, r.Packets, share(r.Bytes, all)})
	}
	slices.SortStableFunc(out, func(a, b Protocol) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name)) })
	return out
}

// groups sums up volumes by declared group, or by zone where no groups are declared, the largest first.
func groups(site *analyses.Site, rows []VolumesRow) []Group {
	member := map[graph.ID][]string{}
	for _, h := range site.Hosts() {
		switch {
		case len(site.Intent.Groups) > 0:
			member[h.ID] = site.Groups(h)
		case h.Zone != "":
			member[h.ID] = []string{h.Zone}
		}
	}
	at := map[string]*Group{}
	apps := map[string]map[string]int64{}
	var all int64
	count := func(name string, out, in, bytes int64, app string) {
		g := at[name]
		if g == nil {
			g = &Group{Name: name}
			at[name], apps[name] = g, map[string]int64{}
		}
		g.Out += out
		g.In += in
		apps[name][app] += bytes
	}
	for i := range rows {
		r := &rows[i]
		bytes := r.BytesUp + r.BytesDown
		all += bytes
		app := cmp.Or(r.Application, "unknown")
		for _, n := range member[r.Client] {
			count(n, r.BytesUp, r.BytesDown, bytes, app)
		}
		for _, n := range member[r.Server] {
			both := bytes
			if slices.Contains(member[r.Client], n) {
				both = 0 // inside one group, the application's bytes count once
			}
			count(n, r.BytesDown, r.BytesUp, both, app)
		}
	}
	out := make([]Group, 0, len(at))
	for _, n := range slices.Sorted(maps.Keys(at)) {
		g := at[n]
		g.Applications = largest(apps[n])
		var touched int64
		for _, a := range g.Applications {
			touched += a.Bytes
		}
		g.Share = share(touched, all)
		out = append(out, *g)
	}
	slices.SortStableFunc(out, func(a, b Group) int { return cmp.Or(cmp.Compare(b.In+b.Out, a.In+a.Out), cmp.Compare(a.Name, b.Name)) })
	return out
}
