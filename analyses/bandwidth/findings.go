package bandwidth

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// busyFor is for how long, in seconds, a link must be busy. A percentile is judged where what lies above it is as long.
const busyFor = 60

// capturesAt returns the captures of a point.
func capturesAt(captures []graph.Capture, point string) (here []graph.Capture) {
	for _, c := range captures {
		if c.Point == point {
			here = append(here, c)
		}
	}
	return here
}

// saturation finds declared links that are full.
func saturation(site *analyses.Site, captures []graph.Capture, p graph.Params, apps []TimelineRow, appStep int64, o Options) (fs []analyses.Finding, advice []Recommendation) {
	for _, l := range site.Intent.Links {
		here := capturesAt(captures, l.Point)
		s := carried(here, p)
		capacity := l.CapacityMbps * 1e6
		if len(s.Points) == 0 || capacity <= 0 {
			continue
		}
		busy, from, to := busiest(s, capacity*o.Saturation)
		p95 := percentile(s)
		if busy < busyFor && p95 <= capacity*o.Percentile {
			continue
		}
		if busy < busyFor {
			from, to = s.Points[0].At, s.Points[len(s.Points)-1].At+at(s.Step)
		}
		var bytes int64
		for _, p := range s.Points {
			if p.At >= from && p.At < to {
				bytes += p.Bytes
			}
		}
		mean := bps(bytes, max(1, int64(to-from)/1e9))
		who := top(apps, from-from%at(max(1, appStep)), to)
		text := fmt.Sprintf("%s carried %.3g of %.3g Mb/s (%.0f %%) for %d s, most of it %s", l.Point, mean/1e6, l.CapacityMbps, 100*mean/capacity, int64(to-from)/1e9, cmp.Or(who, "unknown"))
		if p95 > 0 {
			text += fmt.Sprintf("; 95th percentile %.3g Mb/s", p95/1e6)
		}
		f := analyses.NewFinding("bandwidth/saturation", analyses.High, 0.9, text, analyses.Subject{Kind: "point", ID: graph.NewID("CapturePoint", l.Point).String(), Label: l.Point})
		f.First, f.Last, f.Count = from, to-1, int64(to-from)/1e9
		f.Evidence = frames(here, from, to)
		fs = append(fs, f)
		advice = append(advice, Recommendation{Action: "move or shape " + cmp.Or(who, "the largest flows") + ", or widen the link", Subject: l.Point, Reason: text})
	}
	return fs, advice
}

// frames is evidence by time where no packet numbers are kept: a filter on the frame's time.
func frames(captures []graph.Capture, from, to graph.Time) []analyses.Evidence {
	out := []analyses.Evidence{}
	for _, c := range captures {
		if c.First < to && c.Last >= from {
			out = append(out, analyses.Evidence{Capture: "sha256:" + c.SHA256, Packets: []uint64{},
				Filter: fmt.Sprintf("frame.time_epoch >= %.3f && frame.time_epoch < %.3f", from.Seconds(0), to.Seconds(0))})
		}
	}
	return out
}

// busiest returns the longest time, in seconds, for which the series carries more than a rate: of every busyFor seconds of it as a whole, for senders wait
// for each other now and then. It begins and ends with a step that is above the rate.
func busiest(s Series, limit float64) (seconds int64, from, to graph.Time) {
	window := max(s.Step, busyFor)
	var start, reach, end graph.Time // of the run: its first step, how far its windows go, and the end of its last busy step
	var bytes int64                  // in the window of a point: its own and those up to n
	n := 0
	for _, p := range s.Points {
		for ; n < len(s.Points) && s.Points[n].At < p.At+at(window); n++ {
			bytes += s.Points[n].Bytes
		}
		full := bps(bytes, window) > limit
		bytes -= p.Bytes
		if bps(p.Bytes, s.Step) <= limit {
			continue
		}
		if p.At > reach || reach == 0 {
			start = p.At
			if !full {
				continue
			}
		}
		if full {
			reach = p.At + at(window)
		}
		end = p.At + at(s.Step)
		if d := int64(end-start) / 1e9; end <= reach && d > seconds {
			seconds, from, to = d, start, end
		}
	}
	return seconds, from, to
}

// percentile returns the rate that 95 % of the steps between the first and the last packet stay under; 0 if the rest is shorter than busyFor.
func percentile(s Series) float64 {
	steps := int64(s.Points[len(s.Points)-1].At-s.Points[0].At)/1e9/s.Step + 1
	if steps < 20 || steps*s.Step < 20*busyFor {
		return 0
	}
	rates := make([]float64, 0, len(s.Points))
	for _, p := range s.Points {
		rates = append(rates, bps(p.Bytes, s.Step))
	}
	slices.Sort(rates)
	i := int(0.95*float64(steps)) - int(steps-int64(len(rates))) // empty steps come first
	if i < 0 || i >= len(rates) {
		return 0
	}
	return rates[i]
}

