package intent

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
)

// longest is how much of a word is compared: no word of the file is near to a longer one.
const longest = 64

// nearest returns "; the nearest valid word is …", or "" without words. Ties are decided by the order of words.
func nearest(got string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	got = strings.ToLower(got[:min(len(got), longest)])
	distance := func(word string) int { return levenshtein.ComputeDistance(got, strings.ToLower(word)) }
	best := slices.MinFunc(words, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	return "; the nearest valid word is " + strconv.Quote(best)
}
