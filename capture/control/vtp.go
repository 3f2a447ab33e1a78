package control

import (
	"strconv"

	"netscope.example/nsgraph/capture/wire"
)

var vtpSettings = []Setting{
	{"vtp.version", "version", "Cisco VTP, summary advertisement"},
	{"vtp.domain", "management domain", "Cisco VTP, summary advertisement"},
	{"vtp.revision", "configuration revision number", "Cisco VTP, summary advertisement"},
}

// VTP is a summary advertisement of the VLAN Trunking Protocol.
type VTP struct {
	Version  uint8
	Domain   string
	Revision uint32
}

// decodeVTP reads what follows the SNAP header; ok is false for other messages than summary advertisements.
func decodeVTP(b []byte) (v VTP, ok bool, err error) {
	c := cursor{b: b}
	v.Version = c.u8()
	code := c.u8()
	c.skip(1)
	n := int(c.u8())
	name := c.take(32)
	if v.Version < 1 || v.Version > 3 || n > 32 {
		c.fail(errValue)
	}
	if code != 1 || c.bad != nil {
		return v, false, c.err("vtp")
	}
	v.Domain = text(name[:n])
	if v.Version == 3 { // the revision has moved, and is not read
		return v, true, nil
	}
	v.Revision = c.u32()
	return v, c.bad == nil, c.err("vtp")
}

func (d *Decoder) vtp(p *wire.Packet) error {
	v, ok, err := decodeVTP(p.Network)
	if !ok {
		return err
	}
	s := d.byDevice(p, "vtp", "")
	s.say("vtp.version", strconv.Itoa(int(v.Version)))
	s.say("vtp.domain", v.Domain)
	if v.Version < 3 {
		s.say("vtp.revision", strconv.FormatUint(uint64(v.Revision), 10))
	}
	return nil
}

var dtpSettings = []Setting{
	{"dtp.status", "operating mode and what is negotiated: trunk/on, access/auto, …", "Cisco DTP, status TLV"},
	{"dtp.domain", "VTP domain of the port", "Cisco DTP, domain TLV"},
}

// decodeDTP reads what follows the SNAP header of the Dynamic Trunking Protocol.
func decodeDTP(b []byte) (status, domain string, err error) {
	c := cursor{b: b}
	c.skip(1)
	for c.left() >= 4 {
		t, n := c.u16(), int(c.u16())
		if n < 4 {
			break
		}
		v := c.sub(n - 4)
		switch t {
		case 1:
			domain = text(v.b)
		case 2:
			status = dtpStatus(v.u8())
		}
		if v.bad != nil {
			c.bad = v.bad
		}
	}
	if status == "" {
		c.fail(errValue)
	}
	return status, domain, c.err("dtp")
}

func dtpStatus(v uint8) string {
	mode := "access"
	if v&0x80 != 0 {
		mode = "trunk"
	}
	admin := map[uint8]string{1: "on", 2: "off", 3: "desirable", 4: "auto"}[v&7]
	if admin == "" {
		admin = strconv.Itoa(int(v & 7))
	}
	return mode + "/" + admin
}

func (d *Decoder) dtp(p *wire.Packet) error {
	status, domain, err := decodeDTP(p.Network)
	if err != nil {
		return err
	}
	s := d.byDevice(p, "dtp", "")
	s.say("dtp.status", status)
	s.say("dtp.domain", domain)
	return nil
}
