package export

import (
	"fmt"

	"netscope.example/nsgraph/analyses/qos"
)

func qosText(_ *Report, section any) string {
	q := section.(qos.Report)
	n := map[string]int{}
	var marked, all int64
	for _, c := range q.Classes {
		n[c.Verdict]++
	}
	for _, m := range q.Marks {
		all += m.Packets
		if m.DSCP != 0 {
			marked += m.Packets
		}
	}
	if all == 0 {
		return "no packets to judge"
	}
	text := fmt.Sprintf("%s of packets marked, %s", Percent(float64(marked)/float64(all)), Count(int64(len(q.Streams)), "media stream"))
	if len(q.Classes) > 0 {
		text += fmt.Sprintf("; classes: %d effective, %d ineffective, %d untested, %d with too few samples", n["effective"], n["ineffective"], n["untested"], n["insufficient"])
	}
	return text
}

func qosTables(section any) []Table {
	q := section.(qos.Report)
	ct := Table{Title: "Traffic classes", Columns: []Column{{Name: "class"}, {"packets", true}, {"bytes", true}, {"rtt p50 ms", true}, {"rtt p95 ms", true}, {"jitter ms", true}, {"loss %", true}, {Name: "verdict"}, {Name: "because"}}}
	for _, c := range q.Classes {
		ct.Rows = append(ct.Rows, []string{c.Name, Number(c.Packets), Bytes(c.Bytes), fmt.Sprintf("%.1f", c.RTTp50), fmt.Sprintf("%.1f", c.RTTp95), fmt.Sprintf("%.1f", c.Jitter), fmt.Sprintf("%.2f", c.LossPct), c.Verdict, c.Why})
	}
	st := Table{Title: "Media streams", Columns: []Column{{Name: "from"}, {Name: "to"}, {Name: "codec"}, {"dscp", true}, {"packets", true}, {"lost %", true}, {"jitter ms", true}, {"MOS", true}}}
	for _, s := range q.Streams {
		mos := "-"
		if s.MOS > 0 {
			mos = fmt.Sprintf("%.2f", s.MOS)
		}
		codec := s.Codec
		if codec == "" {
			codec = fmt.Sprintf("type %d", s.PayloadType)
		}
		st.Rows = append(st.Rows, []string{s.Src, s.Dst, codec, fmt.Sprint(s.DSCP), Number(s.Packets), fmt.Sprintf("%.2f", s.LossPct), fmt.Sprintf("%.1f", s.JitterMean), mos})
	}
	return []Table{ct.cut(maxRows), st.cut(maxRows)}
}
