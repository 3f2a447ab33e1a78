package segmentation

import (
	"math"

	"netscope.example/nsgraph/analyses"
)

// wilson returns the share k/n with its 95 % score interval; 0 and [0, 1] for n = 0.
func wilson(k, n int) (value, low, high float64) {
	if n == 0 {
		return 0, 0, 1
	}
	const z = 1.959964
	p, m := float64(k)/float64(n), float64(n)
	centre := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return analyses.Round(p), analyses.Round(max(0, centre-half)), analyses.Round(min(1, centre+half))
}
