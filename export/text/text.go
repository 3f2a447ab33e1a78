// Package text prints a report for a terminal: the verdict first, then findings by severity, then tables.
package text

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
)

// Options fit the report to where it is read.
type Options struct {
	Width int  // columns; 0: not a terminal, lines are as long as they are
	Color bool // severities and verdicts in colour; the words say the same
}

// maxFindings is how many findings of one rule are printed; the JSON report has all.
const maxFindings = 10

// Write prints r.
func Write(w io.Writer, r *export.Report, o Options) error {
	p := &printer{w: w, o: o}
	p.captures(r)
	p.verdict(r)
	p.findings(r)
	p.artefacts(r)
	for _, t := range r.Tables() {
		p.table(t)
	}
	return p.err
}

// printer writes; the first error sticks.
type printer struct {
	w   io.Writer
	o   Options
	err error
}

func (p *printer) printf(format string, a ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, a...)
	}
}

// heading prints a title with an empty line before it.
func (p *printer) heading(format string, a ...any) {
	p.printf("\n%s\n", p.color(text.Bold, fmt.Sprintf(format, a...)))
}

func (p *printer) color(c text.Color, s string) string {
	if !p.o.Color {
		return s
	}
	return text.Colors{c}.EscapeSeq() + s + text.Reset.EscapeSeq()
}

// maxCaptures is how many captures are listed; of more, those that could not be read whole, so that the verdict stays in sight.
const maxCaptures = 10

// listed returns the captures that are printed, after a line on all of them if there are too many.
func (p *printer) listed(all []export.Capture) []export.Capture {
	if len(all) <= maxCaptures {
		return all
	}
	var packets, bytes, again int64
	var broken []export.Capture
	for _, c := range all {
		packets, bytes, again = packets+c.Packets, bytes+c.Bytes, again+c.Duplicates
		if c.Error != nil {
			broken = append(broken, c)
		}
	}
	line := fmt.Sprintf("%s: %s, %s", export.Count(int64(len(all)), "capture"), export.Count(packets, "packet"), export.Bytes(bytes))
	if again > 0 {
		line += fmt.Sprintf(", %s counted once", export.Count(again, "further sighting"))
	}
	if len(broken) > 0 {
		line += fmt.Sprintf("; %s not read whole", export.Number(int64(len(broken))))
	}
	if len(broken) > maxCaptures {
		line += fmt.Sprintf(", of which %d follow", maxCaptures)
		broken = broken[:maxCaptures]
	}
	p.hang("", 4, line+"; all are in -o json")
	return broken
}

func (p *printer) captures(r *export.Report) {
	for _, c := range p.listed(r.Captures) {
		line := fmt.Sprintf("%s: %s, %s at %s", c.Path, export.Count(c.Packets, "packet"), export.Bytes(c.Bytes), cell(c.Point))
		if c.First != nil {
			line += fmt.Sprintf(", %s, %s", c.First.Time().Format("2006-01-02 15:04:05 UTC"), export.Duration(c.Last.Seconds(*c.First)))
		}
		if c.Duplicates > 0 {
			line += fmt.Sprintf(", %s counted once", export.Count(c.Duplicates, "further sighting"))
		}
		p.hang("", 4, line)
		if c.Error != nil {
			for _, l := range p.lines(4, "not read whole: "+*c.Error) {
				p.printf("  %s\n", p.color(text.FgRed, l))
			}
		}
	}
	p.window(r)
	g := r.Graph
	p.hang("", 4, fmt.Sprintf("%s, %s, %s, %s, %s", export.Count(g.Endpoints, "endpoint"), export.Count(g.Services, "service"), export.Count(g.Dependencies, "dependency"),
		export.Count(g.Conversations, "conversation"), export.Count(g.VLANs, "VLAN")))
}

// window tells which part of the captures' time the report covers, if it is not all.
func (p *printer) window(r *export.Report) {
	var first, last *graph.Time
	for _, c := range r.Captures {
		if c.First != nil && (first == nil || *c.First < *first) {
			first = c.First
		}
		if c.Last != nil && (last == nil || *c.Last > *last) {
			last = c.Last
		}
	}
	w := r.Window
	if first == nil || w.From == nil || w.To == nil || *w.From <= *first && *w.To >= *last {
		return
	}
	if *w.From > *last || *w.To < *first {
		p.hang("", 4, "window: nothing was captured in the time that was asked for")
		return
	}
	p.hang("", 4, fmt.Sprintf("window: %s to %s; captures are counted whole", w.From, w.To))
}

