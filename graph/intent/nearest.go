package intent

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// nearest returns "; the nearest valid word is …", or "" without words. Ties are decided by the order of words.
func nearest(got string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	best := slices.MinFunc(words, func(a, b string) int { return cmp.Compare(distance(got, a), distance(got, b)) })
	return "; the nearest valid word is " + strconv.Quote(best)
}

// distance is the number of characters to insert, delete, replace or exchange with their neighbour (optimal string alignment),
// regardless of case.
func distance(a, b string) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	if len(x) > 64 { // no word of the file is near to it
		x = x[:64]
	}
	prev2, prev, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := prev[j-1]
			if x[i-1] != y[j-1] {
				change++
			}
			row[j] = min(prev[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(y)]
}
