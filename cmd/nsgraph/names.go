package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// fewNames is how many names an error lists; of more it offers the nearest only.
const fewNames = 12

// unknownName is the usage error of a name that is not among known; it offers the nearest, and all of a short list.
func unknownName(what, name string, known []string) error {
	hint := ""
	if n := nearest(name, known); n != "" {
		hint = fmt.Sprintf(", did you mean %q?", n)
	}
	if len(known) > fewNames {
		return usage("no %s %q%s", what, name, hint)
	}
	return usage("no %s %q%s There are: %s", what, name, cmp.Or(hint, "."), strings.Join(known, ", "))
}

// nearest returns the known name that differs least from name, or "" if none is near: at most a third of its letters differ.
func nearest(name string, known []string) string {
	best, at := "", len(name)/3+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(name, k); d < at {
			best, at = k, d
		}
	}
	return best
}
