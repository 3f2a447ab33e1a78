package flow

import (
	"net/netip"

	"netscope.example/nsgraph/capture/app"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// listen shows p, sent by side, to the classifier.
func (t *Table) listen(e *entry, side uint8, p *wire.Packet, offset uint32) {
	if p.Fragment && !p.FirstFr {
		return
	}
	if !t.speech.Feed(&e.speech, p, side, offset) {
		e.flags &^= listening
	}
}

// identify ends the classifier's work on c and returns what c spoke. A conversation that goes on after a part was emitted keeps
// the answer.
func (t *Table) identify(e *entry, c *fact.Conversation) fact.App {
	if e.more != nil && e.more.app != nil {
		return *e.more.app
	}
	e.flags &^= listening
	return t.speech.Close(&e.speech, &app.Ends{
		Transport: c.Transport,
		Client:    c.Client.Addr(), Server: c.Server.Addr(),
		ClientPort: c.Client.Port(), ServerPort: c.Server.Port(),
		First: c.First, Last: c.Last, Begun: c.TCP != nil && (c.TCP.SYN || c.TCP.SYNACK),
	})
}

// announced returns what was announced for an end of e, and for which.
func (t *Table) announced(e *entry) (x app.Expect, server uint8, ok bool) {
	if e.key.proto != fact.TCP && e.key.proto != fact.UDP {
		return x, 0, false
	}
	ends := [2]netip.AddrPort{e.addrPort(0), e.addrPort(1)}
	for s, end := range ends {
		x, ok = t.o.App.Announcements.Lookup(end.Addr(), end.Port(), fact.Time(e.first()))
		if ok && (!x.Peer.IsValid() || x.Peer == ends[s^1].Addr()) {
			return x, uint8(s), true
		}
	}
	return app.Expect{}, 0, false
}
