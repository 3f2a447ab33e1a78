package cookbook

import (
	"cmp"
	"iter"
	"slices"

	"netscope.example/nsgraph/graph"
)

// MediaRow is a media stream with its quality.
type MediaRow struct {
	ID         graph.ID   `graph:"id"`
	Src        string     `graph:"src"` // address:port
	Dst        string     `graph:"dst"`
	Codec      string     `graph:"codec"`
	Packets    int64      `graph:"packets"`
	Expected   int64      `graph:"expected"`
	Lost       int64      `graph:"lost"`
	LossPct    float64    `graph:"loss_pct"`
	JitterMean float64    `graph:"jitter_mean_ms"`
	JitterMax  float64    `graph:"jitter_max_ms"`
	RTT        float64    `graph:"rtt_ms"`
	DSCP       []int64    `graph:"dscp"`
	First      graph.Time `graph:"first"`
	Last       graph.Time `graph:"last"`
}

// Media lists media streams, the worst first.
var Media = graph.Query[MediaRow]{
	Name:   "traffic/media",
	Group:  groupTraffic,
	Doc:    "Media streams by quality, those with most loss and jitter first.",
	Params: []graph.Param{{Name: "loss", Doc: "least loss in percent", Default: 0.0, Example: "1"}, limitParam(100)},
	Cypher: cypher("traffic-media"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[MediaRow] {
		least, _ := p.Args["loss"].(float64)
		from, to := p.Window()
		selected := map[graph.ID]bool{}
		for _, b := range v.Batches {
			selected[b.ID] = true
		}
		var rows []MediaRow
		for i := range v.Streams {
			s := &v.Streams[i]
			if !selected[s.Batch] || s.First >= to || s.Last < from {
				continue
			}
			r := MediaRow{ID: s.ID, Src: s.Src, Dst: s.Dst, Codec: s.Codec, Packets: s.Packets, Expected: s.Expected, Lost: s.Lost,
				JitterMean: s.JitterMean, JitterMax: s.JitterMax, RTT: s.RTT, DSCP: s.DSCP, First: s.First, Last: s.Last}
			if s.Expected > 0 {
				r.LossPct = 100 * float64(s.Lost) / float64(s.Expected)
			}
			if r.LossPct >= least {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, func(a, b MediaRow) int {
			return cmp.Or(cmp.Compare(b.LossPct, a.LossPct), cmp.Compare(b.JitterMean, a.JitterMean), a.ID.Compare(b.ID))
		})
		return slices.Values(first(rows, number(p, "limit")))
	},
}
