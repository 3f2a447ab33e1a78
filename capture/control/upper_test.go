package control

import (
	"testing"

	"netscope.example/nsgraph/capture/wire"
)

func TestUpper(t *testing.T) {
	options := ip4Packet(89, "10.0.0.1", "224.0.0.5", []byte{0x94, 4, 0, 0, 7, 8, 9})
	options.Network[0] = 0x46 // a router alert lies before the payload
	padded := ip4Packet(89, "10.0.0.1", "224.0.0.5", []byte{7, 8, 9})
	padded.Network = append(padded.Network, 0, 0, 0)
	fragment := ip4Packet(89, "10.0.0.1", "224.0.0.5", []byte{7, 8, 9})
	fragment.Fragment = true
	hop := ip6Packet(0, "fe80::1", "ff02::1", []byte{58, 0, 5, 2, 0, 0, 1, 0, 7, 8, 9})
	first := ip6Packet(44, "fe80::1", "ff02::1", []byte{51, 0, 0, 0, 0, 0, 0, 1, 89, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9})
	endless := ip6Packet(0, "fe80::1", "ff02::1", make([]byte, 200))
	for name, c := range map[string]struct {
		p    *wire.Packet
		want string
	}{
		"IPv4 with options": {options, "\x07\x08\x09"}, "Ethernet padding": {padded, "\x07\x08\x09"}, "a later fragment": {fragment, ""},
		"hop-by-hop options": {hop, "\x07\x08\x09"}, "fragment and authentication headers": {first, "\x07\x08\x09"},
		"extension headers without end": {endless, ""}, "no IP": {etherPacket(0x0806, []byte{7}), ""},
		"header cut": {&wire.Packet{Version: 4, Network: []byte{0x45}}, ""}, "IPv6 header cut": {&wire.Packet{Version: 6, Network: []byte{0x60}}, ""},
	} {
		if got := string(upper(c.p)); got != c.want {
			t.Errorf("%s: %x, want %x", name, got, c.want)
		}
	}
}

func TestMasks(t *testing.T) {
	for bits, b := range map[int][]byte{0: {0, 0, 0, 0}, 24: {255, 255, 255, 0}, 32: {255, 255, 255, 255}, -1: {255, 0, 255, 0}} {
		if got := maskBits(b); got != bits {
			t.Errorf("%v: %d, want %d", b, got, bits)
		}
	}
	if maskBits(nil) != -1 || netmask(-1) != "" || netmask(12) != "255.240.0.0" || netmask(0) != "0.0.0.0" {
		t.Error("odd masks")
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{"Cisco IOS\r\n  12.4\x00rest": "Cisco IOS 12.4", "caf\xc3\xa9 \xff\x1b[31m": "café ?[31m", "": ""} {
		if got := text([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := text(make([]byte, 0)); got != "" {
		t.Errorf("%q", got)
	}
}
