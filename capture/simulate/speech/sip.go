package speech

import (
	"fmt"
	"net/netip"
)

// Codec is an RTP payload format with a static type (RFC 3551).
type Codec struct {
	Name  string
	Type  uint8
	Clock uint32 // hertz of its time stamps
	Bytes int    // of 20 ms
	Ticks uint32 // of 20 ms
}

// Codecs are those that calls can use.
var Codecs = []Codec{{"PCMU", 0, 8000, 160, 160}, {"PCMA", 8, 8000, 160, 160}, {"G722", 9, 8000, 160, 160}, {"G729", 18, 8000, 20, 160}, {"H264", 96, 90000, 1100, 3000}}

// CodecOf finds a codec by name; the zero Codec if there is none.
func CodecOf(name string) Codec {
	for _, c := range Codecs {
		if c.Name == name {
			return c
		}
	}
	return Codec{}
}

// Call is what a telephone call's signalling needs to know.
type Call struct {
	ID       string
	From, To string // user names
	Domain   string
	Codec    Codec
	Video    bool
}

// SDP describes a media session at an address and port (RFC 8866).
func (c Call) SDP(user string, at netip.AddrPort) string {
	fam := "IP4"
	if at.Addr().Is6() {
		fam = "IP6"
	}
	kind := "audio"
	if c.Video {
		kind = "video"
	}
	return fmt.Sprintf("v=0\r\no=%s 2890844526 2890844526 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\nm=%s %d RTP/AVP %d\r\na=rtpmap:%d %s/%d\r\na=ptime:20\r\na=sendrecv\r\n",
		user, fam, at.Addr(), fam, at.Addr(), kind, at.Port(), c.Codec.Type, c.Codec.Type, c.Codec.Name, c.Codec.Clock)
}

// Message is a SIP request or response (RFC 3261) from local to remote; first is its start line, "" body none.
func (c Call) Message(first string, seq int, method string, local netip.AddrPort, toTag bool, body string) []byte {
	tag, typ := "", ""
	if toTag {
		tag = ";tag=8321234356"
	}
	if body != "" {
		typ = "Content-Type: application/sdp\r\n"
	}
	return fmt.Appendf(nil, "%s\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%d\r\nMax-Forwards: 70\r\nFrom: <sip:%s@%s>;tag=1928301774\r\nTo: <sip:%s@%s>%s\r\nCall-ID: %s@%s\r\nCSeq: %d %s\r\nContact: <sip:%s@%s>\r\n%sContent-Length: %d\r\n\r\n%s",
		first, local, c.ID, seq, c.From, c.Domain, c.To, c.Domain, tag, c.ID, c.Domain, seq, method, c.From, local, typ, len(body), body)
}

// sipOptions is a keep-alive between a phone and its server.
func sipOptions(p Params) *Dialogue {
	n := 0
	return &Dialogue{Exchange: func(int, int) []Step {
		n++
		c := Call{ID: fmt.Sprintf("reg%d%s", n, p.Client), From: or(p.Client, "phone"), To: or(p.Client, "phone"), Domain: or(p.Name, "pbx.example")}
		local := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}), 5060)
		return []Step{{Data: c.Message("REGISTER sip:"+c.Domain+" SIP/2.0", n, "REGISTER", local, false, "")},
			work(Step{Server: true, Data: c.Message("SIP/2.0 200 OK", n, "REGISTER", local, true, "")})}
	}}
}
