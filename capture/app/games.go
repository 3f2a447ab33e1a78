package app

import "bytes"

// rakNetMagic marks what RakNet sends outside a connection.
var rakNetMagic = []byte{0, 0xff, 0xff, 0, 0xfe, 0xfe, 0xfe, 0xfe, 0xfd, 0xfd, 0xfd, 0xfd, 0x12, 0x34, 0x56, 0x78}

// matchRakNet knows pings and connection requests by their magic.
func matchRakNet(q *probe) verdict {
	b := q.b
	if len(b) < 18 {
		return no
	}
	switch b[0] {
	case 1, 2:
		if len(b) >= 25 && bytes.Equal(b[9:25], rakNetMagic) {
			return client
		}
	case 0x1c:
		if len(b) >= 33 && bytes.Equal(b[17:33], rakNetMagic) {
			return server
		}
	case 5, 7:
		if bytes.Equal(b[1:17], rakNetMagic) {
			return client
		}
	case 6, 8:
		if bytes.Equal(b[1:17], rakNetMagic) {
			return server
		}
	}
	return no
}
