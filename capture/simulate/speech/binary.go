package speech

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// ber encodes one ASN.1 value with a definite length.
func ber(tag byte, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b := []byte{tag}
	switch {
	case n < 128:
		b = append(b, byte(n))
	case n < 256:
		b = append(b, 0x81, byte(n))
	default:
		b = append(b, 0x82, byte(n>>8), byte(n))
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func berInt(v int) []byte {
	if v < 128 {
		return ber(2, []byte{byte(v)})
	}
	return ber(2, []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

// ldap is LDAP v3 (RFC 4511): a simple bind if credentials go in clear, else an anonymous one, then searches.
func ldap(p Params) *Dialogue {
	name, pass := "", ""
	if p.Clear {
		name, pass = or(p.User, "cn=app,dc=corp,dc=example"), or(p.Password, "secret")
	}
	bind := ber(0x30, berInt(1), ber(0x60, berInt(3), ber(4, []byte(name)), ber(0x80, []byte(pass))))
	ok := func(id int, op byte) []byte {
		return ber(0x30, berInt(id), ber(op, ber(10, []byte{0}), ber(4), ber(4)))
	}
	id := 1
	return &Dialogue{
		Open: []Step{client(bind...), server(ok(1, 0x61)...)},
		Exchange: func(_, resp int) []Step {
			id++
			search := ber(0x30, berInt(id), ber(0x63, ber(4, []byte("dc=corp,dc=example")), ber(10, []byte{2}), ber(10, []byte{0}), berInt(0), berInt(0), ber(1, []byte{0}),
				ber(0xa3, ber(4, []byte("uid")), ber(4, fmt.Appendf(nil, "user%d", id))), ber(0x30)))
			val := prose[:min(max(resp, 20), 2000)]
			entry := ber(0x30, berInt(id), ber(0x64, ber(4, fmt.Appendf(nil, "uid=user%d,dc=corp,dc=example", id)),
				ber(0x30, ber(0x30, ber(4, []byte("description")), ber(0x31, ber(4, val))))))
			return []Step{client(search...), work(server(append(entry, ok(id, 0x65)...)...))}
		},
		Close: []Step{client(ber(0x30, berInt(1000), []byte{0x42, 0})...)},
	}
}

// snmp is SNMP v2c (RFC 3416), or v3-less v1 if the version says so.
func snmp(p Params) *Dialogue {
	id := 0
	v := 1
	if p.Version == "1" {
		v = 0
	}
	oid := ber(6, []byte{0x2b, 6, 1, 2, 1, 1, 3, 0})
	msg := func(op byte, value []byte) []byte {
		return ber(0x30, berInt(v), ber(4, []byte(or(p.Password, "public"))), ber(op, berInt(id), berInt(0), berInt(0), ber(0x30, ber(0x30, oid, value))))
	}
	return &Dialogue{Exchange: func(int, int) []Step {
		id++
		return []Step{client(msg(0xa0, ber(5))...), work(server(msg(0xa2, ber(0x43, []byte{0, 12, 34, byte(id)}))...))}
	}}
}

// ntp is NTP v4, client and server mode (RFC 5905).
func ntp(p Params) *Dialogue {
	n := uint32(0)
	return &Dialogue{Exchange: func(int, int) []Step {
		n++
		q := make([]byte, 48)
		q[0], q[2], q[3] = 0xe3, 6, 0xec
		binary.BigEndian.PutUint32(q[40:], 3981398400+n*64)
		copy(q[44:], random(p.Rand, 4))
		a := make([]byte, 48)
		a[0], a[1], a[2], a[3] = 0x24, 2, 6, 0xe9
		copy(a[12:], []byte{10, 0, 0, 1})
		binary.BigEndian.PutUint32(a[16:], 3981398300+n*64)
		copy(a[24:], q[40:48])
		copy(a[32:], q[40:48])
		a[39]++
		copy(a[40:], a[32:40])
		return []Step{client(q...), work(server(a...))}
	}}
}

// mysql is the MySQL protocol, version 10.
func mysql(p Params) *Dialogue {
	pkt := func(seq byte, b []byte) []byte {
		return append([]byte{byte(len(b)), byte(len(b) >> 8), byte(len(b) >> 16), seq}, b...)
	}
	greet := append([]byte{10}, or(p.Version, "8.0.36")...)
	greet = append(greet, 0, 11, 0, 0, 0)
	greet = append(greet, "abcdefgh"...)
	greet = append(greet, 0, 0xff, 0xf7, 0xff, 2, 0, 0xff, 0x81, 21)
	greet = append(greet, make([]byte, 10)...)
	greet = append(greet, "ijklmnopqrst\x00mysql_native_password\x00"...)
	login := []byte{0x8d, 0xa6, 0x0f, 0, 0, 0, 0, 1, 0xff}
	login = append(login, make([]byte, 23)...)
	login = append(login, or(p.User, "app")...)
	login = append(login, 0, 20)
	login = append(login, random(p.Rand, 20)...)
	login = append(login, or(p.Database, "erp")...)
	login = append(login, 0)
	login = append(login, "mysql_native_password\x00"...)
	ok := []byte{0, 0, 0, 2, 0, 0, 0}
	n := 0
	return &Dialogue{
		Open: []Step{server(pkt(0, greet)...), client(pkt(1, login)...), server(pkt(2, ok)...)},
		Exchange: func(req, resp int) []Step {
			n++
			sql := fmt.Appendf([]byte{3}, "SELECT name FROM customer WHERE id = %d", n)
			if req > len(sql) {
				sql = append(sql, " /* "...)
				sql = append(sql, prose[:max(min(req-len(sql), 4000), 0)]...)
				sql = append(sql, " */"...)
			}
			str := func(s string) []byte { return append([]byte{byte(len(s))}, s...) }
			col := str("def")
			for _, s := range []string{"erp", "customer", "customer", "name", "name"} {
				col = append(col, str(s)...)
			}
			col = append(col, 0x0c, 0x21, 0, 0xff, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0)
			a := pkt(1, []byte{1})
			a = append(a, pkt(2, col)...)
			a = append(a, pkt(3, []byte{0xfe, 0, 0, 2, 0})...)
			seq := byte(4)
			for left := min(resp, materialLimit); left > 0; left -= 200 {
				a = append(a, pkt(seq, append([]byte{200}, prose[:200]...))...)
				seq++
			}
			a = append(a, pkt(seq, []byte{0xfe, 0, 0, 2, 0})...)
			return []Step{client(pkt(0, sql)...), work(server(a...))}
		},
		Close: []Step{client(pkt(0, []byte{1})...)},
	}
}

// postgresql is the PostgreSQL protocol, version 3.
func postgresql(p Params) *Dialogue {
	msg := func(t byte, b []byte) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{t}, uint32(len(b)+4)), b...)
	}
	start := append([]byte{0, 3, 0, 0}, "user\x00"+or(p.User, "app")+"\x00database\x00"+or(p.Database, "erp")+"\x00application_name\x00psql\x00\x00"...)
	start = append(binary.BigEndian.AppendUint32(nil, uint32(len(start)+4)), start...)
	auth := msg('R', []byte{0, 0, 0, 5, 1, 2, 3, 4})
	ready := msg('R', []byte{0, 0, 0, 0})
	ready = append(ready, msg('S', []byte("server_version\x00"+or(p.Version, "15.6")+"\x00"))...)
	ready = append(ready, msg('K', []byte{0, 0, 4, 1, 0x55, 0x66, 0x77, 0x88})...)
	ready = append(ready, msg('Z', []byte{'I'})...)
	n := 0
	return &Dialogue{
		Open: []Step{client(start...), server(auth...), client(msg('p', []byte("md5a3b7d5a8c3c2a3b7d5a8c3c2a3b7d5a8\x00"))...), server(ready...)},
		Exchange: func(req, resp int) []Step {
			n++
			sql := fmt.Sprintf("SELECT name FROM customer WHERE id = %d", n)
			if req > len(sql) {
				sql += " -- " + string(prose[:min(req-len(sql), 4000)])
			}
			desc := append([]byte{0, 1}, "name\x00"...)
			desc = append(desc, 0, 0, 0x40, 1, 0, 2, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0)
			a := msg('T', desc)
			rows := 0
			for left := min(max(resp, 1), materialLimit); left > 0; left -= 1000 {
				k := min(left, 1000)
				a = append(a, msg('D', append([]byte{0, 1, 0, 0, byte(k >> 8), byte(k)}, prose[:k]...))...)
				rows++
			}
			a = append(a, msg('C', fmt.Appendf(nil, "SELECT %d\x00", rows))...)
			a = append(a, msg('Z', []byte{'I'})...)
			return []Step{client(msg('Q', []byte(sql+"\x00"))...), work(server(a...))}
		},
		Close: []Step{client(msg('X', nil)...)},
	}
}

// smb is SMB 2 (MS-SMB2) on its direct port: negotiate, then messages that look encrypted by SMB 3.
func smb(p Params) *Dialogue {
	nb := func(b []byte) []byte {
		return append([]byte{0, byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b...)
	}
	header := func(cmd uint16, reply bool, id uint64) []byte {
		h := make([]byte, 64)
		copy(h, "\xfeSMB")
		h[4] = 64
		binary.LittleEndian.PutUint16(h[12:], cmd)
		binary.LittleEndian.PutUint16(h[14:], 1)
		if reply {
			h[16] = 1
		}
		binary.LittleEndian.PutUint64(h[24:], id)
		return h
	}
	guid := random(p.Rand, 16)
	neg := append(header(0, false, 0), 36, 0, 2, 0, 1, 0, 0, 0, 0x7f, 0, 0, 0)
	neg = append(neg, guid...)
	neg = append(neg, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0x10, 2)
	ans := append(header(0, true, 0), 65, 0, 1, 0, 0x10, 2, 0, 0)
	ans = append(ans, random(p.Rand, 16)...)
	ans = append(ans, 0x2f, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0)
	ans = append(ans, make([]byte, 16)...) // system and start time
	ans = append(ans, 128, 0, 0, 0, 0, 0, 0, 0)
	echo := func(reply bool, id uint64) []byte { return append(header(13, reply, id), 4, 0, 0, 0) }
	id := uint64(0)
	return &Dialogue{
		Open: []Step{client(nb(neg)...), server(nb(ans)...)},
		Exchange: func(req, resp int) []Step {
			id++
			// a transform header: what an encrypted share looks like (MS-SMB2, section 2.2.41)
			seal := func(n int) []byte {
				t := make([]byte, 52)
				copy(t, "\xfdSMB")
				copy(t[4:20], noise[n%1000:])
				copy(t[20:31], noise[n%900:])
				binary.LittleEndian.PutUint32(t[36:], uint32(n))
				binary.LittleEndian.PutUint16(t[42:], 1)
				binary.LittleEndian.PutUint64(t[44:], 0x400000000041)
				return t
			}
			var steps []Step
			if id == 1 {
				steps = []Step{client(nb(echo(false, 1))...), server(nb(echo(true, 1))...)}
			}
			req, resp = min(max(req, 80), 1<<24-200), min(max(resp, 80), 1<<24-200) // the length has 24 bits
			q, a := seal(req), seal(resp)
			return append(steps, []Step{
				{Data: append([]byte{0, byte((len(q) + req) >> 16), byte((len(q) + req) >> 8), byte(len(q) + req)}, q...), Block: noise, Fill: req},
				{Server: true, Work: true, Data: append([]byte{0, byte((len(a) + resp) >> 16), byte((len(a) + resp) >> 8), byte(len(a) + resp)}, a...), Block: noise, Fill: resp},
			}...)
		},
	}
}

// rdp is RDP's connection request and confirm (MS-RDPBCGR), then TLS.
func rdp(p Params) *Dialogue {
	cookie := "Cookie: mstshash=" + or(p.User, "anna") + "\r\n"
	n := 4 + 7 + len(cookie) + 8
	req := append([]byte{3, 0, 0, byte(n), byte(n - 5), 0xe0, 0, 0, 0, 0, 0}, cookie...)
	req = append(req, 1, 0, 8, 0, 3, 0, 0, 0)
	conf := []byte{3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 1, 0, 0, 0}
	t := tls12(p)
	return &Dialogue{Open: append([]Step{client(req...), server(conf...)}, t.Open...), Exchange: t.Exchange, Close: t.Close}
}

// mssql is TDS 7 (MS-TDS): pre-login, then packets that look encrypted.
func mssql(p Params) *Dialogue {
	pkt := func(t byte, b []byte) []byte {
		return append([]byte{t, 1, byte((len(b) + 8) >> 8), byte(len(b) + 8), 0, 0, 1, 0}, b...)
	}
	pre := []byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 7, 0xa6, 0, 0, 2}
	return &Dialogue{
		Open: []Step{client(pkt(18, pre)...), server(pkt(4, pre)...)},
		Exchange: func(_, resp int) []Step {
			sql := utf16.Encode([]rune("SELECT name FROM customer"))
			b := []byte{22, 0, 0, 0, 18, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}
			for _, c := range sql {
				b = binary.LittleEndian.AppendUint16(b, c)
			}
			done := []byte{0xfd, 0x10, 0, 0xc1, 0, byte(resp), byte(resp >> 8), 0, 0, 0, 0, 0, 0}
			return []Step{client(pkt(1, b)...), work(server(pkt(4, done)...))}
		},
	}
}

// mqtt is MQTT 3.1.1.
func mqtt(p Params) *Dialogue {
	id := or(p.Client, "sensor")
	con := append([]byte{0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60}, vector16([]byte(id))...)
	return &Dialogue{
		Open: []Step{client(append([]byte{0x10, byte(len(con))}, con...)...), server(0x20, 2, 0, 0)},
		Exchange: func(int, int) []Step {
			return []Step{client(0xc0, 0), work(server(0xd0, 0))}
		},
		Close: []Step{client(0xe0, 0)},
	}
}

// tftp is a read request and one block (RFC 1350), from the well-known port for simplicity of firewalls.
func tftp(Params) *Dialogue {
	return &Dialogue{Exchange: func(int, int) []Step {
		return []Step{says("\x00\x01SEP001B54000001.cnf.xml\x00octet\x00"), work(Step{Server: true, Data: append([]byte{0, 3, 0, 1}, prose[:300]...)}), client(0, 4, 0, 1)}
	}}
}

// kerberos is an AS-REQ that is refused for lack of pre-authentication (RFC 4120).
func kerberos(Params) *Dialogue {
	ctx := func(n byte, b []byte) []byte { return ber(0xa0|n, b) }
	name := func(t int, parts ...string) []byte {
		var l []byte
		for _, s := range parts {
			l = append(l, ber(0x1b, []byte(s))...)
		}
		return ber(0x30, ctx(0, berInt(t)), ctx(1, ber(0x30, l)))
	}
	when := ber(0x18, []byte("20370913024805Z"))
	body := ber(0x30, ctx(0, ber(3, []byte{0, 0x40, 0x81, 0, 0x10})), ctx(1, name(1, "anna")), ctx(2, ber(0x1b, []byte("CORP.EXAMPLE"))), ctx(3, name(2, "krbtgt", "CORP.EXAMPLE")),
		ctx(5, when), ctx(7, berInt(0x12345678)), ctx(8, ber(0x30, berInt(18), berInt(17))))
	req := ber(0x6a, ber(0x30, ctx(1, berInt(5)), ctx(2, berInt(10)), ctx(4, body)))
	errb := ber(0x7e, ber(0x30, ctx(0, berInt(5)), ctx(1, berInt(30)), ctx(4, ber(0x18, []byte("20260302083000Z"))), ctx(5, berInt(1)), ctx(6, berInt(25)),
		ctx(9, ber(0x1b, []byte("CORP.EXAMPLE"))), ctx(10, name(2, "krbtgt", "CORP.EXAMPLE"))))
	return &Dialogue{Exchange: func(int, int) []Step { return []Step{client(req...), work(server(errb...))} }}
}

// radius is an Access-Request and its Accept (RFC 2865).
func radius(p Params) *Dialogue {
	id := byte(0)
	return &Dialogue{Exchange: func(int, int) []Step {
		id++
		user := or(p.User, "anna")
		attr := append([]byte{1, byte(len(user) + 2)}, user...)
		attr = append(attr, 4, 6, 10, 0, 0, 1)
		q := append([]byte{1, id, 0, byte(20 + len(attr))}, random(p.Rand, 16)...)
		return []Step{client(append(q, attr...)...), work(server(append([]byte{2, id, 0, 20}, random(p.Rand, 16)...)...))}
	}}
}
