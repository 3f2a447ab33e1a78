package app

import (
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// said is one payload of a conversation.
type said struct {
	side uint8
	b    string
}

// TestReaders plays the start of conversations and checks everything that is said of them.
func TestReaders(t *testing.T) {
	const c, s = 0, 1
	hello := x("16 0301 0054 01 000050 0303") + "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" + x("00 0002 c02f 01 00 0025 0000 0013 0011 00 000e") +
		"mail.b.example" + x("0010 000a 0008 05") + "imap4" + x("0161")
	for _, test := range []struct {
		what   string
		proto  fact.Transport
		port   uint16
		talk   []said
		want   fact.App
		client int
	}{
		{"ftp login in clear", fact.TCP, 21, []said{{s, "220 (vsFTPd 3.0.3)\r\n"}, {c, "USER alice\r\n"}, {s, "331 password\r\n"}, {c, "PASS secret\r\n"}, {s, "230 ok\r\n"}},
			fact.App{Name: "ftp", Version: "(vsFTPd 3.0.3)", User: "alice", Clear: "ftp"}, 0},
		{"anonymous ftp is no secret", fact.TCP, 2121, []said{{s, "220 FTP\r\n"}, {c, "USER anonymous\r\n"}, {c, "PASS a@b\r\n"}},
			fact.App{Name: "ftp", Version: "FTP", User: "anonymous"}, 0},
		{"ftp and smtp greet alike until the client speaks", fact.TCP, 2121, []said{{s, "220 ready\r\n"}, {c, "USER bob\r\n"}},
			fact.App{Name: "ftp", Version: "ready", User: "bob"}, 0},
		{"smtp by the client's word", fact.TCP, 2525, []said{{s, "220 ready\r\n"}, {c, "EHLO a.example\r\n"}},
			fact.App{Name: "smtp", Version: "ready"}, 0},
		{"smtp login in clear", fact.TCP, 25, []said{{s, "220 m ESMTP\r\n"}, {c, "EHLO a\r\n"}, {s, "250-AUTH LOGIN\r\n250 OK\r\n"}, {c, "AUTH LOGIN\r\n"}, {c, "MAIL FROM:<a>\r\n"}},
			fact.App{Name: "smtp", Version: "m ESMTP", Clear: "smtp"}, 0},
		{"smtp after STARTTLS", fact.TCP, 587, []said{{s, "220 m ESMTP\r\n"}, {c, "EHLO a\r\n"}, {s, "250 STARTTLS\r\n"}, {c, "STARTTLS\r\n"}, {s, "220 go\r\n"}, {c, hello}},
			fact.App{Name: "smtp", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"pop3 login in clear", fact.TCP, 110, []said{{s, "+OK ready\r\n"}, {c, "USER bob\r\n"}, {s, "+OK\r\n"}, {c, "PASS x\r\n"}, {c, "STAT\r\n"}},
			fact.App{Name: "pop3", Version: "ready", User: "bob", Clear: "pop3"}, 0},
		{"pop3 after STLS", fact.TCP, 110, []said{{s, "+OK ready\r\n"}, {c, "STLS\r\n"}, {s, "+OK begin\r\n"}, {c, hello}},
			fact.App{Name: "pop3", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"imap login in clear", fact.TCP, 143, []said{{s, "* OK Dovecot\r\n"}, {c, "a LOGIN \"carol\" pw\r\n"}, {s, "a OK\r\n"}, {c, "b SELECT inbox\r\n"}},
			fact.App{Name: "imap", Version: "Dovecot", User: "carol", Clear: "imap"}, 0},
		{"imap after STARTTLS", fact.TCP, 143, []said{{s, "* OK Dovecot\r\n"}, {c, "a STARTTLS\r\n"}, {s, "a OK\r\n"}, {c, hello}},
			fact.App{Name: "imap", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"imap authenticate", fact.TCP, 143, []said{{s, "* OK\r\n"}, {c, "a AUTHENTICATE PLAIN\r\n"}},
			fact.App{Name: "imap", Clear: "imap"}, 0},
		{"telnet login", fact.TCP, 23, []said{{s, x("fffd18 fffb01")}, {c, x("fffb18")}, {s, "login: "}, {c, "bob\r\n"}, {s, "Password: "}, {c, "secret\r\n"}},
			fact.App{Name: "telnet", Clear: "telnet"}, 0},
		{"telnet that negotiates nothing", fact.TCP, 23, []said{{s, "Welcome\r\n"}, {s, "login: "}, {c, "bob\r\n"}, {s, "Password: "}, {c, "secret\r\n"}},
			fact.App{Name: "telnet", Clear: "telnet"}, 0},
		{"telnet without a login", fact.TCP, 23, []said{{s, x("fffd18")}, {s, "hello\r\n"}, {c, "x\r\n"}},
			fact.App{Name: "telnet"}, 0},
		{"what a load balancer passes on, in one segment", fact.TCP, 8443, []said{{c, "PROXY TCP4 10.0.0.1 10.0.0.2 40000 443\r\n" + hello}},
			fact.App{Name: "tls", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"heads behind heads", fact.TCP, 8443, []said{{c, strings.Repeat("PROXY UNKNOWN\r\n", 3000)}}, fact.App{Name: "proxy-protocol"}, 0},
		{"and in two", fact.TCP, 8443, []said{{c, proxySignature + x("21 11 000c 0a000001 0a000002 9c40 01bb")}, {c, hello[:40]}, {c, hello[40:]}},
			fact.App{Name: "tls", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"ldap simple bind", fact.TCP, 389, []said{{c, x("30 18 02 01 01 60 13 02 01 03 04 08") + "cn=admin" + x("80 04") + "pass"}, {s, x("30 0c 02 01 01 61 07 0a 01 00 04 00 04 00")}},
			fact.App{Name: "ldap", User: "cn=admin", Clear: "ldap-simple"}, 0},
		{"ldap anonymous bind is no secret", fact.TCP, 389, []said{{c, x("30 0c 02 01 01 60 07 02 01 03 04 00 80 00")}},
			fact.App{Name: "ldap"}, 0},
		{"ldap StartTLS, then a bind that nobody sees", fact.TCP, 389, []said{{c, x("30 1d 02 01 01 77 18 80 16") + "1.3.6.1.4.1.1466.20037"}, {s, x("30 0c 02 01 01 78 07 0a 01 00 04 00 04 00")}, {c, hello}},
			fact.App{Name: "ldap", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"snmp community", fact.UDP, 161, []said{{c, x("30 26 02 01 01 04 06") + "public" + x("a0 19 02 01 01 02 01 00 02 01 00 30 0e 30 0c 06 08 2b06010201010100 05 00")}},
			fact.App{Name: "snmp", Version: "SNMPv2c", Clear: "snmp-v2c"}, 0},
		{"snmp 1", fact.UDP, 161, []said{{c, x("30 0e 02 01 00 04 06") + "public" + x("a1 01 00")}},
			fact.App{Name: "snmp", Version: "SNMPv1", Clear: "snmp-v1"}, 0},
		{"snmp 3", fact.UDP, 161, []said{{c, x("30 10 02 01 03 30 0b 02 01 01 02 03 00ffe3 04 01 04")}},
			fact.App{Name: "snmp", Version: "SNMPv3"}, 0},
		{"smb 1", fact.TCP, 445, []said{{c, x("00000020 ff534d42 72 00000000 18 53c8") + zeros(20)}, {s, x("00000025 ff534d42 72 00000000 98 53c8 0000 0000000000000000 0000 0000 0000 0000 0000 11 0500 03 0a00")}},
			fact.App{Name: "smb", Version: "SMB1"}, 0},
		{"smb 3.1.1", fact.TCP, 445, []said{{c, x("00000040 fe534d42 4000 0000 00000000 0000 0100 00000000") + zeros(44)}, {s, x("00000046 fe534d42 4000 0000 00000000 0000 0100 01000000") + zeros(44) + x("4100 0100 1103")}},
			fact.App{Name: "smb", Version: "SMB3.1.1"}, 0},
		{"mysql", fact.TCP, 3306, []said{{s, x("4a000000 0a") + "8.0.34\x00" + zeros(66)}, {c, x("2d000001 0d020000 00000001 ff") + zeros(23) + "root\x00" + zeros(8)}},
			fact.App{Name: "mysql", Version: "8.0.34", User: "root"}, 0},
		{"mysql with TLS", fact.TCP, 3306, []said{{s, x("4a000000 0a") + "8.0.34\x00" + zeros(66)}, {c, x("20000001 850a0000 00000001 ff") + zeros(23)}, {c, hello}},
			fact.App{Name: "mysql", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"postgresql", fact.TCP, 5432, []said{{c, x("00000012 00030000") + "user\x00app\x00\x00"}, {s, x("52 00000008 00000000 53 00000019") + "server_version\x0015.3\x00"}},
			fact.App{Name: "postgresql", User: "app", Version: "15.3"}, 0},
		{"postgresql with TLS", fact.TCP, 5432, []said{{c, x("00000008 04d2162f")}, {s, "S"}, {c, hello}},
			fact.App{Name: "postgresql", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"mssql", fact.TCP, 1433, []said{{c, samplesOf("mssql")[0]}, {s, x("04 01 0012 0000 01 00 00 0006 0006 ff 0f000838")}},
			fact.App{Name: "mssql", Version: "15.0.2104"}, 0},
		{"rdp", fact.TCP, 3389, []said{{c, x("0300002a 25 e0 0000 0000 00") + "Cookie: mstshash=dave\r\n" + x("01 00 0800 03000000")}, {s, x("03000013 0e d0 0000 1234 00 02 1f 0800 02000000")}, {c, hello}},
			fact.App{Name: "rdp", User: "dave", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"rdp without TLS", fact.TCP, 3389, []said{{c, x("03000013 0e e0 0000 0000 00 01 00 0800 00000000")}, {s, x("03000013 0e d0 0000 1234 00 02 1f 0800 00000000")}},
			fact.App{Name: "rdp", Version: "standard RDP security"}, 0},
		{"vnc", fact.TCP, 5900, []said{{s, "RFB 003.008\n"}, {c, "RFB 003.003\n"}}, fact.App{Name: "vnc", Version: "RFB 003.008"}, 0},
		{"rsync", fact.TCP, 873, []said{{s, "@RSYNCD: 31.0\n"}}, fact.App{Name: "rsync", Version: "31.0"}, 0},
		{"mqtt", fact.TCP, 1883, []said{{c, x("10 1a 0004") + "MQTT" + x("04 c2 003c 0004") + "dev1" + x("0003") + "bob" + x("0003") + "pwd"}},
			fact.App{Name: "mqtt", Version: "MQTTv3.1.1", User: "bob"}, 0},
		{"radius", fact.UDP, 1812, []said{{c, samplesOf("radius")[0]}}, fact.App{Name: "radius", User: "bob!"}, 0},
		{"ike", fact.UDP, 500, []said{{c, samplesOf("ike")[0]}}, fact.App{Name: "ike", Version: "IKEv2"}, 0},
		{"ssdp", fact.UDP, 1900, []said{{c, "NOTIFY * HTTP/1.1\r\nSERVER: Linux UPnP/1.0 x/1\r\n\r\n"}}, fact.App{Name: "ssdp", Version: "Linux UPnP/1.0 x/1"}, -1},
		{"xmpp after STARTTLS", fact.TCP, 5222, []said{{c, "<stream:stream to='x.example' xmlns='jabber:client'>"}, {s, "<stream:stream id='1' xmlns='jabber:client'>"}, {c, "<starttls/>"}, {s, "<proceed/>"}, {c, hello}},
			fact.App{Name: "xmpp", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "x.example", Evidence: "xmpp"}, {Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"irc after STARTTLS", fact.TCP, 6667, []said{{c, "CAP LS\r\n"}, {c, "STARTTLS\r\n"}, {s, ":irc 670 * :go\r\n"}, {c, hello}},
			fact.App{Name: "irc", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"irc", fact.TCP, 6667, []said{{c, "NICK erin\r\nUSER erin 0 * :E\r\n"}, {s, ":irc 001 erin :hi\r\n"}}, fact.App{Name: "irc", User: "erin"}, 0},
		{"dtls", fact.UDP, 4433, []said{{c, samplesOf("dtls")[0]}}, fact.App{Name: "dtls", Version: "DTLSv1.2"}, 0},
		{"dns over tls", fact.TCP, 853, []said{{c, hello}}, fact.App{Name: "dns-over-tls", Version: "TLSv1.2", ALPN: "imap4", Names: []fact.AppName{{Name: "mail.b.example", Evidence: "sni"}}}, 0},
		{"ssh, the server's side by the key exchange", fact.TCP, 2222, []said{{s, "SSH-2.0-OpenSSH_9.2\r\n"}, {c, "SSH-2.0-PuTTY\r\n"}, {s, x("0000000c 0a 14") + zeros(10)}, {c, x("0000000c 0a 14") + zeros(10)}, {c, x("0000000c 0a 1e") + zeros(10)}},
			fact.App{Name: "ssh", Version: "SSH-2.0-OpenSSH_9.2"}, 0},
		{"google quic", fact.UDP, 443, []said{{c, x("0d 0102030405060708") + "Q043" + x("01") + zeros(12) + "CHLO" + x("0200 0000") + "PAD\x00" + x("04000000") + "SNI\x00" + x("0d000000") + "----a.example"}},
			fact.App{Name: "quic", Version: "Q043", Names: []fact.AppName{{Name: "a.example", Evidence: "sni"}}}, 0},
		{"port only", fact.TCP, 9100, []said{{c, "anything"}}, fact.App{Name: "jetdirect", Evidence: fact.PortEvidence}, -1},
		{"payload contradicts the port", fact.TCP, 443, []said{{c, "anything that is text\r\n"}, {s, "also text\r\n"}}, fact.App{}, -1},
		{"nothing was said", fact.UDP, 514, nil, fact.App{Name: "syslog", Evidence: fact.PortEvidence}, -1},
	} {
		k := newTalk(New(Options{}), test.proto, 40000, test.port)
		for _, w := range test.talk {
			k.say(w.side, []byte(w.b))
		}
		if got, ok := k.s.Client(); got != test.client || ok != (got >= 0) {
			t.Errorf("%s: client %d %v, want %d", test.what, got, ok, test.client)
		}
		if got := k.s.Decided(); got != (test.want.Name != "" && test.want.Evidence == fact.NoEvidence) {
			t.Errorf("%s: decided %v", test.what, got)
		}
		if test.want.Name != "" && test.want.Evidence == fact.NoEvidence {
			test.want.Evidence = fact.PayloadEvidence
		}
		sameApp(t, test.what, k.close(), test.want)
	}
}

func sameApp(t *testing.T, what string, got, want fact.App) {
	t.Helper()
	same := len(got.Names) == len(want.Names)
	for i := range want.Names {
		same = same && got.Names[i] == want.Names[i]
	}
	g, w := got, want
	g.Names, w.Names = nil, nil
	if !same || g.Name != w.Name || g.Evidence != w.Evidence || g.ALPN != w.ALPN || g.Version != w.Version || g.User != w.User ||
		g.Clear != w.Clear || g.Cert != w.Cert || g.CertName != w.CertName {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func samplesOf(name string) (b []string) {
	for _, s := range samples {
		if s.name == name {
			b = append(b, s.b)
		}
	}
	return b
}
