package wire

import (
	"encoding/binary"

	"netscope.example/nsgraph/capture/fact"
)

// Bits of the frame control field (IEEE 802.11, section 9.2.4.1), of its first and of its second byte.
const (
	wifiType    = 0x0c
	wifiData    = 0x08
	wifiNoData  = 0x40 // subtype without a body
	wifiQoS     = 0x80
	wifiToDS    = 0x01
	wifiFromDS  = 0x02
	wifiProtect = 0x40
	wifiOrder   = 0x80
)

// isWiFiData tells whether the first byte of the frame control is a data frame's of version 0.
func isWiFiData(b byte) bool { return b&(wifiType|3) == wifiData }

// wifi reads an IEEE 802.11 frame. Only data frames that are not encrypted carry what is read further.
func wifi(d *Decoder, p *Packet, b []byte, n int) { d.wifi(p, b, n, false) }

// wifi reads a frame whose header is padded to a multiple of four bytes if padded is set.
func (d *Decoder) wifi(p *Packet, b []byte, n int, padded bool) {
	p.Network = b
	if len(b) < 24 {
		p.Problem = Short
		return
	}
	first, second, fragment := b[0], b[1], b[22]&15
	if p.Scope.Tunnel == fact.CAPWAP && !isWiFiData(first) { // controllers that swap the bytes of both fields
		first, second, fragment = second, first, b[23]&15
	}
	if first&3 != 0 {
		p.Problem = BadHeader
		return
	}
	if !isWiFiData(first) {
		return
	}
	size, dst, src := 24, 4, 10
	switch second & (wifiToDS | wifiFromDS) {
	case wifiFromDS:
		src = 16
	case wifiToDS:
		dst = 16
	case wifiToDS | wifiFromDS:
		size, dst, src = 30, 16, 24
	}
	aggregate := false
	if first&wifiQoS != 0 {
		if len(b) < size+2 {
			p.Problem = Short
			return
		}
		aggregate = b[size]&0x80 != 0
		if size += 2; second&wifiOrder != 0 {
			size += 4
		}
	}
	if padded {
		size += -size & 3
	}
	if len(b) < size {
		p.Problem = Short
		return
	}
	p.Has |= HasEthernet
	p.DstMAC, p.SrcMAC = [6]byte(b[dst:]), [6]byte(b[src:])
	// What is encrypted, a later fragment, and a frame without a body say no more.
	more := first&wifiNoData == 0 && second&wifiProtect == 0 && fragment == 0
	b, n = b[size:], n-size
	p.Network = b
	if !more {
		return
	}
	if aggregate { // the first of several, behind addresses and a length
		if len(b) < ethernetHeader {
			p.Problem = Short
			return
		}
		p.DstMAC, p.SrcMAC = [6]byte(b), [6]byte(b[6:])
		length := int(be16(b[12:]))
		d.llc(p, length, b[ethernetHeader:], n-ethernetHeader)
		return
	}
	d.llc(p, n, b, n)
}

// radiotap reads the header that most drivers put before a frame (radiotap.org), of whose fields only the flags matter.
func radiotap(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) < 8 {
		p.Problem = Short
		return
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if b[0] != 0 || size < 8 || size > len(b) {
		p.Problem = BadHeader
		return
	}
	const hasTime, hasFlags, another = 1, 2, 1 << 31
	present := binary.LittleEndian.Uint32(b[4:])
	at := 8
	for word := present; word&another != 0 && at+4 <= size; at += 4 {
		word = binary.LittleEndian.Uint32(b[at:])
	}
	if present&hasTime != 0 {
		at += -at&7 + 8
	}
	var flags byte
	if present&hasFlags != 0 && at < size {
		flags = b[at]
	}
	b, n = b[size:], n-size
	if flags&0x10 != 0 && n >= 4 { // with its frame check sequence
		n -= 4
		b = b[:min(len(b), n)]
	}
	d.wifi(p, b, n, flags&0x20 != 0)
}

// prism reads the headers of Prism and AVS, of whose fields only the length matters.
func prism(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) < 8 {
		p.Problem = Short
		return
	}
	size := int(binary.LittleEndian.Uint32(b[4:]))
	if be32(b)&0xfffff000 == 0x80211000 { // AVS
		size = int(be32(b[4:]))
	}
	if size < 8 || size > len(b) {
		p.Problem = BadHeader
		return
	}
	d.wifi(p, b[size:], n-size, false)
}

// ppi reads the header of Per-Packet Information, which names the link type of what is behind it.
func ppi(d *Decoder, p *Packet, b []byte, n int) {
	if len(b) < 8 {
		p.Problem = Short
		return
	}
	size, link := int(binary.LittleEndian.Uint16(b[2:])), binary.LittleEndian.Uint32(b[4:])
	if size < 8 || size > len(b) || link == linkPPI || link >= linkTypes {
		p.Problem = BadHeader
		return
	}
	d.read(p, uint16(link), b[size:], n-size)
}
