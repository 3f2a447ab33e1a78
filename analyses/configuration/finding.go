package configuration

import (
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// subject names a speaker's node.
func (s *speaker) subject() analyses.Subject {
	r := s.any()
	kind := "endpoint"
	if r.Device {
		kind = "device"
	}
	label := s.label
	if r.Device && !strings.Contains(label, r.Speaker) {
		label += " (" + r.Speaker + ")"
	}
	return analyses.Subject{Kind: kind, ID: r.Node.String(), Label: label}
}

func settingSubject(name string) analyses.Subject {
	return analyses.Subject{Kind: "setting", ID: graph.NewNamedID(graph.LabelSetting, name).String(), Label: name}
}

func segmentSubject(name string) analyses.Subject {
	return analyses.Subject{Kind: "segment", ID: graph.NewID("segment", name).String(), Label: name}
}

// conflict raises a finding about a setting of a segment.
func (j *judge) conflict(rule string, sev analyses.Severity, confidence float64, s *segment, setting string, ps []*speaker, text string) *analyses.Finding {
	return j.raise(rule, sev, confidence, text, rowsOf(ps, setting), s.protocol, subjectsOf(s, []string{setting}, ps)...)
}

func subjectsOf(s *segment, settings []string, ps []*speaker) []analyses.Subject {
	var subjects []analyses.Subject
	for _, x := range settings {
		subjects = append(subjects, settingSubject(x))
	}
	subjects = append(subjects, segmentSubject(s.protocol+" "+s.name))
	for _, p := range ps {
		subjects = append(subjects, p.subject())
	}
	return subjects
}

// maxCited is how many statements a finding cites.
const maxCited = 8

// witnesses cites packets of every side: of each speaker and value one statement first, and of each of these a few packets.
func witnesses(rows []*StatementRow) []string {
	type side struct{ speaker, address, mac, value string }
	seen := map[side]bool{}
	var first, rest []*StatementRow
	for _, r := range rows {
		if k := (side{r.Speaker, r.Address, r.MAC, r.Value}); !seen[k] {
			seen[k] = true
			first = append(first, r)
		} else {
			rest = append(rest, r)
		}
	}
	first = append(first, rest...)
	first = first[:min(len(first), maxCited)]
	var out []string
	for _, r := range first {
		for _, w := range r.Witness {
			packets := strings.Split(w, ",") // the first one has the capture in front
			out = append(out, strings.Join(packets[:min(len(packets), max(1, maxCited/len(first)))], ","))
		}
	}
	return out
}

// raise adds a finding whose time, count and evidence are those of the rows. filter is a Wireshark display filter, to which the senders are added.
func (j *judge) raise(rule string, sev analyses.Severity, confidence float64, text string, rows []*StatementRow, filter string, subjects ...analyses.Subject) *analyses.Finding {
	f := analyses.NewFinding(rule, sev, confidence, text, subjects...)
	var senders []string
	f.Count = 0
	for i, r := range rows {
		if i == 0 || r.First < f.First {
			f.First = r.First
		}
		f.Last = max(f.Last, r.Last)
		f.Count += r.Count
		from := "eth.src == " + r.MAC
		if r.MAC == "" || r.MAC == "00:00:00:00:00:00" { // a link or a tunnel without hardware addresses
			from = "ip.src == " + r.Address
			if strings.Contains(r.Address, ":") {
				from = "ipv6.src == " + r.Address
			}
		}
		if from != "ip.src == " && len(senders) <= maxNames && !slices.Contains(senders, from) {
			senders = append(senders, from)
		}
	}
	f.Count = max(f.Count, 1)
	if len(senders) > 0 && len(senders) <= maxNames {
		slices.Sort(senders)
		filter += " && (" + strings.Join(senders, " || ") + ")"
	}
	f.Evidence = analyses.EvidenceOf(witnesses(rows), filter)
	return j.add(f)
}

// maxPerRule is how many findings of one rule a report holds: what raises more is a flood, which the first ones show.
const maxPerRule = 200

// full reports whether a rule has raised all findings that it may.
func (j *judge) full(rule string) bool { return j.raised[rule] >= maxPerRule }

// add puts a finding into the report, or counts it if its rule is full.
func (j *judge) add(f analyses.Finding) *analyses.Finding {
	if j.full(f.Rule) {
		j.report.Suppressed++
		return &f
	}
	j.raised[f.Rule]++
	j.report.Findings = append(j.report.Findings, f)
	return &j.report.Findings[len(j.report.Findings)-1]
}

// explain names the artefacts of the captures that could also explain f, and lowers its confidence if there are any.
func (j *judge) explain(f *analyses.Finding, kinds ...string) {
	if f.ExplainedBy = analyses.Explain(j.artefacts, kinds...); len(f.ExplainedBy) > 0 {
		f.Confidence = analyses.Round(0.6 * f.Confidence)
	}
}
