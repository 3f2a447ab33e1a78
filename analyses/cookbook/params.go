package cookbook

import (
	"netscope.example/nsgraph/graph"
)

// text returns a parameter that is a text.
func text(name, doc, example string) graph.Param {
	return graph.Param{Name: name, Doc: doc, Default: "", Example: example}
}

// required returns a parameter without which the question makes no sense.
func required(p graph.Param) graph.Param {
	p.Required = true
	return p
}

func addressParam(doc string) graph.Param { return required(text("address", doc, "10.90.0.5")) }

func contextParam() graph.Param {
	return text("context", "address context; empty: any", graph.DefaultContext)
}

func depthParam() graph.Param {
	return graph.Param{Name: "depth", Doc: "how many steps away at most, up to 10", Default: int64(5), Example: "3"}
}

func limitParam(rows int64) graph.Param {
	return graph.Param{Name: "limit", Doc: "how many rows at most", Default: rows, Example: "10"}
}

func sinceParam(doc string) graph.Param {
	return graph.Param{Name: "since", Doc: doc, Default: graph.Time(0), Required: true, Example: "2026-01-31T00:00:00Z"}
}

func str(p graph.Params, name string) string { s, _ := p.Args[name].(string); return s }

func number(p graph.Params, name string) int64 { n, _ := p.Args[name].(int64); return n }

func instant(p graph.Params, name string) graph.Time { t, _ := p.Args[name].(graph.Time); return t }

// wants reports whether a value is the wanted one; an empty wish is any.
func wants(want, have string) bool { return want == "" || want == have }

// first returns at most n rows.
func first[R any](rows []R, n int64) []R { return rows[:max(0, min(int64(len(rows)), n))] }
