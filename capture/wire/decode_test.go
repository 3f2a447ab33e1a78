package wire

import (
	"encoding/binary"
	"testing"

	"netscope.example/nsgraph/capture/file"
)

// frame joins parts: byte slices, strings, and integers (uint8, uint16, uint32) in network byte order.
func frame(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch v := p.(type) {
		case []byte:
			b = append(b, v...)
		case string:
			b = append(b, v...)
		case uint8:
			b = append(b, v)
		case uint16:
			b = binary.BigEndian.AppendUint16(b, v)
		case uint32:
			b = binary.BigEndian.AppendUint32(b, v)
		default:
			panic("frame: part of another type")
		}
	}
	return b
}

// Parts that many frames share. Their bytes are those of the RFCs' diagrams.
const macs = "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01" // to :02 from :01

// ip4 is an IPv4 header, from 10.0.0.1 to 10.0.0.2, DSCP EF, ECT(0), DF, id 7, TTL 64, around payload.
func ip4(protocol uint8, payload []byte) []byte {
	return frame("\x45\xba", uint16(20+len(payload)), "\x00\x07\x40\x00\x40", protocol, "\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02", payload)
}

// ip6 is an IPv6 header, from 2001:db8::1 to 2001:db8::2, DSCP EF, hop limit 64, around payload.
func ip6(next uint8, payload []byte) []byte {
	return frame("\x6b\x80\x00\x00", uint16(len(payload)), next, "\x40",
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02", payload)
}

// syn is a TCP SYN from port 40000 to 443 with MSS 1460, SACK permitted, timestamps, window scale 7, and payload.
func syn(payload string) []byte {
	return frame(uint16(40000), uint16(443), uint32(1000), uint32(2000), "\xa0\x02", uint16(64240), "\x00\x00\x00\x00",
		"\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x09\x00\x00\x00\x08\x01\x03\x03\x07", payload)
}

// datagram4 is UDP around payload.
func udpOf(src, dst uint16, payload []byte) []byte {
	return frame(src, dst, uint16(8+len(payload)), "\x00\x00", payload)
}

// decode reads one frame of a link type.
func decode(link uint16, b []byte) []Packet {
	return NewDecoder(Options{}).Decode(nil, link, &file.Packet{Data: b, Time: 5, Number: 3, Length: uint32(len(b))})
}

func TestEthernetIPv4TCP(t *testing.T) {
	b := frame(macs, uint16(0x0800), ip4(6, syn("hello")), "\x00\x00\x00") // three bytes of padding
	got := decode(linkEthernet, b)
	if len(got) != 1 {
		t.Fatalf("%d packets, want 1", len(got))
	}
	p := got[0]
	if p.Time != 5 || p.Number != 3 || p.Length != uint32(len(b)) || p.Cut || p.Problem != OK {
		t.Errorf("frame: %+v", p)
	}
	if p.Has != HasEthernet|HasIP|HasTransport || p.SrcMAC.String() != "02:00:00:00:00:01" || p.DstMAC.String() != "02:00:00:00:00:02" {
		t.Errorf("ethernet: has %b, %v to %v", p.Has, p.SrcMAC, p.DstMAC)
	}
	if p.Src.Netip().String() != "10.0.0.1" || p.Dst.Netip().String() != "10.0.0.2" || p.Version != 4 || p.TTL != 64 ||
		p.DSCP != 46 || p.ECN != 2 || !p.DF || p.Fragment || p.IPID != 7 || p.IPLength != 65 {
		t.Errorf("ip: %+v", p)
	}
	if p.SrcPort != 40000 || p.DstPort != 443 || p.Seq != 1000 || p.Ack != 2000 || p.Flags != SYN || p.Window != 64240 ||
		string(p.Payload) != "hello" || p.PayloadLen != 5 || len(p.Options) != 20 {
		t.Errorf("tcp: %+v", p)
	}
	o := ParseOptions(p.Options)
	if want := (TCPOptions{MSS: 1460, WindowScale: 7, SACKPermitted: true, Timestamps: true, TSval: 9, TSecr: 8}); o != want {
		t.Errorf("options %+v, want %+v", o, want)
	}
}
