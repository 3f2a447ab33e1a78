package export

import (
	"fmt"
	"slices"
	"strings"

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
	text := "no packet is marked"
	if marked > 0 {
		text = Percent(float64(marked)/float64(all)) + " of packets are marked"
	}
	if len(q.Streams) > 0 {
		text += ", " + Count(int64(len(q.Streams)), "media stream")
	}
	var classes []string
	all = int64(len(q.Classes))
	for _, c := range []struct{ verdict, says string }{
		{"ineffective", "had no priority under congestion"}, {"effective", "had priority under congestion"}, {"insufficient", "had too few samples"}, {"untested", "met no congestion"},
	} {
		switch k := n[c.verdict]; {
		case k == 0:
		case int64(k) < all:
			classes = append(classes, fmt.Sprintf("%d %s", k, c.says))
		case k == 1:
			return text + "; the one traffic class " + c.says
		default:
			return text + fmt.Sprintf("; all %d traffic classes %s", k, c.says)
		}
	}
	if len(classes) > 0 {
		text += "; of " + Count(all, "traffic class") + ", " + strings.Join(classes, ", ")
	}
	return text
}

// qosJudged reports whether a class was put to the test.
func qosJudged(section any) bool {
	return slices.ContainsFunc(section.(qos.Report).Classes, func(c qos.Class) bool {
		return c.Verdict == "effective" || c.Verdict == "ineffective" || c.Reservation.Verdict == "met" || c.Reservation.Verdict == "violated"
	})
}

// measured writes a number, or a dash where nothing was measured.
func measured(ok bool, format string, x float64) string {
	if !ok {
		return "-"
	}
	return fmt.Sprintf(format, x)
}

func qosTables(section any) []Table {
	q := section.(qos.Report)
	ct := Table{Title: "Traffic classes", Columns: []Column{{Name: "class"}, {"packets", true}, {"bytes", true}, {"rtt p50 ms", true}, {"rtt p95 ms", true}, {"jitter ms", true}, {"loss %", true}, {Name: "verdict"}, {Name: "because"}}}
	for _, c := range q.Classes {
		rtt := c.RTTSamples > 0
		media := c.Jitter > 0 || c.LossPct > 0 || slices.ContainsFunc(q.Streams, func(s qos.Stream) bool { return slices.Contains(c.DSCP, int64(s.DSCP)) })
		ct.Rows = append(ct.Rows, []string{c.Name, Number(c.Packets), Bytes(c.Bytes), measured(rtt, "%.1f", c.RTTp50), measured(rtt, "%.1f", c.RTTp95),
			measured(media, "%.1f", c.Jitter), measured(media, "%.2f", c.LossPct), c.Verdict, c.Why})
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
