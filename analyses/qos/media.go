package qos

import (
	"fmt"
	"math"
	"net/netip"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// videoRate is the clock rate of video in RTP (RFC 3551, section 5), whose frames come in bursts.
const videoRate = 90000

// media lists the streams with their MOS and class.
func (j *judge) media() []Stream {
	out := []Stream{}
	between := j.between()
	for i := range j.streams {
		s := &j.streams[i]
		x := Stream{SSRC: s.SSRC, Src: s.Src, Dst: s.Dst, PayloadType: s.PayloadType, Codec: s.Codec, Packets: s.Packets, Lost: s.Lost,
			JitterMean: round3(s.JitterMean), JitterMax: round3(s.JitterMax), DeltaMax: round3(s.DeltaMax), First: s.First, Last: s.Last}
		x.between = between[call(s.Src, s.Dst)].of(s.Packets)
		x.Lost += x.between
		if s.Expected > 0 {
			x.LossPct = round3(100 * float64(x.Lost) / float64(s.Expected))
		}
		x.DSCP = mostMarked(s)
		x.MOS = MOS(s.Codec, x.LossPct, burstRatio(x.Lost, s.LossRuns+x.between, s.Expected), s.RTT/2)
		if c := j.class(s, x.DSCP); c >= 0 {
			x.Class = j.plan.classes[c].name
		}
		out = append(out, x)
	}
	return out
}

// gap is what did not arrive of what was sent, both ways.
type gap struct{ missing, packets int64 }

// of returns the part of so many packets.
func (g gap) of(packets int64) int64 {
	if g.packets == 0 {
		return 0
	}
	return (g.missing*packets + g.packets/2) / g.packets
}

// call names what two addresses exchange, whoever is first.
func call(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

// between returns, for calls that were captured at several points, how many packets the points after the first did not see. A client's port is not kept, so
// only an address that has one call at a time can be told; of others nothing is said.
func (j *judge) between() map[[2]string]gap {
	rows := map[[2]netip.Addr]*TreatmentRow{}
	calls := map[[2]netip.Addr]int{}
	key := func(a, b netip.Addr) [2]netip.Addr {
		if b.Less(a) {
			a, b = b, a
		}
		return [2]netip.Addr{a, b}
	}
	for i := range j.treatment {
		if r := &j.treatment[i]; r.Application == "rtp" {
			k := key(r.ClientAddress, r.ServerAddress)
			rows[k] = r
			calls[k]++
		}
	}
	out := map[[2]string]gap{}
	for i := range j.streams {
		s := &j.streams[i]
		k := key(addressOf(s.Src), addressOf(s.Dst))
		if calls[k] != 1 {
			continue
		}
		if n, ok := j.missing(rows[k]); ok && n > 0 {
			out[call(s.Src, s.Dst)] = gap{n, rows[k].Packets}
		}
	}
	return out
}

// mostMarked returns the mark of most packets of a stream.
func mostMarked(s *graph.Stream) (dscp int64) {
	var most int64
	for n, d := range s.DSCP {
		if n < len(s.DSCPPackets) && s.DSCPPackets[n] > most {
			dscp, most = d, s.DSCPPackets[n]
		}
	}
	return dscp
}

func round3(x float64) float64 { return math.Round(x*1000) / 1000 }

// class returns the class of a stream: what matches RTP between its endpoints, or the class of its mark; -1 none.
func (j *judge) class(s *graph.Stream, dscp int64) int {
	sub := subject{transport: "udp", application: "rtp"}
	if a, err := netip.ParseAddrPort(s.Dst); err == nil {
		sub.server, sub.port = a.Addr(), a.Port()
		sub.zones[1] = j.site.Zone(graph.DefaultContext, a.Addr(), "")
	}
	if a, err := netip.ParseAddrPort(s.Src); err == nil {
		sub.zones[0] = j.site.Zone(graph.DefaultContext, a.Addr(), "")
	}
	if c := j.plan.match(sub); c >= 0 {
		return c
	}
	return j.plan.marked(dscp)
}

func streamSubject(s *graph.Stream) analyses.Subject {
	return analyses.Subject{Kind: "stream", ID: s.ID.String(), Label: fmt.Sprintf("%s -> %s ssrc 0x%08x", s.Src, s.Dst, s.SSRC)}
}

func streamFilter(s *graph.Stream) string { return fmt.Sprintf("rtp.ssrc == 0x%08x", s.SSRC) }

// poor finds calls that sound bad. Video is judged by its loss alone; a clock rate that is guessed says nothing about jitter.
func (j *judge) poor(streams []Stream) []analyses.Finding {
	var fs []analyses.Finding
	for i := range j.streams {
		s, x := &j.streams[i], &streams[i]
		video := s.ClockRate == videoRate
		badLoss := x.LossPct > j.o.LossPct
		badJitter := !video && s.ClockKnown && x.JitterMean > j.o.JitterMs
		badMOS := x.MOS > 0 && x.MOS < j.o.MOS
		if s.Packets < 2*j.o.MinPackets || !badLoss && !badJitter && !badMOS {
			continue
		}
		text := fmt.Sprintf("%s to %s, %s: %d of %d packets lost (%.2f %%, %d runs), jitter %.1f ms on average, MOS %.2f", x.Src, x.Dst, codecName(x), x.Lost, s.Expected, x.LossPct, s.LossRuns, x.JitterMean, x.MOS)
		if x.MOS == 0 {
			text = fmt.Sprintf("%s to %s, %s: %d of %d packets lost (%.2f %%, %d runs), jitter %.1f ms on average", x.Src, x.Dst, codecName(x), x.Lost, s.Expected, x.LossPct, s.LossRuns, x.JitterMean)
		}
		confidence := 0.9
		if x.between > 0 {
			text += fmt.Sprintf("; %d of them between the capture points, as a share of both directions", x.between)
			confidence = 0.7
		}
		f := analyses.NewFinding("qos/poor-call", analyses.Medium, confidence, text, streamSubject(s))
		f.First, f.Last, f.Count = s.First, s.Last, max(1, x.Lost)
		f.Evidence = analyses.EvidenceOf(s.Evidence, streamFilter(s))
		if badLoss || badMOS {
			f.ExplainedBy = analyses.Explain(j.artefacts, "loss")
		}
		if len(f.ExplainedBy) > 0 {
			f.Confidence = 0.6
		}
		fs = append(fs, f)
	}
	return fs
}

func codecName(s *Stream) string {
	if s.Codec != "" {
		return s.Codec
	}
	return fmt.Sprintf("payload type %d", s.PayloadType)
}

// missed finds streams and services beyond the limits that their class declares.
func (j *judge) missed(streams []Stream) []analyses.Finding {
	var fs []analyses.Finding
	for i := range j.streams {
		s, x := &j.streams[i], &streams[i]
		c := j.class(s, x.DSCP)
		if c < 0 || j.plan.classes[c].declared == nil || s.Packets < j.o.MinPackets {
			continue
		}
		d := j.plan.classes[c].declared
		what := ""
		switch {
		case d.LossPct > 0 && x.LossPct > d.LossPct:
			what = fmt.Sprintf("%.2f %% lost, wanted at most %.3g %%", x.LossPct, d.LossPct)
		case d.JitterMs > 0 && s.ClockKnown && x.JitterMean > d.JitterMs:
			what = fmt.Sprintf("jitter %.1f ms, wanted at most %.3g ms", x.JitterMean, d.JitterMs)
		case d.LatencyMs > 0 && s.RTT/2 > d.LatencyMs:
			what = fmt.Sprintf("one way %.1f ms (half of the round trip of RTCP), wanted at most %.3g ms", s.RTT/2, d.LatencyMs)
		default:
			continue
		}
		f := analyses.NewFinding("qos/objective-missed", analyses.High, 0.9, fmt.Sprintf("%s to %s, class %s: %s", x.Src, x.Dst, d.Name, what), streamSubject(s),
			analyses.Subject{Kind: "class", ID: d.Name, Label: d.Name})
		f.First, f.Last, f.Count = s.First, s.Last, s.Packets
		f.Evidence = analyses.EvidenceOf(s.Evidence, streamFilter(s))
		f.ExplainedBy = analyses.Explain(j.artefacts, "loss")
		fs = append(fs, f)
	}
	return append(fs, j.slow()...)
}

// slow finds services whose round trips take more than twice the latency that their class declares. Half a round trip stands for one way.
func (j *judge) slow() []analyses.Finding {
	var fs []analyses.Finding
	for i := range j.treatment {
		r := &j.treatment[i]
		if r.RTTCount < j.o.MinPackets {
			continue
		}
		c := j.plan.match(j.treated(r))
		if c < 0 {
			continue
		}
		d := j.plan.classes[c].declared
		p95 := quantile(r.RTTBuckets, 0.95, r.RTTMin, r.RTTMax) / 1e6
		if d.LatencyMs <= 0 || p95/2 <= d.LatencyMs {
			continue
		}
		label := analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
		text := fmt.Sprintf("%s to %s, class %s: 95th percentile of the round trip %.0f ms, half of it is one way, wanted at most %.3g ms", r.ClientAddress, label, d.Name, p95, d.LatencyMs)
		f := analyses.NewFinding("qos/objective-missed", analyses.High, 0.8, text, analyses.Subject{Kind: "endpoint", ID: r.Client.String(), Label: r.ClientAddress.String()},
			analyses.Subject{Kind: "service", ID: r.Service.String(), Label: label}, analyses.Subject{Kind: "class", ID: d.Name, Label: d.Name})
		f.First, f.Last, f.Count = r.First, r.Last, r.RTTCount
		f.Evidence = analyses.EvidenceOf(r.Witness, analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port))
		fs = append(fs, f)
	}
	return fs
}

func (j *judge) treated(r *TreatmentRow) subject {
	return subject{r.ServerAddress, r.Transport, r.Port, r.Application, r.ServerNames, j.zones(r.Client, r.Server)}
}

// addressOf returns the address of "address:port".
func addressOf(s string) netip.Addr {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr()
}
