package configuration

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// speaker is one end that states settings within a segment: a router's address, a bridge, a port.
type speaker struct {
	label string
	rows  map[string][]*StatementRow // by setting, by time
}

// values returns the distinct values of a setting, in the order of their first statement.
func (s *speaker) values(setting string) []string {
	var vs []string
	for _, r := range s.rows[setting] {
		if !slices.Contains(vs, r.Value) {
			vs = append(vs, r.Value)
		}
	}
	return vs
}

// last returns the last row of a setting, or nil.
func (s *speaker) last(setting string) *StatementRow {
	rs := s.rows[setting]
	if len(rs) == 0 {
		return nil
	}
	return slices.MaxFunc(rs, func(a, b *StatementRow) int { return cmp.Compare(a.Last, b.Last) })
}

// value returns the last value of a setting, "" if it was not stated.
func (s *speaker) value(setting string) string {
	if r := s.last(setting); r != nil {
		return r.Value
	}
	return ""
}

// all returns all rows, in the order of their settings.
func (s *speaker) all() []*StatementRow {
	var rs []*StatementRow
	for _, k := range slices.Sorted(maps.Keys(s.rows)) {
		rs = append(rs, s.rows[k]...)
	}
	return rs
}

// any returns some row; a speaker has at least one.
func (s *speaker) any() *StatementRow { return s.all()[0] }

// segment is where settings must agree: a subnet, a redundancy group, a spanning tree, a link.
type segment struct {
	protocol string
	name     string // "10.0.0.0/24 vlan 10"
	speakers []*speaker
}

// place names the layer-2 world of a statement: "", "vlan 10", "vlan 10 in vxlan 5000".
func place(r *StatementRow) string {
	var parts []string
	if r.VLAN != "" {
		parts = append(parts, "vlan "+r.VLAN)
	}
	if r.Tunnel != "" {
		parts = append(parts, "in "+r.Tunnel)
	}
	return strings.Join(parts, " ")
}

// where names the group of a statement, and its place if the group does not.
func where(r *StatementRow) string {
	p := place(r)
	if p == r.Group {
		return p
	}
	return strings.TrimSpace(r.Group + " " + p)
}

// segments sorts rows into segments and speakers. name returns where a row belongs, "" for nowhere; who names its speaker.
func segments(rows []StatementRow, protocol string, name, who func(*StatementRow) string) []*segment {
	at := map[string]map[string]*speaker{}
	for i := range rows {
		r := &rows[i]
		if !strings.HasPrefix(r.Setting, protocol+".") {
			continue
		}
		n := name(r)
		if n == "" {
			continue
		}
		if at[n] == nil {
			at[n] = map[string]*speaker{}
		}
		s := at[n][who(r)]
		if s == nil {
			s = &speaker{label: who(r), rows: map[string][]*StatementRow{}}
			at[n][s.label] = s
		}
		s.rows[r.Setting] = append(s.rows[r.Setting], r)
	}
	var out []*segment
	for _, n := range slices.Sorted(maps.Keys(at)) {
		out = append(out, &segment{protocol: protocol, name: n, speakers: byLabel(at[n])})
	}
	return out
}

func byLabel(m map[string]*speaker) []*speaker {
	return slices.SortedFunc(maps.Values(m), func(a, b *speaker) int { return cmp.Compare(a.label, b.label) })
}

// byAddress labels a speaker by its address, or else by what it calls itself.
func byAddress(r *StatementRow) string { return cmp.Or(r.Address, r.Speaker) }

// byPort labels a port of a device.
func byPort(r *StatementRow) string { return strings.TrimSpace(r.Speaker + " " + r.Port) }

// differ reports whether two speakers hold different values of a setting at one time. Where each has one value only, that is so if their
// statements are not further apart than the window; where one changed its own, a difference must have lasted for settle without a gap, or
// it is a change on its way.
func (j *judge) differ(a, b *speaker, setting string) bool {
	ra, rb := a.rows[setting], b.rows[setting]
	if constant(ra) && constant(rb) {
		return ra[0].Value != rb[0].Value && apart(ra, rb) <= j.window
	}
	return apartFor(a, b, setting, j.settle) > 0
}

// apartFor returns how long two speakers held different values without a gap, nanoseconds; 0 if that was less than limit.
func apartFor(a, b *speaker, setting string, limit int64) int64 {
	longest := int64(0)
	for _, x := range a.rows[setting] {
		for _, y := range b.rows[setting] {
			if d := overlap(x, y); x.Value != y.Value && d >= limit && !x.Gaps && !y.Gaps {
				longest = max(longest, d)
			}
		}
	}
	return longest
}

// constant reports whether all rows have one value.
func constant(rs []*StatementRow) bool {
	return !slices.ContainsFunc(rs, func(r *StatementRow) bool { return r.Value != rs[0].Value })
}

// overlap returns how long two statements held together, nanoseconds; negative if they did not.
func overlap(a, b *StatementRow) int64 { return int64(min(a.Last, b.Last) - max(a.First, b.First)) }

