package text_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/bandwidth"
	"netscope.example/nsgraph/analyses/dependency"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/export/text"
	"netscope.example/nsgraph/graph"
)

// sample is a report of one capture, with n findings of one rule and a name that was made to steer a terminal.
func sample(n int) *export.Report {
	first, last, broken := graph.Time(1_700_000_000e9), graph.Time(1_700_000_044_900_000_000), "trunk.pcap: offset 1024: packet header: unexpected EOF"
	r := &export.Report{
		Captures: []export.Capture{
			{Path: "/captures/trunk.pcap", SHA256: "aa", Point: "core1", Packets: 1, Bytes: 1500, First: &first, Last: &last, Duplicates: 2, Error: &broken},
			{Path: "empty\x1b[31m.pcap", SHA256: "bb", Point: "p"},
		},
		Graph:     export.Counts{Endpoints: 2, Services: 1, Dependencies: 1, Conversations: 1},
		Artefacts: []export.Artefact{{Kind: "loss", Point: "core1", Extent: 0.1, Text: "one in ten packets is missing"}},
		Analyses: map[string]any{"bandwidth": bandwidth.Report{
			Total: bandwidth.Total{Packets: 1, Bytes: 1500}, Applications: []bandwidth.Application{{Name: "tls\x1b[2J", Bytes: 1500, Share: 1}},
		}},
	}
	for i := range n {
		f := analyses.NewFinding("bandwidth/peak", analyses.High, 0.9, fmt.Sprintf("link %d is full, and this sentence is long enough that it has to be broken on a terminal of eighty columns", i))
		f.ExplainedBy = []string{"artefact loss"}
		f.Evidence = []analyses.Evidence{{Capture: "sha256:aa", Packets: []uint64{3, 5}, Filter: "ip.addr == 10.0.0.1"}, {Capture: "sha256:aa", Filter: "arp"}}
		r.Findings = append(r.Findings, f)
	}
	return r
}

func written(t *testing.T, r *export.Report, o text.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := text.Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	got := written(t, sample(12), text.Options{})
	for _, want := range []string{
		"/captures/trunk.pcap: 1 packet, 1.5 kB at core1, 2023-11-14 22:13:20 UTC, 44.9 s, 2 further sightings counted once\n  not read whole: trunk.pcap: offset 1024",
		"2 endpoints, 1 service, 1 dependency, 1 conversation, 0 VLANs\n",
		"  TROUBLE    Where does the bandwidth go?\n",
		"FINDINGS: 12 high\n",
		"could also be: artefact loss\n", "packets 3, 5 of trunk.pcap; filter: ip.addr == 10.0.0.1\n", "           filter: arp\n",
		"2 more of bandwidth/peak: see -o json\n", "loss at core1: one in ten packets is missing\n", "APPLICATIONS BY BYTES\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "HIGH     bandwidth/peak"); n != 10 {
		t.Errorf("%d findings of one rule are printed, want 10", n)
	}
	if strings.Contains(got, "\x1b") {
		t.Error("an escape sequence came through")
	}
	if order := []int{strings.Index(got, "VERDICT"), strings.Index(got, "FINDINGS"), strings.Index(got, "BY BYTES")}; order[0] > order[1] || order[1] > order[2] {
		t.Errorf("verdict, findings and tables stand at %v", order)
	}
	if got := written(t, sample(0), text.Options{}); !strings.Contains(got, "FINDINGS: none\n") || !strings.Contains(got, "OK         Where") {
		t.Errorf("without findings:\n%s", got)
	}
}

// TestWriteWidth wants every line to fit, and a terminal that is too narrow for that not to lose text.
func TestWriteWidth(t *testing.T) {
	for line := range strings.Lines(written(t, sample(3), text.Options{Width: 80})) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if got := written(t, sample(1), text.Options{Width: 20}); !strings.Contains(got, "broken on a terminal") {
		t.Errorf("a narrow terminal lost text:\n%s", got)
	}
}

