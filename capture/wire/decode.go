package wire

import (
	"encoding/binary"
	"slices"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
)

// MaxDepth is how many tunnels inside one another are followed.
const MaxDepth = 4

// Options bound a Decoder. The zero value is right for most.
type Options struct {
	Fragments int // datagrams whose ports are remembered for their later fragments; 0: 4096
}

// Decoder turns frames into Packets. It is for one goroutine.
type Decoder struct {
	links     [linkTypes]layer
	in        inner // what the packet being read carries; valid if Carries is set and more is true
	more      bool
	fragments fragments
}

// NewDecoder returns a decoder with an empty table of fragments.
func NewDecoder(o Options) *Decoder {
	return &Decoder{links: links(), fragments: fragments{limit: o.Fragments}}
}

// layer reads the header at the beginning of b into p, and goes on with what is behind it. Originally b was n ≥ len(b) bytes long.
type layer func(d *Decoder, p *Packet, b []byte, n int)

// inner is the packet that a tunnel carries.
type inner struct {
	kind fact.TunnelKind
	vni  uint32
	vlan fact.VLANs // told by the tunnel's own header
	pcp  uint8
	tag  bool   // vlan and pcp come from a tag that the tunnel's header replaces
	link uint16 // how its first header is to be read, as a LINKTYPE_ value
	b    []byte
	n    int // bytes of it before the capture cut it
}

// Decode appends the packet of f, and one more for each tunnel level inside it, to dst. It allocates only to make dst longer. The
// Packets point into f.Data. The caller sets Capture and Point, and corrects Time.
func (d *Decoder) Decode(dst []Packet, linkType uint16, f *file.Packet) []Packet {
	dst, p := grow(dst)
	p.Time, p.Number, p.Length = f.Time, f.Number, f.Length
	n := max(int(f.Length), len(f.Data))
	p.Cut = len(f.Data) < n
	d.more = false
	d.read(p, linkType, f.Data, n)
	for d.more {
		in := &d.in
		p.Carries = in.kind
		if p.Depth == MaxDepth {
			p.Problem = TooDeep
			break
		}
		depth, outgoing := p.Depth+1, p.Outgoing
		dst, p = grow(dst)
		p.Time, p.Number, p.Length = f.Time, f.Number, uint32(in.n)
		p.Cut = len(in.b) < in.n
		p.Depth, p.Outgoing = depth, outgoing
		p.Scope = fact.Scope{VLAN: in.vlan, Tunnel: in.kind, VNI: in.vni}
		p.Tagged, p.PCP = in.tag, in.pcp
		d.more = false
		d.read(p, in.link, in.b, in.n)
	}
	return dst
}

// grow makes dst one zero Packet longer.
func grow(dst []Packet) ([]Packet, *Packet) {
	n := len(dst)
	if n == cap(dst) {
		dst = slices.Grow(dst, 1)
	}
	dst = dst[:n+1]
	dst[n] = Packet{}
	return dst, &dst[n]
}

// read begins with the header that the link type says is first.
func (d *Decoder) read(p *Packet, linkType uint16, b []byte, n int) {
	if int(linkType) < len(d.links) {
		if l := d.links[linkType]; l != nil {
			l(d, p, b, n)
			return
		}
	}
	p.Problem = UnknownLink
}

// carry notes that the packet being read carries another one.
func (d *Decoder) carry(in inner) {
	d.in, d.more = in, true
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