var verdictColors = map[string]text.Color{"ok": text.FgGreen, "attention": text.FgYellow, "trouble": text.FgRed, "unknown": text.FgCyan}

func (p *printer) verdict(r *export.Report) {
	p.heading("VERDICT")
	for _, l := range r.Summary() {
		p.printf("  %s %s\n", p.color(verdictColors[l.Verdict], fmt.Sprintf("%-10s", strings.ToUpper(l.Verdict))), l.Question)
		p.wrap(13, l.Text)
	}
}

// wrap prints text at an indent, broken at spaces to the width.
func (p *printer) wrap(indent int, s string) {
	for _, l := range p.lines(indent, s) {
		p.printf("%s%s\n", strings.Repeat(" ", indent), l)
	}
}

// hang prints text behind a prefix; what does not fit the line goes on at an indent.
func (p *printer) hang(prefix string, indent int, s string) {
	for i, l := range p.lines(indent, s) {
		if i > 0 {
			prefix = strings.Repeat(" ", indent)
		}
		p.printf("%s%s\n", prefix, l)
	}
}

// unit is a unit behind its number, which it is not parted from.
var unit = regexp.MustCompile(`(\d) (%|[kMGTP]?B|[kMGTP]?b/s|µs|ms|s|min|h|days|years)([,;:.)]|\s|$)`)

// lines breaks text at spaces so that it fits behind an indent. A terminal that is too narrow for that gets one line.
func (p *printer) lines(indent int, s string) []string {
	const glue = "\u00a0"
	s = analyses.Printable(s)
	if p.o.Width <= indent+20 {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(unit.ReplaceAllString(s, "${1}\u2060${2}${3}")) {
		word = strings.ReplaceAll(word, "\u2060", glue)
		if line != "" && text.StringWidthWithoutEscSequences(line)+1+text.StringWidthWithoutEscSequences(word) > p.o.Width-indent {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	lines = append(lines, line)
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], glue, " ")
	}
	return lines
}

var severityColors = map[analyses.Severity]text.Color{analyses.Critical: text.FgHiRed, analyses.High: text.FgRed, analyses.Medium: text.FgYellow, analyses.Low: text.FgCyan, analyses.Info: text.FgWhite}

func (p *printer) findings(r *export.Report) {
	if len(r.Findings) == 0 {
		p.heading("FINDINGS: none")
		return
	}
	p.heading("FINDINGS: %s", tally(r.Findings))
	paths := map[string]string{}
	for _, c := range r.Captures {
		paths["sha256:"+c.SHA256] = filepath.Base(c.Path)
	}
	printed, left := map[string]int{}, map[string]int{}
	var order []string
	for _, f := range r.Findings {
		if printed[f.Rule] == maxFindings {
			if left[f.Rule] == 0 {
				order = append(order, f.Rule)
			}
			left[f.Rule]++
			continue
		}
		printed[f.Rule]++
		p.finding(f, paths)
	}
	for _, rule := range order {
		p.printf("  %s more of %s: see -o json\n", export.Number(int64(left[rule])), rule)
	}
}

func (p *printer) finding(f analyses.Finding, paths map[string]string) {
	p.hang("  "+p.color(severityColors[f.Severity], fmt.Sprintf("%-8s", strings.ToUpper(f.Severity.String())))+" ", 11,
		fmt.Sprintf("%s  (confidence %.2f, id %s)", f.Rule, f.Confidence, f.ID))
	p.wrap(11, f.Text)
	if len(f.ExplainedBy) > 0 {
		p.wrap(11, "could also be: "+strings.Join(f.ExplainedBy, ", "))
	}
	for _, e := range f.Evidence {
		var ns []string
		for _, n := range e.Packets {
			ns = append(ns, fmt.Sprint(n))
		}
		var parts []string
		if len(ns) > 0 {
			noun := "packets"
			if len(ns) == 1 {
				noun = "packet"
			}
			parts = append(parts, fmt.Sprintf("%s %s of %s", noun, strings.Join(ns, ", "), paths[e.Capture]))
		}
		if e.Filter != "" {
			parts = append(parts, "filter: "+e.Filter)
		}
		p.wrap(11, strings.Join(parts, "; "))
	}
}

// tally counts findings by severity: "1 critical, 3 high".
func tally(fs []analyses.Finding) string {
	n := map[analyses.Severity]int{}
	for _, f := range fs {
		n[f.Severity]++
	}
	var parts []string
	for s := analyses.Critical; ; s-- {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s], s))
		}
		if s == analyses.Info {
			return strings.Join(parts, ", ")
		}
	}
}

