// Package cookbook holds the questions that architects ask of a graph by name: what breaks if something goes, what something needs, who still uses what, what
// crosses a boundary, what changed. They only select and add up; nothing here judges.
//
// Each question lies in two forms, Cypher for Neo4j and Go for the other stores, which return the same rows in the same order. The page COOKBOOK.md beside
// the Neo4j store is written from them.
package cookbook

import (
	"embed"

	"netscope.example/nsgraph/graph"
)

//go:embed cypher/*.cypher
var cypherFiles embed.FS

// cypher returns an embedded statement; its absence is a bug that every test would show.
func cypher(name string) string {
	b, err := cypherFiles.ReadFile("cypher/" + name + ".cypher")
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Groups, in the order in which they are listed.
const (
	groupImpact   = "What depends on what"
	groupUsers    = "Who uses what"
	groupServices = "Services"
	groupZones    = "Zones and VLANs"
	groupNetwork  = "Network"
	groupIdentity = "Identity"
	groupTime     = "Time"
	groupTraffic  = "Traffic and quality"
	groupFindings = "Findings"
)

// Questions lists all questions, those of a group together.
func Questions() []graph.Question {
	return []graph.Question{
		ImpactAddress, ImpactService, Needs, Shared, Together, ApplicationMap,
		UsersOfApplication, UsersOfCertificate, UsersOfServer, CleartextUsers,
		Versions, Silent, SingleClient, Unowned, Unused,
		Crossings, ZonePath, Population, OtherVLANs,
		Neighbours, Routers, Settings, Tunnels, Tunnelled,
		Who, NamesOf, SharedAddresses,
		Dependencies, New, Gone, History,
		Talkers, Failing, Media,
		OpenFindings,
	}
}

// maxList is how many texts a list in a row keeps.
const maxList = 16

// maxDepth bounds how far a question looks.
const maxDepth = 10
