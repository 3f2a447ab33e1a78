package dependency

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph/diff"
)

// ChangeRules are the rules that Changes can raise.
func ChangeRules() []string {
	return []string{
		"dependency/service-appeared", "dependency/service-vanished", "dependency/service-moved", "dependency/service-changed",
		"dependency/appeared", "dependency/vanished",
	}
}

// changeRules are the rules and severities of what happened to services and dependencies.
var changeRules = map[diff.Kind]map[string]struct {
	rule     string
	severity analyses.Severity
}{
	diff.Service: {
		diff.Appeared: {"dependency/service-appeared", analyses.Low}, diff.Vanished: {"dependency/service-vanished", analyses.Medium},
		diff.Moved: {"dependency/service-moved", analyses.Low}, diff.Changed: {"dependency/service-changed", analyses.Low},
	},
	diff.Dependency: {
		diff.Appeared: {"dependency/appeared", analyses.Low}, diff.Vanished: {"dependency/vanished", analyses.Medium},
	},
}

// identity are the attributes by which a service is another one than it was; its names and places are not.
var identity = []string{"application", "version", "certificate", "port"}

// Thresholds of what changes are worth a finding.
const (
	leastConfidence = 0.5 // below it the other window could not have shown it
	maxPairs        = 50  // dependencies that one finding names
	byChance        = 1.0 // of all that might have been silent in the new window, how many would be by chance
)

// Changes returns what the differences between two windows mean for services and dependencies. Of a service that came or went, its dependencies are
// one finding; those that followed one that moved are none. Among many that are seldom used, some are silent by chance: what did not vanish more surely
// than that is a change, but no finding.
func Changes(r diff.Report) []analyses.Finding {
	services := map[string]bool{} // what happened to which service
	for i := range r.Changes {
		if c := &r.Changes[i]; c.Subject.Kind == diff.Service {
			services[c.Change+c.Node.String()] = true
		}
	}
	fs := []analyses.Finding{}
	pairs := map[string][]*diff.Change{}
	var order []string
	for i := range r.Changes {
		c := &r.Changes[i]
		k, ok := changeRules[c.Subject.Kind][c.Change]
		switch {
		case !ok, c.Confidence < leastConfidence, c.Change == diff.Vanished && (1-c.Confidence)*float64(r.Counts.Unchanged+r.Counts.Vanished) > byChance, c.Change == diff.Changed && !slices.Contains(identity, c.Attribute):
			continue
		case c.Subject.Kind == diff.Dependency && services[c.Change+c.Node.String()]:
			key := k.rule + c.Node.String()
			if pairs[key] == nil {
				order = append(order, key)
			}
			pairs[key] = append(pairs[key], c)
			continue
		}
		f := changeFinding(k.rule, k.severity, c.Text, c)
		if c.Subject.Kind == diff.Service && !c.Now.IsZero() { // where it is now is no part of the finding's identity
			f.Subjects = append(f.Subjects, analyses.Subject{Kind: "service", ID: c.Now.String(), Label: analyses.Printable(now(c))})
		}
		fs = append(fs, f)
	}
	for _, k := range order {
		fs = append(fs, together(pairs[k]))
	}
	analyses.SortFindings(fs)
	return fs
}

// changeFinding reports changes that share a rule; the first is what it is about.
func changeFinding(rule string, sev analyses.Severity, text string, cs ...*diff.Change) analyses.Finding {
	c := cs[0]
	subjects := []analyses.Subject{subjectOf(c)}
	if c.Attribute != "" && c.Change == diff.Changed {
		subjects = append(subjects, analyses.Subject{Kind: "attribute", ID: c.Attribute, Label: c.Attribute})
	}
	f := analyses.NewFinding(rule, sev, analyses.Round(c.Confidence), text, subjects...)
	f.First, f.Last, f.Count = c.First, c.Last, int64(len(cs))
	for _, c := range cs {
		f.First, f.Last = min(f.First, c.First), max(f.Last, c.Last)
		for _, e := range c.Evidence {
			if len(f.Evidence) < maxList {
				f.Evidence = append(f.Evidence, analyses.Evidence{Capture: e.Capture, Packets: e.Packets, Filter: e.Filter})
			}
		}
	}
	return f
}

// now is the label of a service after its address or port changed.
func now(c *diff.Change) string {
	address, port, _ := strings.Cut(c.Subject.Label, " ")
	if c.Attribute == "port" {
		return address + " " + c.After
	}
	return c.After + " " + port
}

func subjectOf(c *diff.Change) analyses.Subject {
	return analyses.Subject{Kind: string(c.Subject.Kind), ID: c.Subject.ID, Label: c.Subject.Label}
}

// together reports the dependencies of a service that came or went with it: a finding about that service which names them.
func together(cs []*diff.Change) analyses.Finding {
	slices.SortFunc(cs, func(a, b *diff.Change) int {
		return cmp.Or(cmp.Compare(a.Subject.Label, b.Subject.Label), cmp.Compare(a.Subject.ID, b.Subject.ID))
	})
	c := cs[0]
	k := changeRules[diff.Dependency][c.Change]
	text := c.Text
	if len(cs) > 1 {
		text = fmt.Sprintf("%d dependencies %s with their service: %s and %d more", len(cs), c.Change, c.Subject.Label, len(cs)-1)
	}
	f := changeFinding(k.rule, k.severity, text, cs...)
	for _, c := range cs[1:min(len(cs), maxPairs)] { // subjects beyond the identity of the finding
		f.Subjects = append(f.Subjects, subjectOf(c))
	}
	return f
}
