package app

import "testing"

// An OP_REPLY ends with its head, or goes on with a document that lies within it, however much of it was read.
func TestMongoReply(t *testing.T) {
	const head = "02000000 01000000 01000000 08000000 000000000000000000000000 " // request 2, answers 1, OP_REPLY, awaits data; no cursor, from 0
	for _, c := range []struct {
		name, b string
		want    verdict
	}{
		{"no document", "24000000" + head + "00000000", server},
		{"a document of five bytes", "29000000" + head + "01000000 05000000 00", server},
		{"one of a message of 2 MB, of which the beginning is here", "00002000" + head + "01000000 00010000 02", server},
		{"the head alone, so far", "29000000" + head + "01000000", maybe},
		{"half a head", "29000000 02000000 01000000 01000000 08000000", maybe},
		{"no document, and yet longer", "29000000" + head + "00000000 05000000 00", no},
		{"a document that is longer than the message", "29000000" + head + "01000000 06000000 00", no},
		{"one that cannot be so short", "29000000" + head + "01000000 04000000 00", no},
		{"one where there is no room for it", "28000000" + head + "01000000 05000000", no},
		{"shorter than a head", "23000000" + head + "00000000", no},
		{"a document whose first element has no type", "2a000000" + head + "01000000 06000000 00 00", no},
		{"an element of a type that there is not", "2a000000" + head + "01000000 06000000 20 00", no},
		{"a PPTP request of localhost, whose length is 16 MB in this order of bytes", "009c0001 1a2b3c4d 00010000 01000000 00000000" + "00000000 00000000 6c6f6361 6c686f73 74000000 00000000", no},
	} {
		if got := matchMongoDB(&probe{b: []byte(x(c.b))}); got != c.want {
			t.Errorf("%s: verdict %d, want %d", c.name, got, c.want)
		}
	}
}
