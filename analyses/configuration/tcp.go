package configuration

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// maxUnscaled is the largest receive window without window scaling, bytes (RFC 9293, section 3.1).
const maxUnscaled = 65535

// A receive window limits a transfer that runs at least at windowUsed, and at most at windowOver, per mille of the rate of one window in a round trip (more
// means that the round trip or the window is not known well). Or it was filled to the last byte windowFills times, and in one of windowShare of the windows
// that went through: a sender that fills it now and then is bursty.
const (
	windowUsed  = 750
	windowOver  = 1200
	windowFills = 8
	windowShare = 4
)

// defaultSegments is how many of its small segments a host must be sent before their size matters.
const defaultSegments = 16

// defaultMSS are the segment sizes of hosts that know no better: RFC 9293, section 3.7.1, for IPv4 and IPv6.
var defaultMSS = []int64{536, 1220}

// printerPorts are services whose receivers close their window while paper moves.
var printerPorts = []uint16{515, 631, 9100, 9101, 9102}

// receiver is one host as the receiver of TCP payload.
type receiver struct {
	id          graph.ID
	address     netip.Addr
	payload     int64
	rtt         int64 // nanoseconds, the smallest of the largest transfer's
	mss         int64
	peers       []string
	first, last graph.Time
	closed      int64 // times its window was closed
	ms          int64
	witness     []string
	largest     int64
	window      int64 // the largest that it offered, bytes
}

// transport judges how hosts receive TCP.
func (j *judge) transport() {
	unscaled, stalled, small, limited := map[graph.ID]*receiver{}, map[graph.ID]*receiver{}, map[graph.ID]*receiver{}, map[graph.ID]*receiver{}
	rate := j.pathRate()
	for i := range j.tcp {
		r := &j.tcp[i]
		j.scaling(unscaled, r, r.Client, r.ClientAddress, r.ServerAddress, r.ScaleUp, r.PayloadDown)
		if r.ScaleUp >= 0 { // a server offers scaling only to a client that does
			j.scaling(unscaled, r, r.Server, r.ServerAddress, r.ClientAddress, r.ScaleDown, r.PayloadUp)
		}
		j.segments(small, r, r.Client, r.ClientAddress, r.ServerAddress, r.MSSUp, r.PayloadDown)
		j.segments(small, r, r.Server, r.ServerAddress, r.ClientAddress, r.MSSDown, r.PayloadUp)
		if slices.Contains(printerPorts, r.Port) {
			continue
		}
		window(limited, r, r.Client, r.ClientAddress, r.ServerAddress, transfer{r.PayloadDown, r.WindowMaxUp, r.FullUp, r.ZeroWindowsUp, r.ScaleUp, j.o.MinTransfer, r.UseUp, rate})
		window(limited, r, r.Server, r.ServerAddress, r.ClientAddress, transfer{r.PayloadUp, r.WindowMaxDown, r.FullDown, r.ZeroWindowsDown, r.ScaleDown, j.o.MinTransfer, r.UseDown, rate})
		zero(stalled, r, r.Client, r.ClientAddress, r.ServerAddress, r.ZeroWindowsUp, r.ZeroWindowUpMs)
		zero(stalled, r, r.Server, r.ServerAddress, r.ClientAddress, r.ZeroWindowsDown, r.ZeroWindowDownMs)
	}
	for _, h := range inOrder(unscaled) {
		ceiling := maxUnscaled * 8 / (float64(h.rtt) / 1e9) / 1e6
		j.tcpFinding(h, "configuration/tcp-no-scaling", analyses.Low, 0.9, h.payload,
			fmt.Sprintf("%s offers no window scaling: 65,535 bytes in %.1f ms cap what it receives from %s at %.1f Mbit/s (%s received)",
				h.address, float64(h.rtt)/1e6, list(h.peers), ceiling, analyses.Count(h.payload, "byte")))
	}
	for _, h := range inOrder(limited) {
		if unscaled[h.id] != nil {
			continue // told above
		}
		f := j.tcpFinding(h, "configuration/tcp-window-limited", analyses.Medium, 0.8, h.payload,
			fmt.Sprintf("%s offers a receive window of at most %s to %s: in %.1f ms it caps what comes at %.1f Mbit/s, and no more came (%s received)",
				h.address, analyses.Count(h.window, "byte"), list(h.peers), float64(h.rtt)/1e6, float64(h.window)*8e3/float64(h.rtt), analyses.Count(h.payload, "byte")))
		j.explain(f, "loss")
	}
	for _, h := range inOrder(small) {
		if h.payload < defaultSegments*h.mss {
			continue
		}
		j.tcpFinding(h, "configuration/tcp-mss-default", analyses.Low, 0.8, h.payload,
			fmt.Sprintf("%s offers MSS %d to %s, the default of a host that does not know its MTU (%s received)", h.address, h.mss, list(h.peers), analyses.Count(h.payload, "byte")))
	}
	for _, h := range inOrder(stalled) {
		if h.ms < j.o.ZeroWindow.Milliseconds() {
			continue
		}
		f := j.tcpFinding(h, "configuration/tcp-zero-window", analyses.Medium, 0.9, h.closed,
			fmt.Sprintf("%s keeps its receive window closed for %.1f s in all (%s) against %s, want it open", h.address, float64(h.ms)/1000, analyses.Count(h.closed, "time"), list(h.peers)))
		j.explain(f, "loss")
	}
}

