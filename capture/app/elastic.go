package app

// matchElastic knows the transport protocol of Elasticsearch: ES, a length, an identifier, a status that tells answers from requests.
func matchElastic(q *probe) verdict {
	b := q.b
	if len(b) < 19 {
		if len(b) < 2 && (len(b) == 0 || b[0] == 'E') || len(b) >= 2 && b[0] == 'E' && b[1] == 'S' {
			return maybe
		}
		return no
	}
	if b[0] != 'E' || b[1] != 'S' || be32(b, 2) < 2 || be32(b, 2) > 1<<28 || be32(b, 6) != 0 || b[14] > 15 {
		return no
	}
	if b[14]&1 == 0 {
		return client
	}
	return server
}
