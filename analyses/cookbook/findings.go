package cookbook

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"netscope.example/nsgraph/graph"
)

// FindingRow is a finding that is open.
type FindingRow struct {
	Severity string     `graph:"severity"`
	Rule     string     `graph:"rule"`
	Text     string     `graph:"text"`
	First    graph.Time `graph:"first"`
	Last     graph.Time `graph:"last"`
	Count    int64      `graph:"count"`
	ID       graph.ID   `graph:"id"`
}

// OpenFindings lists open findings, the oldest of each severity first.
var OpenFindings = graph.Query[FindingRow]{
	Name:  "findings/open",
	Group: groupFindings,
	Doc:   "Findings that the last report still raised and that have been open since a date or longer, the most severe first.",
	Params: []graph.Param{
		{Name: "since", Doc: "only what was open at this date already", Default: graph.Forever, Example: "2026-01-31T00:00:00Z"},
		text("rule", "rule, or the beginning of its name; empty: all", "segmentation/"),
	},
	Cypher: cypher("findings-open"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[FindingRow] {
		since, rule := instant(p, "since"), str(p, "rule")
		from, to := p.Window()
		var rows []FindingRow
		for i := range v.Findings {
			f := &v.Findings[i]
			if f.Open && f.First <= since && f.First < to && f.Last >= from && strings.HasPrefix(f.Rule, rule) {
				rows = append(rows, FindingRow{f.Severity, f.Rule, f.Text, f.First, f.Last, f.Count, f.ID})
			}
		}
		slices.SortFunc(rows, func(a, b FindingRow) int {
			return cmp.Or(graph.SeverityRank(a.Severity)-graph.SeverityRank(b.Severity), cmp.Compare(a.First, b.First), a.ID.Compare(b.ID))
		})
		return slices.Values(rows)
	},
}