// scaling notes a receiver that offered no window scaling in a handshake in view, on a path whose round trip times its expected rate is
// more than an unscaled window, and to which enough was sent in one conversation for that to matter.
func (j *judge) scaling(at map[graph.ID]*receiver, r *TCPRow, id graph.ID, a, peer netip.Addr, scale, payload int64) {
	if scale != -1 || r.Handshakes == 0 || r.RTTCount == 0 || payload < j.o.MinTransfer || payload/r.Handshakes <= maxUnscaled {
		return
	}
	if j.o.PathRate/8*float64(r.RTTMin)/1e9 <= maxUnscaled {
		return
	}
	h := of(at, r, id, a, peer)
	h.payload += payload
	if payload > h.largest {
		h.largest, h.rtt = payload, r.RTTMin
	}
}

// segments notes a receiver that offers a default segment size and is sent conversations that one segment does not hold.
func (j *judge) segments(at map[graph.ID]*receiver, r *TCPRow, id graph.ID, a, peer netip.Addr, mss, payload int64) {
	if slices.Contains(defaultMSS, mss) && payload > r.Handshakes*mss {
		h := of(at, r, id, a, peer)
		h.mss, h.payload = mss, h.payload+payload
	}
}

// pathRate is the rate that a path is expected to carry, bit/s: the option's, or less if the intent declares that no link carries as much.
func (j *judge) pathRate() float64 {
	most := 0.0
	for _, l := range j.site.Intent.Links {
		most = max(most, l.CapacityMbps*1e6)
	}
	if most == 0 {
		return j.o.PathRate
	}
	return min(most, j.o.PathRate)
}

// transfer is what was sent to one receiver, and how its window took it.
type transfer struct {
	payload, window, full, closed, scale, least int64
	used                                        int64   // per mille of its window
	rate                                        float64 // of the path, bit/s
}

// window notes a receiver whose open window held up a transfer, although the path would carry more. A receiver that closed its window is itself too
// slow; the scale of one whose SYN is not in view is not known.
func window(at map[graph.ID]*receiver, r *TCPRow, id graph.ID, a, peer netip.Addr, t transfer) {
	if t.payload < t.least || t.window <= 0 || t.closed > 0 || t.scale < -1 || r.Handshakes == 0 || r.RTTCount == 0 || r.RTTMin <= 0 {
		return
	}
	ceiling := float64(t.window) * 8e9 / float64(r.RTTMin)
	full := t.full >= windowFills && t.full*windowShare >= t.payload/t.window
	if ceiling >= t.rate || !full && (t.used < windowUsed || t.used > windowOver) {
		return
	}
	h := of(at, r, id, a, peer)
	h.closed += t.full
	h.payload += t.payload
	if t.payload > h.largest {
		h.largest, h.rtt, h.window = t.payload, r.RTTMin, t.window
	}
}

func zero(at map[graph.ID]*receiver, r *TCPRow, id graph.ID, a, peer netip.Addr, times, ms int64) {
	if times == 0 {
		return
	}
	h := of(at, r, id, a, peer)
	h.closed += times
	h.ms += ms
}

// of returns a host's entry with r counted among its witnesses.
func of(at map[graph.ID]*receiver, r *TCPRow, id graph.ID, a, peer netip.Addr) *receiver {
	h := at[id]
	if h == nil {
		h = &receiver{id: id, address: a, first: r.First, last: r.Last}
		at[id] = h
	}
	h.first, h.last = min(h.first, r.First), max(h.last, r.Last)
	if p := peer.String(); !slices.Contains(h.peers, p) {
		h.peers = append(h.peers, p)
	}
	h.witness = append(h.witness, r.Witness...)
	return h
}

func inOrder(at map[graph.ID]*receiver) []*receiver {
	return slices.SortedFunc(maps.Values(at), func(a, b *receiver) int { return cmp.Or(a.address.Compare(b.address), a.id.Compare(b.id)) })
}

func (j *judge) tcpFinding(h *receiver, rule string, sev analyses.Severity, confidence float64, count int64, text string) *analyses.Finding {
	slices.Sort(h.peers)
	f := analyses.NewFinding(rule, sev, confidence, text, analyses.Subject{Kind: "endpoint", ID: h.id.String(), Label: h.address.String()})
	f.First, f.Last, f.Count = h.first, h.last, count
	f.Evidence = analyses.EvidenceOf(h.witness, analyses.AddressFilter(h.address)+" && tcp")
	return j.add(f)
}
