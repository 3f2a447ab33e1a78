package speech

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"math/big"
	"sync"
	"time"
)

// record wraps b in a TLS record.
func record(typ byte, b []byte) []byte {
	return append([]byte{typ, 3, 3, byte(len(b) >> 8), byte(len(b))}, b...)
}

// handshake wraps b in a handshake message.
func handshake(typ byte, b []byte) []byte {
	return append([]byte{typ, byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b...)
}

// extension is one TLS extension.
func extension(typ uint16, b []byte) []byte {
	x := binary.BigEndian.AppendUint16(nil, typ)
	x = binary.BigEndian.AppendUint16(x, uint16(len(b)))
	return append(x, b...)
}

func vector16(b []byte) []byte { return append([]byte{byte(len(b) >> 8), byte(len(b))}, b...) }
func vector8(b []byte) []byte  { return append([]byte{byte(len(b))}, b...) }

// clientHello is that of a browser; more are further extensions.
func clientHello(p Params, v13 bool, alpn []string, session []byte, more []byte) []byte {
	b := []byte{3, 3}
	b = append(b, random(p.Rand, 32)...)
	b = append(b, vector8(session)...)
	suites := []byte{0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9, 0xcc, 0xa8, 0xc0, 0x13, 0xc0, 0x14, 0, 0x9c, 0, 0x9d}
	if v13 {
		suites = append([]byte{0x13, 1, 0x13, 2, 0x13, 3}, suites...)
	}
	b = append(b, vector16(suites)...)
	b = append(b, 1, 0)
	var x []byte
	if p.Name != "" {
		x = append(x, extension(0, vector16(append([]byte{0}, vector16([]byte(p.Name))...)))...)
	}
	x = append(x, extension(23, nil)...)
	x = append(x, extension(0xff01, []byte{0})...)
	x = append(x, extension(10, vector16([]byte{0, 29, 0, 23, 0, 24}))...)
	x = append(x, extension(11, []byte{1, 0})...)
	x = append(x, extension(35, nil)...)
	if len(alpn) > 0 {
		var l []byte
		for _, a := range alpn {
			l = append(l, vector8([]byte(a))...)
		}
		x = append(x, extension(16, vector16(l))...)
	}
	x = append(x, extension(5, []byte{1, 0, 0, 0, 0})...)
	x = append(x, extension(13, vector16([]byte{4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1, 8, 7}))...)
	if v13 {
		x = append(x, extension(43, vector8([]byte{3, 4, 3, 3}))...)
		x = append(x, extension(45, []byte{1, 1})...)
		x = append(x, extension(51, vector16(append([]byte{0, 29, 0, 32}, random(p.Rand, 32)...)))...)
	}
	x = append(x, more...)
	return handshake(1, append(b, vector16(x)...))
}

func serverHello(p Params, v13 bool, alpn string, session []byte) []byte {
	b := append([]byte{3, 3}, random(p.Rand, 32)...)
	b = append(b, vector8(session)...)
	var x []byte
	if v13 {
		b = append(b, 0x13, 1, 0)
		x = append(x, extension(51, append([]byte{0, 29, 0, 32}, random(p.Rand, 32)...))...)
		x = append(x, extension(43, []byte{3, 4})...)
	} else {
		b = append(b, 0xc0, 0x2b, 0)
		x = append(x, extension(0xff01, []byte{0})...)
		x = append(x, extension(11, []byte{1, 0})...)
		if alpn != "" {
			x = append(x, extension(16, vector16(vector8([]byte(alpn))))...)
		}
	}
	return handshake(2, append(b, vector16(x)...))
}

// tls is TLS 1.3 (RFC 8446).
func tls(p Params) *Dialogue {
	session := random(p.Rand, 32)
	alpn := []string{"h2", "http/1.1"}
	if p.ALPN != "" {
		alpn = []string{p.ALPN}
	}
	hello := record(22, clientHello(p, true, alpn, session, nil))
	hello[2] = 1
	flight := record(22, serverHello(p, true, "", session))
	flight = append(flight, record(20, []byte{1})...)
	flight = append(flight, ciphered(36)...)
	flight = append(flight, ciphered(1180+p.Rand.IntN(900))...)
	flight = append(flight, ciphered(281)...)
	flight = append(flight, ciphered(53)...)
	finished := append(record(20, []byte{1}), ciphered(53)...)
	return &Dialogue{
		Open:     []Step{client(hello...), server(flight...), client(finished...), server(append(ciphered(250), ciphered(250)...)...)},
		Exchange: encrypted,
		Close:    []Step{client(ciphered(19)...)},
	}
}

// ciphered is one record of n encrypted bytes.
func ciphered(n int) []byte {
	return record(23, noise[n:2*n])
}

// full is a record of the largest size, what bulk is made of.
var full = record(23, noise[:16401])

// encrypted is an exchange in records of application data.
func encrypted(req, resp int) []Step {
	return []Step{sealed(false, req), work(sealed(true, resp))}
}

func sealed(server bool, n int) Step {
	s := Step{Server: server, Block: full, Fill: n / 16384 * len(full)}
	s.Data = ciphered(n%16384 + 17)
	return s
}

// tls12 is TLS 1.2 (RFC 5246), with the server's certificate in clear.
func tls12(p Params) *Dialogue {
	alpn := or(p.ALPN, "http/1.1")
	session := random(p.Rand, 32)
	hello := record(22, clientHello(p, false, []string{alpn}, nil, nil))
	hello[2] = 1
	cert := Certificate(or(p.Name, "server"))
	list := append([]byte{byte(len(cert) >> 16), byte(len(cert) >> 8), byte(len(cert))}, cert...)
	msg := append([]byte{byte(len(list) >> 16), byte(len(list) >> 8), byte(len(list))}, list...)
	flight := serverHello(p, false, alpn, session)
	flight = append(flight, handshake(11, msg)...)
	key := append([]byte{3, 0, 29, 32}, random(p.Rand, 32)...)
	key = append(key, 8, 7)
	key = append(key, vector16(random(p.Rand, 64))...)
	flight = append(flight, handshake(12, key)...)
	flight = append(flight, handshake(14, nil)...)
	answer := record(22, handshake(16, vector8(random(p.Rand, 32))))
	answer = append(answer, record(20, []byte{1})...)
	answer = append(answer, record(22, random(p.Rand, 40))...)
	done := append(record(20, []byte{1}), record(22, random(p.Rand, 40))...)
	return &Dialogue{
		Open:     []Step{client(hello...), server(record(22, flight)...), client(answer...), server(done...)},
		Exchange: encrypted,
		Close:    []Step{client(record(21, random(p.Rand, 26))...)},
	}
}

var (
	certMu sync.Mutex
	certs  = map[string][]byte{} // cache; certificates depend on the name alone
)

// Certificate returns the DER certificate of a server name, always the same.
func Certificate(name string) []byte {
	certMu.Lock()
	defer certMu.Unlock()
	if c, ok := certs[name]; ok {
		return c
	}
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	key := ed25519.NewKeyFromSeed(seed)
	serial := int64(1)
	for _, c := range []byte(name) {
		serial = serial*31%1000000007 + int64(c)
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name, Organization: []string{"Simulated"}}, DNSNames: []string{name},
		NotBefore: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	c, err := x509.CreateCertificate(nil, t, t, key.Public(), key)
	if err != nil {
		c = noise[:600] // a name that no certificate can bear
	}
	certs[name] = c
	return c
}
