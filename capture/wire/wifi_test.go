package wire

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// The addresses of a data frame stand where its way says (IEEE 802.11, table 9-30). What is encrypted, a later fragment, a frame
// without a body and a management frame carry nothing that is read.
func TestWiFi(t *testing.T) {
	one, two, three := fact.MAC{1, 1, 1, 1, 1, 1}, fact.MAC{2, 2, 2, 2, 2, 2}, fact.MAC{3, 3, 3, 3, 3, 3}
	for _, c := range []struct {
		name     string
		control  string
		sequence string
		dst, src fact.MAC
		ip       bool
	}{
		{"between stations", "\x08\x00", "\x10\x00", one, two, true},
		{"from an access point", "\x08\x02", "\x10\x00", one, three, true},
		{"to an access point", "\x08\x01", "\x10\x00", three, two, true},
		{"encrypted", "\x08\x42", "\x10\x00", one, three, false},
		{"later fragment", "\x08\x02", "\x11\x00", one, three, false},
		{"null", "\x48\x01", "\x10\x00", three, two, false},
		{"beacon", "\x80\x00", "\x10\x00", fact.MAC{}, fact.MAC{}, false},
	} {
		p := decode(linkWiFi, frame(c.control, "\x00\x00", wifiMACs, c.sequence, snap, inTCP()))[0]
		if p.DstMAC != c.dst || p.SrcMAC != c.src || (p.Has&HasIP != 0) != c.ip || p.Problem != OK {
			t.Errorf("%s: %v to %v, IP %v, problem %d", c.name, p.SrcMAC, p.DstMAC, p.Has&HasIP != 0, p.Problem)
		}
	}
}

// A header that is cut, or longer than its frame, is a problem and no more.
func TestWiFiDamaged(t *testing.T) {
	for _, c := range []struct {
		name    string
		link    uint16
		frame   string
		problem Problem
	}{
		{"short", linkWiFi, "\x08\x02\x00\x00", Short},
		{"version 1", linkWiFi, "\x09\x02\x00\x00" + wifiMACs + "\x00\x00", BadHeader},
		{"four addresses, of which three", linkWiFi, "\x08\x03\x00\x00" + wifiMACs + "\x00\x00", Short},
		{"QoS, cut", linkWiFi, "\x88\x02\x00\x00" + wifiMACs + "\x00\x00\x06", Short},
		{"aggregate, cut", linkWiFi, "\x88\x02\x00\x00" + wifiMACs + "\x00\x00\x80\x00MACS", Short},
		{"radiotap, short", linkRadiotap, "\x00\x00\x08", Short},
		{"radiotap, too long", linkRadiotap, "\x00\x00\x09\x00\x00\x00\x00\x00", BadHeader},
		{"radiotap, words without end", linkRadiotap, "\x00\x00\x10\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", Short},
		{"Prism, short", linkPrism, "\x44\x00", Short},
		{"Prism, too long", linkPrism, "\x44\x00\x00\x00\x90\x00\x00\x00", BadHeader},
		{"PPI, short", linkPPI, "\x00\x00\x08\x00", Short},
		{"PPI within PPI", linkPPI, "\x00\x00\x08\x00\xc0\x00\x00\x00\x00\x00\x08\x00\xc0\x00\x00\x00", BadHeader},
	} {
		if p := decode(c.link, []byte(c.frame))[0]; p.Problem != c.problem || p.Has&HasIP != 0 {
			t.Errorf("%s: problem %d, want %d", c.name, p.Problem, c.problem)
		}
	}
}
