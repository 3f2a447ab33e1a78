package dependency

import (
	"cmp"
	_ "embed" // the Cypher files
	"iter"
	"net/netip"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

//go:embed uses.cypher
var usesCypher string

//go:embed requires.cypher
var requiresCypher string

// maxList is how many names, versions and witnesses a row keeps; maxStarts how many beginnings of conversations.
const (
	maxList   = 8
	maxStarts = 256
)

// UsesRow sums up what one endpoint exchanged with one service in one application.
type UsesRow struct {
	Client        graph.ID   `graph:"client"`
	ClientContext string     `graph:"client_context"`
	ClientAddress netip.Addr `graph:"client_address"`
	Service       graph.ID   `graph:"service"`
	Server        graph.ID   `graph:"server"`
	ServerContext string     `graph:"server_context"`
	ServerAddress netip.Addr `graph:"server_address"`
	Transport     string     `graph:"transport"`
	Port          uint16     `graph:"port"`
	Application   string     `graph:"application"`
	Parent        string     `graph:"parent"` // application that announced this secondary channel
	Certainty     float64    `graph:"certainty"`
	Directions    []string   `graph:"directions"` // reasons, in the order of the relationships' identifiers
	Conversations int64      `graph:"conversations"`
	Established   int64      `graph:"established"`
	Refused       int64      `graph:"refused"` // by whomever
	Prohibited    int64      `graph:"prohibited"`
	Unreachable   int64      `graph:"unreachable"`
	Unanswered    int64      `graph:"unanswered"`
	OneWay        int64      `graph:"one_way"`
	PacketsUp     int64      `graph:"packets_up"`
	PacketsDown   int64      `graph:"packets_down"`
	BytesUp       int64      `graph:"bytes_up"`
	BytesDown     int64      `graph:"bytes_down"`
	First         graph.Time `graph:"first"`
	Last          graph.Time `graph:"last"`
	Credentials   string     `graph:"credentials"`
	Cleartext     int64      `graph:"cleartext"` // conversations with them
	Certificate   string     `graph:"certificate"`
	ServerNames   []string   `graph:"server_names"`
	Versions      []string   `graph:"versions"`
	Starts        []int64    `graph:"starts"` // Unix milliseconds
	Witness       []string   `graph:"evidence"`
}

// Uses lists which endpoint uses which service, and how that ended.
var Uses = graph.Query[UsesRow]{
	Name:   "dependency/uses",
	Doc:    "Which endpoint uses which service, in which application, how often, and with what success.",
	Cypher: usesCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[UsesRow] {
		return analyses.PerCommunication(v, func(rows *analyses.Rows[UsesRow], of *graph.Communication, u *graph.Uses) {
			r, fresh := rows.At(func(r *UsesRow) bool { return r.Parent == u.Parent })
			if c, s := of.Client, of.Service; fresh {
				*r = UsesRow{Client: c.ID, ClientContext: c.Context, ClientAddress: c.Address, Service: s.ID, Server: s.Endpoint, ServerContext: s.Context,
					ServerAddress: s.Address, Transport: s.Transport, Port: s.Port, Application: u.Application, Parent: u.Parent, First: u.From, Last: u.To - 1}
			}
			r.add(u)
		}, func(a, b *UsesRow) int { return cmp.Compare(a.Parent, b.Parent) })
	},
}

func (r *UsesRow) add(u *graph.Uses) {
	r.Certainty = max(r.Certainty, u.Certainty)
	if !slices.Contains(r.Directions, u.Direction) {
		r.Directions = append(r.Directions, u.Direction)
	}
	r.Conversations += u.Conversations
	r.Established += u.Established
	r.Refused += u.Refused + u.Foreign
	r.Prohibited += u.Prohibited
	r.Unreachable += u.Unreachable
	r.Unanswered += u.Unanswered
	r.OneWay += u.OneWay
	r.PacketsUp += u.PacketsUp
	r.PacketsDown += u.PacketsDown
	r.BytesUp += u.BytesUp
	r.BytesDown += u.BytesDown
	r.First, r.Last = min(r.First, u.From), max(r.Last, u.To-1)
	r.Cleartext += u.Cleartext
	r.Credentials, r.Certificate = max(r.Credentials, u.Credentials), max(r.Certificate, u.Certificate)
	r.ServerNames = analyses.Union(r.ServerNames, u.ServerNames, maxList)
	r.Versions = analyses.Union(r.Versions, u.Versions, maxList)
	r.Starts = analyses.Join(r.Starts, u.Starts[:min(len(u.Starts), maxStarts-len(r.Starts))])
	r.Witness = analyses.Union(r.Witness, u.Witness, maxList)
}

// RequiresRow says that a service needs another, by nesting in time.
type RequiresRow struct {
	Service        graph.ID   `graph:"service"`
	Context        string     `graph:"context"`
	Address        netip.Addr `graph:"address"`
	Transport      string     `graph:"transport"`
	Port           uint16     `graph:"port"`
	Needs          graph.ID   `graph:"needs"`
	NeedsContext   string     `graph:"needs_context"`
	NeedsAddress   netip.Addr `graph:"needs_address"`
	NeedsTransport string     `graph:"needs_transport"`
	NeedsPort      uint16     `graph:"needs_port"`
	Support        int64      `graph:"support"`
	Parents        int64      `graph:"parents"`
	Confidence     float64    `graph:"confidence"`
	First          graph.Time `graph:"first"`
	Last           graph.Time `graph:"last"`
}

// Requires lists which service needs which.
var Requires = graph.Query[RequiresRow]{
	Name:   "dependency/requires",
	Doc:    "Which service needs which other service, inferred by nesting in time.",
	Cypher: requiresCypher,
	Local: func(v *graph.View, _ graph.Params) iter.Seq[RequiresRow] {
		at := map[[2]graph.ID]*RequiresRow{}
		for i := range v.Requires {
			q := &v.Requires[i]
			a, b := v.Service(q.Src), v.Service(q.Dst)
			if a == nil || b == nil {
				continue
			}
			k := [2]graph.ID{q.Src, q.Dst}
			r := at[k]
			if r == nil {
				r = &RequiresRow{Service: a.ID, Context: a.Context, Address: a.Address, Transport: a.Transport, Port: a.Port, Needs: b.ID,
					NeedsContext: b.Context, NeedsAddress: b.Address, NeedsTransport: b.Transport, NeedsPort: b.Port, First: q.From, Last: q.To - 1}
				at[k] = r
			}
			r.Support += q.Support
			r.Parents += q.Parents
			r.Confidence = max(r.Confidence, q.Confidence)
			r.First, r.Last = min(r.First, q.From), max(r.Last, q.To-1)
		}
		return analyses.Ordered(at, func(a, b *RequiresRow) int {
			return cmp.Or(a.Service.Compare(b.Service), a.Needs.Compare(b.Needs))
		})
	},
}

// Queries lists the queries of this analysis.
func Queries() []graph.Question { return []graph.Question{Uses, Requires} }
