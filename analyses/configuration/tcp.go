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
	filter      string
}

// transport judges how hosts receive TCP.
func (j *judge) transport() {
	unscaled, stalled, small := map[graph.ID]*receiver{}, map[graph.ID]*receiver{}, map[graph.ID]*receiver{}
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
		zero(stalled, r, r.Client, r.ClientAddress, r.ServerAddress, r.ZeroWindowsUp, r.ZeroWindowUpMs)
		zero(stalled, r, r.Server, r.ServerAddress, r.ClientAddress, r.ZeroWindowsDown, r.ZeroWindowDownMs)
	}
	for _, h := range inOrder(unscaled) {
		ceiling := maxUnscaled * 8 / (float64(h.rtt) / 1e9) / 1e6
		j.tcpFinding(h, "configuration/tcp-no-scaling", analyses.Low, 0.9, h.payload,
			fmt.Sprintf("%s offers no window scaling: 65,535 bytes in %.1f ms cap what it receives from %s at %.1f Mbit/s (%d bytes received)",
				h.address, float64(h.rtt)/1e6, list(h.peers), ceiling, h.payload))
	}
	for _, h := range inOrder(small) {
		j.tcpFinding(h, "configuration/tcp-mss-default", analyses.Low, 0.8, h.payload,
			fmt.Sprintf("%s offers MSS %d to %s, the default of a host that does not know its MTU (%d bytes received)", h.address, h.mss, list(h.peers), h.payload))
	}
	for _, h := range inOrder(stalled) {
		if h.ms < j.o.ZeroWindow.Milliseconds() {
			continue
		}
		f := j.tcpFinding(h, "configuration/tcp-zero-window", analyses.Medium, 0.9, h.closed,
			fmt.Sprintf("%s keeps its receive window closed for %.1f s in all (%d times) against %s, want it open", h.address, float64(h.ms)/1000, h.closed, list(h.peers)))
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

// segments notes a receiver that offers a default segment size and is sent enough for that to cost.
func (j *judge) segments(at map[graph.ID]*receiver, r *TCPRow, id graph.ID, a, peer netip.Addr, mss, payload int64) {
	if slices.Contains(defaultMSS, mss) && payload >= j.o.MinTransfer {
		h := of(at, r, id, a, peer)
		h.mss, h.payload = mss, h.payload+payload
	}
}

func zero(at map[graph.ID]*receiver, r *TCPRow, id graph.ID, a, peer netip.Addr, times, ms int64) {
	if times == 0 {
		return
	}
	h := of(at, r, id, a, peer)
	h.closed += times
	h.ms += ms
	h.filter = "tcp.window_size == 0 && "
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
	source := "ip.src == "
	if h.address.Is6() {
		source = "ipv6.src == "
	}
	filter := "tcp.flags.syn == 1 && " + source + h.address.String()
	if h.filter != "" {
		filter = h.filter + source + h.address.String()
	}
	f.Evidence = analyses.EvidenceOf(h.witness, filter)
	return j.add(f)
}
