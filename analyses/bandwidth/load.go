package bandwidth

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// horizon is within how many days growth must reach a link's capacity, growthDays how many days it takes to speak of growth (a week and a day, so
// that a weekend does not make a trend), and leastFit how much of the daily rates' variance the line must explain.
const (
	horizon    = 90
	growthDays = 8
	leastFit   = 0.5
)

// growth finds declared links whose traffic, growing as it does, will fill them.
func growth(site *analyses.Site, captures []graph.Capture, p graph.Params) []analyses.Finding {
	var fs []analyses.Finding
	for _, l := range site.Intent.Links {
		here := capturesAt(captures, l.Point)
		days, rates := daily(carried(here, p), here)
		capacity := l.CapacityMbps * 1e6
		if len(days) < growthDays || capacity <= 0 {
			continue
		}
		slope, r2, now := line(days, rates)
		left := (capacity - now) / slope
		if slope <= 0 || r2 < leastFit || left > horizon {
			continue
		}
		text := fmt.Sprintf("%s grows by %.3g Mb/s a day (%.0f %% of the variance of %d days), from %.3g Mb/s, and reaches %.3g Mb/s in %.0f days", l.Point, slope/1e6, 100*r2, len(days), now/1e6,
			l.CapacityMbps, math.Ceil(max(0, left)))
		f := analyses.NewFinding("bandwidth/trend", analyses.Low, analyses.Round(r2), text, analyses.Subject{Kind: "point", ID: graph.NewID("CapturePoint", l.Point).String(), Label: l.Point})
		covered := spans(here)
		f.First, f.Last, f.Count = covered[0][0], covered[len(covered)-1][1], int64(len(days))
		f.Evidence = frames(here, f.First, f.Last+1)
		fs = append(fs, f)
	}
	return fs
}

// bulkApplications are those that can wait for the night: transfers of files, copies, updates.
var bulkApplications = []string{"ftp", "ftp-data", "rsync", "bittorrent"}

// Business hours, UTC, where less than a day was captured, and what bulk must amount to within the busy hours: a place among the first bulkPlace
// applications, and bulkShare of all bytes, bulkBytes at least.
const (
	opens, closes = 8, 18
	bulkPlace     = 3
	bulkShare     = 0.1
	bulkBytes     = 1 << 20
)

// bulk finds applications that could wait but are among the largest in the busy hours.
func bulk(captures []graph.Capture, timeline Series, rows []TimelineRow) []analyses.Finding {
	hours := busyHours(rows)
	sum := map[string]int64{}
	var all int64
	first, last := map[string]int64{}, map[string]int64{}
	for _, r := range rows {
		if !hours[r.At/3600] {
			continue
		}
		name := cmp.Or(r.Application, "unknown")
		sum[name] += r.Bytes
		all += r.Bytes
		if first[name] == 0 {
			first[name] = r.At
		}
		last[name] = r.At + timeline.Step
	}
	var fs []analyses.Finding
	for i, v := range largest(sum) {
		if i >= bulkPlace || v.Bytes < bulkBytes || float64(v.Bytes) < bulkShare*float64(all) || !slices.Contains(bulkApplications, v.Name) {
			continue
		}
		from, to := at(first[v.Name]), at(last[v.Name])
		text := fmt.Sprintf("%s moved %d of %d bytes (%.0f %%) in the busy hours, %s to %s UTC", v.Name, v.Bytes, all, 100*float64(v.Bytes)/float64(all), from.Time().UTC().Format(time.DateTime), to.Time().UTC().Format("15:04:05"))
		f := analyses.NewFinding("bandwidth/bulk-in-business-hours", analyses.Low, 0.6, text, analyses.Subject{Kind: "application", ID: v.Name, Label: v.Name})
		f.First, f.Last, f.Count = from, to-1, v.Bytes
		f.Evidence = frames(captures, from, to)
		fs = append(fs, f)
	}
	return fs
}

// busyHours returns the hours, counted from 1970, that are busy: where a day and more was captured, those that carry more than the mean without what could
// wait; else the working hours of working days.
func busyHours(rows []TimelineRow) map[int64]bool {
	other, every := map[int64]int64{}, map[int64]bool{}
	var all int64
	for _, r := range rows {
		h := r.At / 3600
		every[h] = true
		if !slices.Contains(bulkApplications, r.Application) {
			other[h] += r.Bytes
			all += r.Bytes
		}
	}
	out := map[int64]bool{}
	if len(every) == 0 {
		return out
	}
	hours := slices.Sorted(maps.Keys(every))
	n := hours[len(hours)-1] - hours[0] + 1
	for _, h := range hours {
		t := at(h * 3600).Time().UTC()
		if n >= 24 {
			out[h] = other[h]*n > all
		} else {
			out[h] = t.Hour() >= opens && t.Hour() < closes && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
		}
	}
	return out
}

