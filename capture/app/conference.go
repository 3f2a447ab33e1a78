package app

import "bytes"

// matchZoom knows the first byte of what goes to and from Zoom's media routers, on their ports: greetings and their answers, media.
func matchZoom(q *probe) verdict {
	b := q.b
	if len(b) < 8 || !(q.src >= 8801 && q.src <= 8810 || q.dst >= 8801 && q.dst <= 8810) || b[0] == 0 || b[0] > 5 {
		return no
	}
	if q.dst >= 8801 && q.dst <= 8810 {
		return client
	}
	return server
}

// matchTelegramCall knows the requests to a reflector of Telegram's calls: a tag, then nothing but ones, of which one is missing.
func matchTelegramCall(q *probe) verdict {
	if len(q.b) != 32 && len(q.b) != 40 || !bytes.HasPrefix(q.b[16:], []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff")) {
		return no
	}
	return either
}
