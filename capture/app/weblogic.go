package app

import "bytes"

// matchT3 knows the line that begins WebLogic's T3: its name and a version.
func matchT3(q *probe) verdict {
	b, ok := bytes.CutPrefix(q.b, []byte("t3"))
	b = bytes.TrimPrefix(b, []byte("s"))
	if !ok || len(b) < 4 || b[0] != ' ' || b[1] < '1' || b[1] > '9' || bytes.IndexByte(b, '\n') < 0 {
		return no
	}
	return client
}
