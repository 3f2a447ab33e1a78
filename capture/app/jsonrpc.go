package app

import "bytes"

// matchStratum knows the requests by which miners of cryptocurrency join a pool.
func matchStratum(q *probe) verdict {
	b := q.b[:min(len(q.b), 256)]
	if len(b) == 0 || b[0] != '{' || !bytes.Contains(b, []byte(`"method"`)) {
		return no
	}
	for _, m := range [...]string{`"mining.subscribe"`, `"mining.authorize"`, `"eth_submitLogin"`, `"eth_login"`} {
		if bytes.Contains(b, []byte(m)) {
			return client
		}
	}
	if bytes.Contains(b, []byte(`"login"`)) && bytes.Contains(b, []byte(`"agent"`)) {
		return client
	}
	return no
}

// matchJSONRPC knows an object that says so.
func matchJSONRPC(q *probe) verdict {
	b := q.b[:min(len(q.b), 512)]
	if len(b) < 16 || b[0] != '{' && b[0] != '[' || !bytes.Contains(b, []byte(`"jsonrpc"`)) {
		return no
	}
	switch {
	case bytes.Contains(b, []byte(`"method"`)):
		return client
	case bytes.Contains(b, []byte(`"result"`)), bytes.Contains(b, []byte(`"error"`)):
		return server
	}
	return no
}
