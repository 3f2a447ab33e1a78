package export

import (
	"fmt"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// Line is the verdict of one analysis in one sentence.
type Line struct {
	Analysis string
	Question string
	Verdict  string // ok, attention, trouble; unknown where there was nothing to judge by, which is no pass
	Text     string
}

// Table is a part of the report as rows of text, for people. The same tables stand in the text, Markdown and HTML reports.
type Table struct {
	Analysis string
	Title    string
	Columns  []Column
	Rows     [][]string
	More     int // rows that were left out
}

// Column is a heading; numbers are aligned to the right.
type Column struct {
	Name  string
	Right bool
}

// view presents one analysis' section.
type view struct {
	name, question string
	text           func(r *Report, section any) string
	tables         func(section any) []Table
	judged         func(section any) bool // whether there was anything that the question could be answered by
}

// views are the analyses in the order in which reports present them.
func views() []view {
	return []view{
		{"segmentation", "Is the network segmented as intended?", segmentationText, segmentationTables, segmentationJudged},
		{"dependency", "Which systems depend on which?", dependencyText, dependencyTables, dependencyJudged},
		{"bandwidth", "Where does the bandwidth go?", bandwidthText, bandwidthTables, bandwidthJudged},
		{"configuration", "Are devices configured alike?", configurationText, configurationTables, configurationJudged},
		{"qos", "Does priority traffic get priority?", qosText, qosTables, qosJudged},
	}
}

// Summary returns the verdict of each analysis that was asked.
func (r *Report) Summary() []Line {
	var lines []Line
	for _, v := range views() {
		section, ok := r.Analyses[v.name]
		if !ok {
			continue
		}
		lines = append(lines, Line{v.name, v.question, r.verdict(v.name, v.judged(section)), v.text(r, section) + r.found(v.name)})
	}
	return lines
}

// found names the rules that made the verdict of an analysis, the most severe first.
func (r *Report) found(name string) string {
	var rules []string
	for _, f := range r.Findings { // the most severe first
		if rule, ok := strings.CutPrefix(f.Rule, name+"/"); ok && f.Severity >= analyses.Low && !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	switch n := len(rules); {
	case n == 0:
		return ""
	case n > maxFound:
		return fmt.Sprintf("; found: %s and %d more", strings.Join(rules[:maxFound], ", "), n-maxFound)
	}
	return "; found: " + strings.Join(rules, ", ")
}

// maxFound is how many rules a verdict names.
const maxFound = 4

// verdict follows from the most severe finding of an analysis; without one it is ok only if something was judged.
func (r *Report) verdict(name string, judged bool) string {
	verdict := "ok"
	if !judged {
		verdict = "unknown"
	}
	for _, f := range r.Findings {
		if !strings.HasPrefix(f.Rule, name+"/") {
			continue
		}
		if f.Severity >= analyses.High {
			return "trouble"
		}
		if f.Severity >= analyses.Low {
			verdict = "attention"
		}
	}
	return verdict
}

// Tables returns the tables of each analysis that was asked, in the order of the report.
func (r *Report) Tables() []Table {
	var ts []Table
	for _, v := range views() {
		section, ok := r.Analyses[v.name]
		if !ok {
			continue
		}
		for _, t := range v.tables(section) {
			if len(t.Rows) > 0 {
				t.Analysis = v.name
				ts = append(ts, t)
			}
		}
	}
	return ts
}

// cut limits a table to n rows.
func (t Table) cut(n int) Table {
	if len(t.Rows) > n {
		t.More = len(t.Rows) - n
		t.Rows = t.Rows[:n]
	}
	return t
}

// Bytes writes a number of bytes with a decimal prefix: 1.23 MB.
func Bytes(n int64) string { return analyses.Scaled(float64(n), "B") }

// Rate writes a rate in bits per second with a decimal prefix.
func Rate(bps float64) string { return analyses.Scaled(bps, "b/s") }

// Number writes a whole number with commas between thousands.
func Number(n int64) string {
	s := fmt.Sprint(n)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if neg {
		return "-" + s
	}
	return s
}

// Percent writes a share: 12.3 %.
func Percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// Count writes a number with what it counts, a noun in the singular: "1 packet", "1,200 queries".
func Count(n int64, noun string) string { return Number(n) + " " + analyses.Noun(n, noun) }

// Duration writes a time in seconds in the unit that fits: "20 µs", "250 ms", "44.9 s", "12 min", "3.5 h", "12 days", "3 years".
func Duration(seconds float64) string {
	switch {
	case seconds == 0:
		return "0 s"
	case seconds < 0.001:
		return fmt.Sprintf("%.3g µs", seconds*1e6)
	case seconds < 1:
		return fmt.Sprintf("%.3g ms", seconds*1000)
	case seconds < 120:
		return fmt.Sprintf("%.3g s", seconds)
	case seconds < 2*3600:
		return fmt.Sprintf("%.3g min", seconds/60)
	case seconds < 2*86400:
		return fmt.Sprintf("%.3g h", seconds/3600)
	}
	if seconds < 2*365.25*86400 {
		return fmt.Sprintf("%.0f days", seconds/86400)
	}
	return fmt.Sprintf("%.3g years", seconds/86400/365.25)
}
