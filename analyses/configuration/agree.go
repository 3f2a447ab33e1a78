package configuration

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
)

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
