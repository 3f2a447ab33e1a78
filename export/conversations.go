package export

import (
	"encoding/json"
	"io"

	"netscope.example/nsgraph/capture/fact"
)

// conversation is one line of a list of conversations. Frames and bytes are counted once; copies are further sightings of the same packets.
type conversation struct {
	Transport   string    `json:"transport"`
	Client      string    `json:"client"`
	ClientPort  uint16    `json:"client_port"`
	Server      string    `json:"server"`
	ServerPort  uint16    `json:"server_port"`
	Scopes      []string  `json:"scopes"` // VLANs and tunnels in which it was seen
	Direction   string    `json:"direction"`
	Certainty   float64   `json:"certainty"`
	Outcome     string    `json:"outcome"`
	Application string    `json:"application"`
	Evidence    string    `json:"application_evidence"`
	Names       []string  `json:"names"`
	Parent      string    `json:"parent,omitempty"`
	Tunnel      string    `json:"tunnel,omitempty"`
	First       fact.Time `json:"first"`
	Last        fact.Time `json:"last"`
	Partial     bool      `json:"partial"`
	Up          half      `json:"up"`
	Down        half      `json:"down"`
}

type half struct {
	Packets       uint64 `json:"packets"`
	Bytes         uint64 `json:"bytes"`
	Payload       uint64 `json:"payload"`
	Copies        uint64 `json:"copies"`
	Retransmitted uint64 `json:"retransmitted"`
}

// Conversations copies facts through and writes every conversation to w as a line of JSON, in the order in which they end. The first error of w
// ends the sequence.
func Conversations(facts fact.Seq[fact.Fact], w io.Writer) fact.Seq[fact.Fact] {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return func(yield func(fact.Fact, error) bool) {
		for f, err := range facts {
			if c, ok := f.(*fact.Conversation); ok && err == nil {
				if err := enc.Encode(newConversation(c)); err != nil {
					yield(nil, err)
					return
				}
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

func newConversation(c *fact.Conversation) conversation {
	out := conversation{Transport: c.Transport.String(), Client: c.Client.Addr().String(), ClientPort: c.Client.Port(), Server: c.Server.Addr().String(),
		ServerPort: c.Server.Port(), Scopes: []string{}, Direction: c.Direction.String(), Certainty: c.Certainty, Outcome: c.Outcome.String(), Application: c.App.Name,
		Evidence: c.App.Evidence.String(), Names: []string{}, Parent: c.Parent, Tunnel: c.Tunnel.String(), First: c.First, Last: c.Last, Partial: c.Partial,
		Up: newHalf(&c.Up), Down: newHalf(&c.Down)}
	for _, s := range c.Scopes {
		out.Scopes = append(out.Scopes, s.String())
	}
	for _, n := range c.App.Names {
		out.Names = append(out.Names, n.Name)
	}
	if c.TCP != nil {
		out.Up.Retransmitted, out.Down.Retransmitted = c.TCP.Up.Retransmitted, c.TCP.Down.Retransmitted
	}
	return out
}

func newHalf(h *fact.Half) half {
	return half{Packets: h.Packets, Bytes: h.Bytes, Payload: h.Payload, Copies: h.Copies}
}
