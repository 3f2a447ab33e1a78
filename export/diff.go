package export

import (
	"fmt"
	"io"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph/diff"
)

// DiffText prints a difference: the counts first, then the findings that it raises, the changes, and what cannot be told.
func DiffText(w io.Writer, r diff.Report) error {
	var b strings.Builder
	n := r.Counts
	fmt.Fprintf(&b, "%s (%s) against %s (%s)\n", r.Old.Name, span(r.Old), r.New.Name, span(r.New))
	fmt.Fprintf(&b, "%d appeared, %d vanished, %d changed, %d moved, %d unchanged; of %d nobody can tell\n", n.Appeared, n.Vanished, n.Changed, n.Moved, n.Unchanged, n.CannotTell)
	if len(r.Findings) > 0 {
		b.WriteString("\nFINDINGS\n")
	}
	for _, x := range r.Findings {
		if f, ok := x.(analyses.Finding); ok {
			fmt.Fprintf(&b, "  %-8s %s  %s\n", strings.ToUpper(f.Severity.String()), f.Rule, analyses.Printable(f.Text))
		}
	}
	if len(r.Changes) > 0 {
		b.WriteString("\nCHANGES\n")
	}
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "  %-9s %-11s %s%s\n", c.Change, c.Subject.Kind, analyses.Printable(c.Subject.Label), analyses.Printable(change(c)))
		if c.Subject.Kind == "finding" {
			_, text, _ := strings.Cut(c.Text, ": ")
			fmt.Fprintf(&b, "%24s%s\n", "", analyses.Printable(text))
		}
	}
	if len(r.CannotTell) > 0 {
		b.WriteString("\nCANNOT TELL\n")
	}
	for i, u := range r.CannotTell {
		if i == maxUntold {
			fmt.Fprintf(&b, "  … and %s more: see -o json\n", Number(int64(len(r.CannotTell)-maxUntold)))
			break
		}
		fmt.Fprintf(&b, "  %-11s %s: %s\n", u.Subject.Kind, analyses.Printable(u.Subject.Label), analyses.Printable(why(u)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// maxUntold is how many of those of which nothing can be told are listed; the JSON report has all.
const maxUntold = 40

// why is the text of u without the subject that stands before it.
func why(u diff.Unknown) string {
	return strings.TrimPrefix(u.Text, string(u.Subject.Kind)+" "+u.Subject.Label+": ")
}

// change writes the attribute of a change with its values.
func change(c diff.Change) string {
	switch {
	case c.Attribute != "":
		return fmt.Sprintf(": %s %q, was %q (confidence %.2f)", c.Attribute, c.After, c.Before, c.Confidence)
	case c.Change == diff.Moved:
		return fmt.Sprintf(": to %s (confidence %.2f)", c.After, c.Confidence)
	}
	return fmt.Sprintf(" (confidence %.2f)", c.Confidence)
}

func span(s diff.Side) string {
	return s.From.Time().Format("2006-01-02 15:04:05") + " to " + s.To.Time().Format("2006-01-02 15:04:05")
}

// DiffMarkdown writes a difference as GitHub-flavoured Markdown.
func DiffMarkdown(w io.Writer, r diff.Report) error {
	var b strings.Builder
	n := r.Counts
	fmt.Fprintf(&b, "# %s against %s\n\n", EscapeMarkdown(r.Old.Name), EscapeMarkdown(r.New.Name))
	fmt.Fprintf(&b, "%d appeared, %d vanished, %d changed, %d moved, %d unchanged; of %d nobody can tell.\n\n", n.Appeared, n.Vanished, n.Changed, n.Moved, n.Unchanged, n.CannotTell)
	b.WriteString("| change | kind | what | attribute | before | after | confidence |\n| --- | --- | --- | --- | --- | --- | ---: |\n")
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %.2f |\n", c.Change, c.Subject.Kind, EscapeMarkdown(c.Subject.Label), EscapeMarkdown(c.Attribute), EscapeMarkdown(c.Before), EscapeMarkdown(c.After), c.Confidence)
	}
	if len(r.CannotTell) > 0 {
		b.WriteString("\n## What cannot be told\n\n")
	}
	for _, u := range r.CannotTell {
		fmt.Fprintf(&b, "- %s %s: %s\n", u.Subject.Kind, EscapeMarkdown(u.Subject.Label), EscapeMarkdown(why(u)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// EscapeMarkdown keeps text from being read as markup: names in packets are written by strangers.
func EscapeMarkdown(s string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", ">", "&gt;", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[").Replace(analyses.Printable(s))
}
