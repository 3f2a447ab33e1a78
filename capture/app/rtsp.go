package app

import (
	"bytes"
	"maps"

	"netscope.example/nsgraph/capture/fact"
)

const rtspMethods = "OPTIONS DESCRIBE SETUP PLAY PAUSE TEARDOWN ANNOUNCE GET_PARAMETER SET_PARAMETER RECORD REDIRECT"

// matchRTSP knows the request line and the status line (RFC 2326, sections 6 and 7).
func matchRTSP(q *probe) verdict {
	if v := foldedMaybe(q.b, "RTSP/1.0 ", server); v != no {
		return v
	}
	method, version, complete := requestLine(q.b)
	switch {
	case !complete && len(method) == len(q.b) && printable(method):
		return maybe
	case !oneOf(string(method), rtspMethods):
		return no
	case !complete && q.p != nil && q.p.Cut && bytes.HasPrefix(q.b[len(method):], []byte(" rtsp:")):
		return client
	case !complete:
		return maybe
	case bytes.HasPrefix(version, []byte("RTSP/")):
		return client
	}
	return no
}

// rtspCodecs is what the reader of RTSP keeps: what the description said of payload types.
type rtspCodecs map[uint8]Codec

// readRTSP announces the media whose ports a SETUP agrees on, with the codecs of the description before it (RFC 2326, section 12.39).
func readRTSP(c *Classifier, d *dialog, m *message) bool {
	for {
		l, ok := m.next()
		if !ok {
			return true
		}
		if v, ok := header(l, "SERVER"); ok {
			d.version(v)
		}
		codecs, _ := d.x.(rtspCodecs)
		if folded(l, "A=RTPMAP:") {
			if codecs == nil {
				codecs = rtspCodecs{}
				d.x = codecs
			}
			rtpmap(codecs, l[9:])
		}
		v, ok := header(l, "TRANSPORT")
		if !ok || m.side == d.clientSide(m.side) {
			continue
		}
		for i, key := range [...]string{"server_port=", "client_port="} {
			if j := bytes.Index(v, []byte(key)); j >= 0 {
				port, _ := digits(v[j+len(key):])
				if port > 0 && port < 65536 {
					c.announce(Expect{Addr: d.addr[m.side^uint8(i)].Netip(), Port: uint16(port), App: "rtp", Parent: "rtsp",
						From: fact.Time(m.p.Time), Codecs: maps.Clone(codecs)})
				}
			}
		}
	}
}
