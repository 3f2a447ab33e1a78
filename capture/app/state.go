package app

import (
	"net/netip"
	"strings"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

// State is what is known of one conversation. The zero value is ready; it belongs to one classifier.
type State struct {
	d       *dialog
	proto   uint16 // index into the table plus one; 0 undecided
	speaker speaker
	done    bool
}

// speaker is a side, or none.
type speaker uint8

const (
	nobody speaker = iota
	side0
	side1
)

// Client returns the side that the protocol's own speech shows to be the client, -1 if it does not show it. certain tells a
// request or a greeting from a mere resemblance.
func (s *State) Client() (side int, certain bool) {
	return int(s.speaker) - 1, s.speaker != nobody
}

// Decided reports whether the payload showed the protocol.
func (s *State) Decided() bool { return s.proto != 0 }

// dialog is what is kept of a conversation while it is looked at, and what was read in it.
type dialog struct {
	info    fact.App
	heads   [2]*head // TCP
	x       any      // what the protocol's reader keeps
	media   *media   // RTP streams, also before they are sure to be some
	addr    [2]wire.Addr
	port    [2]uint16
	proto   uint16 // index into the table plus one; 0 undecided
	client  speaker
	fed     uint8       // packets that the protocol's reader had
	packets [2]uint8    // with payload, looked at while undecided; saturating
	texts   bool        // what was looked at in vain is text
	prev    [2][16]byte // start of this side's last payload that was looked at in vain
	refused [2]bool     // this side's payload was looked at, and no protocol's start was in it
}

// open returns a new dialog for p, which side sent.
func (c *Classifier) open(p *wire.Packet, side uint8) *dialog {
	var d *dialog
	if n := len(c.free); n > 0 {
		d, c.free = c.free[n-1], c.free[:n-1]
	} else {
		d = new(dialog)
	}
	d.addr[side], d.port[side] = p.Src, p.SrcPort
	d.addr[side^1], d.port[side^1] = p.Dst, p.DstPort
	return d
}

// recycle keeps d for the next conversation.
func (c *Classifier) recycle(d *dialog) {
	*d = dialog{}
	if len(c.free) < 4096 {
		c.free = append(c.free, d)
	}
}

// plain reports whether d says no more than which protocol it is.
func (d *dialog) plain() bool {
	i := &d.info
	return len(i.Names) == 0 && i.ALPN == "" && i.Version == "" && i.User == "" && i.Clear == "" && i.Cert == "" && i.CertName == "" &&
		!d.refused[0] && !d.refused[1]
}

// clientSide returns the client's side, or the given one if that is unknown.
func (d *dialog) clientSide(otherwise uint8) uint8 {
	if d.client == nobody {
		return otherwise
	}
	return uint8(d.client - side0)
}

// sideOf returns the side of an end of the conversation.
func (d *dialog) sideOf(a netip.Addr, port uint16) uint8 {
	if d.port[1] == port && d.addr[1].Netip() == a {
		return 1
	}
	return 0
}

// from notes that side is the client's. The first word counts.
func (d *dialog) from(side uint8) {
	if d.client == nobody {
		d.client = side0 + speaker(side)
	}
}

const (
	maxAppNames = 4
	maxText     = 128
)

// text returns b as printable text of at most 128 bytes; other bytes become dots.
func text(b []byte) string {
	if len(b) > maxText {
		b = b[:maxText]
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return '.'
		}
		return r
	}, string(b)))
}

// version notes a banner, once.
func (d *dialog) version(b []byte) {
	if d.info.Version == "" && len(b) > 0 {
		d.info.Version = text(b)
	}
}

// user notes a user name, once.
func (d *dialog) user(b []byte) {
	if d.info.User == "" && len(b) > 0 {
		d.info.User = text(b)
	}
}

// name notes a name of the server with its evidence, for the conversation and for the server's address.
func (c *Classifier) name(d *dialog, m *message, b []byte, evidence string) {
	if !hostname(b) {
		return
	}
	for _, n := range d.info.Names {
		if n.Evidence == evidence && strings.EqualFold(n.Name, string(b)) {
			return
		}
	}
	if len(d.info.Names) >= maxAppNames {
		return
	}
	n := strings.ToLower(string(b))
	d.info.Names = append(d.info.Names, fact.AppName{Name: n, Evidence: evidence})
	cs := d.clientSide(m.side)
	c.names.add(m.p, d.addr[cs^1].Netip(), []byte(n), evidence, d.addr[cs].Netip(), 0)
}

// hostname reports whether b can be a host's name: letters, digits, hyphens, dots, underscores, at least one letter, at most 253
// bytes.
func hostname(b []byte) bool {
	if len(b) == 0 || len(b) > 253 {
		return false
	}
	letter := false
	for _, ch := range b {
		switch {
		case ch >= 'a' && ch <= 'z', ch >= 'A' && ch <= 'Z':
			letter = true
		case ch >= '0' && ch <= '9', ch == '-', ch == '.', ch == '_':
		default:
			return false
		}
	}
	return letter
}
