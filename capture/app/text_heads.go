package app

import "bytes"

// Protocols that a fixed word at the start of a side shows.

// matchNATS knows the server's INFO and the client's CONNECT, each with a JSON object.
func matchNATS(q *probe) verdict {
	if v := foldedMaybe(q.b, "INFO {", server); v != no {
		return v
	}
	return foldedMaybe(q.b, "CONNECT {", client)
}

// matchSTOMP knows the first frames (STOMP 1.2).
func matchSTOMP(q *probe) verdict {
	switch {
	case bytes.HasPrefix(q.b, []byte("CONNECT\n")), bytes.HasPrefix(q.b, []byte("STOMP\n")), bytes.HasPrefix(q.b, []byte("CONNECT\r\n")):
		return client
	case bytes.HasPrefix(q.b, []byte("CONNECTED\n")), bytes.HasPrefix(q.b, []byte("CONNECTED\r\n")):
		return server
	case len(q.b) < 8 && bytes.HasPrefix([]byte("CONNECT\n"), q.b):
		return maybe
	}
	return no
}

// matchZabbix knows the head of Zabbix's messages.
func matchZabbix(q *probe) verdict {
	v := foldedMaybe(q.b, "ZBXD", either)
	if v == either && len(q.b) >= 5 && (q.b[4] == 0 || q.b[4] > 7) {
		return no
	}
	if v == either {
		switch {
		case q.port(10051):
			return q.towards(10051)
		case q.port(10050):
			return q.towards(10050)
		}
	}
	return v
}

// matchCitrix knows the opening of ICA, and of the gateway protocol that carries it.
func matchCitrix(q *probe) verdict {
	if v := foldedMaybe(q.b, "\x7f\x7fICA\x00", either); v != no {
		if v == either {
			return q.towards(1494)
		}
		return v
	}
	v := foldedMaybe(q.b, "\x1aCGP/01", either)
	if v == either {
		return q.towards(2598)
	}
	return v
}

// matchSVN knows the greeting of Subversion's own protocol.
func matchSVN(q *probe) verdict { return foldedMaybe(q.b, "( SUCCESS ( ", server) }

// matchFIX knows the first two fields of a FIX message: version and body length.
func matchFIX(q *probe) verdict {
	b := q.b
	if len(b) < 16 {
		if len(b) < 5 && bytes.HasPrefix([]byte("8=FIX"), b) || bytes.HasPrefix(b, []byte("8=FIX")) {
			return maybe
		}
		return no
	}
	if !bytes.HasPrefix(b, []byte("8=FIX")) || !bytes.Contains(b[:min(len(b), 24)], []byte("\x019=")) {
		return no
	}
	return either
}

// matchHL7 knows the start of a block and of a message header (HL7 v2, MLLP).
func matchHL7(q *probe) verdict {
	v := foldedMaybe(q.b, "\x0bMSH|", either)
	if v == either && q.port(2575) {
		return q.towards(2575)
	}
	return v
}

// matchNNTP knows the greeting of a news server.
func matchNNTP(q *probe) verdict {
	if (bytes.HasPrefix(q.b, []byte("200 ")) || bytes.HasPrefix(q.b, []byte("201 "))) && (q.src == 119 || holds(q.b, "NNTP")) {
		return server
	}
	if (folded(q.b, "MODE READER\r\n") || folded(q.b, "CAPABILITIES\r\n")) && q.dst == 119 {
		return client
	}
	return no
}