// peakFindings reports the busy periods.
func peakFindings(ps []Peak, captures []graph.Capture) []analyses.Finding {
	var fs []analyses.Finding
	for _, p := range ps {
		text := fmt.Sprintf("%s to %s: %s on average", p.From.Time().Format("2006-01-02 15:04:05"), p.To.Time().Format("15:04:05"), analyses.Scaled(p.Mean, "b/s"))
		if p.Top != "" { // conversations are counted in minutes, and may not tell who fills a second
			text += ", most of it " + p.Top
		}
		f := analyses.NewFinding("bandwidth/peak", analyses.Info, 0.9, text, analyses.Subject{Kind: "interval", ID: p.From.String(), Label: p.From.String()})
		f.First, f.Last = p.From, p.To-1
		f.Evidence = frames(captures, p.From, p.To)
		fs = append(fs, f)
	}
	return fs
}

// unidentified reports bytes that nothing names, with the largest of them.
func unidentified(rows []VolumesRow, o Options) []analyses.Finding {
	var all, unknown int64
	byService := map[graph.ID]int64{}
	label, filter := map[graph.ID]string{}, map[graph.ID]string{}
	witness := map[graph.ID][]string{}
	var first, last graph.Time
	for i := range rows {
		r := &rows[i]
		bytes := r.BytesUp + r.BytesDown
		if r.Tunnel != "" {
			continue // the tunnel's frames hold these bytes already
		}
		all += bytes
		if r.Application != "" || r.Carries != "" {
			continue
		}
		unknown += bytes
		byService[r.Service] += bytes
		label[r.Service] = analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
		filter[r.Service] = "(" + analyses.ServiceFilter(r.ServerAddress, r.Transport, r.Port) + ")"
		witness[r.Service] = analyses.Union(witness[r.Service], r.Witness, maxList)
		if first == 0 || r.First < first {
			first = r.First
		}
		last = max(last, r.Last)
	}
	if all == 0 || float64(unknown) <= o.Unidentified*float64(all) {
		return nil
	}
	ids := make([]graph.ID, 0, len(byService))
	for id := range byService {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b graph.ID) int { return cmp.Or(cmp.Compare(byService[b], byService[a]), a.Compare(b)) })
	var largest, shown, cited []string
	var subjects []analyses.Subject
	for _, id := range ids[:min(3, len(ids))] {
		largest = append(largest, fmt.Sprintf("%s (%s)", label[id], analyses.Count(byService[id], "byte")))
		shown, cited = append(shown, filter[id]), analyses.Union(cited, witness[id], maxList)
		subjects = append(subjects, analyses.Subject{Kind: "service", ID: id.String(), Label: label[id]})
	}
	text := fmt.Sprintf("%d of %d bytes (%.1f %%) could not be named, most of them with %s", unknown, all, 100*float64(unknown)/float64(all), strings.Join(largest, ", "))
	f := analyses.NewFinding("bandwidth/unidentified", analyses.Info, 0.9, text, subjects...)
	f.First, f.Last, f.Count = first, last, int64(len(ids))
	f.Evidence = analyses.EvidenceOf(cited, strings.Join(shown, " || "))
	return []analyses.Finding{f}
}

// leastSegments is how many retransmissions a service must show before their share means something.
const leastSegments = 10

// leastPayload is how many bytes a service must have carried: of less, repeated requests and keep-alives are a large share and no load.
const leastPayload = 10_000

// mirrored is the share of retransmitted payload above which a mirror that shows frames twice is as likely: with so much loss, TCP stands still.
const mirrored = 0.4

// retransmitted reports services whose payload was sent twice.
func retransmitted(rows []VolumesRow, artefacts []graph.Artefact, o Options) []analyses.Finding {
	type sum struct {
		again, segments, payload int64
		row                      VolumesRow
	}
	sums := map[graph.ID]*sum{}
	for i := range rows {
		r := &rows[i]
		if r.Transport != "tcp" {
			continue
		}
		s := sums[r.Service]
		if s == nil {
			s = &sum{row: *r}
			sums[r.Service] = s
		}
		s.again += r.RetransmittedBytes
		s.segments += r.Retransmitted
		s.payload += r.Payload
		s.row.First, s.row.Last = min(s.row.First, r.First), max(s.row.Last, r.Last)
		s.row.Witness = analyses.Union(s.row.Witness, r.Witness, maxList)
	}
	var fs []analyses.Finding
	for id, s := range sums {
		if s.segments < leastSegments || s.payload < leastPayload || float64(s.again) <= o.Retransmitted*float64(s.payload) {
			continue
		}
		label := analyses.ServiceLabel(s.row.ServerAddress, s.row.Transport, s.row.Port)
		text := fmt.Sprintf("%s: %d of %d payload bytes (%.1f %%) were retransmitted, in %d segments", label, s.again, s.payload, 100*float64(s.again)/float64(s.payload), s.segments)
		f := analyses.NewFinding("bandwidth/retransmitted", analyses.Low, 0.9, text, analyses.Subject{Kind: "service", ID: id.String(), Label: label})
		f.First, f.Last, f.Count = s.row.First, s.row.Last, s.segments
		f.Evidence = analyses.EvidenceOf(s.row.Witness, analyses.ServiceFilter(s.row.ServerAddress, s.row.Transport, s.row.Port))
		f.ExplainedBy = analyses.Explain(artefacts, "duplicates", "reordering")
		if float64(s.again) > mirrored*float64(s.payload) && !slices.Contains(f.ExplainedBy, "duplicates") {
			f.ExplainedBy = append(f.ExplainedBy, "duplicates")
		}
		if len(f.ExplainedBy) > 0 {
			f.Confidence = 0.5
		}
		fs = append(fs, f)
	}
	return fs
}