// apart returns the silence between the nearest two of the statements, nanoseconds; 0 if any of them held together.
func apart(as, bs []*StatementRow) int64 {
	d := int64(1) << 62
	for _, a := range as {
		for _, b := range bs {
			d = min(d, max(0, -overlap(a, b)))
		}
	}
	return d
}

// stating returns the speakers that state a setting, without those that say skip ("" is said by nobody).
func (s *segment) stating(setting, skip string) []*speaker {
	var out []*speaker
	for _, p := range s.speakers {
		if v := p.value(setting); v != "" && v != skip {
			out = append(out, p)
		}
	}
	return out
}

// agree puts a setting on the assertion sheet and returns the speakers that state it if two of them differ, nil otherwise. Statements of
// the value skip are no part of it.
func (j *judge) agree(s *segment, setting, skip string) []*speaker {
	ps := s.stating(setting, skip)
	if len(ps) == 0 {
		return nil
	}
	a := Assertion{Name: setting, Subject: s.name, Verdict: Agree, Peers: []string{}, Values: map[string]string{}}
	for i, p := range ps {
		a.Peers = append(a.Peers, p.label)
		a.Values[p.label] = p.value(setting)
		for _, o := range ps[:i] {
			if a.Verdict == Agree && j.differ(p, o, setting) {
				a.Verdict = Mismatch
			}
		}
	}
	if len(ps) == 1 {
		a.Verdict = Unobservable
	}
	j.report.Assertions = append(j.report.Assertions, a)
	if a.Verdict != Mismatch {
		return nil
	}
	return ps
}

// whoSays writes the values of a setting with who says them: "10 (10.0.0.1, 10.0.0.3), 20 (10.0.0.2)".
func whoSays(ps []*speaker, setting string) string {
	at := map[string][]string{}
	for _, p := range ps {
		for _, v := range p.values(setting) {
			at[v] = append(at[v], p.label)
		}
	}
	var parts []string
	for _, v := range slices.SortedFunc(maps.Keys(at), compareValues) {
		parts = append(parts, v+" ("+list(at[v])+")")
	}
	return list(parts)
}

// compareValues orders numbers by size and everything else as text.
func compareValues(a, b string) int {
	if len(a) != len(b) && strings.Trim(a, "0123456789") == "" && strings.Trim(b, "0123456789") == "" {
		return cmp.Compare(len(a), len(b))
	}
	return cmp.Compare(a, b)
}

// maxNames is how many names a sentence lists.
const maxNames = 6

func list(names []string) string {
	if n := len(names); n > maxNames {
		return strings.Join(names[:maxNames], ", ") + fmt.Sprintf(" and %d more", n-maxNames)
	}
	return strings.Join(names, ", ")
}

func rowsOf(ps []*speaker, setting string) []*StatementRow {
	var rs []*StatementRow
	for _, p := range ps {
		rs = append(rs, p.rows[setting]...)
	}
	return rs
}

// subject names a speaker's node.
func (s *speaker) subject() analyses.Subject {
	r := s.any()
	kind := "endpoint"
	if r.Device {
		kind = "device"
	}
	return analyses.Subject{Kind: kind, ID: r.Node.String(), Label: s.label}
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

// mustShare is a set of settings that all speakers of a segment must share.
type mustShare struct {
	rule       string
	severity   analyses.Severity
	confidence float64
	who        string // begins the sentence: "OSPF routers on"
	settings   []string
	skip       string // a value that says nothing
}

// share puts the settings on the assertion sheet and raises one finding for all that differ.
func (j *judge) share(s *segment, m mustShare) *analyses.Finding {
	var parts, settings []string
	var ps []*speaker
	for _, setting := range m.settings {
		differ := j.agree(s, setting, m.skip)
		if differ == nil {
			continue
		}
		settings = append(settings, setting)
		parts = append(parts, setting+" "+whoSays(differ, setting))
		for _, p := range differ {
			if !slices.Contains(ps, p) {
				ps = append(ps, p)
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	text := fmt.Sprintf("%s %s say %s, must be equal", m.who, s.name, strings.Join(parts, "; "))
	f := j.raise(m.rule, m.severity, m.confidence, text, rowsOf(ps, settings[0]), s.protocol, subjectsOf(s, settings, ps)...)
	return f
}

// maxRows is how many statements a finding cites.
const maxRows = 64

// raise adds a finding whose time, count and evidence are those of the rows. filter is a Wireshark display filter, to which the senders are added.
func (j *judge) raise(rule string, sev analyses.Severity, confidence float64, text string, rows []*StatementRow, filter string, subjects ...analyses.Subject) *analyses.Finding {
	f := analyses.NewFinding(rule, sev, confidence, text, subjects...)
	var witness, senders []string
	f.Count = 0
	for i, r := range rows {
		if i == 0 || r.First < f.First {
			f.First = r.First
		}
		f.Last = max(f.Last, r.Last)
		f.Count += r.Count
		if i < maxRows {
			witness = append(witness, r.Witness...)
		}
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
	f.Evidence = analyses.EvidenceOf(witness, filter)
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
