package graph

import (
	"cmp"
	"slices"
)

// MergeFindings returns the history after a run: before, with what the run found, which judged the rules in judged. A finding that was known keeps the
// earliest First and the latest Last; severity, text, subjects, confidence and count are the run's. Findings of judged rules that the run no longer
// raises are closed. The result is ordered as [Store.Findings] is.
func MergeFindings(before []Finding, judged []string, run []Finding) []Finding {
	at := make(map[ID]int, len(before))
	all := slices.Clone(before)
	for i := range all {
		at[all[i].ID] = i
		if slices.Contains(judged, all[i].Rule) {
			all[i].Open = false
		}
	}
	for _, f := range run {
		f.Open = true
		i, ok := at[f.ID]
		if !ok {
			at[f.ID] = len(all)
			all = append(all, f)
			continue
		}
		f.First, f.Last = min(f.First, all[i].First), max(f.Last, all[i].Last)
		all[i] = f
	}
	SortFindings(all)
	return all
}

// severities from the most severe to the least; one that is not listed comes last.
var severities = []string{"critical", "high", "medium", "low", "info"}

// SeverityRank orders severities, 0 the most severe.
func SeverityRank(s string) int {
	if i := slices.Index(severities, s); i >= 0 {
		return i
	}
	return len(severities)
}

// SortFindings orders by severity, most severe first, then rule and ID.
func SortFindings(fs []Finding) {
	slices.SortFunc(fs, func(a, b Finding) int {
		return cmp.Or(SeverityRank(a.Severity)-SeverityRank(b.Severity), cmp.Compare(a.Rule, b.Rule), a.ID.Compare(b.ID))
	})
}
