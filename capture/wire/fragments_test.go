package wire

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
)

// piece is a fragment of an IPv4 UDP datagram with an identification: flags and offset are the 16 bits of the header.
func piece(id byte, flags uint16, payload string) []byte {
	b := ip4(17, []byte(payload))
	b[5] = id
	b[6], b[7] = byte(flags>>8), byte(flags)
	return b
}

const (
	firstPiece = "\x13\x88\x00\x35\x00\x40\x00\x00data" // UDP from 5000 to 53, 64 bytes altogether
	more       = 0x2000
)

// at decodes a raw IP packet at a time in seconds.
func at(d *Decoder, dst []Packet, seconds int64, b []byte) []Packet {
	return d.Decode(dst, linkRaw, &file.Packet{Data: b, Length: uint32(len(b)), Time: seconds * 1e9})
}

func TestFragments(t *testing.T) {
	d := NewDecoder(Options{})
	got := at(d, nil, 0, piece(1, more|1, "early"))
	got = at(d, got, 1, piece(1, more, firstPiece))
	got = at(d, got, 2, piece(1, 2, "late"))
	got = at(d, got, 2, piece(2, 2, "of another datagram"))
	got = at(d, got, 40, piece(1, 2, "the number is used again"))
	for i, want := range []struct {
		first, more bool
		offset      uint32
		src, dst    uint16
		payload     string
		size        uint32
	}{
		{false, true, 8, 0, 0, "early", 5},
		{true, true, 0, 5000, 53, "data", 4},
		{false, false, 16, 5000, 53, "late", 4},
		{false, false, 16, 0, 0, "of another datagram", 19},
		{false, false, 16, 0, 0, "the number is used again", 24},
	} {
		p := got[i]
		if !p.Fragment || p.FirstFr != want.first || p.MoreFr != want.more || p.FragOff != want.offset || p.SrcPort != want.src ||
			p.DstPort != want.dst || string(p.Payload) != want.payload || p.PayloadLen != want.size || p.Problem != OK || (p.Has&HasTransport != 0) != want.first {
			t.Errorf("fragment %d: %+v", i, p)
		}
	}
	d.Resolve(got)
	for i, want := range []uint16{53, 53, 53, 0, 0} {
		if got[i].DstPort != want {
			t.Errorf("resolved fragment %d: port %d, want %d", i, got[i].DstPort, want)
		}
	}
	d.Resolve(nil) // nothing is left to do
	if d.Evicted() != 0 {
		t.Errorf("%d evicted", d.Evicted())
	}
}

// Fragments of one datagram have one hash, and that of the conversation.
func TestFragmentHash(t *testing.T) {
	d := NewDecoder(Options{})
	got := at(d, nil, 1, piece(1, more, firstPiece))
	got = at(d, got, 1, piece(1, 2, "late"))
	got = at(d, got, 1, piece(9, 0, firstPiece))
	if got[0].Hash() != got[1].Hash() || got[0].Hash() != got[2].Hash() {
		t.Errorf("hashes %x, %x, %x", got[0].Hash(), got[1].Hash(), got[2].Hash())
	}
}

func TestIPv6Fragments(t *testing.T) {
	d := NewDecoder(Options{})
	first := ip6(44, frame("\x11\x00\x00\x01\x00\x00\x00\x07", firstPiece))
	late := ip6(44, frame("\x11\x00\x00\x10\x00\x00\x00\x07", "late"))
	atomic := ip6(44, frame("\x11\x00\x00\x00\x00\x00\x00\x09", firstPiece))
	got := at(d, nil, 1, first)
	got = at(d, got, 1, late)
	got = at(d, got, 1, atomic)
	if p := got[0]; !p.Fragment || !p.FirstFr || !p.MoreFr || p.IPID != 7 || p.DstPort != 53 || p.Protocol != fact.UDP {
		t.Errorf("first: %+v", p)
	}
	if p := got[1]; !p.Fragment || p.FirstFr || p.MoreFr || p.FragOff != 16 || p.DstPort != 53 || p.SrcPort != 5000 || p.Protocol != fact.UDP || string(p.Payload) != "late" {
		t.Errorf("late: %+v", p)
	}
	if p := got[2]; p.Fragment || p.FirstFr || p.DstPort != 53 || p.IPID != 9 {
		t.Errorf("atomic: %+v", p)
	}
}

// The table is full at its limit; the oldest go first, and are counted if they were still needed.
func TestFragmentLimit(t *testing.T) {
	d := NewDecoder(Options{Fragments: 4})
	for id := range byte(6) {
		at(d, nil, int64(id), piece(id, more, firstPiece))
	}
	if d.Evicted() != 2 {
		t.Errorf("%d evicted, want 2", d.Evicted())
	}
	for id, want := range []uint16{0, 0, 53, 53, 53, 53} {
		if got := at(d, nil, 6, piece(byte(id), 2, "late"))[0].DstPort; got != want {
			t.Errorf("datagram %d: port %d, want %d", id, got, want)
		}
	}
	for id := range byte(4) {
		at(d, nil, 100, piece(id, more, firstPiece))
	}
	if d.Evicted() != 2 {
		t.Errorf("%d evicted, though the others were too old", d.Evicted())
	}
	at(d, nil, 100, piece(3, more, "\x00")) // a first fragment without ports says nothing
	if got := at(d, nil, 100, piece(3, 2, "late"))[0].DstPort; got != 53 {
		t.Errorf("port %d", got)
	}
}
