package main

import (
	"strings"
)

// unknownName is the usage error of a name that is not among known; it offers the nearest.
func unknownName(what, name string, known []string) error {
	if n := nearest(name, known); n != "" {
		return usage("no %s %q, did you mean %q? There are: %s", what, name, n, strings.Join(known, ", "))
	}
	return usage("no %s %q. There are: %s", what, name, strings.Join(known, ", "))
}

// nearest returns the known name that differs least from name, or "" if none is near: at most a third of its letters differ.
func nearest(name string, known []string) string {
	best, at := "", len(name)/3+1
	for _, k := range known {
		if d := distance(name, k); d < at {
			best, at = k, d
		}
	}
	return best
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost = 1 + min(diag, row[j], row[j+1])
			}
			diag, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
