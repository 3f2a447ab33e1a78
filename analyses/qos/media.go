package qos

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// videoRate is the clock rate of video in RTP (RFC 3551, section 5), whose frames come in bursts.
const videoRate = 90000

// media lists the streams with their MOS and class.
func (j *judge) media() []Stream {
	out := []Stream{}
	for i := range j.streams {
		s := &j.streams[i]
		x := Stream{SSRC: s.SSRC, Src: s.Src, Dst: s.Dst, PayloadType: s.PayloadType, Codec: s.Codec, Packets: s.Packets, Lost: s.Lost,
			JitterMean: round3(s.JitterMean), JitterMax: round3(s.JitterMax), DeltaMax: round3(s.DeltaMax), First: s.First, Last: s.Last}
		if s.Expected > 0 {
			x.LossPct = round3(100 * float64(s.Lost) / float64(s.Expected))
		}
		x.DSCP = mostMarked(s)
		x.MOS = MOS(s.Codec, x.LossPct, burstRatio(s.Lost, s.LossRuns, s.Expected), s.RTT/2)
		if c := j.class(s, x.DSCP); c >= 0 {
			x.Class = j.plan.classes[c].name
		}
		out = append(out, x)
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

// streamFilter shows a stream to a Wireshark that does not know it for RTP, too: what nobody announced it takes for data.
func streamFilter(s *graph.Stream) string {
	src, errSrc := netip.ParseAddrPort(s.Src)
	dst, errDst := netip.ParseAddrPort(s.Dst)
	if errSrc != nil || errDst != nil {
		return fmt.Sprintf("rtp.ssrc == 0x%08x", s.SSRC)
	}
	ip := "ip"
	if src.Addr().Is6() {
		ip = "ipv6"
	}
	return fmt.Sprintf("%s.src == %s && udp.srcport == %d && %s.dst == %s && udp.dstport == %d", ip, src.Addr().WithZone(""), src.Port(), ip, dst.Addr().WithZone(""), dst.Port())
}

// leaps is how many leaps of a stream's clock are not its jitter.
const leaps = 2

// jittery reports whether a stream's mean jitter says how it arrived: its clock is known, its frames do not come in bursts, and the mean is not that of
// a leap or two. One of d milliseconds, as a sender makes that starts anew, adds d/16 to the jitter, and d in all to the sum of what follows.
func jittery(s *graph.Stream) bool {
	return s.ClockKnown && s.ClockRate != videoRate && s.JitterMean*float64(s.Packets) > leaps*16*s.JitterMax
}

// poor finds calls that sound bad. Video is judged by its loss alone; a clock rate that is guessed says nothing about jitter.
func (j *judge) poor(streams []Stream) []analyses.Finding {
	var fs []analyses.Finding
	for i := range j.streams {
		s, x := &j.streams[i], &streams[i]
		badLoss := x.LossPct > j.o.LossPct
		badJitter := jittery(s) && x.JitterMean > j.o.JitterMs
		badMOS := x.MOS > 0 && x.MOS < j.o.MOS
		if s.Packets < 2*j.o.MinPackets || !badLoss && !badJitter && !badMOS {
			continue
		}
		text := fmt.Sprintf("%s to %s, %s: %d of %d packets lost (%.2f %%, %s), jitter %.1f ms on average, MOS %.2f", x.Src, x.Dst, codecName(x), x.Lost, s.Expected, x.LossPct, analyses.Count(s.LossRuns, "run"), x.JitterMean, x.MOS)
		if x.MOS == 0 {
			text = fmt.Sprintf("%s to %s, %s: %d of %d packets lost (%.2f %%, %s), jitter %.1f ms on average", x.Src, x.Dst, codecName(x), x.Lost, s.Expected, x.LossPct, analyses.Count(s.LossRuns, "run"), x.JitterMean)
		}
		f := analyses.NewFinding("qos/poor-call", analyses.Medium, 0.9, text, streamSubject(s))
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

// cut finds calls that lose packets between two capture points. Both directions are counted together: a sequence number that the first point saw is not
// missing there.
func (j *judge) cut() []analyses.Finding {
	var fs []analyses.Finding
	for i := range j.treatment {
		r := &j.treatment[i]
		n, ok := j.missing(r)
		if r.Application != "rtp" || !ok || r.Packets < 2*j.o.MinPackets || 100*float64(n) <= j.o.LossPct*float64(r.Packets) {
			continue
		}
		label := analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
		text := fmt.Sprintf("%s and %s: %d of %d RTP packets of both directions (%.2f %%) were seen at one capture point alone, of %s", r.ClientAddress, label, n, r.Packets,
			100*float64(n)/float64(r.Packets), strings.Join(slices.Sorted(slices.Values(r.Points)), ", "))
		f := analyses.NewFinding("qos/poor-call", analyses.Medium, 0.7, text, analyses.Subject{Kind: "endpoint", ID: r.Client.String(), Label: r.ClientAddress.String()},
			analyses.Subject{Kind: "service", ID: r.Service.String(), Label: label})
		f.First, f.Last, f.Count = r.First, r.Last, n
		f.Evidence = analyses.EvidenceOf(r.Witness, analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port))
		if f.ExplainedBy = analyses.Explain(j.artefacts, "loss"); len(f.ExplainedBy) > 0 {
			f.Confidence = 0.4
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
		case d.JitterMs > 0 && jittery(s) && x.JitterMean > d.JitterMs:
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
