package capture

import (
	"netscope.example/nsgraph/capture/app"
	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/flow"
	"netscope.example/nsgraph/capture/wire"
)

// crier reads the conversations that announce secondary channels before the workers do: one worker may be at the end of a channel while another has not
// come to its announcement yet. What is announced elsewhere than at the well-known ports is known as soon as its worker read it.
type crier struct {
	table *flow.Table
}

const (
	criedConversations = 1 << 14
	criedBytes         = 16 << 20
)

func newCrier(shared *app.Announcements) *crier {
	o := flow.Options{MaxConversations: criedConversations, MaxBytes: criedBytes, App: app.Options{Announcements: shared}}
	return &crier{flow.NewTable(o, func(*fact.Conversation) {})}
}

// announcingPort reports whether a port is that of FTP, TFTP, RTSP, Oracle's listener, SCCP or SIP.
func announcingPort(p uint16) bool {
	switch p {
	case 21, 69, 554, 1521, 2000, 5060, 8554:
		return true
	}
	return false
}

// hear reads p if it may announce something. A packet that a decoder fails at is left to its worker.
func (c *crier) hear(p *wire.Packet) {
	if len(p.Payload) == 0 || !announcingPort(p.SrcPort) && !announcingPort(p.DstPort) || p.Protocol != fact.TCP && p.Protocol != fact.UDP {
		return
	}
	defer func() { _ = recover() }()
	c.table.Add(p, false)
	if c.table.Full() {
		c.table.Facts(func(fact.Fact) bool { return true })
	}
}
