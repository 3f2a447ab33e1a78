package export_test

import (
	"context"
	"fmt"
	"log"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/configuration"
	"netscope.example/nsgraph/analyses/segmentation"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/intent"
	"netscope.example/nsgraph/graph/memory"
)

// The whole way, as nsgraph analyze goes it: packets become facts, facts a graph, and the graph answers.
func Example() {
	ctx := context.Background()
	declared, err := intent.Load("../testdata/office.intent.yaml")
	if err != nil {
		log.Fatal(err)
	}
	sources, err := capture.Sources([]string{"../testdata/office.pcapng"})
	if err != nil {
		log.Fatal(err)
	}
	batch, stats, err := build.Run(ctx, capture.Run(ctx, sources, capture.Options{}), build.Options{Intent: declared})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stats.Conversations, "conversations")

	store := memory.New() // or sqlite.Open, or neo4j.Open
	if err := store.Apply(ctx, batch); err != nil {
		log.Fatal(err)
	}
	var all graph.Params // no limits: the whole graph
	site, err := analyses.NewSite(ctx, store, all, declared)
	if err != nil {
		log.Fatal(err)
	}
	report, err := export.Build(ctx, store, all, site, []analyses.Analysis{segmentation.Analysis(), configuration.Analysis()})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range report.Findings {
		if f.Severity >= analyses.High {
			fmt.Printf("%s: %s\n", f.Rule, f.Text)
		}
	}

	// Output:
	// 124 conversations
	// configuration/ospf-mismatch: OSPF routers on 172.16.0.0/29 vlan 99 say ospf.hello 10 (172.16.0.1), 30 (172.16.0.2); ospf.dead 40 (172.16.0.1), 120 (172.16.0.2), must be equal
	// segmentation/forbidden-flow: 192.168.66.22 (guest) to 10.90.0.6 tcp/15432 (servers): 1 conversation of postgresql established, policy default denies it
}
