package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses/dependency"
)

func dependencyText(_ *Report, section any) string {
	d := section.(dependency.Report)
	if len(d.Dependencies) == 0 {
		return "nobody was seen to use a service"
	}
	text := fmt.Sprintf("%s on %s", Count(int64(len(d.Dependencies)), "dependency"), Count(int64(len(d.Services)), "service"))
	if len(d.Requires) > 0 {
		text += fmt.Sprintf(", %s between services inferred", Count(int64(len(d.Requires)), "requirement"))
	}
	if i := slices.IndexFunc(d.CriticalNodes, func(c dependency.CriticalNode) bool { return c.Why != "centrality" }); i >= 0 {
		text += fmt.Sprintf("; most critical: %s, %s depend on it", d.CriticalNodes[i].Label, Count(int64(d.CriticalNodes[i].CutClients), "client"))
		if d.CriticalNodes[i].CutClients == 1 {
			text = strings.Replace(text, " depend on it", " depends on it", 1)
		}
	} else if len(d.CriticalNodes) > 0 {
		text += fmt.Sprintf("; most connected: %s, with %s", d.CriticalNodes[0].Label, Count(int64(d.CriticalNodes[0].CutClients), "peer"))
	}
	return text
}

// dependencyJudged reports whether there are dependencies.
func dependencyJudged(section any) bool { return len(section.(dependency.Report).Dependencies) > 0 }

// reasons say in words why something is critical.
var reasons = map[string]string{"shared": "used by many", "articulation": "the only connection", "centrality": "most connected"}

func dependencyTables(section any) []Table {
	d := section.(dependency.Report)
	services := slices.Clone(d.Services)
	slices.SortStableFunc(services, func(a, b dependency.Service) int {
		return cmp.Or(cmp.Compare(b.Clients, a.Clients), cmp.Compare(b.Conversations, a.Conversations))
	})
	st := Table{Title: "Services, most used first", Columns: []Column{{Name: "service"}, {Name: "application"}, {Name: "names"}, {"clients", true}, {"conversations", true}, {"to it", true}, {"from it", true}}}
	label := map[string]string{}
	for _, s := range services {
		l := s.Endpoint + " " + s.Transport
		if s.Transport == "tcp" || s.Transport == "udp" || s.Transport == "sctp" {
			l += fmt.Sprintf("/%d", s.Port)
		}
		if s.Context != "default" {
			l = s.Context + " " + l
		}
		label[s.ID] = l
		name := s.Application
		if s.Declared != "" {
			name = s.Declared + " (" + name + ")"
		}
		st.Rows = append(st.Rows, []string{l, name, strings.Join(s.Names[:min(2, len(s.Names))], " "), Number(int64(s.Clients)), Number(s.Conversations), Bytes(s.BytesTo), Bytes(s.BytesFrom)})
	}
	rt := Table{Title: "Services that need services", Columns: []Column{{Name: "service -> needs"}, {"seen", true}, {"confidence", true}}}
	for _, r := range d.Requires {
		rt.Rows = append(rt.Rows, []string{r.Label, Number(r.Support), fmt.Sprintf("%.2f", r.Confidence)})
	}
	ct := Table{Title: "What many depend on", Columns: []Column{{Name: "what"}, {Name: "why"}, {"hosts", true}}}
	for _, c := range d.CriticalNodes {
		ct.Rows = append(ct.Rows, []string{c.Label, cmp.Or(reasons[c.Why], c.Why), Number(int64(c.CutClients))})
	}
	return []Table{st.cut(maxRows), rt.cut(maxRows), ct.cut(10)}
}