// TestWriteTable wants a wide table to fit by breaking its texts between words, every number whole, and names of packets' choice cut.
func TestWriteTable(t *testing.T) {
	r := &export.Report{Analyses: map[string]any{"dependency": dependency.Report{Services: []dependency.Service{
		{ID: "a", Endpoint: "10.90.0.10", Context: "default", Transport: "tcp", Port: 8443, Application: "postgresql", Declared: "orders",
			Names: []string{"intranet.office.example", "portal.office.example"}, Clients: 12, Conversations: 7654, BytesTo: 123_400, BytesFrom: 567_000},
		{ID: "b", Endpoint: "10.90.0.11", Context: "default", Transport: "udp", Port: 53, Application: "dns", Names: []string{strings.Repeat("x", 3000)}},
	}}}}
	got := written(t, r, text.Options{Width: 80})
	for _, want := range []string{"intranet.office.example", "portal.office.example", "7,654", "123 kB", "567 kB", "tcp/8443", "…"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 || strings.HasSuffix(line, " \n") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	if got := written(t, r, text.Options{}); strings.Contains(got, strings.Repeat("x", 200)) || !strings.Contains(got, "intranet.office.example portal.office.example") {
		t.Errorf("not a terminal:\n%s", got)
	}
}

// TestWriteManyCaptures keeps the verdict in sight: a folder is summed up, and what could not be read is named.
func TestWriteManyCaptures(t *testing.T) {
	r := sample(0)
	broken := r.Captures[0]
	r.Captures = nil
	for i := range 40 {
		c := export.Capture{Path: fmt.Sprintf("c%02d.pcap", i), Packets: 100, Bytes: 1000, Duplicates: 1}
		if i == 7 {
			c.Error = broken.Error
		}
		r.Captures = append(r.Captures, c)
	}
	got := written(t, r, text.Options{})
	if !strings.HasPrefix(got, "40 captures: 4,000 packets, 40 kB, 40 further sightings counted once; 1 not read whole; all are in -o json\nc07.pcap: 100 packets") || strings.Contains(got, "c08.pcap") {
		t.Errorf("%.300s", got)
	}
	for i := range r.Captures {
		r.Captures[i].Error = broken.Error
	}
	if got := written(t, r, text.Options{}); !strings.Contains(got, "; 40 not read whole, of which 10 follow; all") || strings.Contains(got, "c10.pcap") {
		t.Errorf("%.300s", got)
	}
}

// TestWriteWindow tells of a window that is smaller than the captures, and of one that misses them.
func TestWriteWindow(t *testing.T) {
	at := func(ns int64) *graph.Time { x := graph.Time(ns); return &x }
	for _, c := range []struct {
		from, to int64
		want     string
	}{
		{1_700_000_000e9, 1_700_000_044_900_000_000, ""},
		{1_700_000_010e9, 1_700_000_020e9, "window: 2023-11-14T22:13:30.000000000Z to 2023-11-14T22:13:40.000000000Z; captures are counted whole\n"},
		{1_800_000_000e9, 1_700_000_044_900_000_000, "window: nothing was captured in the time that was asked for\n"},
	} {
		r := sample(0)
		r.Window = export.Window{From: at(c.from), To: at(c.to)}
		if got := written(t, r, text.Options{}); !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "window:") {
			t.Errorf("no %q in:\n%s", c.want, got)
		}
	}
}

// TestWriteUnits does not part a number from its unit.
func TestWriteUnits(t *testing.T) {
	r := sample(1)
	for n := range 12 {
		r.Findings[0].Text = strings.Repeat("x", 55+n) + " 12.5 % of 30 kb/s, 7 ms."
		for line := range strings.Lines(written(t, r, text.Options{Width: 80})) {
			if s := strings.TrimSpace(line); strings.HasPrefix(s, "%") || strings.HasPrefix(s, "kb/s") || strings.HasPrefix(s, "ms.") {
				t.Errorf("a unit without its number: %q", line)
			}
		}
	}
}

func TestWriteColor(t *testing.T) {
	got := written(t, sample(1), text.Options{Color: true})
	if !strings.Contains(got, "\x1b[31mHIGH    \x1b[0m") || strings.Contains(got, "\x1b[2J") {
		t.Errorf("high is not red, or a packet's escape sequence came through:\n%q", got)
	}
}

type closed struct{}

var errClosed = errors.New("closed pipe")

func (closed) Write([]byte) (int, error) { return 0, errClosed }

func TestWriteError(t *testing.T) {
	if err := text.Write(closed{}, sample(1), text.Options{}); !errors.Is(err, errClosed) {
		t.Errorf("%v, want the writer's error", err)
	}
}
