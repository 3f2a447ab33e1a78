package control

import (
	"encoding/hex"
	"fmt"
	"strconv"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

var stpSettings = []Setting{
	{"stp.version", "stp, rstp, mstp, or the protocol version's number", "IEEE 802.1Q-2014, 14.4"},
	{"stp.root", "root bridge: priority and MAC", "IEEE 802.1Q-2014, 14.2.5"},
	{"stp.bridge", "the sender itself: priority and MAC", "IEEE 802.1Q-2014, 14.2.5"},
	{"stp.cost", "cost of the path to the root", "IEEE 802.1Q-2014, 14.2.6"},
	{"stp.role", "role of the sending port: root, alternate, designated", "IEEE 802.1Q-2014, 14.2.10"},
	{"stp.state", "state of the sending port: discarding, learning, forwarding", "IEEE 802.1Q-2014, 14.2.10"},
	{"stp.hello", "hello time, seconds", "IEEE 802.1Q-2014, 14.2.8"},
	{"stp.max_age", "maximum age, seconds", "IEEE 802.1Q-2014, 14.2.8"},
	{"stp.forward_delay", "forward delay, seconds", "IEEE 802.1Q-2014, 14.2.8"},
	{"stp.topology_change", "topology change flag: yes, no", "IEEE 802.1Q-2014, 14.2.10"},
	{"stp.tcn", "a topology change notification was sent: yes", "IEEE 802.1D-2004, 9.3.2"},
	{"stp.region", "MST region name", "IEEE 802.1Q-2014, 13.8"},
	{"stp.revision", "MST revision level", "IEEE 802.1Q-2014, 13.8"},
	{"stp.digest", "MST configuration digest, hexadecimal", "IEEE 802.1Q-2014, 13.8"},
	{"pvst.vlan", "VLAN id of the port that a PVST+ BPDU left from", "Cisco PVST+, originating VLAN TLV"},
}

// BridgeID is a priority, with the extended system id in its lower 12 bits, and a MAC (IEEE 802.1Q-2014, 14.2.5).
type BridgeID struct {
	Priority uint16
	MAC      fact.MAC
}

// String returns "32769 02:00:00:00:00:01".
func (b BridgeID) String() string { return fmt.Sprintf("%d %s", b.Priority, b.MAC) }

// BPDU is a bridge protocol data unit of STP, RSTP, MSTP or PVST+ (IEEE 802.1Q-2014, clause 14). Times are in 1/256 second.
type BPDU struct {
	Version, Type, Flags        uint8
	Root, Bridge                BridgeID
	Cost                        uint32
	Port                        uint16
	Age, MaxAge, Hello, Forward uint16
	MST                         bool // the next three are valid
	Region                      string
	Revision                    uint16
	Digest                      [16]byte
	VLAN                        int // of PVST+; -1: none
}

// BPDU types.
const (
	bpduConfig = 0x00
	bpduRapid  = 0x02
	bpduTCN    = 0x80
)

// decodeBPDU reads what follows the LLC or SNAP header. It keeps nothing of b.
func decodeBPDU(b []byte, pvst bool) (BPDU, error) {
	u := BPDU{VLAN: -1}
	c := cursor{b: b}
	if c.u16() != 0 {
		c.fail(errValue)
	}
	u.Version, u.Type = c.u8(), c.u8()
	switch {
	case c.bad != nil || u.Type == bpduTCN:
		return u, c.err("stp")
	case u.Type != bpduConfig && u.Type != bpduRapid:
		c.fail(errValue)
	}
	u.Flags = c.u8()
	u.Root, u.Cost, u.Bridge = bridgeID(&c), c.u32(), bridgeID(&c)
	u.Port, u.Age, u.MaxAge, u.Hello, u.Forward = c.u16(), c.u16(), c.u16(), c.u16(), c.u16()
	if err := c.err("stp"); err != nil {
		return u, err
	}
	if pvst && c.left() >= 7 {
		c.skip(1) // version 1 length, or padding
		if t, n, v := c.u16(), c.u16(), c.u16(); t == 0 && n == 2 {
			u.VLAN = int(v)
		}
		return u, nil
	}
	if u.Type == bpduRapid && u.Version >= 3 && c.left() >= 3 {
		c.skip(1) // version 1 length
		if c.u16() >= 64 {
			u.mst(&c)
		}
	}
	return u, c.err("stp")
}

// mst reads the MST configuration identifier (13.8) and who sends it: the field that names the bridge in other BPDUs holds the regional root.
func (u *BPDU) mst(c *cursor) {
	c.skip(1) // configuration identifier format selector
	u.Region, u.Revision = text(c.take(32)), c.u16()
	copy(u.Digest[:], c.take(16))
	c.skip(4) // internal root path cost
	b := bridgeID(c)
	if u.MST = c.bad == nil; u.MST {
		u.Bridge = b
	}
}

func bridgeID(c *cursor) BridgeID {
	b := BridgeID{Priority: c.u16()}
	copy(b.MAC[:], c.take(6))
	return b
}

func (d *Decoder) stp(p *wire.Packet) error {
	pvst := p.Has&wire.HasSNAP != 0
	u, err := decodeBPDU(p.Network, pvst)
	if err != nil {
		return err
	}
	if u.Type == bpduTCN {
		s := d.byDevice(p, "stp", p.SrcMAC.String())
		s.group = "cst"
		s.say("stp.tcn", "yes")
		return nil
	}
	s := d.byDevice(p, "stp", u.Bridge.MAC.String())
	s.port, s.hold, s.group = fmt.Sprintf("0x%04x", u.Port), int64(u.MaxAge)*1e9/256, "cst"
	if u.VLAN >= 0 {
		s.group = "vlan " + strconv.Itoa(u.VLAN)
		s.say("pvst.vlan", strconv.Itoa(u.VLAN))
	}
	u.say(&s)
	return nil
}

func (u *BPDU) say(s *speech) {
	names := [...]string{"stp", "1", "rstp", "mstp"}
	version := strconv.Itoa(int(u.Version))
	if int(u.Version) < len(names) {
		version = names[u.Version]
	}
	s.say("stp.version", version)
	s.say("stp.root", u.Root.String())
	s.say("stp.bridge", u.Bridge.String())
	s.say("stp.cost", strconv.FormatUint(uint64(u.Cost), 10))
	s.say("stp.hello", seconds(u.Hello))
	s.say("stp.max_age", seconds(u.MaxAge))
	s.say("stp.forward_delay", seconds(u.Forward))
	s.say("stp.topology_change", yesNo(u.Flags&1 != 0))
	if u.Type == bpduRapid {
		s.say("stp.role", [...]string{"", "alternate", "root", "designated"}[u.Flags>>2&3])
		state := "discarding"
		if u.Flags&0x20 != 0 {
			state = "forwarding"
		} else if u.Flags&0x10 != 0 {
			state = "learning"
		}
		s.say("stp.state", state)
	}
	if u.MST {
		s.say("stp.region", u.Region)
		s.say("stp.revision", strconv.Itoa(int(u.Revision)))
		s.say("stp.digest", hex.EncodeToString(u.Digest[:]))
	}
}

// seconds writes a time in 1/256 second.
func seconds(v uint16) string { return strconv.FormatFloat(float64(v)/256, 'f', -1, 64) }
