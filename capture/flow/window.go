package flow

import "netscope.example/nsgraph/capture/wire"

// receiveWindow follows the window that f advertises: how large, and how long it is closed. The window of a SYN, FIN or RST does
// not close it.
func (c *tcp) receiveWindow(f, r *sender, p *wire.Packet, control uint8) {
	if control&wire.RST != 0 || p.Flags&wire.ACK == 0 && control == 0 {
		return
	}
	if w := f.scale(r, uint32(p.Window), control&wire.SYN != 0); w > f.windowMax {
		f.windowMax = w
	}
	if control != 0 {
		return
	}
	switch {
	case p.Window == 0 && f.closedAt == 0:
		f.zeroWindows++
		f.closedAt = p.Time
	case p.Window != 0 && f.closedAt != 0:
		f.zeroWindowTime += max(p.Time-f.closedAt, 0)
		f.closedAt = 0
	}
}

// scale returns w, from a header of f, in bytes (RFC 7323, section 2.2: both sides must offer scaling, and a SYN's own window is
// never scaled). An unknown scale counts as none.
func (f *sender) scale(r *sender, w uint32, syn bool) uint32 {
	if syn || !f.syn || !r.syn || f.opts.WindowScale < 0 || r.opts.WindowScale < 0 {
		return w
	}
	return w << min(uint8(f.opts.WindowScale), 14)
}

// fills reports whether a segment of f that ends at end uses up the window that r advertised last. Without r's SYN the scale is
// unknown, and so is the answer.
func (f *sender) fills(r *sender, end uint32) bool {
	if !r.acked || !r.syn || !f.syn {
		return false
	}
	return end == r.ack+r.scale(f, r.window, !r.scaled)
}
