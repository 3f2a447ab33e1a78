package markdown_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/bandwidth"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/export/markdown"
	"netscope.example/nsgraph/graph"
)

// hostile is what a packet may hold to break out of a cell.
const hostile = "a|b`c\n| <script> \x1b[2J"

func TestWrite(t *testing.T) {
	first, last, broken := graph.Time(1_700_000_000e9), graph.Time(1_700_000_001e9), "offset 7: "+hostile
	f := analyses.Finding{ID: "f1", Rule: "bandwidth/peak", Severity: analyses.Medium, Text: hostile, ExplainedBy: []string{"loss"},
		Evidence: []analyses.Evidence{{Capture: "sha256:aa", Packets: []uint64{3, 5}, Filter: `tls.handshake.extensions_server_name == "` + hostile + `"`}}}
	r := &export.Report{
		Captures:  []export.Capture{{Path: hostile, Point: hostile, Packets: 2, First: &first, Last: &last, Error: &broken}},
		Artefacts: []export.Artefact{{Kind: "loss", Point: hostile, Text: hostile}},
		Findings:  []analyses.Finding{f},
		Analyses: map[string]any{"bandwidth": bandwidth.Report{
			Total: bandwidth.Total{Packets: 2}, Applications: append(make([]bandwidth.Application, 24), bandwidth.Application{Name: hostile}),
		}},
	}
	r.Analyses["bandwidth"].(bandwidth.Report).Applications[0].Name = hostile
	var b bytes.Buffer
	if err := markdown.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{"## Verdict", "| Where does the bandwidth go? | **attention** |", "packets 3, 5, `tls.", "(could also be: loss)", "**not read whole:** offset 7:",
		"2023-11-14T22:13:20.000000000Z to ", "| application | bytes |", "| --- | ---: |", "… and 5 more."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	outside := regexp.MustCompile("`[^`]*`").ReplaceAllString(strings.ReplaceAll(got, "\\`", ""), "") // of code, where markup is none
	if strings.Contains(outside, "<script>") || strings.Contains(got, "\x1b") {
		t.Errorf("markup or an escape sequence came through:\n%s", got)
	}
	columns := 0 // of the table that the line is in
	for line := range strings.Lines(got) {
		cells := strings.Count(line, "|") - strings.Count(line, `\|`)
		switch {
		case !strings.HasPrefix(line, "|"):
			columns = 0
		case columns == 0:
			columns = cells
		case cells != columns:
			t.Errorf("%d bars in a table of %d: %s", cells, columns, line)
		}
	}
	b.Reset()
	r.Findings[0].Evidence = []analyses.Evidence{{Filter: "arp"}, {Packets: []uint64{7}}}
	if err := markdown.Write(&b, r); err != nil || !strings.Contains(b.String(), "| `arp`; packets 7 |") {
		t.Errorf("evidence without packets, and without a filter: %v\n%s", err, b.String())
	}
	b.Reset()
	r.Captures = append(r.Captures, export.Capture{Path: "folder/other.pcap", SHA256: "bb"})
	r.Findings[0].Evidence = []analyses.Evidence{{Capture: "sha256:bb", Packets: []uint64{7}}}
	if err := markdown.Write(&b, r); err != nil || !strings.Contains(b.String(), "| packets 7 of other.pcap |") {
		t.Errorf("evidence of one of two captures: %v\n%s", err, b.String())
	}
	b.Reset()
	if err := markdown.Write(&b, &export.Report{}); err != nil || !strings.Contains(b.String(), "None.") {
		t.Errorf("%v, no findings are not said:\n%s", err, &b)
	}
}
