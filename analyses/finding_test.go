package analyses

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"netscope.example/nsgraph/graph"
)

func TestSeverity(t *testing.T) {
	for s, name := range map[Severity]string{Info: "info", Low: "low", Medium: "medium", High: "high", Critical: "critical"} {
		b, err := json.Marshal(s)
		if err != nil || string(b) != `"`+name+`"` || s.String() != name {
			t.Errorf("%d: %s, %v", s, b, err)
		}
		var back Severity
		if err := json.Unmarshal(b, &back); err != nil || back != s {
			t.Errorf("%s read as %v, %v", name, back, err)
		}
	}
	if _, err := ParseSeverity("urgent"); err == nil || err.Error() != `severity "urgent", want info, low, medium, high, critical` {
		t.Error(err)
	}
}

func TestNewFinding(t *testing.T) {
	a := Subject{Kind: "endpoint", ID: "1", Label: "10.0.0.1"}
	f, g := NewFinding("r", High, 0.5, "one", a), NewFinding("r", Low, 0.9, "two", a)
	if f.ID != g.ID || f.ID == NewFinding("s", High, 0.5, "one", a).ID || f.ID == NewFinding("r", High, 0.5, "one").ID {
		t.Error("the ID must follow from rule and subjects alone")
	}
	if f.Count != 1 || f.ExplainedBy == nil || f.Evidence == nil {
		t.Errorf("%+v", f)
	}
}

// What packets say reaches terminals, CSV and HTML: no control, format or invalid character may come through.
func TestFindingTextIsPrintable(t *testing.T) {
	f := NewFinding("r", High, 0.5, "a\x1b[31mb\x00c\nd\u202ee\xff", Subject{Kind: "device", ID: "1", Label: "sw\x07\u009b1 höhe"})
	if f.Text != "a�[31mb�c d�e�" || f.Subjects[0].Label != "sw��1 höhe" {
		t.Errorf("%q, %q", f.Text, f.Subjects[0].Label)
	}
	if s := "unchanged: 10.0.0.1 → x"; Printable(s) != s {
		t.Errorf("%q", Printable(s))
	}
}

func TestSortFindings(t *testing.T) {
	fs := []Finding{
		{ID: "5", Rule: "b", Severity: Low}, {ID: "4", Rule: "a", Severity: High, Text: "z"}, {ID: "3", Rule: "a", Severity: High, Text: "y", Confidence: 0.5},
		{ID: "2", Rule: "a", Severity: High, Text: "x", Confidence: 0.5}, {ID: "1", Rule: "c", Severity: High, Confidence: 1},
	}
	SortFindings(fs)
	var ids string
	for _, f := range fs {
		ids += f.ID
	}
	if ids != "23415" {
		t.Error(ids)
	}
}

func TestEvidenceOf(t *testing.T) {
	got := EvidenceOf([]string{"aa:12,3", "bb:1", "aa:3,7", "damaged", "cc:x"}, "tcp")
	want := []Evidence{{"sha256:aa", []uint64{3, 7, 12}, "tcp"}, {"sha256:bb", []uint64{1}, "tcp"}}
	if len(got) != 2 || got[0].Capture != want[0].Capture || !slices.Equal(got[0].Packets, want[0].Packets) || !slices.Equal(got[1].Packets, want[1].Packets) || got[0].Filter != "tcp" {
		t.Errorf("%+v", got)
	}
	if got := EvidenceOf(nil, "tcp"); got == nil || len(got) != 0 {
		t.Errorf("%+v", got)
	}
	many := EvidenceOf([]string{"a:9,8,7,6,5,4,3,2,1", "b:1", "c:1", "d:1", "e:1"}, "tcp")
	if len(many) != 4 || !slices.Equal(many[0].Packets, []uint64{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("%+v", many)
	}
}

func TestFilters(t *testing.T) {
	a, b, six := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fe80::1")
	for _, c := range []struct{ got, want string }{
		{AddressFilter(a), "ip.addr == 10.0.0.1"},
		{AddressFilter(six), "ipv6.addr == fe80::1"},
		{AddressFilter(six.WithZone("eth0")), "ipv6.addr == fe80::1"},
		{ConversationFilter(a, b, "tcp", 443), "ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2 && tcp.port == 443"},
		{ConversationFilter(a, b, "udp", 0), "ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2 && udp"},
		{ConversationFilter(a, b, "icmp", 0), "ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2 && icmp"},
		{ConversationFilter(six, a, "ospf", 0), "ipv6.addr == fe80::1 && ip.addr == 10.0.0.1"},
		{ServiceLabel(a, "tcp", 443), "10.0.0.1 tcp/443"},
		{ServiceLabel(six, "icmpv6", 0), "fe80::1 icmpv6"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestExplain(t *testing.T) {
	have := []graph.Artefact{{Kind: "loss"}, {Kind: "one-way"}, {Kind: "loss"}}
	if got := Explain(have, "one-way", "clock", "loss"); !slices.Equal(got, []string{"one-way", "loss"}) {
		t.Error(got)
	}
	if got := Explain(nil, "loss"); got == nil || len(got) != 0 {
		t.Error(got)
	}
}

func TestRound(t *testing.T) {
	if Round(1.0/3) != 0.3333 || Round(0.99995) != 1 {
		t.Error(Round(1.0/3), Round(0.99995))
	}
}

func TestCompareVLANs(t *testing.T) {
	in := []string{"100.10", "x", "20", "100.9", "9", "100", "9.1"}
	slices.SortFunc(in, CompareVLANs)
	if want := []string{"9", "9.1", "20", "100", "100.9", "100.10", "x"}; !slices.Equal(in, want) {
		t.Errorf("%q, want %q", in, want)
	}
}
