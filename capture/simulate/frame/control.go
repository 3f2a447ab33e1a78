package frame

import (
	"encoding/binary"
	"net/netip"
)

// tlv7 is an LLDP element: 7 bits of type, 9 of length.
func tlv7(b []byte, typ uint16, v ...byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, typ<<9|uint16(len(v))), v...)
}

// Neighbour is what a device tells of itself by LLDP or CDP.
type Neighbour struct {
	Chassis      MAC
	Name         string
	Port         string
	Platform     string
	Software     string
	Address      netip.Addr
	Capabilities uint16 // of LLDP: 4 bridge, 0x10 router, 0x20 telephone, 0x80 station
	NativeVLAN   uint16 // 0 not told
	VLANs        []uint16
	Duplex       string // full, half, ""
	Speed        uint32 // Mb/s, 0 not told
	MaxFrame     int    // 0 not told
	VTPDomain    string
	VoiceVLAN    uint16
}

// LLDP builds the payload of IEEE 802.1AB.
func (n *Neighbour) LLDP() []byte {
	b := tlv7(nil, 1, append([]byte{4}, n.Chassis[:]...)...)
	b = tlv7(b, 2, append([]byte{5}, n.Port...)...)
	b = tlv7(b, 3, 0, 120)
	b = tlv7(b, 4, []byte(n.Port)...)
	b = tlv7(b, 5, []byte(n.Name)...)
	b = tlv7(b, 6, []byte(n.Platform+" "+n.Software)...)
	c := n.Capabilities
	b = tlv7(b, 7, byte(c>>8), byte(c), byte(c>>8), byte(c))
	if n.Address.Is4() {
		v := append([]byte{5, 1}, n.Address.AsSlice()...)
		b = tlv7(b, 8, append(v, 2, 0, 0, 0, 1, 0)...)
	}
	if n.NativeVLAN != 0 {
		b = tlv7(b, 127, 0, 0x80, 0xc2, 1, byte(n.NativeVLAN>>8), byte(n.NativeVLAN))
	}
	if n.Speed != 0 || n.Duplex != "" {
		b = tlv7(b, 127, 0, 0x12, 0x0f, 1, 3, 0x6c, 1, 0, mau(n.Speed, n.Duplex))
	}
	if n.MaxFrame != 0 {
		b = tlv7(b, 127, 0, 0x12, 0x0f, 4, byte(n.MaxFrame>>8), byte(n.MaxFrame))
	}
	return tlv7(b, 0)
}

// mau is the operational MAU type (RFC 4836).
func mau(speed uint32, duplex string) byte {
	half := duplex == "half"
	switch {
	case speed == 10 && half:
		return 10
	case speed == 10:
		return 11
	case speed == 100 && half:
		return 15
	case speed == 100:
		return 16
	case half:
		return 29
	}
	return 30
}

func cdpTLV(b []byte, typ uint16, v []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, typ)
	b = binary.BigEndian.AppendUint16(b, uint16(len(v)+4))
	return append(b, v...)
}

// snap is the LLC and SNAP header of Cisco's protocols.
func snap(pid uint16) []byte { return []byte{0xaa, 0xaa, 3, 0, 0, 0x0c, byte(pid >> 8), byte(pid)} }

// CDP builds the LLC payload of Cisco Discovery Protocol version 2.
func (n *Neighbour) CDP() []byte {
	b := n.cdp(n.Software)
	if len(b)%2 == 1 { // devices disagree on the checksum of an odd length
		b = n.cdp(n.Software + " ")
	}
	binary.BigEndian.PutUint16(b[2:], Checksum(b))
	return append(snap(0x2000), b...)
}

func (n *Neighbour) cdp(soft string) []byte {
	b := []byte{2, 180, 0, 0}
	b = cdpTLV(b, 1, []byte(n.Name))
	b = cdpTLV(b, 5, []byte(soft))
	b = cdpTLV(b, 6, []byte(n.Platform))
	if n.Address.Is4() {
		v := append([]byte{0, 0, 0, 1, 1, 1, 0xcc, 0, 4}, n.Address.AsSlice()...)
		b = cdpTLV(b, 2, v)
	}
	b = cdpTLV(b, 3, []byte(n.Port))
	var c byte
	if n.Capabilities&0x10 != 0 {
		c |= 1
	}
	if n.Capabilities&4 != 0 {
		c |= 8
	}
	if n.Capabilities&0x20 != 0 {
		c |= 0x90
	}
	b = cdpTLV(b, 4, []byte{0, 0, 0, c})
	if n.VTPDomain != "" {
		b = cdpTLV(b, 9, []byte(n.VTPDomain))
	}
	if n.NativeVLAN != 0 {
		b = cdpTLV(b, 10, []byte{byte(n.NativeVLAN >> 8), byte(n.NativeVLAN)})
	}
	if n.Duplex != "" {
		v := byte(1)
		if n.Duplex == "half" {
			v = 0
		}
		b = cdpTLV(b, 11, []byte{v})
	}
	if n.VoiceVLAN != 0 {
		b = cdpTLV(b, 14, []byte{1, byte(n.VoiceVLAN >> 8), byte(n.VoiceVLAN)})
	}
	return b
}

