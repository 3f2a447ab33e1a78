package app

// OpenVPN operations.
const (
	ovpnClientReset   = 7  // P_CONTROL_HARD_RESET_CLIENT_V2
	ovpnServerReset   = 8  // P_CONTROL_HARD_RESET_SERVER_V2
	ovpnClientResetV3 = 10 // with tls-crypt-v2
)

// matchOpenVPN knows the resets that begin a session: operation, session, and, unless they are encrypted, no acknowledgement and
// message 0 at the end. Over TCP a length comes first.
func matchOpenVPN(q *probe) verdict {
	b, n := q.b, q.length
	if !q.udp {
		if len(b) < 16 {
			if len(b) < 3 || b[2]>>3 == ovpnClientReset || b[2]>>3 == ovpnServerReset {
				return maybe
			}
			return no
		}
		n = int(be16(b, 0))
		if n != len(b)-2 {
			return no
		}
		b = b[2:]
	}
	if len(b) < 14 || b[0]&7 != 0 {
		return ovpnLater(q, b)
	}
	op, port := b[0]>>3, q.port(1194)
	session := be32(b, 1) != 0 && be32(b, 5) != 0
	tail := len(b) == n && be32(b, n-5) == 0 && b[n-1] == 0 // no acknowledgements, message 0
	switch {
	case !session || n > 1500:
	case op == ovpnClientReset && (n == 14 || n >= 38 && n <= 86) && (tail || port && n == 54):
		return client
	case op == ovpnServerReset && (n == 26 || n >= 50 && n <= 98) && be32(b, len(b)-4) == 0:
		return server
	case op == ovpnClientResetV3 && port:
		return client
	}
	return ovpnLater(q, b)
}

// ovpnLater knows later packets on OpenVPN's port: control, acknowledgement or data, the same in two packets of one side.
func ovpnLater(q *probe, b []byte) verdict {
	if !q.udp || !q.port(1194) || len(b) < 20 || printable(b[:8]) {
		return no
	}
	if op := b[0] >> 3; op != 4 && op != 5 && op != 6 && op != 9 {
		return no
	}
	if q.d != nil && q.d.prev[q.side][0] == b[0] {
		return q.towards(1194)
	}
	return maybe
}
