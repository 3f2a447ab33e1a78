package accuracy

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"netscope.example/nsgraph/analyses/qos"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/simulate"
)

// conversations reads the conversations of a truth file.
func conversations(path string) ([]simulate.Conversation, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var t simulate.Truth
	if err := json.NewDecoder(bufio.NewReader(f)).Decode(&t); err != nil {
		return nil, err
	}
	return t.Conversations, nil
}

// measures are sums over scenarios: what agrees with the truth, of what could.
type measures struct {
	directions, directionsRight int64
	appBytes, appBytesRight     int64
	denied, deniedFound         int64 // conversations that the policy denies and that were established
	innocent, innocentBlamed    int64 // pairs that the policy allows; of them blamed
	copies, copiesFound         int64
	streams, codecs             int64
}

func (m *measures) add(o measures) {
	m.directions += o.directions
	m.directionsRight += o.directionsRight
	m.appBytes += o.appBytes
	m.appBytesRight += o.appBytesRight
	m.denied += o.denied
	m.deniedFound += o.deniedFound
	m.innocent += o.innocent
	m.innocentBlamed += o.innocentBlamed
	m.copies += o.copies
	m.copiesFound += o.copiesFound
	m.streams += o.streams
	m.codecs += o.codecs
}

func (m *measures) print(w io.Writer) {
	line := func(what string, n, of int64) {
		if of > 0 {
			fmt.Fprintf(w, "%-58s %9d of %9d  %6.2f %%\n", what, n, of, 100*float64(n)/float64(of))
		}
	}
	line("conversations with the right client", m.directionsRight, m.directions)
	line("bytes with the right application", m.appBytesRight, m.appBytes)
	line("denied and established client-service pairs found", m.deniedFound, m.denied)
	line("allowed client-service pairs that were blamed", m.innocentBlamed, m.innocent)
	line("further sightings recognised", m.copiesFound, m.copies)
	line("media streams with the right codec", m.codecs, m.streams)
	fmt.Fprintln(w)
}

type pair struct{ client, server string }

// key is a conversation as the wire shows it.
type key struct {
	transport      string
	client, server string
}

// measure compares conversations, applications, copies, streams and breaches with the truth.
func measure(p *played, got answer) measures {
	var m measures
	seen := map[key]*fact.Conversation{}
	var copies uint64
	for _, c := range p.conversations {
		if c.Scope.Tunnel == fact.NoTunnel {
			seen[key{c.Transport.String(), c.Client.String(), c.Server.String()}] = c
		}
		copies += c.Up.Copies + c.Down.Copies
	}
	blamed := map[pair]bool{}
	for _, f := range got.findings {
		if f.Rule != "segmentation/forbidden-flow" || len(f.Subjects) < 2 {
			continue
		}
		for _, s := range f.Subjects[1:] {
			blamed[pair{f.Subjects[0].Label, strings.ReplaceAll(s.Label, " ", "|")}] = true
		}
	}
	denied, allowed := map[pair]bool{}, map[pair]bool{}
	for i := range p.truth.Conversations {
		t := &p.truth.Conversations[i]
		m.copies += int64(t.Copies)
		if t.Transport != "tcp" && t.Transport != "udp" || t.Up.Packets+t.Down.Packets == 0 {
			continue
		}
		k := key{t.Transport, t.Client, t.Server}
		c, ok := seen[k]
		if _, back := seen[key{t.Transport, t.Server, t.Client}]; ok || back {
			m.directions++
			if ok {
				m.directionsRight++
			}
		}
		if ok && t.App != "" {
			bytes := int64(c.Up.Bytes + c.Down.Bytes)
			m.appBytes += bytes
			if sameApp(c.App.Name, t.App) {
				m.appBytesRight += bytes
			}
		}
		if ok && t.Up.Packets > 0 && t.Down.Packets > 0 && t.Outcome == "established" && t.Parent == "" {
			x := pair{host(t.Client), host(t.Server) + "|" + t.Transport + "/" + port(t.Server)}
			switch t.Policy {
			case "deny":
				denied[x] = true
			case "allow":
				allowed[x] = true
			}
		}
	}
	if _, ok := got.sections["segmentation"].(segmentation.Report); ok && p.intent.Policy != nil {
		for x := range denied {
			m.denied++
			if blamed[x] {
				m.deniedFound++
			}
		}
		for x := range allowed {
			if !denied[x] {
				m.innocent++
				if blamed[x] {
					m.innocentBlamed++
				}
			}
		}
	}
	m.copiesFound = int64(copies)
	m.media(got, p.truth.Streams)
	return m
}

// media looks for each simulated RTP stream: found, with its codec.
func (m *measures) media(got answer, truth []simulate.StreamTruth) {
	section, ok := got.sections["qos"].(qos.Report)
	if !ok {
		return
	}
	for _, t := range truth {
		for _, s := range section.Streams {
			if uint32(s.SSRC) == t.SSRC && s.Packets >= 20 {
				m.streams++
				if strings.EqualFold(s.Codec, t.Codec) {
					m.codecs++
				}
				break
			}
		}
	}
}

// sameApp reports whether a classifier's name is the truth's, or the protocol under it.
func sameApp(got, want string) bool { return got == want }

func host(addrPort string) string {
	a := addrPort[:strings.LastIndexByte(addrPort, ':')]
	return strings.Trim(a, "[]")
}

func port(addrPort string) string { return addrPort[strings.LastIndexByte(addrPort, ':')+1:] }
