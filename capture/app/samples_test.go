package app

import (
	"encoding/hex"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// sample is a protocol's first words, written out.
type sample struct {
	name  string
	proto fact.Transport
	port  uint16 // of the server
	who   verdict
	b     string
}

func x(s string) string {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return string(b)
}

func zeros(n int) string { return strings.Repeat("\x00", n) }

// samples has the head of every protocol in the table, on a port that is not its own where the signature does not need it.
var samples = []sample{
	{"tls", fact.TCP, 9999, client, x("16 0301 0035 01 000031 0303") + strings.Repeat("r", 32) + x("00 0002 1301 01 00 0006 0010 0002 0000")},
	{"tls", fact.TCP, 9999, server, x("16 0303 0030 02 00002c 0303") + strings.Repeat("s", 32) + x("00 1301 00 0004 ff01 0001")},
	{"tls", fact.TCP, 9999, either, x("17 0303 0020") + strings.Repeat("d", 32)},
	{"tls", fact.TCP, 9999, client, x("80 2e 01 0301 0015 0000 0010") + strings.Repeat("c", 21+16)},
	{"http", fact.TCP, 9999, client, "GET /index.html HTTP/1.1\r\nHost: a.example\r\n\r\n"},
	{"http", fact.TCP, 9999, server, "HTTP/1.0 200 OK\r\nServer: x\r\n\r\n"},
	{"http2", fact.TCP, 9999, client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
	{"dns", fact.UDP, 53, client, x("1234 0100 0001 0000 0000 0000 03 777777 07 6578616d706c65 00 0001 0001")},
	{"dns", fact.UDP, 53, server, x("1234 8180 0001 0001 0000 0000 03 777777 07 6578616d706c65 00 0001 0001 c00c 0001 0001 0000003c 0004 0a000001")},
	{"dns", fact.TCP, 53, client, x("001d 1234 0100 0001 0000 0000 0000 03 777777 07 6578616d706c65 00 0001 0001")},
	{"quic", fact.UDP, 443, client, x("c3 00000001 08 8394c8f03e515708 00 00 449e") + strings.Repeat("\x5a", 1182)},
	{"quic", fact.UDP, 443, server, x("80 00000000 04 01020304 08 8394c8f03e515708 00000001 6b3343cf")},
	{"quic", fact.UDP, 443, client, x("0d 0102030405060708") + "Q043" + x("01") + strings.Repeat("\xa0", 60)},
	{"smb", fact.TCP, 9999, client, x("00000054 ff534d42 72 00000000 18 53c8") + zeros(60)},
	{"smb", fact.TCP, 9999, server, x("00000054 fe534d42 4000 0000 00000000 0000 0100 01000000") + zeros(60)},
	{"ssh", fact.TCP, 9999, either, "SSH-2.0-OpenSSH_9.2\r\n"},
	{"ldap", fact.TCP, 9999, client, x("30 0c 02 01 01 60 07 02 01 03 04 00 80 00")},
	{"ldap", fact.TCP, 9999, server, x("30 0c 02 01 01 61 07 0a 01 00 04 00 04 00")},
	{"kerberos", fact.UDP, 88, client, x("6a 12 30 10 a1 03 02 01 05 a2 03 02 01 0a a4 04 30 02 a0 00")},
	{"kerberos", fact.TCP, 88, server, x("00000014 6b 12 30 10 a0 03 02 01 05 a1 03 02 01 0b a4 04 30 02 a0 00")},
	{"ftp", fact.TCP, 9999, server, "220 ProFTPD Server ready\r\n"},
	{"smtp", fact.TCP, 9999, server, "220 mail.example ESMTP Postfix\r\n"},
	{"smtp", fact.TCP, 9999, client, "EHLO client.example\r\n"},
	{"pop3", fact.TCP, 110, server, "+OK POP3 ready <1.2@mail>\r\n"},
	{"imap", fact.TCP, 9999, server, "* OK [CAPABILITY IMAP4rev1] ready\r\n"},
	{"imap", fact.TCP, 9999, client, "a1 CAPABILITY\r\n"},
	{"telnet", fact.TCP, 9999, server, x("fffd18 fffd20 fffd23")},
	{"telnet", fact.TCP, 9999, client, x("fffb18 fffb1f")},
	{"sip", fact.UDP, 5060, client, "INVITE sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1\r\n\r\n"},
	{"sip", fact.TCP, 5060, server, "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 10.0.0.1\r\n\r\n"},
	{"rtsp", fact.TCP, 9999, client, "OPTIONS rtsp://cam.example/1 RTSP/1.0\r\nCSeq: 1\r\n\r\n"},
	{"rdp", fact.TCP, 9999, client, x("03000013 0e e0 0000 0000 00 01 00 0800 03000000")},
	{"rdp", fact.TCP, 9999, server, x("03000013 0e d0 0000 1234 00 02 1f 0800 02000000")},
	{"s7comm", fact.TCP, 9999, client, x("03000019 02f080 32 01 0000 0400 0008 0000 f000 0001 0001 01e0")},
	{"h323", fact.TCP, 9999, client, x("0300001a 08 02 1234 05 04 03 88 93 a5 28 06") + "H323" + x("000000")},
	{"mysql", fact.TCP, 9999, server, x("4a000000 0a") + "8.0.34\x00" + x("08000000") + strings.Repeat("s", 58)},
	{"postgresql", fact.TCP, 9999, client, x("00000021 00030000") + "user\x00app\x00database\x00app\x00\x00"},
	{"postgresql", fact.TCP, 9999, client, x("00000008 04d2162f")},
	{"mssql", fact.TCP, 9999, client, x("12 01 002f 0000 01 00 00 001a 0006 01 0020 0001 02 0021 0001 03 0022 0004 04 0026 0001 ff 0b000c38 0000 00 00 00000001 00")},
	{"oracle", fact.TCP, 9999, client, x("003a 0000 01 00 0000 0139 012c 0000 0800 7fff 7f08 0000 0001 0000 003a 00000000 0000 00000000") + strings.Repeat("\x00", 24)},
	{"mongodb", fact.TCP, 9999, client, x("28000000 01000000 00000000 d4070000 00000000") + "admin.$cmd\x00" + zeros(9)},
	{"redis", fact.TCP, 9999, client, "*1\r\n$4\r\nPING\r\n"},
	{"cassandra", fact.TCP, 9999, client, x("04 00 0000 01 00000016 0001 000b") + "CQL_VERSION" + x("0005") + "3.0.0"},
	{"drda", fact.TCP, 9999, client, x("0026 d0 41 0001 0020 1041 001c 115e") + strings.Repeat("\x84", 24)},
	{"mqtt", fact.TCP, 9999, client, x("10 10 0004") + "MQTT" + x("04 02 003c 0004") + "dev1"},
	{"amqp", fact.TCP, 9999, client, "AMQP" + x("00 00 09 01")},
	{"nats", fact.TCP, 9999, server, `INFO {"server_id":"A","version":"2.9"}` + "\r\n"},
	{"stomp", fact.TCP, 9999, client, "CONNECT\naccept-version:1.2\nhost:h\n\n\x00"},
	{"xmpp", fact.TCP, 9999, client, "<?xml version='1.0'?><stream:stream to='x.example' xmlns='jabber:client' xmlns:stream='s' version='1.0'>"},
	{"irc", fact.TCP, 9999, client, "NICK alice\r\nUSER alice 0 * :Alice\r\n"},
	{"bgp", fact.TCP, 179, client, strings.Repeat("\xff", 16) + x("001d 01 04 fde8 00b4 0a000001 00")},
	{"nfs", fact.TCP, 9999, client, x("80000028 00000001 00000000 00000002 000186a3 00000003 00000000") + zeros(16)},
	{"nfs", fact.UDP, 9999, client, x("00000001 00000000 00000002 000186a3 00000003 00000001") + zeros(16)},
	{"rpc", fact.UDP, 111, client, x("00000001 00000000 00000002 000186a0 00000002 00000003") + zeros(16)},
	{"dcerpc", fact.TCP, 9999, client, x("05 00 0b 03 10000000 4800 0000 01000000 b810 b810 00000000") + zeros(48)},
	{"diameter", fact.TCP, 9999, client, x("01 00001c 80 000101 00000000 00000001 00000002 00000108 40000008")},
	{"vnc", fact.TCP, 9999, server, "RFB 003.008\n"},
	{"x11", fact.TCP, 9999, client, x("6c 00 0b00 0000 0000 0000 0000")},
	{"citrix", fact.TCP, 1494, client, x("7f7f494341007f7f49434100")},
	{"rsync", fact.TCP, 9999, server, "@RSYNCD: 31.0\n"},
	{"git", fact.TCP, 9999, client, "0030git-upload-pack /p.git\x00host=git.example\x00"},
	{"svn", fact.TCP, 9999, server, "( success ( 2 2 ( ) ( edit-pipeline ) ) ) "},
	{"memcached", fact.TCP, 9999, client, "set key 0 900 5\r\nhello\r\n"},
	{"zabbix", fact.TCP, 10051, client, "ZBXD\x01" + x("0d00000000000000") + `{"request":1}`},
	{"bittorrent", fact.TCP, 9999, either, "\x13BitTorrent protocol" + zeros(48)},
	{"bittorrent", fact.UDP, 9999, either, "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"},
	{"iscsi", fact.TCP, 9999, client, x("43 87 00 00 00 000019") + zeros(40) + "InitiatorName=iqn.1993-08" + zeros(3)},
	{"afp", fact.TCP, 548, client, x("00 03 0001 00000000 00000000 00000000")},
	{"ajp", fact.TCP, 8009, client, x("1234 0010 02 02 0008") + "HTTP/1.1" + zeros(4)},
	{"tacacs", fact.TCP, 49, client, x("c0 01 01 00 12345678 00000010") + strings.Repeat("\xa5", 16)},
	{"dnp3", fact.TCP, 9999, client, x("0564 05 c0 0100 0004 e921")},
	{"c37.118", fact.TCP, 9999, client, x("aa41 0012 00f1 5e0be100 00000000 0002 4b1e")},
	{"opc-ua", fact.TCP, 9999, client, "HELF" + x("20000000 00000000 00000100 00000100 00000000 00000000 00000000")},
	{"ethernet-ip", fact.TCP, 9999, client, x("6500 0400 00000000 00000000 0000000000000000 00000000 0100 0000")},
	{"ethernet-ip", fact.UDP, 2222, either, x("0200 0280 0800 01000000 05000000 b100 0400 01000000")},
	{"modbus", fact.TCP, 9999, client, x("0001 0000 0006 01 03 0000 000a")},
	{"iec104", fact.TCP, 9999, client, x("68 04 07 00 00 00")},
	{"fix", fact.TCP, 9999, either, "8=FIX.4.4\x019=65\x0135=A\x0149=C\x0156=S\x01"},
	{"hl7", fact.TCP, 2575, client, "\x0bMSH|^~\\&|A|B|C|D|2020||ADT^A01|1|P|2.3\r\x1c\r"},
	{"nntp", fact.TCP, 119, server, "200 news.example ready\r\n"},
	{"thrift", fact.TCP, 9999, client, x("0000001c 80010001 00000004") + "ping" + x("00000001 00") + zeros(7)},
	{"rtmp", fact.TCP, 9999, client, x("03 00000000 00000000") + strings.Repeat("\x77", 1528)},
	{"smpp", fact.TCP, 9999, client, x("00000022 00000009 00000000 00000001") + "user\x00pass\x00\x00" + x("34 00 00 00 00 00 00")},
	{"ldp", fact.UDP, 646, either, x("0001 001e 0a000001 0000 0100 0014 00000001 0400 0004 000f 0000 0401 0004 0a000001")},
	{"openflow", fact.TCP, 6653, client, x("04 00 0008 00000001")},
	{"teamviewer", fact.TCP, 5938, client, x("1724 0a 20 00 0000")},
	{"sccp", fact.TCP, 2000, client, x("04000000 00000000 00000000")},
	{"socks", fact.TCP, 1080, client, x("05 02 00 02")},
	{"dhcp", fact.UDP, 67, client, x("01 01 06 00 12345678") + zeros(228) + x("63825363 35 01 01 ff")},
	{"dhcpv6", fact.UDP, 547, client, x("01 123456 0001 0004 00030001 0008 0002 0000")},
	{"mdns", fact.UDP, 5353, client, x("0000 0000 0001 0000 0000 0000 05 5f68747470 04 5f746370 05 6c6f63616c 00 000c 0001")},
	{"llmnr", fact.UDP, 5355, client, x("1234 0000 0001 0000 0000 0000 02 7063 00 0001 0001")},
	{"netbios-ns", fact.UDP, 137, client, x("1234 0110 0001 0000 0000 0000 20") + "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" + x("00 0021 0001")},
	{"netbios-dgm", fact.UDP, 138, either, x("11 02 1234 0a000001 008a 0044 0000 20") + "EIEPFDFECACACACACACACACACACACACA"},
	{"ntp", fact.UDP, 123, client, x("23 00 06 ec") + zeros(44)},
	{"snmp", fact.UDP, 9999, client, x("30 26 02 01 01 04 06") + "public" + x("a0 19 02 01 01 02 01 00 02 01 00 30 0e 30 0c 06 08 2b06010201010100 05 00")},
	{"ssdp", fact.UDP, 1900, client, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nST: ssdp:all\r\n\r\n"},
	{"ws-discovery", fact.UDP, 3702, client, `<?xml version="1.0"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">`},
	{"tftp", fact.UDP, 69, client, x("0001") + "boot.cfg\x00octet\x00"},
	{"stun", fact.UDP, 9999, client, x("0001 0000 2112a442 0102030405060708090a0b0c")},
	{"dtls", fact.UDP, 9999, client, x("16 feff 0000 000000000000 0036 01 00002a 0000 000000 00002a fefd") + strings.Repeat("r", 32) + x("00 00 0002 c02b 01 00")},
	{"ike", fact.UDP, 500, client, x("0102030405060708 0000000000000000 21 20 22 08 00000000 0000001c")},
	{"esp", fact.UDP, 4500, either, x("c1d2e3f4 00000001") + strings.Repeat("\x9c", 32)},
	{"openvpn", fact.UDP, 9999, client, x("38 0102030405060708 00 00000000")},
	{"wireguard", fact.UDP, 9999, client, x("01000000") + strings.Repeat("\x3c", 144)},
	{"tailscale", fact.UDP, 41641, either, x("5453f09f92ac") + strings.Repeat("\x6d", 60)},
	{"radius", fact.UDP, 1812, client, x("01 07 0026 000102030405060708090a0b0c0d0e0f 01 06 626f6221 04 06 0a000001 05 06 00000001")},
	{"netflow", fact.UDP, 9999, client, x("0005 0001 00001000 5f000000 00000000 00000001 00 00 0000") + zeros(48)},
	{"netflow", fact.UDP, 9999, client, x("000a 0018 5f000000 00000001 00000000 0002 0008 0100 0000")},
	{"sflow", fact.UDP, 9999, client, x("00000005 00000001 0a000001 00000000 00000001 00001000 00000001 00000001 00000010") + zeros(16)},
	{"mgcp", fact.UDP, 2427, client, "CRCX 1204 aaln/1@gw.example MGCP 1.0\r\nC: A3C47F21456789F0\r\n"},
	{"gtp", fact.UDP, 2123, client, x("32 01 0004 00000000 0001 0000")},
	{"bacnet", fact.UDP, 47808, client, x("81 0b 000c 01 20 ffff 00 ff 10 08")},
	{"coap", fact.UDP, 5683, client, x("40 01 1234 b4") + "temp"},
	{"rip", fact.UDP, 520, either, x("02 02 0000 0002 0000 0a010000 ffff0000 00000000 00000001")},
	{"l2tp", fact.UDP, 1701, client, x("c802 0014 0000 0000 0000 0000 8008 0000 0000 0001")},
	{"bfd", fact.UDP, 3784, either, x("20 40 03 18 00000001 00000000 000f4240 000f4240 00000000")},
	{"hsrp", fact.UDP, 1985, either, x("00 00 10 03 0a 64 01 00 636973636f000000 0a000001")},
	{"capwap", fact.UDP, 5246, client, x("00 10 02 00 00000000 00000001 00 0007 00 00000000")},
	{"ptp", fact.UDP, 319, either, x("00 02 002c") + zeros(40)},
	{"nat-pmp", fact.UDP, 5351, client, x("00 00")},
	{"slp", fact.UDP, 427, client, x("02 01 000013 0000 000000 1234 0002 656e 000000")},
	{"xdmcp", fact.UDP, 177, client, x("0001 0002 0001 00")},
	{"ipmi", fact.UDP, 623, client, x("06 00 ff 07") + zeros(12)},
	{"syslog", fact.UDP, 9999, client, "<34>1 2003-10-11T22:14:15.003Z host app - ID47 - text"},
	{"kafka", fact.TCP, 9092, client, x("0000001a 0012 0003 00000001 000a") + "producer-1" + x("00 0000 00 00 00")},
	// Middleware, databases, storage.
	{"mms", fact.TCP, 102, client, x("03000016 11 e0 0000 0001 00 c1 02 0000 c2 02 0001 c0 01 0a 0300002c 02f080 0d 23") + zeros(12) + x("06 05 28ca220203") + zeros(10)},
	{"mms", fact.TCP, 102, client, x("0300001c 02f080 01000100 61 0f 30 0d 020103 a0 08 a006 020101 820100")},
	{"proxy-protocol", fact.TCP, 9999, client, "PROXY TCP4 10.0.0.1 10.0.0.2 40000 443\r\n"},
	{"proxy-protocol", fact.TCP, 9999, client, proxySignature + x("21 11 000c 0a000001 0a000002 9c40 01bb")},
	{"corba", fact.TCP, 9999, client, "GIOP" + x("01 02 01 00 10000000") + zeros(16)},
	{"corba", fact.TCP, 9999, server, "GIOP" + x("01 00 00 01 00000010") + zeros(16)},
	{"java-rmi", fact.TCP, 1099, client, "JRMI" + x("00 02 4b")},
	{"jdwp", fact.TCP, 8000, client, "JDWP-Handshake"},
	{"t3", fact.TCP, 7001, client, "t3 12.2.1\nAS:255\nHL:19\n\n"},
	{"fastcgi", fact.TCP, 9000, client, x("01 01 0001 0008 00 00 0001 00 0000000000 01 04 0001 0000 0000")},
	{"openwire", fact.TCP, 61616, client, x("000000f0 01") + "ActiveMQ" + x("0000000c 01")},
	{"ibm-mq", fact.TCP, 1414, client, "TSH " + x("0000010c 02 01 31 00") + zeros(20)},
	{"ibm-mq", fact.TCP, 1414, server, x("e3e2c840 0000010c 01 01 31 00") + zeros(20)},
	{"msmq", fact.TCP, 1801, client, x("10 00 0300") + "LIOR" + x("3c020000 ffffffff")},
	{"zmtp", fact.TCP, 9999, either, x("ff 0000000000000001 7f 03 00") + "NULL" + zeros(16)},
	{"zookeeper", fact.TCP, 2181, client, x("0000002c 00000000 0000000000000000 00007530 0000000000000000 00000010") + zeros(16)},
	{"zookeeper", fact.TCP, 2181, server, x("00000024 00000000 00007530 0123456789abcdef 00000010") + zeros(16)},
	{"hadoop-rpc", fact.TCP, 8020, client, "hrpc" + x("09 00 00")},
	{"elasticsearch", fact.TCP, 9300, client, "ES" + x("00000037 000000000000002a 00 00601399") + zeros(16)},
	{"elasticsearch", fact.TCP, 9300, server, "ES" + x("00000037 000000000000002a 01 00601399") + zeros(16)},
	{"bolt", fact.TCP, 7687, client, x("6060b017 00000404 00000304 00000000 00000000")},
	{"firebird", fact.TCP, 3050, client, x("00000001 00000013 00000002 00000024 0000000c") + "/data/db.fdb"},
	{"hana", fact.TCP, 30015, client, x("ffffffff 04200004 01 0000 01 01 01")},
	{"dicom", fact.TCP, 11112, client, x("01 00 000000cd 0001 0000") + "ARCHIVE         MODALITY1       " + zeros(32)},
	{"dicom", fact.TCP, 11112, server, x("02 00 000000b8 0001 0000") + "ARCHIVE         MODALITY1       " + zeros(32)},
	{"ndmp", fact.TCP, 10000, server, x("80000028 00000001 5f000000 00000000 00000502 00000000 00000000 0000 0000 00000004")},
	{"ndmp", fact.TCP, 10000, client, x("8000001c 00000001 5f000000 00000000 00000900 00000000 00000000 00000004")},
	{"nvme-tcp", fact.TCP, 4420, client, x("00 00 80 00 80000000 0000 00 00 00000000") + zeros(112)},
	{"nvme-tcp", fact.TCP, 4420, server, x("01 00 80 00 80000000 0000 00 00 00000200") + zeros(112)},
	{"nbd", fact.TCP, 10809, server, "NBDMAGIC" + "IHAVEOPT" + x("0003")},
	{"ceph", fact.TCP, 6789, client, "ceph v027" + zeros(136)},
	{"ncp", fact.TCP, 524, client, "DmdT" + x("0000001d 00000001 00000000 2222 a42a 0300")},
	{"ncp", fact.TCP, 524, server, "tNcP" + x("00000010 3333 9d2a 03000000")},
	// Printing, shells, monitoring, remote control.
	{"pptp", fact.TCP, 1723, client, x("009c 0001 1a2b3c4d 0001 0000 0100 0000") + zeros(140)},
	{"pptp", fact.TCP, 1723, server, x("009c 0001 1a2b3c4d 0002 0000 0100 0100") + zeros(140)},
	{"jetdirect", fact.TCP, 9999, client, "\x1b%-12345X@PJL JOB\r\n"},
	{"jetdirect", fact.TCP, 9100, client, "%!PS-Adobe-3.0\n"},
	{"lpd", fact.TCP, 515, client, "\x02lp\n"},
	{"rlogin", fact.TCP, 513, client, "\x00alice\x00bob\x00xterm/38400\x00"},
	{"rsh", fact.TCP, 514, client, "1022\x00alice\x00bob\x00uname -a\x00"},
	{"checkmk", fact.TCP, 6556, server, "<<<check_mk>>>\nVersion: 2.0\n"},
	{"munin", fact.TCP, 4949, server, "# munin node at web1\n"},
	{"nrpe", fact.TCP, 5666, client, x("0002 0001 12345678 0000") + "check_load"},
	{"nrpe", fact.TCP, 5666, server, x("0002 0002 12345678 0001") + "WARNING"},
	{"graphite", fact.TCP, 2003, client, "web1.load 0.25 1700000000\n"},
	{"spice", fact.TCP, 5900, client, "REDQ" + x("02000000 02000000 16000000")},
	{"nomachine", fact.TCP, 4000, client, "NXSH-6.0.0\n"},
	{"vmware-auth", fact.TCP, 902, server, "220 VMware Authentication Daemon Version 1.10\r\n"},
	{"adb", fact.TCP, 5555, client, "CNXN" + x("00000001 00001000 07000000 32020000 bcb1a7b1") + "host::\x00"},
	// Plants, buildings, vehicles.
	{"fins", fact.TCP, 9600, client, "FINS" + x("0000000c 00000000 00000000 00000000")},
	{"fins", fact.UDP, 9600, client, x("80 00 02 00 01 00 00 02 00 7b 0501")},
	{"fins", fact.UDP, 9600, server, x("c0 00 02 00 02 00 00 01 00 7b 0501 0000")},
	{"ads", fact.TCP, 48898, client, x("0000 20000000 c0a800010101 5303 c0a800020101 0180 0100 0400 00000000 00000000 01000000")},
	{"ads", fact.TCP, 48898, server, x("0000 20000000 c0a800020101 0180 c0a800010101 5303 0100 0500 00000000 00000000 01000000")},
	{"doip", fact.TCP, 13400, client, x("02 fd 0005 00000007 0e80 00 00000000")},
	{"doip", fact.TCP, 13400, server, x("02 fd 0006 00000009 0e80 0001 10 00000000")},
	{"doip", fact.TCP, 13400, client, x("02 fd 8001 00000006 0e80 0001 3e00")},
	{"hart-ip", fact.UDP, 5094, client, x("01 00 00 00 0001 000d 01 00007530")},
	{"knxnet-ip", fact.UDP, 3671, client, x("0610 0201 000e 08 01 0a000001 0e57")},
	{"slmp", fact.TCP, 5007, client, x("5000 00 ff ff03 00 0c00 1000 0104 0000 640000 a8 0100")},
	{"slmp", fact.TCP, 5007, server, x("d000 00 ff ff03 00 0400 0000 3412")},
	{"some-ip", fact.UDP, 30490, either, x("ffff 8100 00000010 0000 0001 01 01 02 00 c0000000 00000000")},
	{"some-ip", fact.UDP, 9999, client, x("0101 0009 00000008 0000 0005 01 01 00 00")},
	{"some-ip", fact.UDP, 9999, server, x("0101 0009 00000008 0000 0005 01 01 80 00")},
	{"rtps", fact.UDP, 7400, either, "RTPS" + x("02 02 010f 010f4523 00000001 00000000")},
	{"iperf", fact.TCP, 5001, client, zeros(24) + strings.Repeat("4567890123", 10)},
	{"iperf", fact.TCP, 5201, client, "abcdefghijklmnopqrstuvwxyz234567abcd\x00"},
	// Miners, sharers of files, messengers.
	{"stratum", fact.TCP, 3333, client, `{"id": 1, "method": "mining.subscribe", "params": []}` + "\n"},
	{"stratum", fact.TCP, 3333, client, `{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"x","pass":"y","agent":"z"}}` + "\n"},
	{"json-rpc", fact.TCP, 9999, client, `{"jsonrpc": "2.0", "method": "subtract", "id": 1}`},
	{"json-rpc", fact.TCP, 9999, server, `{"jsonrpc": "2.0", "result": 19, "id": 1}`},
	{"bitcoin", fact.TCP, 8333, client, x("f9beb4d9") + "version" + zeros(5) + x("55000000 12345678")},
	{"gnutella", fact.TCP, 6346, client, "GNUTELLA CONNECT/0.6\r\nUser-Agent: x\r\n"},
	{"directconnect", fact.TCP, 411, server, "$Lock EXTENDEDPROTOCOL Pk=x|"},
	{"edonkey", fact.TCP, 4662, client, x("e3 1b000000 01 10") + strings.Repeat("h", 16) + x("0a000001 3612 00000000")[:9]},
	{"edonkey", fact.TCP, 4662, server, x("e3 1b000000 4c") + strings.Repeat("h", 26)},
	{"whatsapp", fact.TCP, 5222, client, "WA" + x("05 02 0000 23") + zeros(8)},
	{"whatsapp", fact.TCP, 443, client, "ED" + x("00 01 0000 02 08 00") + "WA" + x("05 02 00")},
	{"msnp", fact.TCP, 1863, client, "VER 1 MSNP15 CVR0\r\n"},
	{"ymsg", fact.TCP, 5050, client, "YMSG" + x("00 0f 0000 0000 004c 00000000 00000000")},
	{"oscar", fact.TCP, 5190, server, "*" + x("01 1234 0004 00000001")},
	// Over UDP.
	{"pfcp", fact.UDP, 8805, client, x("20 01 000c 000001 00 0060 0004 5f000000")},
	{"megaco", fact.UDP, 2944, either, "!/1 [10.23.1.42]:2944\nP=1{C=-{}}"},
	{"megaco", fact.UDP, 2944, either, "MEGACO/1 [10.0.0.1]:2944\n"},
	{"iax2", fact.UDP, 4569, client, x("8001 0000 00000003 00 00 06 01 0b02 0002")},
	{"unistim", fact.UDP, 5000, client, x("00009b35 02 02 00000001 99 04 00 5f")},
	{"unistim", fact.UDP, 5000, server, x("00009b35 02 01 16 08 1d 0f 0b33 0e14")},
	{"unistim", fact.UDP, 5000, either, x("0000e579 01 00")},
	{"uaudp", fact.UDP, 32640, either, x("07 026f 0135 16 00")},
	{"mpeg-ts", fact.UDP, 1234, client, strings.Repeat("\x47"+zeros(187), 7)},
	{"srt", fact.UDP, 9000, either, x("80000000 00000000 00000000 00000000 00000004 00000002 12345678 000005dc 00002000 00000001 01020304 00000000") + zeros(16)},
	{"collectd", fact.UDP, 25826, client, x("0000 0009") + "web1\x00" + x("0008 000c 18aa874808818df4")},
	{"collectd", fact.UDP, 9999, client, x("0000 0009") + "web1\x00" + x("0008 000c 18aa874808818df4")},
	{"collectd", fact.UDP, 25826, client, x("0210 0020 0004 75736572") + zeros(24)},
	{"glbp", fact.UDP, 3222, either, x("01 01 0001 0000 c2027cca0000 02 14") + zeros(18)},
	{"statsd", fact.UDP, 8125, client, "requests.count:1|c\n"},
	{"gelf", fact.UDP, 12201, client, x("1e0f 0102030405060708 00 02") + "x"},
	{"ssrp", fact.UDP, 1434, client, "\x04SQLEXPRESS\x00"},
	{"ssrp", fact.UDP, 1434, server, x("05 0a00") + "ServerName"},
	{"bjnp", fact.UDP, 8611, client, "BJNP" + x("01 01 0000 0001 0000 00000000")},
	{"bjnp", fact.UDP, 8611, server, "BJNP" + x("81 01 0000 0001 0000 00000002 0001")},
	{"mndp", fact.UDP, 5678, either, x("0000 0001 0001 0006 000c29010203 0005 0001 61")},
	{"ubiquiti", fact.UDP, 10001, client, x("01 00 0000")},
	{"sap", fact.UDP, 9875, client, x("20 00 1234 0a000001") + "application/sdp\x00v=0\r\n"},
	{"wccp", fact.UDP, 2048, either, x("0000000a 0200 0004 0000 0000")},
	{"glbp", fact.UDP, 3222, either, x("01 00 000a 0000 000907b4000a 01 1c") + zeros(26)},
	{"lisp", fact.UDP, 4342, either, x("10 000001 0102030405060708 0000 0001 0a000001")},
	{"afs", fact.UDP, 7000, client, x("570fb560 5c3fc988 00000001 00000001 00000001 01 05 00 00 0000 0034 0000020f")},
	{"afs", fact.UDP, 7000, server, x("570fb560 5c3fc988 00000001 00000001 00000001 01 04 00 00 0000 0034 00000000")},
	{"oicq", fact.UDP, 8000, client, x("02 361f 0017 20fc 4273e4b5 0004f0fe df63ed 03")},
	{"dnscrypt", fact.UDP, 443, server, "r6fnvWj8" + strings.Repeat("\x9d", 60)},
	{"syncthing", fact.UDP, 21027, either, x("2ea7d90b 0a 20") + zeros(32)},
	{"dropbox-lan", fact.UDP, 17500, client, `{"host_int": 123, "version": [2, 0]}`},
	{"spotify-lan", fact.UDP, 57621, client, "SpotUdp0" + zeros(36)},
	{"art-net", fact.UDP, 6454, either, "Art-Net\x00" + x("0050 000e 00 00 00 00 0002 0000")},
	{"sacn", fact.UDP, 5568, client, x("0010 0000") + "ASC-E1.17\x00\x00\x00" + x("7270 00000004")},
	{"source-engine", fact.UDP, 27015, client, "\xff\xff\xff\xffTSource Engine Query\x00"},
	{"zoom", fact.UDP, 8801, client, x("01 0003 c84a c452 8718 cda2") + zeros(40)},
	{"zoom", fact.UDP, 8801, server, x("05 0000 004f 8378 040d 010d")},
	{"telegram", fact.UDP, 533, either, strings.Repeat("\x2f", 16) + strings.Repeat("\xff", 12) + x("feffffff")},
	{"tuya", fact.UDP, 6667, client, x("000055aa 00000000 00000013 0000000c 00000000 12345678 0000aa55")},
	{"kasa", fact.UDP, 9999, client, x("d0f2 81f8 8bff 9af7 d5ef")},
	{"kasa", fact.TCP, 9999, server, x("00000008 d0f2 81f8 8bff 9af7")},
	{"meraki", fact.UDP, 7351, client, x("fef72891 0d01 0070 068a 1b4e 0000 0000 2a66")},
	{"rtcp", fact.UDP, 9999, either, x("81c9 0007 00162ffd") + strings.Repeat("\x9d", 24) + x("80000001") + strings.Repeat("\x5e", 10)},
	{"raknet", fact.UDP, 19132, client, x("01 0000000000000001 00ffff00fefefefefdfdfdfd12345678 0000000000000002")},
	{"raknet", fact.UDP, 19132, server, x("06 00ffff00fefefefefdfdfdfd12345678 0000000000000002 00 05d4")},
	{"raknet", fact.UDP, 19132, server, x("1c 0000000000000001 0000000000000002 00ffff00fefefefefdfdfdfd12345678 0000")},
	{"raknet", fact.UDP, 19132, client, x("05 00ffff00fefefefefdfdfdfd12345678 0b") + zeros(20)},
	{"kerberos", fact.UDP, 464, client, x("0050 0001 0030 6e 2e") + zeros(72)},
	{"rdp", fact.UDP, 3389, client, x("ffffffff 0040 0001 12345678 04d0 04d0") + zeros(1200)},
	// What else the two sides say.
	{"amqp", fact.TCP, 5672, client, x("01 0001 00000004 003c0050 ce") + x("01 0001 0000")},
	{"amqp", fact.TCP, 5672, server, x("01 0000 00000100 000a000a 0009") + zeros(20)},
	{"bacnet", fact.UDP, 47808, client, x("81 04 000e 0a000001bac0 01 00 10 08")},
	{"bittorrent", fact.UDP, 9999, client, x("0000041727101980 00000000 12345678")},
	{"bittorrent", fact.UDP, 9999, client, x("4100 1234 00000001 00000000 00100000 0001 0000")},
	{"bittorrent", fact.UDP, 9999, either, x("0100 1234 00000001 00000000 00100000 0002 0001") + "\x13BitTorrent protocol" + zeros(8)},
	{"coap", fact.UDP, 5683, server, x("60 45 1234 ff") + "21.5"},
	{"coap", fact.UDP, 5683, either, x("60 00 1234")},
	{"dhcp", fact.UDP, 67, server, x("02 01 06 00 12345678") + zeros(228) + x("63825363 35 01 02 ff")},
	{"dhcpv6", fact.UDP, 547, server, x("07 123456 0001 0004 00030001 0002 0002 0000")},
	{"diameter", fact.TCP, 3868, server, x("01 00001c 00 000101 00000000 00000001 00000002 0000010c 40000008")},
	{"dcerpc", fact.TCP, 135, server, x("05 00 0c 03 10000000 4400 0000 01000000 b810 b810 00000000") + zeros(44)},
	{"dcerpc", fact.UDP, 9999, client, x("04 00 08 00 10 00 00 00") + zeros(66) + x("0000") + zeros(4)},
	{"dns", fact.UDP, 53, server, x("1234 8185 0000 0000 0000 0000")},
	{"dnp3", fact.TCP, 20000, server, x("0564 05 40 0400 0100 682c")},
	{"ethernet-ip", fact.TCP, 44818, server, x("6500 0400 12345678 00000000 0000000000000000 00000000 0100 0000")},
	{"ethernet-ip", fact.TCP, 44818, client, x("6300 0000 00000000 00000000 0000000000000000 00000000")},
	{"gtp", fact.UDP, 2123, server, x("48 21 0008 00000001 00000100")},
	{"h323", fact.TCP, 1720, server, x("0300000c 08 02 9234 02 00000000")},
	{"h323", fact.UDP, 1719, either, x("0e 40 0001 06 0008914a0004 80")},
	{"ike", fact.UDP, 500, server, x("0102030405060708 1112131415161718 21 20 22 20 00000000 0000001c")},
	{"ike", fact.UDP, 4500, client, x("00000000 0102030405060708 0000000000000000 01 10 02 00 00000000 0000001c")},
	{"ike", fact.UDP, 500, either, x("0102030405060708 1112131415161718 08 10 05 01 00000000 0000001c")},
	{"esp", fact.UDP, 4500, either, x("ff")},
	{"irc", fact.TCP, 9999, server, ":irc.example NOTICE * :hello\r\n"},
	{"irc", fact.TCP, 9999, client, "PASS x\r\nNICK alice\r\n"},
	{"irc", fact.TCP, 6667, client, "PASS x\r\n"},
	{"irc", fact.TCP, 9999, server, "ERROR :closing\r\n"},
	{"iscsi", fact.TCP, 3260, server, x("23 87 00 00 00 00000a") + zeros(41) + "AuthMethod=None"},
	{"afp", fact.TCP, 9999, server, x("01 03 0001 00000000 00000004 00000000 00000000")},
	{"ajp", fact.TCP, 9999, server, "AB" + x("0005 04 00c8 0000")},
	{"ldap", fact.TCP, 389, client, x("30 0b 02 01 02 63 06 04 00 0a 01 02 00")},
	{"ldap", fact.TCP, 389, server, x("30 09 02 01 02 64 04 04 00 30 00")},
	{"ldap", fact.TCP, 389, client, x("30 05 02 01 03 42 00 00")},
	{"ldp", fact.TCP, 646, either, x("0001 001e 0a000001 0000 0200 0014 00000001 0500 000e 0001 00b4 0000 0000 0a000002 0000")},
	{"memcached", fact.TCP, 11211, server, "STORED\r\n"},
	{"memcached", fact.TCP, 11211, client, "get key\r\n"},
	{"memcached", fact.TCP, 11211, client, x("80 00 0003 00 00 0000 00000003 00000001 0000000000000000") + "key"},
	{"memcached", fact.UDP, 11211, client, x("0001 0000 0001 0000") + "stats\r\n"},
	{"modbus", fact.TCP, 502, server, x("0001 0000 0005 01 83 02 0000")},
	{"mongodb", fact.TCP, 27017, server, x("24000000 02000000 01000000 01000000 08000000") + zeros(16)},
	{"mongodb", fact.TCP, 9999, server, x("c4000000 02000000 01000000 01000000 08000000") + zeros(12) + x("01000000 a0000000 01 6f6b00 000000000000f03f")}, // its segment ends before it
	{"mongodb", fact.TCP, 27017, client, x("24000000 02000000 00000000 dd070000 00000000") + zeros(16)},
	{"mongodb", fact.TCP, 27017, server, x("24000000 02000000 05000000 dd070000 00000000") + zeros(16)},
	{"mssql", fact.TCP, 1433, client, x("10 01 0024 0000 01 00 1c000000 04000074") + zeros(20)},
	{"mssql", fact.TCP, 1433, client, x("02 00 0200 0000 00 00") + strings.Repeat("s", 504)},
	{"mssql", fact.TCP, 1433, client, x("01 01 0020 0000 01 00 16000000 12000000 0200 0000000000000000 01000000 5300")},
	{"mssql", fact.TCP, 1433, client, x("01 01 000a 0000 01 00 5300")},
	{"mssql", fact.TCP, 1433, server, x("04 01 0012 0000 01 00 00 0006 0006 ff 0f000838")},
	{"mssql", fact.TCP, 1433, server, x("04 01 0015 0033 01 00 e3 0700 01 01 6d 00 01 6d 00 fd 00")},
	{"mssql", fact.TCP, 1433, server, x("04 01 0015 0033 01 00 fd 1000 c100 0000000000000000")},
	{"mysql", fact.TCP, 3306, server, x("17000000 ff 1004") + "Too many connections"},
	{"nfs", fact.TCP, 2049, server, x("80000018 00000001 00000001 00000000 00000000 00000000 00000000")},
	{"nntp", fact.TCP, 119, client, "MODE READER\r\n"},
	{"ntp", fact.UDP, 123, server, x("24 02 06 ec") + zeros(44)},
	{"ntp", fact.UDP, 123, server, x("16 82 0001 0000 0000 0000 0000")},
	{"ntp", fact.UDP, 123, client, x("17 00 03 2a 0000 0000")},
	{"ntp", fact.UDP, 123, either, x("25 02 06 ec") + zeros(44)},
	{"opc-ua", fact.TCP, 4840, server, "ACKF" + x("1c000000") + zeros(20)},
	{"opc-ua", fact.TCP, 4840, client, "OPNF" + x("1c000000") + zeros(20)},
	{"openvpn", fact.UDP, 1194, server, x("40 0102030405060708 01 00000000 1112131415161718 00000000")},
	{"openvpn", fact.TCP, 9999, client, x("000e 38 0102030405060708 00 00000000")},
	{"openvpn", fact.UDP, 1194, client, x("50 0102030405060708 000000010f0f0f0f") + zeros(30)},
	{"oracle", fact.TCP, 1521, server, x("0020 0000 02 00 0000 0139 0c41 0800 7fff 0100 0000 0020 41 41 0000 0000 0000 0000")},
	{"oracle", fact.TCP, 1521, server, x("0008 0000 0b 00 0000 0000 0000")},
	{"oracle", fact.TCP, 1521, client, x("0010 0000 06 00 0000 0000 0302 00000000")},
	{"postgresql", fact.TCP, 5432, server, x("52 0000000c 00000005 01020304")},
	{"postgresql", fact.TCP, 5432, server, "E" + x("00000020") + "SFATAL\x00C28P01\x00Mno entry\x00\x00"},
	{"ptp", fact.UDP, 319, either, x("0001 0001") + zeros(120)},
	{"nat-pmp", fact.UDP, 5351, server, x("00 81 0000 00000001 1234 5678 00000e10")},
	{"redis", fact.TCP, 6379, client, "PING\r\n"},
	{"redis", fact.TCP, 6379, server, "-NOAUTH Authentication required.\r\n"},
	{"radius", fact.UDP, 1812, server, x("02 07 0014 000102030405060708090a0b0c0d0e0f")},
	{"rip", fact.UDP, 520, either, x("01 01 0000 0000 0000 00000000 00000000 00000000 00000010")},
	{"rpc", fact.UDP, 111, server, x("00000001 00000001 00000000 00000000 00000000 00000000 00000801")},
	{"rtmp", fact.TCP, 1935, server, x("03") + zeros(3072)},
	{"rtsp", fact.TCP, 554, server, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"},
	{"rdp", fact.TCP, 3389, client, x("0300000b 06 e0 0000 0000 00")},
	{"rdp", fact.TCP, 3389, server, x("0300000b 06 d0 0000 1234 00")},
	{"s7comm", fact.TCP, 102, client, x("03000016 11 e0 0000 0001 00 c1 02 0100 c2 02 0102 c0 01 0a")},
	{"s7comm", fact.TCP, 102, server, x("0300001b 02f080 32 03 0000 0400 0008 0000 0000 f000 0001 0001 00f0")},
	{"s7comm", fact.TCP, 102, client, x("0300000e 02f080 72 01 0003 31 0000")},
	{"smb", fact.TCP, 139, client, x("81000044 20") + strings.Repeat("CA", 16) + x("00 20") + strings.Repeat("CA", 16) + x("00")},
	{"smb", fact.TCP, 139, server, x("82000000 00000000")},
	{"smb", fact.TCP, 445, client, x("00000054 fd534d42") + zeros(80)},
	{"smpp", fact.TCP, 2775, server, x("00000015 80000009 00000000 00000001") + "smsc\x00"},
	{"smtp", fact.TCP, 25, server, "554 no service\r\n"},
	{"slp", fact.UDP, 427, client, x("01 01 0011 00 00 656e 0003 1234 0000000000")},
	{"snmp", fact.UDP, 161, server, x("30 0e 02 01 00 04 06") + "public" + x("a2 01 00")},
	{"ssdp", fact.UDP, 1900, server, "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n"},
	{"stomp", fact.TCP, 9999, server, "CONNECTED\nversion:1.2\n\n\x00"},
	{"stun", fact.UDP, 3478, server, x("0101 0008") + zeros(16) + x("0001 0004 00000000")},
	{"stun", fact.TCP, 9999, client, x("0014 0001 0000 2112a442 0102030405060708090a0b0c")},
	{"rip", fact.UDP, 521, either, x("02 01 0000 20010db8000000000000000000000000 0000 40 01")},
	{"stun", fact.UDP, 9999, server, x("0101 0000 2112a442 0102030405060708090a0b0c")},
	{"tacacs", fact.TCP, 49, server, x("c0 01 02 00 12345678 00000010") + strings.Repeat("\xa5", 16)},
	{"telnet", fact.TCP, 9999, server, x("fffb01 fffb03")},
	{"telnet", fact.TCP, 23, client, x("fffd01")},
	{"telnet", fact.TCP, 23, server, x("fffd05")},
	{"tls", fact.TCP, 9999, either, x("14 0303 0001 01")},
	{"tls", fact.TCP, 9999, either, x("15 0303 0002 02 28")},
	{"vnc", fact.TCP, 5900, server, "RFB 003.889\n"},
	{"vnc", fact.TCP, 5901, client, "RFB 003.008\n"},
	{"rtmp", fact.TCP, 1935, server, x("03 00000000 00000000") + strings.Repeat("\x77", 1528)},
	{"wireguard", fact.UDP, 9999, server, x("02000000") + strings.Repeat("\x3c", 88)},
	{"wireguard", fact.UDP, 51820, client, x("04000000 12345678 0100000000000000") + strings.Repeat("\x9d", 48)},
	{"ws-discovery", fact.UDP, 3702, server, `<?xml version="1.0"?><s:Envelope xmlns:s="x">`},
	{"x11", fact.TCP, 6000, client, x("42 00 000b 0000 0000 0000 0000")},
	{"xmpp", fact.TCP, 5222, server, "<?xml version='1.0'?><stream:stream id='7' xmlns='jabber:client'>"},
	{"zabbix", fact.TCP, 10050, server, "ZBXD\x01" + x("0100000000000000") + "1"},
	{"citrix", fact.TCP, 2598, client, "\x1aCGP/01" + zeros(8)},
	{"http2", fact.TCP, 9999, client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + zeros(9)},
	{"capwap", fact.UDP, 5247, client, x("01 000000 16feff0000")},
	{"bfd", fact.UDP, 3785, either, "echo"},
	{"hsrp", fact.UDP, 1985, either, x("01 28 02 00 10 04 0001") + zeros(34)},
	{"iec104", fact.TCP, 2404, server, x("68 04 0b 00 00 00")},
	{"iec104", fact.TCP, 2404, client, x("68 04 01 00 02 00")},
	{"iec104", fact.TCP, 2404, client, x("68 0e 0000 0000 64 01 0600 0100 000000 14")},
	{"drda", fact.TCP, 50000, server, x("0010 d0 43 0001 000a 1443 0006 115e c1c2")},
	{"thrift", fact.TCP, 9999, server, x("80010002 00000004") + "ping" + x("00000001 00")},
	{"cassandra", fact.TCP, 9042, server, x("84 00 0000 06 00000014 0001 000b") + "COMPRESSION" + x("0000 0000")[:0] + zeros(5)},
	{"cassandra", fact.TCP, 9042, client, x("02 00 00 05 00000000")},
	{"netflow", fact.UDP, 9999, client, x("0009 0001 00001000 5f000000 00000001 00000000 0000 0008 0100 0000")},
	{"socks", fact.TCP, 9999, client, x("04 01 01bb 0a000001") + "user\x00"},
	{"git", fact.TCP, 9418, client, "0032git-receive-pack /p.git\x00host=git.example\x00\x00\x00"},
	{"rtcp", fact.UDP, 9999, either, x("81 c9 0007 00000001 00000002 00 000000 00001000 00000010 00000000 00000000")},
}

// TestSamples holds each matcher to its samples: it takes its own, and no other protocol's, not even on its own port.
func TestSamples(t *testing.T) {
	c := New(Options{})
	ports := map[string]uint16{}
	for t := range c.ports {
		for p, n := range c.ports[t] {
			if old, ok := ports[n]; !ok || p < old {
				ports[n] = p
			}
		}
	}
	has := map[string]bool{"rtp": true, "ftp-data": true} // take several packets, or none
	for _, s := range samples {
		has[s.name] = true
		for _, p := range c.table {
			bit := tcp
			if s.proto == fact.UDP {
				bit = udp
			}
			if p.on&bit == 0 || p.match == nil {
				continue
			}
			for _, port := range []uint16{s.port, ports[p.name]} {
				if p.name == s.name && port != s.port {
					continue
				}
				q := probe{b: []byte(s.b), src: 40000, dst: port, d: new(dialog), side: 0, udp: s.proto == fact.UDP, first: true, length: len(s.b)}
				q.p = newTalk(c, s.proto, 40000, port).packet(0, q.b)
				if s.who == server {
					q.src, q.dst = port, 40000
				}
				v := p.match(&q)
				switch {
				case p.name == s.name && v != s.who:
					t.Errorf("%s by %s on port %d: verdict %d, want %d: %x", s.name, p.name, port, v, s.who, s.b[:min(len(s.b), 24)])
				case p.name != s.name && v > maybe && !lookalike[p.name+" takes "+s.name]:
					t.Errorf("%s is taken for %s on port %d: %x", s.name, p.name, port, s.b[:min(len(s.b), 24)])
				}
			}
		}
	}
	for _, p := range c.table {
		if !has[p.name] {
			t.Errorf("%s has no sample", p.name)
		}
	}
}

// lookalike are the pairs that only the port keeps apart: what the first sees on its own port can be its own.
var lookalike = map[string]bool{
	// One format, told apart by the port alone.
	"mdns takes dns": true, "llmnr takes dns": true, "dns takes mdns": true, "llmnr takes mdns": true, "dns takes llmnr": true,
	"mdns takes llmnr": true, "dns takes netbios-ns": true, "mdns takes netbios-ns": true, "llmnr takes netbios-ns": true,
	// Heads that fit where only the port makes the other likely. An answer of RPC does not name its program; a command of FTP can be one of IRC; CoAP's options can be anything.
	"afp takes fastcgi": true, "modbus takes dicom": true, "modbus takes edonkey": true, "memcached takes ndmp": true, "dns takes nvme-tcp": true,
	"dns takes some-ip": true, "rsh takes rlogin": true, "ftp takes vmware-auth": true, "smtp takes vmware-auth": true, "json-rpc takes stratum": true,
	"bfd takes megaco": true, "gtp takes mpeg-ts": true, "coap takes bjnp": true, "collectd takes ethernet-ip": true, "ntp takes afs": true,
	"rpc takes nfs": true, "nfs takes rpc": true, "ftp takes irc": true, "coap takes openvpn": true,
}

// TestTable: names are unique, ports name what exists, and the sets of candidates have a bit for each protocol.
func TestTable(t *testing.T) {
	c := New(Options{})
	if len(c.byName) != len(c.table) || len(c.table) > 256 {
		t.Errorf("%d names of %d protocols; at most 256 have a bit", len(c.byName), len(c.table))
	}
	for _, p := range c.table {
		if p.name != strings.ToLower(p.name) || strings.ContainsAny(p.name, " _") {
			t.Errorf("name %q", p.name)
		}
	}
	for _, m := range c.ports {
		for port, name := range m {
			if port == 0 || name == "" {
				t.Errorf("port %d is %q", port, name)
			}
		}
	}
}

// TestSamplesFed feeds each sample as a conversation's first words: nobody else takes it first.
func TestSamplesFed(t *testing.T) {
	c := New(Options{})
	for _, s := range samples {
		k := newTalk(c, s.proto, 40000, s.port)
		side := uint8(0)
		if s.who == server {
			side = 1
		}
		k.say(side, []byte(s.b))
		want := -1
		if s.who == client || s.who == server {
			want = 0
		}
		if got, _ := k.s.Client(); got != want {
			t.Errorf("%s: client %d, want %d: %x", s.name, got, want, s.b[:min(len(s.b), 24)])
		}
		if a := k.close(); a.Name != s.name || a.Evidence != fact.PayloadEvidence {
			t.Errorf("%s is taken for %q by %v: %x", s.name, a.Name, a.Evidence, s.b[:min(len(s.b), 24)])
		}
	}
}
