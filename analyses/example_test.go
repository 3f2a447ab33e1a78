package analyses_test

import (
	"context"
	"fmt"
	"log"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/memory"
)

// A named query gives typed rows, on every store.
func Example_query() {
	ctx := context.Background()
	sources, err := capture.Sources([]string{"../testdata/office.pcapng"})
	if err != nil {
		log.Fatal(err)
	}
	batch, _, err := build.Run(ctx, capture.Run(ctx, sources, capture.Options{}), build.Options{})
	if err != nil {
		log.Fatal(err)
	}
	store := memory.New()
	if err := store.Apply(ctx, batch); err != nil {
		log.Fatal(err)
	}
	for r, err := range analyses.Pairs.Run(ctx, store, graph.Params{}) {
		if err != nil {
			log.Fatal(err)
		}
		if r.Application == "sip" {
			fmt.Println(r.ServerAddress, r.Transport, r.Port, r.Conversations)
		}
	}
	// Unordered output:
	// 10.90.0.8 udp 5060 1
	// 10.20.0.22 udp 5060 1
}
