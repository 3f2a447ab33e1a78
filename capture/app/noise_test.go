package app

import (
	"math/rand/v2"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// TestNoise feeds conversations of random bytes on random ports: what is not there must not be found.
func TestNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	found := map[string]int{}
	c := New(Options{})
	const conversations = 20000
	for i := range conversations {
		proto := fact.TCP
		if i%2 == 0 {
			proto = fact.UDP
		}
		k := newTalk(c, proto, uint16(1024+r.IntN(64000)), uint16(1024+r.IntN(64000)))
		for n := range 6 {
			b := make([]byte, 1+r.IntN(300))
			for j := range b {
				b[j] = byte(r.Uint32())
			}
			k.say(uint8(n%2), b)
		}
		if a := k.close(); a.Evidence == fact.PayloadEvidence {
			found[a.Name]++
		}
	}
	total := 0
	for n, x := range found {
		total += x
		t.Logf("%s %d", n, x)
	}
	if total > conversations/2000 {
		t.Errorf("%d of %d conversations of random bytes were taken for something", total, conversations)
	}
}
