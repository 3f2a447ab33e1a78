package dependency

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// asks are UDP applications in which each request wants an answer.
var asks = map[string]bool{"dns": true, "ntp": true, "snmp": true, "radius": true, "kerberos": true, "tftp": true, "ldap": true}

// trouble is what one client tried at one service.
type trouble struct {
	row                      UsesRow
	failed, worked           int64
	refused, denied, unheard int64
}

// failing finds clients that keep trying a service that does not answer or refuses. A capture that saw one way only says nothing.
func (m *mapping) failing(o Options, artefacts []graph.Artefact) []analyses.Finding {
	tried := map[[2]graph.ID]*trouble{}
	for _, r := range m.uses {
		if !attempt(&r) {
			continue
		}
		k := [2]graph.ID{r.Client, r.Service}
		t := tried[k]
		if t == nil {
			t = &trouble{row: r}
			tried[k] = t
		} else {
			t.row.First, t.row.Last = min(t.row.First, r.First), max(t.row.Last, r.Last)
			t.row.Witness = analyses.Union(t.row.Witness, r.Witness, maxList)
			t.row.Application = cmp.Or(t.row.Application, r.Application)
		}
		t.refused += r.Refused
		t.denied += r.Prohibited + r.Unreachable
		t.unheard += r.Unanswered
		t.failed = t.refused + t.denied + t.unheard
		t.worked += r.Established + r.OneWay
	}
	fanOut := map[graph.ID]int{}
	for k, t := range tried {
		if t.failed > t.worked {
			fanOut[k[0]]++
		}
	}
	var fs []analyses.Finding
	for _, k := range slices.SortedFunc(maps.Keys(tried), func(a, b [2]graph.ID) int { return cmp.Or(a[0].Compare(b[0]), a[1].Compare(b[1])) }) {
		t := tried[k]
		if t.failed < o.FailedTries || t.failed < 4*t.worked || fanOut[k[0]] >= o.Scanner || !m.heard(t) {
			continue
		}
		fs = append(fs, t.finding(artefacts))
	}
	return fs
}

// attempt reports whether a row's silence would mean something.
func attempt(r *UsesRow) bool {
	if r.Parent != "" || !r.ServerAddress.IsValid() || r.ServerAddress.IsMulticast() || r.ServerAddress.String() == "255.255.255.255" || r.Certainty < 0.7 || r.Port == 0 {
		return false
	}
	return r.Transport == "tcp" || r.Transport == "sctp" || r.Transport == "udp" && asks[r.Application]
}

// heard reports whether the capture would have shown an answer: the client received something from someone.
func (m *mapping) heard(t *trouble) bool {
	if t.refused+t.denied > 0 {
		return true
	}
	h := m.site.HostByID(t.row.Client)
	return h != nil && h.Traffic.PacketsReceived > 0
}

func (t *trouble) finding(artefacts []graph.Artefact) analyses.Finding {
	r := &t.row
	label := analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
	text := fmt.Sprintf("%s to %s: %d of %d attempts failed: %d refused, %d prohibited or unreachable, %d unanswered", r.ClientAddress, label, t.failed, t.failed+t.worked, t.refused, t.denied, t.unheard)
	f := analyses.NewFinding("dependency/failing", analyses.Medium, 0.9, text,
		analyses.Subject{Kind: "endpoint", ID: r.Client.String(), Label: r.ClientAddress.String()}, analyses.Subject{Kind: "service", ID: r.Service.String(), Label: label})
	f.First, f.Last, f.Count = r.First, r.Last, t.failed
	f.Evidence = analyses.EvidenceOf(r.Witness, analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port))
	if t.unheard == t.failed {
		f.ExplainedBy = analyses.Explain(artefacts, "one-way", "loss")
		f.Confidence = 0.7
		if len(f.ExplainedBy) > 0 {
			f.Confidence, f.Severity = 0.4, analyses.Low
		}
	}
	return f
}

// credentials finds services to which credentials went in clear, one finding for each service.
func (m *mapping) credentials() []analyses.Finding {
	type seen struct {
		kinds, clients []string
		row            UsesRow
		n              int64
	}
	at := map[graph.ID]*seen{}
	for _, r := range m.uses {
		if r.Credentials == "" {
			continue
		}
		s := at[r.Service]
		if s == nil {
			s = &seen{row: r}
			at[r.Service] = s
		}
		s.kinds = analyses.Union(s.kinds, []string{r.Credentials}, maxList)
		s.clients = analyses.Union(s.clients, []string{r.ClientAddress.String()}, 1<<16)
		s.row.First, s.row.Last = min(s.row.First, r.First), max(s.row.Last, r.Last)
		s.row.Witness = analyses.Union(s.row.Witness, r.Witness, maxList)
		s.n += r.Conversations
	}
	var fs []analyses.Finding
	for _, id := range slices.SortedFunc(maps.Keys(at), graph.ID.Compare) {
		s := at[id]
		r := &s.row
		label := analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
		from := s.clients[0]
		if len(s.clients) > 1 {
			from = fmt.Sprintf("%d clients", len(s.clients))
		}
		text := fmt.Sprintf("%s to %s: %s credentials in clear in %d conversations", from, label, s.kinds[0], s.n)
		f := analyses.NewFinding("dependency/cleartext-credentials", analyses.High, 0.9, text, analyses.Subject{Kind: "service", ID: id.String(), Label: label})
		f.First, f.Last, f.Count = r.First, r.Last, s.n
		f.Evidence = analyses.EvidenceOf(r.Witness, analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port))
		fs = append(fs, f)
	}
	return fs
}