// What says that an application starves: so many round trips, a link that is busy for so many seconds while it speaks, at most so much of the link's bytes its own, and one
// round trip in twenty slower than three times the fastest and by 10 ms.
const (
	leastRTTs = 20
	leastBusy = 10
	ownShare  = 0.5
	slowShare = 0.05
	slowTimes = 3
	slowBy    = 10e6 // nanoseconds
)

// starved finds critical applications whose round trips grow while a link that they cross is busy with others.
func starved(site *analyses.Site, captures []graph.Capture, rows []VolumesRow, p graph.Params, o Options) []analyses.Finding {
	type sum struct {
		row         VolumesRow
		name, point string
		busy        int64 // seconds
		rtts, slow  int64
		clients     map[graph.ID]bool
	}
	busy := busyLinks(site, captures, p, o)
	at := map[graph.ID]*sum{}
	for i := range rows {
		r := &rows[i]
		d := site.Application(r.ServerAddress, r.Transport, r.Port, r.Application, r.ServerNames)
		if d == nil || !d.Critical || r.RTTCount < leastRTTs {
			continue
		}
		point, seconds := busiestPoint(r, busy)
		slow := slowTrips(r)
		if seconds < leastBusy || float64(slow) < slowShare*float64(r.RTTCount) {
			continue
		}
		s := at[r.Service]
		if s == nil {
			s = &sum{row: *r, name: d.Name, point: point, clients: map[graph.ID]bool{}}
			at[r.Service] = s
		}
		s.busy = max(s.busy, seconds)
		s.rtts += r.RTTCount
		s.slow += slow
		s.clients[r.Client] = true
		s.row.First, s.row.Last = min(s.row.First, r.First), max(s.row.Last, r.Last)
		s.row.Witness = analyses.Union(s.row.Witness, r.Witness, maxList)
	}
	var fs []analyses.Finding
	for _, id := range slices.SortedFunc(maps.Keys(at), graph.ID.Compare) {
		s := at[id]
		label := analyses.ServiceLabel(s.row.ServerAddress, s.row.Transport, s.row.Port)
		text := fmt.Sprintf("%s at %s: %d of %d round trips of %d clients took over three times the fastest while %s was busy with others for %d s", s.name, label, s.slow, s.rtts, len(s.clients), s.point, s.busy)
		f := analyses.NewFinding("bandwidth/critical-starved", analyses.High, 0.7, text, analyses.Subject{Kind: "application", ID: s.name, Label: s.name},
			analyses.Subject{Kind: "service", ID: id.String(), Label: label}, analyses.Subject{Kind: "point", ID: graph.NewID("CapturePoint", s.point).String(), Label: s.point})
		f.First, f.Last, f.Count = s.row.First, s.row.Last, s.slow
		f.Evidence = analyses.EvidenceOf(s.row.Witness, analyses.ServiceFilter(s.row.ServerAddress, s.row.Transport, s.row.Port))
		fs = append(fs, f)
	}
	return fs
}

// busyLinks returns the busy steps of the declared links.
func busyLinks(site *analyses.Site, captures []graph.Capture, p graph.Params, o Options) map[string]Series {
	out := map[string]Series{}
	for _, l := range site.Intent.Links {
		s := carried(capturesAt(captures, l.Point), p)
		limit := o.Saturation * l.CapacityMbps * 1e6
		s.Points = slices.DeleteFunc(s.Points, func(x Point) bool { return limit <= 0 || bps(x.Bytes, s.Step) < limit })
		out[l.Point] = s
	}
	return out
}

// busiestPoint returns the link that was busy for longest while the two spoke, mostly with others.
func busiestPoint(r *VolumesRow, busy map[string]Series) (point string, seconds int64) {
	for _, name := range slices.Sorted(slices.Values(r.Points)) {
		s := busy[name]
		var n, bytes int64
		for _, x := range s.Points {
			if x.At <= r.Last && x.At+at(s.Step) > r.First {
				n += s.Step
				bytes += x.Bytes
			}
		}
		if n > seconds && float64(r.BytesUp+r.BytesDown) <= ownShare*float64(bytes) {
			point, seconds = name, n
		}
	}
	return point, seconds
}

// slowTrips counts the round trips that took slowTimes the fastest, and slowBy longer. Bucket i of fact.RTT holds 2^(i/4) to 2^((i+1)/4) µs.
func slowTrips(r *VolumesRow) (n int64) {
	limit := max(slowTimes*float64(r.RTTMin), float64(r.RTTMin)+slowBy)
	for b := range slices.Chunk(r.RTTBuckets, 2) {
		if len(b) == 2 && math.Exp2(float64(b[0])/4)*1000 >= limit {
			n += b[1]
		}
	}
	return n
}
