package wire

// TCPOptions is what the options of a TCP header say.
type TCPOptions struct {
	MSS           uint16 // 0: none
	WindowScale   int8   // -1: none
	SACKPermitted bool
	Timestamps    bool
	TSval, TSecr  uint32
	SACKBlocks    uint8 // blocks of a SACK option
}

// ParseOptions reads Packet.Options (RFC 9293, section 3.1; RFC 7323; RFC 2018), up to the first that contradicts itself.
func ParseOptions(b []byte) TCPOptions {
	o := TCPOptions{WindowScale: -1}
	for len(b) > 0 {
		kind := b[0]
		if kind == 0 {
			break
		}
		if kind == 1 {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			break
		}
		v := b[2:b[1]]
		b = b[b[1]:]
		switch {
		case kind == 2 && len(v) == 2:
			o.MSS = be16(v)
		case kind == 3 && len(v) == 1:
			o.WindowScale = int8(min(v[0], 14)) // RFC 7323, section 2.3
		case kind == 4 && len(v) == 0:
			o.SACKPermitted = true
		case kind == 5 && len(v)%8 == 0:
			o.SACKBlocks = uint8(len(v) / 8)
		case kind == 8 && len(v) == 8:
			o.Timestamps = true
			o.TSval, o.TSecr = be32(v), be32(v[4:])
		}
	}
	return o
}
