package app

// matchMPEGTS knows datagrams of whole transport packets, each with the sync byte (ISO/IEC 13818-1, section 2.4.3.2).
func matchMPEGTS(q *probe) verdict {
	b := q.b
	if len(b) < 2*188 || q.length%188 != 0 {
		return no
	}
	for i := 0; i < len(b); i += 188 {
		if b[i] != 0x47 {
			return no
		}
	}
	return client
}