// BPDU is a spanning tree message.
type BPDU struct {
	Mode         string // stp, rstp, pvst, mst
	VLAN         uint16 // of pvst
	Root, Bridge MAC
	RootPriority uint16
	Priority     uint16
	Cost         uint32
	Port         uint16
	Age, MaxAge  uint16 // seconds
	Hello, Delay uint16
	Change       bool
	TCN          bool
	Designated   bool
	Region       string
	Revision     uint16
	Digest       [16]byte
}

// Payload builds the LLC payload (IEEE 802.1D, 802.1Q; PVST+ in SNAP with the originating VLAN TLV).
func (t *BPDU) Payload() []byte {
	llc := []byte{0x42, 0x42, 3}
	if t.TCN {
		return append(llc, 0, 0, 0, 0x80)
	}
	b := []byte{0, 0, 0, 0}
	switch t.Mode {
	case "rstp", "pvst":
		b[2], b[3] = 2, 2
	case "mst":
		b[2], b[3] = 3, 2
	}
	flags := byte(0)
	if t.Change {
		flags |= 1
	}
	if t.Mode != "stp" {
		flags |= 0x3c // designated, learning, forwarding
		if !t.Designated {
			flags = flags&^0x3c | 0x08
		}
	}
	b = append(b, flags)
	b = binary.BigEndian.AppendUint16(b, t.RootPriority|t.VLAN&0xfff)
	b = append(b, t.Root[:]...)
	b = binary.BigEndian.AppendUint32(b, t.Cost)
	b = binary.BigEndian.AppendUint16(b, t.Priority|t.VLAN&0xfff)
	b = append(b, t.Bridge[:]...)
	b = binary.BigEndian.AppendUint16(b, 0x8000|t.Port)
	for _, s := range []uint16{t.Age, t.MaxAge, t.Hello, t.Delay} {
		b = binary.BigEndian.AppendUint16(b, s<<8)
	}
	switch t.Mode {
	case "rstp":
		b = append(b, 0)
	case "mst":
		b = append(b, 0, 0, 64, 0)
		name := make([]byte, 32)
		copy(name, t.Region)
		b = append(b, name...)
		b = binary.BigEndian.AppendUint16(b, t.Revision)
		b = append(b, t.Digest[:]...)
		b = binary.BigEndian.AppendUint32(b, 0)
		b = binary.BigEndian.AppendUint16(b, t.Priority)
		b = append(b, t.Bridge[:]...)
		b = append(b, 20)
	case "pvst":
		b = append(b, 0, 0, 0, 0, 2, byte(t.VLAN>>8), byte(t.VLAN))
		return append(snap(0x010b), b...)
	}
	return append(llc, b...)
}

// DTP builds the LLC payload of Cisco's trunk negotiation.
func DTP(domain string, status byte, mac MAC) []byte {
	b := []byte{1}
	d := append([]byte(domain), 0)
	b = cdpTLV(b, 1, d)
	b = cdpTLV(b, 2, []byte{status})
	b = cdpTLV(b, 3, []byte{0xa5})
	b = cdpTLV(b, 4, mac[:])
	return append(snap(0x2004), b...)
}

// VTP builds the LLC payload of a summary advertisement.
func VTP(version uint8, domain string, revision uint32, updater netip.Addr) []byte {
	b := []byte{version, 1, 0, byte(len(domain))}
	name := make([]byte, 32)
	copy(name, domain)
	b = append(b, name...)
	b = binary.BigEndian.AppendUint32(b, revision)
	if !updater.Is4() {
		updater = netip.IPv4Unspecified()
	}
	b = append(b, updater.AsSlice()...)
	b = append(b, "260302083000"...)
	b = append(b, make([]byte, 16)...)
	return append(snap(0x2003), b...)
}

// LACP builds the payload of a link aggregation message (IEEE 802.1AX); actor and partner in that order.
func LACP(system [2]MAC, key [2]uint16, port [2]uint16, state [2]byte) []byte {
	b := []byte{1, 1}
	for i := range 2 {
		b = append(b, byte(i+1), 20, 0x80, 0)
		b = append(b, system[i][:]...)
		b = binary.BigEndian.AppendUint16(b, key[i])
		b = append(b, 0x80, 0)
		b = binary.BigEndian.AppendUint16(b, port[i])
		b = append(b, state[i], 0, 0, 0)
	}
	b = append(b, 3, 16, 0, 0)
	b = append(b, make([]byte, 12)...)
	b = append(b, 0, 0)
	return append(b, make([]byte, 110-len(b))...)
}
