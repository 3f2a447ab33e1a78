package simulate

import (
	"context"
	"testing"
	"time"
)

// FuzzScenario parses any text and plays what is accepted: neither may panic, and no capture point's clock may go back.
func FuzzScenario(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(features))
	for _, base := range []string{"office", "datacentre", "tenants", "base-ipv6", "base-congested"} {
		f.Add([]byte("version: 1\nname: x\nbase: " + base + "\nseed: 3\n"))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sc, err := Parse("fuzz.yaml", text)
		if err != nil {
			return
		}
		if len(sc.Hosts) > 50 || len(sc.Links) > 50 || len(sc.Capture) > 20 {
			return
		}
		c := newCollector()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // what is busy may take long
		defer cancel()
		if _, err := sc.Run(ctx, Options{Packets: 300, Duration: 3 * time.Second}, c); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		if c.back != 0 && len(sc.Capture) > 0 && sc.Capture[0].Drift > -1e6 {
			t.Errorf("times go back %d times", c.back)
		}
	})
}