func (p *printer) artefacts(r *export.Report) {
	if len(r.Artefacts) == 0 {
		return
	}
	p.heading("WHAT THE CAPTURES THEMSELVES ADD TO THE PICTURE")
	for _, a := range r.Artefacts {
		p.hang("  ", 4, fmt.Sprintf("%s at %s: %s", a.Kind, a.Point, a.Text))
	}
}

// maxCell is how many characters of a cell are printed; names are as long as who sends them likes.
const maxCell = 80

func cell(s string) string {
	s = analyses.Printable(s)
	if r := []rune(s); len(r) > maxCell {
		return string(r[:maxCell-1]) + "…"
	}
	return s
}

// narrow is the least width that a column of text is broken to, and wordy the widest word that is spared as long as others can give.
const (
	narrow = 12
	wordy  = 30
)

// short are the headings of columns of numbers that are wider than most numbers, for tables that hardly fit.
var short = map[string]string{"conversations": "convs"}

// heading is a column's name in a dense table: over columns of numbers it is as narrow as its longest word.
func heading(c export.Column, dense bool) string {
	if !dense || !c.Right {
		return c.Name
	}
	return strings.ReplaceAll(cmp.Or(short[c.Name], c.Name), " ", "\n")
}

// fit chooses how wide the columns of a table may be, 0 for as wide as they are, so that it fits the terminal: first the space between them and their
// headings shrink, then the widest columns of text are broken into lines, between words as long as that will do; numbers stay whole.
func (p *printer) fit(t export.Table) (limits []int, dense bool) {
	limits = make([]int, len(t.Columns))
	if p.o.Width <= 0 || sum(p.widths(t, false))+2*len(limits) <= p.o.Width {
		return limits, false
	}
	widths := p.widths(t, true)
	over := sum(widths) + len(widths) - p.o.Width
	for _, spare := range []bool{true, false} {
		for ; over > 0; over-- {
			widest := -1
			for i, c := range t.Columns {
				if !c.Right && widths[i] > floor(t, i, spare) && (widest < 0 || widths[i] > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break // nothing is left to break
			}
			widths[widest]--
			limits[widest] = widths[widest]
		}
	}
	return limits, true
}

// floor is how narrow column i may become.
func floor(t export.Table, i int, spareWords bool) int {
	least := narrow
	if spareWords {
		for _, r := range t.Rows {
			for _, word := range strings.Fields(r[i]) {
				least = max(least, min(wordy, text.StringWidthWithoutEscSequences(word)))
			}
		}
	}
	return least
}

// widths are those of the columns' widest cells and headings.
func (p *printer) widths(t export.Table, dense bool) []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		for word := range strings.SplitSeq(heading(c, dense), "\n") {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(word))
		}
		for _, r := range t.Rows {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(cell(r[i])))
		}
	}
	return widths
}

func sum(list []int) (n int) {
	for _, x := range list {
		n += x
	}
	return n
}

func (p *printer) table(t export.Table) {
	p.heading("%s", strings.ToUpper(t.Title))
	w := table.NewWriter()
	s := table.StyleDefault
	s.Options = table.OptionsNoBordersAndSeparators
	s.Box.PaddingLeft, s.Box.PaddingRight = " ", " "
	w.SetStyle(s)
	limits, dense := p.fit(t)
	if dense {
		w.Style().Box.PaddingLeft = ""
	}
	head := table.Row{}
	var configs []table.ColumnConfig
	for i, c := range t.Columns {
		head = append(head, heading(c, dense))
		config := table.ColumnConfig{Number: i + 1, WidthMax: limits[i], WidthMaxEnforcer: text.WrapSoft}
		if c.Right {
			config.Align, config.AlignHeader = text.AlignRight, text.AlignRight
		}
		configs = append(configs, config)
	}
	w.AppendHeader(head)
	w.SetColumnConfigs(configs)
	for _, r := range t.Rows {
		row := table.Row{}
		for _, c := range r {
			row = append(row, cell(c))
		}
		w.AppendRow(row)
	}
	for line := range strings.Lines(w.Render()) {
		p.printf("%s\n", strings.TrimRight(line, " \n"))
	}
	if t.More > 0 {
		p.printf(" … and %s more: see -o json\n", export.Number(int64(t.More)))
	}
}
