package qos

import (
	"math"
	"testing"
)

// Published values: G.107's defaults give R = 93.2 and MOS 4.41; G.113 appendix I gives G.729A Ie 11 (R 82.2, MOS 4.11) and GSM-FR Ie 20 (R 73.2, MOS 3.74), G.723.1 Ie 15
// (R 78.2, MOS 3.95). With loss: Ie,eff of G.711 with concealment at 2 % is 95·2/(2+25.1) = 7.01 (R 86.19, MOS 4.24), of G.729A at 2 % 11+84·2/21 = 19 (R 74.2, MOS 3.78).
// One way 150 ms costs Id 3.6 (R 89.6, MOS 4.34), 300 ms 7.2+13.5 (R 72.5, MOS 3.71).
func TestMOS(t *testing.T) {
	for _, c := range []struct {
		codec              string
		loss, burst, delay float64
		want               float64
	}{
		{"PCMU", 0, 1, 0, 4.41}, {"pcma", 0, 1, 0, 4.41}, {"G729", 0, 1, 0, 4.11}, {"GSM", 0, 1, 0, 3.74}, {"G723", 0, 1, 0, 3.95},
		{"PCMU", 2, 1, 0, 4.24}, {"G729", 2, 1, 0, 3.78}, {"PCMU", 0, 1, 150, 4.34}, {"PCMU", 0, 1, 300, 3.71},
		{"PCMU", 100, 1, 0, 1.18}, {"G729", 100, 100, 500, 1}, {"GSM", 100, 2, 0, 1}, {"H264", 0, 1, 0, 0}, {"", 0, 1, 0, 0},
	} {
		if got := MOS(c.codec, c.loss, c.burst, c.delay); math.Abs(got-c.want) > 0.011 {
			t.Errorf("%s, %v %% lost, burst %v, %v ms: %v, want %v", c.codec, c.loss, c.burst, c.delay, got, c.want)
		}
	}
	if MOS("PCMU", 5, 4, 0) >= MOS("PCMU", 5, 1, 0) {
		t.Error("bursts must hurt more than single losses")
	}
}

func TestBurstRatio(t *testing.T) {
	for _, c := range []struct {
		lost, runs, expected int64
		want                 float64
	}{
		{0, 0, 100, 1}, {10, 10, 100, 1}, {10, 2, 100, 4.5}, {10, 1, 0, 1}, {100, 1, 100, 1}, // ten in two runs: 5 on average, random would be 1/0.9
	} {
		if got := burstRatio(c.lost, c.runs, c.expected); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// RFC 9435, section 4: what is cleared, kept and set.
func TestKind(t *testing.T) {
	for _, c := range []struct {
		from, to int64
		want     string
	}{
		{46, 0, "bleach-dscp"}, {46, 6, "bleach-tos-precedence"}, {34, 2, "bleach-tos-precedence"}, // AF41 to the 2 that all AFx1 become
		{46, 38, "bleach-some-tos"}, {46, 14, "bleach-some-tos"}, {10, 34, "re-mark-tos"}, {46, 40, "bleach-low"}, {26, 24, "bleach-low"},
		{46, 42, "bleach-some-low"}, {46, 26, "re-mark-dscp"}, {0, 46, "re-mark-dscp"}, {8, 16, "re-mark-tos"},
	} {
		if got := kind(c.from, c.to); got != c.want {
			t.Errorf("%d to %d: %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	// 90 samples of 1.024 to 1.218 ms (bucket 40), 10 of 32.8 to 39 ms (bucket 60).
	b := []int64{40, 50, 60, 10, 40, 40}
	for _, c := range []struct {
		q           float64
		least, most int64
		low, high   float64
	}{
		{0.5, 1_050_000, 38_000_000, 1.024e6, 1.218e6}, {0.9, 1_050_000, 38_000_000, 1.024e6, 1.218e6}, {0.95, 1_050_000, 38_000_000, 32.7e6, 39e6},
		{0.5, 1_200_000, 38_000_000, 1.2e6, 1.2e6}, {1, 0, 33_000_000, 33e6, 33e6}, {1.5, 0, 33_000_000, 33e6, 33e6},
	} {
		if got := quantile(b, c.q, c.least, c.most); got < c.low || got > c.high {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if quantile(nil, 0.5, 0, 0) != 0 || quantile([]int64{500, 1, -1, 1, 3}, 0.5, 0, 9) != 0 {
		t.Error("no samples, or buckets that there are not")
	}
}

// By hand: 10 of 1000 against 40 of 1000: p = 0.025, z = 0.03/√(0.025·0.975·0.002) = 4.297, two-sided 1.73e-5.
func TestTwoProportions(t *testing.T) {
	if p := twoProportions(10, 1000, 40, 1000); math.Abs(p-1.73e-5) > 2e-7 {
		t.Error(p)
	}
	for _, c := range [][4]int64{{5, 100, 5, 100}, {0, 100, 0, 100}, {1, 0, 1, 9}, {9, 9, 9, 9}} {
		if p := twoProportions(c[0], c[1], c[2], c[3]); p != 1 {
			t.Errorf("%v: %v", c, p)
		}
	}
}
