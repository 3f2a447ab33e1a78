package app

import "bytes"

// matchGit knows a request of git's own protocol: four hexadecimal digits of length, then the service.
func matchGit(q *probe) verdict {
	b := q.b
	for i := range min(4, len(b)) {
		if !(b[i] >= '0' && b[i] <= '9' || b[i] >= 'a' && b[i] <= 'f') {
			return no
		}
	}
	if len(b) < 20 {
		return maybe
	}
	for _, s := range [...]string{"git-upload-pack /", "git-receive-pack ", "git-upload-archi"} {
		if bytes.HasPrefix(b[4:], []byte(s)) {
			return client
		}
	}
	return no
}
