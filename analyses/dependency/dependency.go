// Package dependency asks: which systems depend on which?
//
// Method: a service is what answered, or what one-way protocols are sent to; a dependency is a client that uses it, with the certainty of its
// direction. Secondary channels belong to the conversation that announced them, high ports of uncertain direction are no services. That one service requires
// another is inferred by nesting in time. Critical nodes are articulation points of the graph of hosts and services that many share; groups are
// communities (Louvain) of hosts without the infrastructure that everyone uses.
//
// Source: Natarajan et al., NSDMiner (INFOCOM 2012; LISA 2012); Tarjan, Depth-first search and linear graph algorithms (1972); Blondel et al.,
// Fast unfolding of communities (2008).
package dependency

import (
	"cmp"
	"context"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// Options choose thresholds. The zero value stands for the defaults.
type Options struct {
	ManyClients   int     // clients that make a service one that many depend on. Default 5
	ManyShare     float64 // share of all clients that they must be as well, unless the service is declared critical. Default 0.5
	FailedTries   int64   // conversations that fail, or half the packets of the only one, before a client keeps trying. Default 3
	Scanner       int     // services that one client fails to reach before it scans. Default 20
	RequireWeight float64 // confidence of a requirement that counts for cycles and waves. Default 0.5
}

func (o Options) defaults() Options {
	o.ManyClients = cmp.Or(o.ManyClients, 5)
	o.ManyShare = cmp.Or(o.ManyShare, 0.5)
	o.FailedTries = cmp.Or(o.FailedTries, 3)
	o.Scanner = cmp.Or(o.Scanner, 20)
	o.RequireWeight = cmp.Or(o.RequireWeight, 0.5)
	return o
}

// Report is the dependency section of a report.
type Report struct {
	Services      []Service          `json:"services"`
	Dependencies  []Dependency       `json:"dependencies"`
	Requires      []Requirement      `json:"requires"`
	CriticalNodes []CriticalNode     `json:"critical_nodes"`
	Groups        []Group            `json:"groups"`
	Waves         []Wave             `json:"waves"`
	Findings      []analyses.Finding `json:"-"`
}

// Service is something that answers.
type Service struct {
	ID            string     `json:"id"`
	Endpoint      string     `json:"endpoint"`
	Context       string     `json:"context"`
	Transport     string     `json:"transport"`
	Port          uint16     `json:"port"`
	Application   string     `json:"application"`
	Names         []string   `json:"names"`
	Clients       int        `json:"clients"`
	Conversations int64      `json:"conversations"`
	BytesTo       int64      `json:"bytes_to"`
	BytesFrom     int64      `json:"bytes_from"`
	First         graph.Time `json:"first"`
	Last          graph.Time `json:"last"`
	Critical      bool       `json:"critical"`
	Declared      string     `json:"declared_application,omitempty"`
	Owner         string     `json:"owner,omitempty"`
	Versions      []string   `json:"versions,omitempty"`
}

// Dependency is a client that uses a service.
type Dependency struct {
	Client        string     `json:"client"`
	Service       string     `json:"service"` // id
	Kind          string     `json:"kind"`    // uses
	Conversations int64      `json:"conversations"`
	Bytes         int64      `json:"bytes"`
	Confidence    float64    `json:"confidence"`
	Direction     string     `json:"direction"` // handshake, protocol, declared, port, order
	First         graph.Time `json:"first"`
	Last          graph.Time `json:"last"`
	Pattern       string     `json:"pattern"` // periodic, regular, rare, once
	Label         string     `json:"label"`   // "client -> address transport/port"
}

// Requirement says that a service needs another.
type Requirement struct {
	Service    string  `json:"service"` // id
	Needs      string  `json:"needs"`   // id
	Support    int64   `json:"support"`
	Confidence float64 `json:"confidence"`
	Label      string  `json:"label"`
}

// CriticalNode is what would cut many off.
type CriticalNode struct {
	ID         string `json:"id"`
	Why        string `json:"why"` // articulation, centrality, shared
	CutClients int    `json:"cut_clients"`
	Label      string `json:"label"`
}

// Group is a set of hosts that talk among themselves more than with others.
type Group struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

// Wave is a step of a migration.
type Wave struct {
	Wave    int      `json:"wave"`
	Members []string `json:"members"`
	Cut     int      `json:"cut_dependencies"` // dependencies between what has moved and what has not, after this wave
}

// Rules are the rules that Run can raise; the rules of change are raised by Changes.
func Rules() []string {
	return []string{"dependency/failing", "dependency/anomalous", "dependency/single-point-of-failure", "dependency/cycle", "dependency/cleartext-credentials"}
}

// Analysis is this analysis with default options.
func Analysis() analyses.Analysis {
	return analyses.Analysis{Name: "dependency", Rules: Rules(), Queries: Queries(),
		Run: func(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site) (any, []analyses.Finding, error) {
			r, err := Run(ctx, q, p, site, Options{})
			return r, r.Findings, err
		}}
}

// Run answers for the window in p. Equal graphs, sites and options give equal reports.
func Run(ctx context.Context, q graph.Querier, p graph.Params, site *analyses.Site, o Options) (Report, error) {
	o = o.defaults()
	p.Args = nil
	r := Report{}
	uses, err := Uses.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	requires, err := Requires.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	artefacts, err := analyses.Artefacts.All(ctx, q, p)
	if err != nil {
		return r, err
	}
	m := newMap(site, uses, requires)
	r.Services = m.services()
	r.Dependencies = m.dependencies()
	r.Requires = m.requirements()
	spof := m.critical(o)
	r.CriticalNodes = spof.nodes
	groups, home := m.groups()
	r.Groups, r.Waves = groups, m.waves(groups, home)
	tried := m.tried()
	r.Findings = slices.Concat(spof.findings, m.cycles(o), m.failing(o, tried, artefacts), m.scanning(o, tried), m.beacons(), m.credentials())
	analyses.SortFindings(r.Findings)
	return r, nil
}
