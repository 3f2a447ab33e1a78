package app

// matchX11 knows a connection setup: byte order, protocol 11.0, lengths of the authorization's name and data.
func matchX11(q *probe) verdict {
	b := q.b
	if len(b) < 12 {
		if len(b) == 0 || b[0] == 'l' && len(b) < 2 || b[0] == 'B' && len(b) < 2 {
			return maybe
		}
		return no
	}
	switch {
	case b[0] == 'l' && b[1] == 0 && le16(b, 2) == 11 && le16(b, 4) == 0 && le16(b, 6) < 256 && le16(b, 8) < 256 && le16(b, 10) == 0:
		return client
	case b[0] == 'B' && b[1] == 0 && be16(b, 2) == 11 && be16(b, 4) == 0 && be16(b, 6) < 256 && be16(b, 8) < 256 && be16(b, 10) == 0:
		return client
	}
	return no
}
