package analyses

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/graph"
)

// NoZone stands in reports for addresses that no zone holds.
const NoZone = "unassigned"

// maxEvidence is how many captures a finding cites, and maxPackets how many packets of each.
const (
	maxEvidence = 4
	maxPackets  = 8
)

// EvidenceOf turns witnesses as the graph keeps them ("SHA256:12,15") into evidence, by capture; all share one display filter.
func EvidenceOf(witness []string, filter string) []Evidence {
	packets := map[string][]uint64{}
	var captures []string
	for _, w := range witness {
		sha, list, _ := strings.Cut(w, ":")
		for n := range strings.SplitSeq(list, ",") {
			v, err := strconv.ParseUint(n, 10, 64)
			if err != nil || slices.Contains(packets[sha], v) {
				continue
			}
			if packets[sha] == nil {
				captures = append(captures, sha)
			}
			packets[sha] = append(packets[sha], v)
		}
	}
	out := []Evidence{}
	for _, c := range captures {
		if len(out) == maxEvidence {
			break
		}
		slices.Sort(packets[c])
		out = append(out, Evidence{Capture: "sha256:" + c, Packets: packets[c][:min(len(packets[c]), maxPackets)], Filter: filter})
	}
	return out
}

// AddressFilter is the Wireshark display filter of an address.
func AddressFilter(a netip.Addr) string {
	if a.Is6() {
		return "ipv6.addr == " + a.WithZone("").String()
	}
	return "ip.addr == " + a.String()
}

// SpeakerFilter is the Wireshark display filter of an address, and of ARP and neighbour discovery that name it.
func SpeakerFilter(a netip.Addr) string {
	if a.Is6() {
		x := a.WithZone("").String()
		return "ipv6.addr == " + x + " || icmpv6.nd.ns.target_address == " + x + " || icmpv6.nd.na.target_address == " + x
	}
	return "ip.addr == " + a.String() + " || arp.src.proto_ipv4 == " + a.String()
}

// ConversationFilter is the Wireshark display filter of what two addresses exchange over one port; port 0 is any.
func ConversationFilter(a, b netip.Addr, transport string, port uint16) string {
	return AddressFilter(a) + " && " + ServiceFilter(b, transport, port)
}

// ServiceFilter is the Wireshark display filter of what a service exchanges; port 0 is any.
func ServiceFilter(a netip.Addr, transport string, port uint16) string {
	f := AddressFilter(a)
	switch transport {
	case "tcp", "udp", "sctp":
		if port != 0 {
			return f + fmt.Sprintf(" && %s.port == %d", transport, port)
		}
		return f + " && " + transport
	case "icmp", "icmpv6", "gre", "esp", "ah":
		return f + " && " + transport
	}
	return f
}

// ServiceLabel names a service: "10.90.0.5 tcp/8443", or "10.90.0.5 icmp" for transports without ports.
func ServiceLabel(a netip.Addr, transport string, port uint16) string {
	switch transport {
	case "tcp", "udp", "sctp":
		return fmt.Sprintf("%s %s/%d", a, transport, port)
	}
	return a.String() + " " + transport
}

// Explain returns which of the kinds of artefacts the captures show, in order, never nil.
func Explain(artefacts []graph.Artefact, kinds ...string) []string {
	out := []string{}
	for _, k := range kinds {
		if slices.ContainsFunc(artefacts, func(a graph.Artefact) bool { return a.Kind == k }) {
			out = append(out, k)
		}
	}
	return out
}

// Round rounds a share or confidence to four decimals, so that reports are stable and readable.
func Round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// CompareVLANs orders stacks of VLAN ids tag by tag, by number.
func CompareVLANs(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		if errX != nil || errY != nil {
			return cmp.Compare(a, b)
		}
		if x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(as), len(bs))
}
