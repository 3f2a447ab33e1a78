package export

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses/configuration"
)

func configurationText(_ *Report, section any) string {
	c := section.(configuration.Report)
	n := map[configuration.Verdict]int{}
	for _, a := range c.Assertions {
		n[a.Verdict]++
	}
	if len(c.Assertions) == 0 {
		return "no device states a setting that another must share"
	}
	var text []string
	if both := n[configuration.Agree] + n[configuration.Mismatch]; both > 0 {
		text = append(text, fmt.Sprintf("of %s that devices must share and that more than one stated, %d differ", Count(int64(both), "setting"), n[configuration.Mismatch]))
	}
	if u := n[configuration.Unobservable]; u > 0 {
		text = append(text, fmt.Sprintf("%s could not be compared: only one side was heard", Count(int64(u), "setting")))
	}
	return strings.Join(text, "; ")
}

// configurationJudged reports whether two devices stated a setting that they must share, or a family of devices could be compared.
func configurationJudged(section any) bool {
	c := section.(configuration.Report)
	return len(c.Baselines) > 0 || slices.ContainsFunc(c.Assertions, func(a configuration.Assertion) bool { return a.Verdict != configuration.Unobservable })
}

func configurationTables(section any) []Table {
	c := section.(configuration.Report)
	at := Table{Title: "What must agree", Columns: []Column{{Name: "setting"}, {Name: "where"}, {Name: "verdict"}, {Name: "said"}}}
	for _, want := range []configuration.Verdict{configuration.Mismatch, configuration.Agree} {
		for _, a := range c.Assertions {
			if a.Verdict != want {
				continue
			}
			var said []string
			for _, p := range slices.Sorted(maps.Keys(a.Values)) {
				said = append(said, p+"="+a.Values[p])
			}
			at.Rows = append(at.Rows, []string{a.Name, a.Subject, string(a.Verdict), strings.Join(said, " ")})
		}
	}
	bt := Table{Title: "Families and who deviates", Columns: []Column{{Name: "family"}, {"devices", true}, {Name: "attribute"}, {Name: "majority"}, {"support", true}, {Name: "deviants"}}}
	for _, b := range c.Baselines {
		if len(b.Deviants) > 0 {
			bt.Rows = append(bt.Rows, []string{b.Family, Number(int64(b.Devices)), b.Attribute, b.Majority, Percent(b.Support), strings.Join(b.Deviants, " ")})
		}
	}
	at = at.cut(maxRows)
	at.More = len(c.Assertions) - len(at.Rows) // what one side alone says among them
	return []Table{at, bt.cut(maxRows)}
}
