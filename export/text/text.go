// Package text prints a report for a terminal: the verdict first, then findings by severity, then tables.
package text

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/export"
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

func (p *printer) captures(r *export.Report) {
	for _, c := range r.Captures {
		p.printf("%s: %s, %s at %s", analyses.Printable(c.Path), export.Count(c.Packets, "packet"), export.Bytes(c.Bytes), analyses.Printable(c.Point))
		if c.First != nil {
			p.printf(", %s, %s", c.First.Time().Format("2006-01-02 15:04:05 UTC"), export.Duration(c.Last.Seconds(*c.First)))
		}
		if c.Duplicates > 0 {
			p.printf(", %s counted once", export.Count(c.Duplicates, "further sighting"))
		}
		if c.Error != nil {
			p.printf("\n  %s", p.color(text.FgRed, "not read whole: "+analyses.Printable(*c.Error)))
		}
		p.printf("\n")
	}
	g := r.Graph
	p.printf("%s, %s, %s, %s, %s\n", export.Count(g.Endpoints, "endpoint"), export.Count(g.Services, "service"), export.Count(g.Dependencies, "dependency"),
		export.Count(g.Conversations, "conversation"), export.Count(g.VLANs, "VLAN"))
}

var verdictColors = map[string]text.Color{"ok": text.FgGreen, "attention": text.FgYellow, "trouble": text.FgRed, "open": text.FgCyan}

func (p *printer) verdict(r *export.Report) {
	p.heading("VERDICT")
	for _, l := range r.Summary() {
		p.printf("  %s %s\n", p.color(verdictColors[l.Verdict], fmt.Sprintf("%-10s", strings.ToUpper(l.Verdict))), l.Question)
		p.wrap(13, l.Text)
	}
}

// wrap prints text at an indent, broken at spaces to the width.
func (p *printer) wrap(indent int, s string) {
	s = analyses.Printable(s)
	pad := strings.Repeat(" ", indent)
	if p.o.Width <= indent+20 {
		p.printf("%s%s\n", pad, s)
		return
	}
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && text.StringWidthWithoutEscSequences(line)+1+text.StringWidthWithoutEscSequences(word) > p.o.Width-indent {
			p.printf("%s%s\n", pad, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	p.printf("%s%s\n", pad, line)
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
	p.printf("  %s %s  (confidence %.2f, id %s)\n", p.color(severityColors[f.Severity], fmt.Sprintf("%-8s", strings.ToUpper(f.Severity.String()))), f.Rule, f.Confidence, f.ID)
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
			parts = append(parts, fmt.Sprintf("packets %s of %s", strings.Join(ns, ", "), paths[e.Capture]))
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
		p.wrap(2, fmt.Sprintf("%s at %s: %s", a.Kind, a.Point, a.Text))
	}
}

func (p *printer) table(t export.Table) {
	p.heading("%s", strings.ToUpper(t.Title))
	w := table.NewWriter()
	s := table.StyleDefault
	s.Options = table.OptionsNoBordersAndSeparators
	s.Box.PaddingLeft, s.Box.PaddingRight = " ", " "
	w.SetStyle(s)
	if p.o.Width > 0 {
		w.Style().Size.WidthMax = p.o.Width
	}
	head := table.Row{}
	var configs []table.ColumnConfig
	for i, c := range t.Columns {
		head = append(head, c.Name)
		if c.Right {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	w.AppendHeader(head)
	w.SetColumnConfigs(configs)
	for _, r := range t.Rows {
		row := table.Row{}
		for _, c := range r {
			row = append(row, analyses.Printable(c))
		}
		w.AppendRow(row)
	}
	p.printf("%s\n", w.Render())
	if t.More > 0 {
		p.printf(" … and %s more: see -o json\n", export.Number(int64(t.More)))
	}
}
