package analyses

import "testing"

func TestCount(t *testing.T) {
	for got, want := range map[string]string{
		Count(1, "packet"):          "1 packet",
		Count(0, "packet"):          "0 packets",
		Count(11, "packet"):         "11 packets",
		Count(int64(1200), "byte"):  "1200 bytes",
		Count(1, "traffic class"):   "1 traffic class",
		Count(2, "traffic class"):   "2 traffic classes",
		Count(2, "far address"):     "2 far addresses",
		Count(2, "prefix"):          "2 prefixes",
		Count(1, "dependency"):      "1 dependency",
		Count(3, "dependency"):      "3 dependencies",
		Count(3, "gateway"):         "3 gateways",
		Count(2, "MAC"):             "2 MACs",
		Count(2, "PVST+ BPDU"):      "2 PVST+ BPDUs",
		Count(2, "ICMP redirect"):   "2 ICMP redirects",
		Count(int64(-1), "attempt"): "-1 attempts",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestFindingKeepsNames: what packets and the intent name stays as it is, whatever it looks like.
func TestFindingKeepsNames(t *testing.T) {
	for _, text := range []string{"10.0.0.7 (Floor 1 hosts) to 10.0.0.8 (Lab (1 MACs))", "policy rule 1 packets", "1 of 1 attempts failed"} {
		if f := NewFinding("a/b", Low, 1, text); f.Text != text {
			t.Errorf("%q became %q", text, f.Text)
		}
	}
}

func TestScaled(t *testing.T) {
	for got, want := range map[string]string{
		Scaled(0, "b/s"):       "0 b/s",
		Scaled(999.4, "b/s"):   "999 b/s",
		Scaled(999.5, "b/s"):   "1 kb/s",
		Scaled(1_480_000, "B"): "1.48 MB",
		Scaled(2.5e12, "b/s"):  "2.5 Tb/s",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
