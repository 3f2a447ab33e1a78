package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	classifier "netscope.example/nsgraph/capture/app"
	"netscope.example/nsgraph/graph/intent"
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

// warnOfApplications tells which applications an intent names that the classifier never would: a rule or class with one matches nothing.
func (a *app) warnOfApplications(in *intent.Intent) {
	known := classifier.Names()
	warn := func(where, name string) {
		if !slices.Contains(known, name) && name != "" && !slices.Contains(intent.Transports(), name) && !strings.HasPrefix(name, "ip-") {
			a.log.Warn("no application is called so, it will match nothing", "app", name, "in", where, "nearest", nearest(name, known))
		}
	}
	if in.Policy != nil {
		for _, r := range in.Policy.Rules {
			for _, s := range r.Services {
				warn("policy rule "+r.Name, s.App)
			}
		}
	}
	for _, x := range in.Applications {
		for _, s := range x.Services {
			warn("application "+x.Name, s.App)
		}
	}
	if in.QoS != nil {
		for _, c := range in.QoS.Classes {
			for _, m := range c.Match {
				name, _ := strings.CutPrefix(m, "app:")
				if name != m {
					warn("class "+c.Name, name)
				}
			}
		}
	}
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
