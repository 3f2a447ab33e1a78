package build

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// A flood of addresses, each of which tries one service once, must not be remembered address by address.
func TestCrowdIsNotRemembered(t *testing.T) {
	b := New(Options{MaxUses: 400})
	for i := range uint32(20_000) {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], 0x0a000000+i)
		b.Add(&fact.Conversation{
			Transport: fact.TCP, Client: netip.AddrPortFrom(netip.AddrFrom4(a), 1024), Server: netip.MustParseAddrPort("192.0.2.1:80"),
			Up: fact.Half{Packets: 1, Bytes: 60}, Outcome: fact.Unanswered,
		})
	}
	uses := 0
	for range b.all {
		uses++
	}
	if uses > 110 || len(b.scans) > 200 {
		t.Errorf("%d communications and the state of %d clients are kept of 20,000", uses, len(b.scans))
	}
	if n := b.folded(); n < 19_800 || n > 20_000 {
		t.Errorf("%d conversations are folded", n)
	}
}
