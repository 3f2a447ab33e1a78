package export

import (
	"fmt"

	"netscope.example/nsgraph/analyses/bandwidth"
)

func bandwidthText(_ *Report, section any) string {
	b := section.(bandwidth.Report)
	if b.Total.Packets == 0 {
		return "no traffic"
	}
	text := fmt.Sprintf("%s in %s, %s on average", Bytes(b.Total.Bytes), Count(b.Total.Packets, "packet"), Rate(b.Total.Mean))
	if b.Total.Peak > b.Total.Mean { // a capture may be shorter than the step
		busiest := "the busiest second"
		if b.Total.PeakFor != 1 {
			busiest = fmt.Sprintf("the busiest %d s", b.Total.PeakFor)
		}
		text += fmt.Sprintf(", %s in %s", Rate(b.Total.Peak), busiest)
	}
	for i, a := range b.Applications {
		if i == 3 {
			break
		}
		text += []string{"; most of it ", ", ", ", "}[i] + a.Name + " " + Percent(a.Share)
	}
	return text
}

// bandwidthJudged reports whether there was traffic.
func bandwidthJudged(section any) bool { return section.(bandwidth.Report).Total.Packets > 0 }

func bandwidthTables(section any) []Table {
	b := section.(bandwidth.Report)
	at := Table{Title: "Applications by bytes", Columns: []Column{{Name: "application"}, {"bytes", true}, {"share", true}, {"conversations", true}, {"packets", true}, {Name: "known by"}}}
	for _, a := range b.Applications {
		at.Rows = append(at.Rows, []string{a.Name, Bytes(a.Bytes), Percent(a.Share), Number(a.Conversations), Number(a.Packets), knownBy(a.Evidence)})
	}
	gt := Table{Title: "Groups by bytes", Columns: []Column{{Name: "group"}, {"out", true}, {"in", true}, {"share", true}, {Name: "most"}}}
	for _, g := range b.Groups {
		most := ""
		if len(g.Applications) > 0 {
			most = g.Applications[0].Name
		}
		gt.Rows = append(gt.Rows, []string{g.Name, Bytes(g.Out), Bytes(g.In), Percent(g.Share), most})
	}
	pt := Table{Title: "Protocols by bytes", Columns: []Column{{Name: "protocol"}, {"bytes", true}, {"packets", true}, {"share", true}}}
	for _, p := range b.Protocols {
		pt.Rows = append(pt.Rows, []string{p.Name, Bytes(p.Bytes), Number(p.Packets), Percent(p.Share)})
	}
	return []Table{at.cut(maxRows), gt.cut(maxRows), pt.cut(10)}
}

// knownBy names the strongest evidence that covers most of an application's bytes.
func knownBy(e bandwidth.Evidence) string {
	best, n := "unknown", e.Unknown
	for _, x := range []struct {
		name string
		n    int64
	}{{"port", e.Port}, {"dns", e.DNS}, {"name", e.Name}, {"payload", e.Payload}} {
		if x.n >= n && x.n > 0 {
			best, n = x.name, x.n
		}
	}
	return best
}
