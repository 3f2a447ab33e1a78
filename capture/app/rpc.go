package app

// rpcHead reads the head of ONC RPC (RFC 5531, section 9) and returns the program of a call, 0 of a reply.
func rpcHead(q *probe) (program uint32, call, ok bool) {
	b := q.b
	if !q.udp {
		if n := be32(b, 0) &^ (1 << 31); len(b) < 28 || n < 24 || n > 4<<20 {
			return 0, false, false
		}
		b = b[4:]
	}
	if len(b) < 24 {
		return 0, false, false
	}
	switch be32(b, 4) {
	case 0:
		p := be32(b, 12)
		if be32(b, 8) != 2 || p < 100000 || p > 0x60000000 || be32(b, 16) > 20 || be32(b, 20) > 100 {
			return 0, false, false
		}
		return p, true, true
	case 1: // accepted, with a verifier, success
		if be32(b, 8) != 0 || be32(b, 12) > 6 || be32(b, 16) > 400 || be32(b, 16) == 0 && be32(b, 20) > 5 || be32(b, 0) == 0 {
			return 0, false, false
		}
		return 0, false, true
	}
	return 0, false, false
}

// nfsProgram reports whether a program belongs to NFS: nfs, mount, lock manager, status, ACL, quota.
func nfsProgram(p uint32) bool {
	switch p {
	case 100003, 100005, 100021, 100024, 100227, 100011:
		return true
	}
	return false
}

// matchNFS knows calls of NFS's programs, and replies from its port.
func matchNFS(q *probe) verdict {
	p, call, ok := rpcHead(q)
	switch {
	case !ok:
		return rpcMaybe(q)
	case call && nfsProgram(p):
		return client
	case !call && q.src == 2049:
		return server
	}
	return no
}

// matchRPC knows calls of the other programs, and replies.
func matchRPC(q *probe) verdict {
	p, call, ok := rpcHead(q)
	switch {
	case !ok:
		return rpcMaybe(q)
	case call && !nfsProgram(p):
		return client
	case !call && q.src != 2049 && (q.src == 111 || q.udp && q.src < 1024 && be32(q.b, 8) == 0 && be32(q.b, 12) == 0 && be32(q.b, 16) == 0):
		return server
	}
	return no
}

func rpcMaybe(q *probe) verdict {
	if !q.udp && len(q.b) < 28 && (len(q.b) == 0 || q.b[0] == 0x80) {
		return maybe
	}
	return no
}
