package control

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/wire"
)

var bgpSettings = []Setting{
	{"bgp.as", "autonomous system of the sender", "RFC 4271, 4.2; RFC 6793"},
	{"bgp.hold", "hold time offered, seconds", "RFC 4271, 4.2"},
	{"bgp.id", "BGP identifier", "RFC 4271, 4.2"},
	{"bgp.capabilities", "capability codes, ascending", "RFC 5492, 4"},
	{"bgp.notification", "error code and subcode, with their names", "RFC 4271, 4.5; RFC 4486"},
}

// BGP is the first message of a segment, of those that say something of a configuration (RFC 4271, section 4).
type BGP struct {
	Type          uint8 // 1 open, 3 notification
	AS            uint32
	Hold          uint16 // seconds
	ID            netip.Addr
	Capabilities  []uint8
	Code, Subcode uint8
}

const (
	bgpOpen         = 1
	bgpNotification = 3
)

var bgpMarker = bytes.Repeat([]byte{0xff}, 16)

// decodeBGP reads the messages of a TCP segment. Those that are neither open nor notification are skipped; a segment that does not begin
// with a message says nothing.
func decodeBGP(b []byte) ([]BGP, error) {
	c := cursor{b: b}
	var ms []BGP
	for c.left() >= 19 && bytes.HasPrefix(c.b, bgpMarker) && len(ms) < 4 {
		c.skip(16)
		n := int(c.u16())
		m := BGP{Type: c.u8()}
		v := c.sub(min(n-19, c.left())) // what is cut off comes with the next segment
		switch m.Type {
		case bgpOpen:
			m.open(&v)
		case bgpNotification:
			m.Code, m.Subcode = v.u8(), v.u8()
		default:
			continue
		}
		if v.bad != nil {
			c.bad = v.bad
			break
		}
		ms = append(ms, m)
	}
	return ms, c.err("bgp")
}

func (m *BGP) open(v *cursor) {
	if v.u8() != 4 {
		v.fail(errValue)
	}
	m.AS, m.Hold, m.ID = uint32(v.u16()), v.u16(), addr4(v.take(4))
	v.skip(1)
	for v.left() >= 2 {
		t := v.u8()
		o := v.sub(int(v.u8()))
		for t == 2 && o.left() >= 2 { // capabilities
			code := o.u8()
			x := o.sub(int(o.u8()))
			m.Capabilities = append(m.Capabilities, code)
			if code == 65 && x.left() == 4 {
				m.AS = x.u32()
			}
		}
	}
}

func (d *Decoder) bgp(p *wire.Packet) error {
	ms, err := decodeBGP(p.Payload)
	for i := range ms {
		s := d.bySender(p, "bgp")
		s.group = pair(source(p), destination(p))
		ms[i].say(&s)
	}
	return err
}

func (m *BGP) say(s *speech) {
	if m.Type == bgpNotification {
		s.say("bgp.notification", notificationName(m.Code, m.Subcode))
		return
	}
	s.say("bgp.as", strconv.FormatUint(uint64(m.AS), 10))
	s.say("bgp.hold", strconv.Itoa(int(m.Hold)))
	s.say("bgp.id", m.ID.String())
	slices.Sort(m.Capabilities)
	codes := make([]string, 0, len(m.Capabilities))
	for _, c := range slices.Compact(m.Capabilities) {
		codes = append(codes, strconv.Itoa(int(c)))
	}
	s.say("bgp.capabilities", strings.Join(codes, ", "))
}

var bgpErrors = map[uint16]string{
	1 << 8: "message header error", 2 << 8: "OPEN error", 3 << 8: "UPDATE error", 4 << 8: "hold timer expired",
	5 << 8: "finite state machine error", 6 << 8: "cease",
	2<<8 | 1: "unsupported version", 2<<8 | 2: "bad peer AS", 2<<8 | 3: "bad BGP identifier", 2<<8 | 4: "unsupported parameter",
	2<<8 | 5: "authentication failure", 2<<8 | 6: "unacceptable hold time", 2<<8 | 7: "unsupported capability",
	6<<8 | 1: "maximum prefixes reached", 6<<8 | 2: "administrative shutdown", 6<<8 | 3: "peer de-configured",
	6<<8 | 4: "administrative reset", 6<<8 | 5: "connection rejected", 6<<8 | 6: "other configuration change",
	6<<8 | 7: "connection collision resolution", 6<<8 | 8: "out of resources",
}

// notificationName writes an error as "2/2 bad peer AS".
func notificationName(code, sub uint8) string {
	name, ok := bgpErrors[uint16(code)<<8|uint16(sub)]
	if !ok {
		name = bgpErrors[uint16(code)<<8]
	}
	return strings.TrimSpace(fmt.Sprintf("%d/%d %s", code, sub, name))
}
