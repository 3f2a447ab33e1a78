package simulate

import (
	"context"
	"flag"
	"testing"
	"time"
)

// What a fuzzed scenario may make a run do.
const (
	fuzzText     = 16 << 10 // bytes
	fuzzHosts    = 50
	fuzzPackets  = 300
	fuzzDuration = 3 * time.Second
	fuzzTime     = 100 * time.Millisecond // of the machine: what is busy, but shows no packets
)

// FuzzScenario parses any text and plays what is accepted: neither may panic, and no capture point's clock may go back.
func FuzzScenario(f *testing.F) {
	// The fuzzer shortens each input that reaches new code, byte by byte, for up to a minute, and shows no runs meanwhile. Scenarios are long texts; twenty tries do.
	if m := flag.Lookup("test.fuzzminimizetime"); m != nil && m.Value.String() == m.DefValue {
		if err := m.Value.Set("20x"); err != nil {
			f.Fatal(err)
		}
	}
	f.Add([]byte(good))
	f.Add([]byte(features))
	for _, base := range []string{"office", "datacentre", "tenants", "base-ipv6", "base-congested"} {
		f.Add([]byte("version: 1\nname: x\nbase: " + base + "\nseed: 3\n"))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > fuzzText {
			return
		}
		sc, err := Parse("fuzz.yaml", text)
		if err != nil {
			return
		}
		if len(sc.Hosts) > fuzzHosts || len(sc.Links) > fuzzHosts || len(sc.Capture) > 20 {
			return
		}
		c := newCollector()
		ctx, cancel := context.WithTimeout(t.Context(), fuzzTime)
		defer cancel()
		if _, err := sc.Run(ctx, Options{Packets: fuzzPackets, Duration: fuzzDuration}, c); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		if c.back != 0 && len(sc.Capture) > 0 && sc.Capture[0].Drift > -1e6 {
			t.Errorf("times go back %d times", c.back)
		}
	})
}
