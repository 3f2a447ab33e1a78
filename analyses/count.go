package analyses

import (
	"fmt"
	"strings"
)

// Count writes a number with what it counts, a noun in the singular: "1 packet", "2 addresses". Behind "of" texts keep the plural, as in
// "1 of 1 attempts", and write it themselves.
func Count[N int | int64](n N, noun string) string {
	return fmt.Sprintf("%d %s", n, Noun(int64(n), noun))
}

// Noun is the form of a noun, given in the singular, that n of it take.
func Noun(n int64, noun string) string {
	if n == 1 {
		return noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.HasSuffix(stem, "a") && !strings.HasSuffix(stem, "e") {
		return stem + "ies"
	}
	if strings.HasSuffix(noun, "s") || strings.HasSuffix(noun, "x") {
		return noun + "es"
	}
	return noun + "s"
}

// Scaled writes a measure with a decimal prefix, to three digits: "1.48 Mb/s".
func Scaled(x float64, unit string) string {
	prefixes := []string{"", "k", "M", "G", "T", "P"}
	i := 0
	for x >= 999.5 && i < len(prefixes)-1 {
		x /= 1000
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%.0f %s", x, unit)
	}
	return fmt.Sprintf("%.3g %s%s", x, prefixes[i], unit)
}
