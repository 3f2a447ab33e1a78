package qos

import (
	"math"
	"strings"
)

// impairment is a codec's equipment impairment Ie and its robustness to loss Bpl (ITU-T G.113, appendix I).
type impairment struct{ ie, bpl float64 }

// codecs are keyed by their RTP name in upper case.
var codecs = map[string]impairment{
	"PCMU": {0, 25.1}, "PCMA": {0, 25.1}, "G711": {0, 25.1}, // with packet loss concealment
	"G722": {0, 25.1}, "OPUS": {0, 25.1}, // wideband codecs are held against the narrowband scale
	"G729": {11, 19}, "G723": {15, 16.1}, "GSM": {20, 10}, "GSM-EFR": {5, 10}, "ILBC": {11, 32}, "G726-32": {7, 12}, "G728": {7, 17}, "AMR": {5, 10}, "AMR-WB": {0, 20}, "SPEEX": {11, 20},
}

// MOS estimates the mean opinion score of a call by the E-model (ITU-T G.107 with its default values) from its loss in percent, the
// burst ratio of its loss (1 is random), and its one-way delay in milliseconds, 0 if unknown: then the delay impairs nothing. It returns 0 for
// a codec that the table of G.113 does not hold.
func MOS(codec string, lossPct, burst, delayMs float64) float64 {
	c, ok := codecs[strings.ToUpper(codec)]
	if !ok {
		return 0
	}
	ie := c.ie + (95-c.ie)*lossPct/(lossPct/max(1, burst)+c.bpl)
	id := 0.024 * delayMs
	if delayMs > 177.3 {
		id += 0.11 * (delayMs - 177.3)
	}
	r := 93.2 - id - ie
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	return max(1, math.Round((1+0.035*r+r*(r-60)*(100-r)*7e-6)*100)/100) // the polynomial dips below 1 near R = 3
}

// burstRatio is the mean length of loss runs over that of random loss at the same rate (G.107, section 7.5): above 1, losses cluster.
func burstRatio(lost, runs, expected int64) float64 {
	if runs == 0 || expected == 0 || lost >= expected {
		return 1
	}
	p := float64(lost) / float64(expected)
	return max(1, float64(lost)/float64(runs)*(1-p))
}
