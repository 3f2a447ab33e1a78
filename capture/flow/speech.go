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
		First: c.First, Last: c.Last,
	})
}

// parent returns the application that announced c, "" if none did.
func (t *Table) parent(c *fact.Conversation) string {
	a := t.o.App.Announcements
	if a == nil || c.Transport != fact.TCP && c.Transport != fact.UDP {
		return ""
	}
	if x, ok := a.Lookup(c.Server.Addr(), c.Server.Port(), c.First); ok && fits(x, c.Client.Addr()) {
		return x.Parent
	}
	if x, ok := a.Lookup(c.Client.Addr(), c.Client.Port(), c.First); ok && fits(x, c.Server.Addr()) {
		return x.Parent
	}
	return ""
}

// fits reports whether peer may be the other end of what was announced.
func fits(x app.Expect, peer netip.Addr) bool { return !x.Peer.IsValid() || x.Peer == peer }
