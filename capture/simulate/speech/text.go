package speech

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// ssh is SSH 2 (RFC 4253): banners, key exchange in clear, then packets that look encrypted.
func ssh(p Params) *Dialogue {
	lists := []string{"curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519,rsa-sha2-512", "aes128-ctr,aes256-ctr", "aes128-ctr,aes256-ctr",
		"hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""}
	kex := func() []byte {
		b := append([]byte{20}, random(p.Rand, 16)...)
		for _, l := range lists {
			b = append(b, 0, 0, byte(len(l)>>8), byte(len(l)))
			b = append(b, l...)
		}
		b = append(b, 0, 0, 0, 0, 0)
		return sshPacket(b)
	}
	str := func(b []byte) []byte { return append([]byte{0, 0, byte(len(b) >> 8), byte(len(b))}, b...) }
	init := sshPacket(append([]byte{30}, str(random(p.Rand, 32))...))
	reply := append([]byte{31}, str(append(str([]byte("ssh-ed25519")), str(random(p.Rand, 32))...))...)
	reply = append(reply, str(random(p.Rand, 32))...)
	reply = append(reply, str(append(str([]byte("ssh-ed25519")), str(random(p.Rand, 64))...))...)
	newkeys := sshPacket([]byte{21})
	enc := func(server bool, n int) Step {
		return Step{Server: server, Data: sshSealed(n), Block: sshFull, Fill: n / len(sshFull) * len(sshFull)}
	}
	return &Dialogue{
		Open: []Step{answers("SSH-2.0-" + or(p.Version, "OpenSSH_9.6") + "\r\n"), says("SSH-2.0-OpenSSH_9.3\r\n"), server(kex()...), client(kex()...),
			client(init...), server(append(sshPacket(reply), newkeys...)...), client(append(newkeys, sshSealed(44)...)...), enc(true, 44), enc(false, 60), enc(true, 52),
			enc(false, 148), enc(true, 36)},
		Exchange: func(req, resp int) []Step {
			s, q := enc(true, resp), enc(false, req)
			s.Work = true
			return []Step{q, s}
		},
		Close: []Step{enc(false, 60)},
	}
}

// sshFull is a long packet under AES-GCM (RFC 5647): the length is in clear.
var sshFull = sshGCM(8192)

// sshSealed is the packet for what is left of n bytes after whole long packets.
func sshSealed(n int) []byte { return sshGCM(max(n%len(sshFull)/16, 1) * 16) }

func sshGCM(n int) []byte { return append([]byte{0, 0, byte(n >> 8), byte(n)}, noise[64:64+n+16]...) }

func sshPacket(b []byte) []byte {
	pad := 8 - (len(b)+5)%8
	if pad < 4 {
		pad += 8
	}
	n := len(b) + 1 + pad
	x := append([]byte{0, 0, byte(n >> 8), byte(n), byte(pad)}, b...)
	return append(x, make([]byte, pad)...)
}

// telnet is Telnet (RFC 854) with a login.
func telnet(p Params) *Dialogue {
	return &Dialogue{
		Open: []Step{server(0xff, 0xfd, 0x18, 0xff, 0xfd, 0x20, 0xff, 0xfb, 3), client(0xff, 0xfb, 0x18, 0xff, 0xfc, 0x20, 0xff, 0xfd, 3), answers("\r\nUser Access Verification\r\n\r\nUsername: "),
			says(or(p.User, "admin") + "\r\n"), answers("Password: "), says(or(p.Password, "secret") + "\r\n"), answers("\r\nrouter#")},
		Exchange: func(_, resp int) []Step {
			a := answers("show version\r\n")
			a.Block, a.Fill, a.Work = prose, max(resp, 80), true
			return []Step{says("show version\r\n"), a}
		},
		Close: []Step{says("exit\r\n")},
	}
}

// ftp is the control connection of FTP (RFC 959). The data connection is a conversation of its own.
func ftp(p Params) *Dialogue {
	return &Dialogue{
		Open: []Step{answers("220 " + or(p.Version, "vsFTPd 3.0.5") + "\r\n"), says("USER " + or(p.User, "backup") + "\r\n"), answers("331 Please specify the password.\r\n"),
			says("PASS " + or(p.Password, "secret") + "\r\n"), answers("230 Login successful.\r\n"), says("TYPE I\r\n"), answers("200 Switching to Binary mode.\r\n")},
		Exchange: func(int, int) []Step {
			return []Step{says("NOOP\r\n"), work(answers("200 NOOP ok.\r\n"))}
		},
		Close: []Step{says("QUIT\r\n"), answers("221 Goodbye.\r\n")},
	}
}

// smtp is SMTP (RFC 5321), with AUTH PLAIN if credentials go in clear, else with STARTTLS.
func smtp(p Params) *Dialogue {
	name := or(p.Name, "mail.example")
	d := &Dialogue{Close: []Step{says("QUIT\r\n"), answers("221 2.0.0 Bye\r\n")}}
	ehlo := func(more string) []Step {
		return []Step{says("EHLO " + or(p.Client, "client") + "\r\n"), answers("250-" + name + "\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n" + more + "250 8BITMIME\r\n")}
	}
	d.Open = []Step{answers("220 " + name + " ESMTP " + or(p.Version, "Postfix") + "\r\n")}
	d.Open = append(d.Open, ehlo("250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n")...)
	if !p.Clear {
		t := tls(p)
		d.Open = append(d.Open, says("STARTTLS\r\n"), answers("220 2.0.0 Ready to start TLS\r\n"))
		d.Open = append(d.Open, t.Open...)
		d.Exchange, d.Close = t.Exchange, t.Close
		return d
	}
	if p.User != "" {
		plain := base64.StdEncoding.EncodeToString([]byte("\x00" + p.User + "\x00" + p.Password))
		d.Open = append(d.Open, says("AUTH PLAIN "+plain+"\r\n"), answers("235 2.7.0 Authentication successful\r\n"))
	}
	d.Exchange = func(req, _ int) []Step {
		mail := says("From: a@example.com\r\nTo: b@example.com\r\nSubject: report\r\n\r\n")
		n := max(min(req, materialLimit)/len(proseLine), 1)
		mail.Data = append(mail.Data, strings.Repeat(proseLine, n)...)
		mail.Data = append(mail.Data, ".\r\n"...)
		return []Step{says("MAIL FROM:<a@example.com>\r\n"), answers("250 2.1.0 Ok\r\n"), says("RCPT TO:<b@example.com>\r\n"), answers("250 2.1.5 Ok\r\n"),
			says("DATA\r\n"), answers("354 End data with <CR><LF>.<CR><LF>\r\n"), mail, work(answers("250 2.0.0 Ok: queued as 4A1B2C3D\r\n"))}
	}
	return d
}

const proseLine = "the quick brown fox jumps over the lazy dog and runs along the river\r\n"

// pop3 is POP3 (RFC 1939).
func pop3(p Params) *Dialogue {
	return &Dialogue{
		Open: []Step{answers("+OK POP3 ready\r\n"), says("USER " + or(p.User, "anna") + "\r\n"), answers("+OK\r\n"), says("PASS " + or(p.Password, "secret") + "\r\n"), answers("+OK Logged in.\r\n")},
		Exchange: func(int, int) []Step {
			return []Step{says("STAT\r\n"), work(answers("+OK 3 1204\r\n"))}
		},
		Close: []Step{says("QUIT\r\n"), answers("+OK Logging out.\r\n")},
	}
}

// imap is IMAP4 (RFC 9051).
func imap(p Params) *Dialogue {
	n := 1
	return &Dialogue{
		Open: []Step{answers("* OK [CAPABILITY IMAP4rev1 LOGIN-REFERRALS IDLE] ready.\r\n"), says("a001 LOGIN " + or(p.User, "anna") + " " + or(p.Password, "secret") + "\r\n"), answers("a001 OK Logged in\r\n")},
		Exchange: func(int, int) []Step {
			n++
			return []Step{says(fmt.Sprintf("a%03d SELECT INBOX\r\n", n)), work(answers(fmt.Sprintf("* 18 EXISTS\r\n* FLAGS (\\Seen)\r\na%03d OK [READ-WRITE] Select completed.\r\n", n)))}
		},
		Close: []Step{says("a999 LOGOUT\r\n"), answers("* BYE Logging out\r\na999 OK Logout completed.\r\n")},
	}
}

// syslog is syslog over UDP (RFC 5424); nothing answers.
func syslog(p Params) *Dialogue {
	n := 0
	return &Dialogue{Exchange: func(int, int) []Step {
		n++
		return []Step{says(fmt.Sprintf("<134>1 2026-03-02T08:30:00.000Z %s app %d ID%d - event %d of the day", or(p.Client, "host"), 100+n, n, n))}
	}}
}

// redis is the Redis protocol.
func redis(Params) *Dialogue {
	n := 0
	return &Dialogue{Exchange: func(_, resp int) []Step {
		n++
		resp = min(resp, materialLimit)
		key := fmt.Sprintf("session:%06d", n)
		a := answers(fmt.Sprintf("$%d\r\n", resp))
		a.Data = append(a.Data, noise[:min(resp, 32768)]...)
		for len(a.Data) < resp {
			a.Data = append(a.Data, noise[:min(resp-len(a.Data), 32768)]...)
		}
		a.Data = append(a.Data, "\r\n"...)
		return []Step{says(fmt.Sprintf("*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n", len(key), key)), work(a)}
	}}
}

// raw is noise that no classifier knows.
func raw(p Params) *Dialogue {
	return &Dialogue{Exchange: func(req, resp int) []Step {
		q := Step{Data: append([]byte{0xd7, 0x91}, random(p.Rand, 14)...), Block: noise, Fill: max(req-16, 0)}
		a := Step{Server: true, Data: append([]byte{0xd7, 0x92}, random(p.Rand, 14)...), Block: noise, Fill: max(resp-16, 0), Work: true}
		return []Step{q, a}
	}}
}

// datagrams is noise over UDP, one datagram each way.
func datagrams(p Params) *Dialogue {
	return &Dialogue{Exchange: func(req, resp int) []Step {
		s := []Step{{Data: append([]byte{0xd7}, noise[:min(max(req, 16), 1400)]...)}}
		if resp > 0 {
			s = append(s, Step{Server: true, Work: true, Data: append([]byte{0xd8}, noise[:min(resp, 1400)]...)})
		}
		return s
	}}
}
