// Package markdown writes a report as GitHub-flavoured Markdown, for tickets and wikis.
package markdown

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/export"
)

// Write writes r.
func Write(w io.Writer, r *export.Report) error {
	var b strings.Builder
	b.WriteString("# Network report\n\n")
	for _, c := range r.Captures {
		fmt.Fprintf(&b, "- %s: %s, %s at %s", export.EscapeMarkdown(c.Path), export.Count(c.Packets, "packet"), export.Bytes(c.Bytes), export.EscapeMarkdown(c.Point))
		if c.First != nil {
			fmt.Fprintf(&b, ", %s to %s", c.First, c.Last)
		}
		if c.Error != nil {
			fmt.Fprintf(&b, "; **not read whole:** %s", export.EscapeMarkdown(*c.Error))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Verdict\n\n| question | verdict | |\n| --- | --- | --- |\n")
	for _, l := range r.Summary() {
		fmt.Fprintf(&b, "| %s | **%s** | %s |\n", export.EscapeMarkdown(l.Question), l.Verdict, export.EscapeMarkdown(l.Text))
	}
	findings(&b, r)
	if len(r.Artefacts) > 0 {
		b.WriteString("\n## What the captures themselves add to the picture\n\n")
		for _, a := range r.Artefacts {
			fmt.Fprintf(&b, "- %s at %s: %s\n", a.Kind, export.EscapeMarkdown(a.Point), export.EscapeMarkdown(a.Text))
		}
	}
	for _, t := range r.Tables() {
		table(&b, t)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func findings(b *strings.Builder, r *export.Report) {
	fmt.Fprintf(b, "\n## Findings\n\n")
	if len(r.Findings) == 0 {
		b.WriteString("None.\n")
		return
	}
	paths := map[string]string{}
	for _, c := range r.Captures {
		paths["sha256:"+c.SHA256] = filepath.Base(c.Path)
	}
	b.WriteString("| severity | rule | finding | evidence | id |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range r.Findings {
		var ev []string
		for _, e := range f.Evidence {
			var parts []string
			if len(e.Packets) > 0 {
				of := ""
				if len(r.Captures) > 1 {
					of = " of " + export.EscapeMarkdown(paths[e.Capture])
				}
				parts = append(parts, "packets "+strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Packets), " ", ", "), "[]")+of)
			}
			if e.Filter != "" {
				parts = append(parts, "`"+strings.NewReplacer("|", "\\|", "`", "'").Replace(analyses.Printable(e.Filter))+"`")
			}
			ev = append(ev, strings.Join(parts, ", "))
		}
		text := f.Text
		if len(f.ExplainedBy) > 0 {
			text += " (could also be: " + strings.Join(f.ExplainedBy, ", ") + ")"
		}
		fmt.Fprintf(b, "| %s | `%s` | %s | %s | `%s` |\n", f.Severity, f.Rule, export.EscapeMarkdown(text), strings.Join(ev, "; "), f.ID)
	}
}

func table(b *strings.Builder, t export.Table) {
	fmt.Fprintf(b, "\n## %s\n\n|", t.Title)
	for _, c := range t.Columns {
		fmt.Fprintf(b, " %s |", export.EscapeMarkdown(c.Name))
	}
	b.WriteString("\n|")
	for _, c := range t.Columns {
		if c.Right {
			b.WriteString(" ---: |")
		} else {
			b.WriteString(" --- |")
		}
	}
	for _, r := range t.Rows {
		b.WriteString("\n|")
		for _, c := range r {
			fmt.Fprintf(b, " %s |", export.EscapeMarkdown(c))
		}
	}
	b.WriteString("\n")
	if t.More > 0 {
		fmt.Fprintf(b, "\n… and %d more.\n", t.More)
	}
}
