package app

import (
	"bytes"
	"net/netip"
	"strconv"

	"netscope.example/nsgraph/capture/fact"
)

const ftpCommands = "USER PASS ACCT CWD CDUP QUIT PORT PASV EPRT EPSV TYPE RETR STOR LIST NLST SYST FEAT OPTS AUTH PBSZ PROT PWD XPWD SIZE MDTM NOOP"

// matchFTP knows the greeting that says FTP, and a first command after a greeting (RFC 959, section 5).
func matchFTP(q *probe) verdict {
	if reply := foldedMaybe(q.b, "220", server); reply != no {
		l, _, ok := line(q.b)
		switch {
		case reply == maybe || len(q.b) < 4 || !ok && len(q.b) < 512:
			return maybe
		case q.b[3] != ' ' && q.b[3] != '-':
			return no
		case holds(q.b, "FTP") || q.src == 21 && !holds(l, "SMTP"):
			return server
		case holds(l, "SMTP"):
			return no
		}
		return maybe
	}
	l, _, ok := line(q.b)
	if !ok {
		if len(q.b) < 64 && len(q.b) > 0 && printable(q.b) && q.dst == 21 {
			return maybe
		}
		return no
	}
	var w [8]byte
	word := upper(w[:0], field(l, 0))
	if !oneOf(string(word), ftpCommands) {
		return no
	}
	if q.dst == 21 || bytes.HasPrefix(q.other(), []byte("220")) {
		return client
	}
	return no
}

// upper appends b in upper case to dst, at most 8 bytes.
func upper(dst, b []byte) []byte {
	if len(b) > 8 {
		return nil
	}
	for _, ch := range b {
		if ch >= 'a' && ch <= 'z' {
			ch -= 'a' - 'A'
		}
		dst = append(dst, ch)
	}
	return dst
}

// ftpState is what the reader of FTP keeps.
type ftpState struct{ tls bool }

// readFTP takes the banner, the login, and where data channels will be (RFC 959, RFC 2428, RFC 4217).
func readFTP(c *Classifier, d *dialog, m *message) bool {
	if more, ok := c.secured(d, m); ok {
		return more
	}
	s, ok := d.x.(*ftpState)
	if !ok {
		s = new(ftpState)
		d.x = s
	}
	for {
		l, ok := m.next()
		if !ok {
			return true
		}
		if m.side == d.clientSide(m.side) && d.client != nobody {
			switch {
			case folded(l, "USER "):
				d.user(bytes.TrimSpace(l[5:]))
			case folded(l, "PASS "):
				if !folded([]byte(d.info.User), "ANONYMOUS") && !bytes.EqualFold([]byte(d.info.User), []byte("ftp")) {
					d.info.Clear = "ftp"
				}
			case folded(l, "AUTH TLS"), folded(l, "AUTH SSL"):
				s.tls = true
			case folded(l, "PORT "):
				c.ftpData(d, m, sixNumbers(l[5:]), d.addr[m.side^1].Netip())
			case folded(l, "EPRT "):
				c.ftpData(d, m, eprt(bytes.TrimSpace(l[5:])), d.addr[m.side^1].Netip())
			}
			continue
		}
		switch {
		case bytes.HasPrefix(l, []byte("220")):
			if len(l) > 4 {
				d.version(l[4:])
			}
		case bytes.HasPrefix(l, []byte("234")) && s.tls:
			c.startTLS(d)
			return true
		case bytes.HasPrefix(l, []byte("227")):
			a := sixNumbers(l[3:])
			// What the server calls itself may be wrong behind NAT: the channel goes where the control connection went.
			c.ftpData(d, m, netip.AddrPortFrom(d.addr[m.side].Netip(), a.Port()), d.addr[m.side^1].Netip())
		case bytes.HasPrefix(l, []byte("229")):
			if i := bytes.Index(l, []byte("|||")); i >= 0 {
				p, _ := digits(l[i+3:])
				c.ftpData(d, m, netip.AddrPortFrom(d.addr[m.side].Netip(), uint16(p)), d.addr[m.side^1].Netip())
			}
		}
	}
}

// ftpData announces a data channel.
func (c *Classifier) ftpData(d *dialog, m *message, a netip.AddrPort, peer netip.Addr) {
	if !a.IsValid() || a.Port() == 0 {
		return
	}
	c.announce(Expect{Addr: a.Addr().Unmap(), Port: a.Port(), Peer: peer, App: "ftp-data", Parent: "ftp", From: fact.Time(m.p.Time)})
}

// sixNumbers reads "h1,h2,h3,h4,p1,p2" wherever it begins.
func sixNumbers(b []byte) netip.AddrPort {
	for len(b) > 0 && (b[0] < '0' || b[0] > '9') {
		b = b[1:]
	}
	var v [6]byte
	for i := range v {
		x, n := digits(b)
		if n == 0 || x > 255 || i < 5 && (len(b) <= n || b[n] != ',') {
			return netip.AddrPort{}
		}
		v[i] = byte(x)
		b = b[min(n+1, len(b)):]
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(v[:4])), uint16(v[4])<<8|uint16(v[5]))
}

// eprt reads "|family|address|port|" (RFC 2428, section 2).
func eprt(b []byte) netip.AddrPort {
	if len(b) < 7 {
		return netip.AddrPort{}
	}
	f := bytes.Split(b[1:min(len(b), 80)], b[:1])
	if len(f) < 3 {
		return netip.AddrPort{}
	}
	a, err := netip.ParseAddr(string(f[1]))
	p, err2 := strconv.ParseUint(string(f[2]), 10, 16)
	if err != nil || err2 != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a, uint16(p))
}
