package dependency

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// asks are UDP applications in which each request wants an answer.
var asks = map[string]bool{"dns": true, "ntp": true, "snmp": true, "radius": true, "kerberos": true, "tftp": true, "ldap": true}

// trouble is what one client tried at one service.
type trouble struct {
	row                      *UsesRow // the first
	first, last              graph.Time
	witness                  []string
	failed, worked           int64
	refused, denied, unheard int64
	packets                  int64 // that the client sent to no avail
}

// pairKey is a client and a service.
type pairKey struct{ client, service graph.ID }

// tried sums up by client and service.
func (m *mapping) tried() map[pairKey]*trouble {
	tried := map[pairKey]*trouble{}
	for i := range m.uses {
		r := &m.uses[i]
		if !attempt(r) {
			continue
		}
		k := pairKey{r.Client, r.Service}
		t := tried[k]
		if t == nil {
			t = &trouble{row: r, first: r.First, last: r.Last, witness: r.Witness}
			tried[k] = t
		} else {
			t.first, t.last = min(t.first, r.First), max(t.last, r.Last)
			t.witness = analyses.Union(slices.Clip(t.witness), r.Witness, maxList)
		}
		t.refused += r.Refused
		t.denied += r.Prohibited + r.Unreachable
		t.unheard += r.Unanswered
		t.failed = t.refused + t.denied + t.unheard
		t.worked += r.Established + r.OneWay
		t.packets += r.PacketsUp
	}
	return tried
}

func comparePairs(a, b pairKey) int {
	return cmp.Or(a.client.Compare(b.client), a.service.Compare(b.service))
}

// hearing is how well the capture would have shown an answer.
type hearing uint8

const (
	deaf   hearing = iota
	partly         // others of the client's network were heard, nothing that was sent to the client
	well           // the client received something, or the failure itself is an answer
)

// failing finds clients that keep trying a service that does not answer or refuses: in several conversations, or again and again in one. A capture that
// saw one way only says nothing.
func (m *mapping) failing(o Options, tried map[pairKey]*trouble, artefacts []graph.Artefact) []analyses.Finding {
	fanOut := map[graph.ID]int{}
	for k, t := range tried {
		if t.failed > t.worked {
			fanOut[k.client]++
		}
	}
	others := 0 // hosts that claim their address
	for _, h := range m.site.Hosts() {
		if len(h.MACs) > 0 && !h.Router {
			others++
		}
	}
	var fs []analyses.Finding
	for _, k := range slices.SortedFunc(maps.Keys(tried), comparePairs) {
		t := tried[k]
		again := t.failed >= o.FailedTries || t.failed > 0 && t.worked == 0 && t.packets >= t.enough(o)
		if !again || t.failed < 4*t.worked || fanOut[k.client] >= o.Scanner {
			continue
		}
		if h := m.heard(t, others > 1); h != deaf {
			fs = append(fs, t.finding(o, h, artefacts))
		}
	}
	return fs
}

// repeats is how many packets of one TCP conversation are as much as an attempt: systems send a SYN three to five times before they give one up.
const repeats = 2

// enough returns how many packets of the only conversation say that a client keeps trying. Requests in datagrams are its own.
func (t *trouble) enough(o Options) int64 {
	if t.row.Transport == "udp" {
		return o.FailedTries
	}
	return repeats * o.FailedTries
}

// attempt reports whether a row's silence would mean something.
func attempt(r *UsesRow) bool {
	if r.Parent != "" || !r.ServerAddress.IsValid() || r.ServerAddress.IsMulticast() || r.ServerAddress == broadcast || r.Certainty < 0.7 || r.Port == 0 {
		return false
	}
	return r.Transport == "tcp" || r.Transport == "sctp" || r.Transport == "udp" && asks[r.Application]
}

func (m *mapping) heard(t *trouble, others bool) hearing {
	h := m.site.HostByID(t.row.Client)
	switch {
	case t.refused+t.denied > 0, h != nil && h.Traffic.PacketsReceived > 0:
		return well
	case others:
		return partly
	}
	return deaf
}

