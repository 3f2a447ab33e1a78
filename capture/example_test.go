package capture_test

import (
	"context"
	"fmt"
	"log"

	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/capture/fact"
)

// Facts come as the packets are read; what is not of interest is passed by.
func ExampleRun() {
	sources, err := capture.Sources([]string{"../testdata/office.pcapng"})
	if err != nil {
		log.Fatal(err)
	}
	for f, err := range capture.Run(context.Background(), sources, capture.Options{}) {
		if err != nil {
			log.Fatal(err)
		}
		switch f := f.(type) {
		case *fact.Conversation:
			if f.App.Name == "postgresql" {
				fmt.Println(f.Client.Addr(), "to", f.Server, "known by", f.App.Evidence, "client by", f.Direction)
			}
		case *fact.Capture:
			fmt.Println(f.Packets, "packets,", f.Duplicates, "of them further sightings")
		}
	}
	// Unordered output:
	// 10.90.0.5 to 10.90.0.6:15432 known by payload client by handshake
	// 192.168.66.22 to 10.90.0.6:15432 known by payload client by handshake
	// 3881 packets, 1288 of them further sightings
}