// how tells in which ways the attempts failed, and how many in each.
func (t *trouble) how() string {
	var ways []string
	for _, w := range []struct {
		n   int64
		way string
	}{{t.refused, "refused"}, {t.denied, "prohibited or unreachable"}, {t.unheard, "unanswered"}} {
		if w.n > 0 {
			ways = append(ways, fmt.Sprintf("%d %s", w.n, w.way))
		}
	}
	return strings.Join(ways, ", ")
}

func (t *trouble) finding(o Options, h hearing, artefacts []graph.Artefact) analyses.Finding {
	r := t.row
	label := analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
	text := fmt.Sprintf("%s to %s: %d of %d attempts failed: %s", r.ClientAddress, label, t.failed, t.failed+t.worked, t.how())
	if t.failed < o.FailedTries {
		text += fmt.Sprintf("; %s sent", analyses.Count(t.packets, "packet"))
	}
	f := analyses.NewFinding("dependency/failing", analyses.Medium, 0.9, text,
		analyses.Subject{Kind: "endpoint", ID: r.Client.String(), Label: r.ClientAddress.String()}, analyses.Subject{Kind: "service", ID: r.Service.String(), Label: label})
	f.First, f.Last, f.Count = t.first, t.last, t.failed
	f.Evidence = analyses.EvidenceOf(t.witness, analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port))
	if t.unheard == t.failed {
		f.ExplainedBy = analyses.Explain(artefacts, "one-way", "loss")
		f.Confidence = 0.7
	}
	if t.failed < o.FailedTries { // it may have tried once, and its system again
		f.Confidence, f.Severity = f.Confidence-0.1, analyses.Low
	}
	if len(f.ExplainedBy) > 0 || h == partly {
		f.Confidence, f.Severity = 0.4, analyses.Low
	}
	f.Confidence = analyses.Round(f.Confidence)
	return f
}

// credentials finds services to which credentials went in clear, one finding for each service.
func (m *mapping) credentials() []analyses.Finding {
	type seen struct {
		kinds   []string
		clients map[graph.ID]bool
		row     UsesRow
		n       int64
	}
	at := map[graph.ID]*seen{}
	for i := range m.uses {
		r := &m.uses[i]
		if r.Credentials == "" {
			continue
		}
		s := at[r.Service]
		if s == nil {
			s = &seen{row: *r, clients: map[graph.ID]bool{}}
			at[r.Service] = s
		}
		s.kinds = analyses.Union(s.kinds, []string{r.Credentials}, maxList)
		s.clients[r.Client] = true
		s.row.First, s.row.Last = min(s.row.First, r.First), max(s.row.Last, r.Last)
		s.row.Witness = analyses.Union(s.row.Witness, r.Witness, maxList)
		s.n += min(r.Cleartext, r.Conversations)
	}
	var fs []analyses.Finding
	for _, id := range slices.SortedFunc(maps.Keys(at), graph.ID.Compare) {
		s := at[id]
		r := &s.row
		label := analyses.ServiceLabel(r.ServerAddress, r.Transport, r.Port)
		from, filter := r.ClientAddress.String(), analyses.ConversationFilter(r.ClientAddress, r.ServerAddress, r.Transport, r.Port)
		if len(s.clients) > 1 {
			from, filter = fmt.Sprintf("%d clients", len(s.clients)), analyses.ServiceFilter(r.ServerAddress, r.Transport, r.Port)
		}
		s.n = max(s.n, 1)
		slices.Sort(s.kinds)
		text := fmt.Sprintf("%s to %s: %s credentials in clear in %s", from, label, strings.Join(s.kinds, ", "), analyses.Count(s.n, "conversation"))
		f := analyses.NewFinding("dependency/cleartext-credentials", analyses.High, 0.9, text, analyses.Subject{Kind: "service", ID: id.String(), Label: label})
		f.First, f.Last, f.Count = r.First, r.Last, s.n
		f.Evidence = analyses.EvidenceOf(r.Witness, filter)
		fs = append(fs, f)
	}
	return fs
}
