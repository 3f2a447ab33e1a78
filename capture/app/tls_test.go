package app

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"netscope.example/nsgraph/capture/fact"
)

// hello is a ClientHello's body with a server name.
func helloFor(name string) []byte {
	sni := append(binary.BigEndian.AppendUint16(nil, uint16(len(name)+3)), 0)
	sni = append(binary.BigEndian.AppendUint16(sni, uint16(len(name))), name...)
	ext := append(binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(len(sni))), sni...)
	b := append([]byte{3, 3}, make([]byte, 32)...)
	b = append(b, 0, 0, 2, 0x13, 1, 1, 0)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(ext))), ext...)
}

func handshakeMessage(kind byte, body []byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

func record(kind byte, b []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(b) >> 8), byte(len(b))}, b...)
}

func certificateFor(t *testing.T, common string, dns ...string) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: common}, DNSNames: dns, NotAfter: time.Unix(2e9, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestTLSCertificate(t *testing.T) {
	for _, test := range []struct{ common, dns, want string }{{"erp.example", "x.example", "erp.example"}, {"", "x.example", "x.example"}} {
		der := certificateFor(t, test.common, test.dns)
		list := append([]byte{0, byte(len(der) >> 8), byte(len(der))}, der...)
		list = append([]byte{0, byte(len(list) >> 8), byte(len(list))}, list...)
		sh := append(append([]byte{3, 3}, make([]byte, 32)...), x("00 c02b 00 0009 0010 0005 0003 02")...)
		sh = append(sh, "h2"...)
		flight := append(handshakeMessage(2, sh), handshakeMessage(11, list)...)
		// The flight in two records, cut inside the certificate, and the bytes in segments of 100.
		wire := append(record(22, flight[:200]), record(22, flight[200:])...)
		sum := sha256.Sum256(der)
		want := fact.App{Name: "tls", Evidence: fact.PayloadEvidence, ALPN: "h2", Version: "TLSv1.2", Cert: hex.EncodeToString(sum[:]), CertName: test.want,
			Names: []fact.AppName{{Name: "www.example", Evidence: "sni"}, {Name: test.want, Evidence: "certificate"}}}
		k := newTalk(New(Options{}), fact.TCP, 40000, 443)
		ch := record(22, handshakeMessage(1, helloFor("www.example")))
		for _, part := range [][]byte{ch[:3], ch[3:40], ch[40:]} {
			k.say(0, part)
		}
		for p := wire; len(p) > 0; p = p[min(100, len(p)):] {
			k.say(1, p[:min(100, len(p))])
		}
		if k.more {
			t.Error("more is wanted after the certificate")
		}
		if side, ok := k.s.Client(); side != 0 || !ok {
			t.Errorf("client %d", side)
		}
		sameApp(t, "certificate "+test.want, k.close(), want)
		if k.c.held != 0 {
			t.Errorf("%d bytes are still held", k.c.held)
		}
	}
	if certName([]byte("no certificate")) != "" {
		t.Error("a name of no certificate")
	}
}

func TestTLS13(t *testing.T) {
	k := newTalk(New(Options{}), fact.TCP, 40000, 443)
	k.say(0, record(22, handshakeMessage(1, helloFor("www.example"))))
	sh := append(append([]byte{3, 3}, make([]byte, 32)...), x("00 1301 00 0006 002b 0002 0304")...)
	k.say(1, record(22, handshakeMessage(2, sh)))
	if k.more {
		t.Error("more is wanted although the rest is encrypted")
	}
	sameApp(t, "TLS 1.3", k.close(), fact.App{Name: "tls", Evidence: fact.PayloadEvidence, Version: "TLSv1.3", Names: []fact.AppName{{Name: "www.example", Evidence: "sni"}}})
}

// TestQUICKeys holds the keys to those of RFC 9001, appendix A.1, and RFC 9369, appendix A.1.
func TestQUICKeys(t *testing.T) {
	dcid := []byte(x("8394c8f03e515708"))
	var s quicState
	if !s.keys(dcid, quicV1) || !bytes.Equal(s.iv, []byte(x("fa044b2f42a3fd3b46fb255c"))) {
		t.Errorf("iv of version 1: %x", s.iv)
	}
	// The mask of appendix A.2 comes from the header protection key 9f50449e04a0e810283a1e9933adedd2.
	var mask [16]byte
	s.block.Encrypt(mask[:], []byte(x("d1b1c98dd7689fb8ec11d242b123dc9b")))
	if !bytes.Equal(mask[:5], []byte(x("437b9aec36"))) {
		t.Errorf("mask of version 1: %x", mask[:5])
	}
	if !s.keys(dcid, quicV2) || !bytes.Equal(s.iv, []byte(x("91f73e2351d8fa91660e909f"))) {
		t.Errorf("iv of version 2: %x", s.iv)
	}
}

// seal protects an Initial packet of the client as RFC 9001, section 5, says.
func seal(t *testing.T, v uint32, dcid []byte, number uint32, frames []byte) []byte {
	var s quicState
	if !s.keys(dcid, v) {
		t.Fatal("no keys")
	}
	first := byte(0xc3)
	if v == quicV2 {
		first = 0xd3
	}
	head := binary.BigEndian.AppendUint32([]byte{first}, v)
	head = append(append(head, byte(len(dcid))), dcid...)
	head = append(head, 0, 0)
	head = binary.BigEndian.AppendUint16(head, 0x4000|uint16(4+len(frames)+16))
	pn := len(head)
	head = binary.BigEndian.AppendUint32(head, number)
	var nonce [12]byte
	copy(nonce[:], s.iv)
	for i := range 4 {
		nonce[8+i] ^= head[pn+i]
	}
	b := s.aead.Seal(bytes.Clone(head), nonce[:], frames, head)
	var mask [16]byte
	s.block.Encrypt(mask[:], b[pn+4:pn+20])
	b[0] ^= mask[0] & 15
	for i := range 4 {
		b[pn+i] ^= mask[1+i]
	}
	return b
}

func cryptoFrame(at int, b []byte) []byte {
	f := binary.BigEndian.AppendUint16([]byte{6}, 0x4000|uint16(at))
	return append(binary.BigEndian.AppendUint16(f, 0x4000|uint16(len(b))), b...)
}

// TestQUIC sends a ClientHello in pieces, in the wrong order, over two packets of which one shares its datagram with another.
func TestQUIC(t *testing.T) {
	for _, v := range []uint32{quicV1, quicV2} {
		ch := handshakeMessage(1, helloFor("shop.example"))
		dcid := []byte(x("8394c8f03e515708"))
		one := append(cryptoFrame(30, ch[30:]), x("01 00000000 02 00 00 00 00")...)
		two := append(cryptoFrame(0, ch[:10]), cryptoFrame(8, ch[8:30])...)
		k := newTalk(New(Options{}), fact.UDP, 40000, 8443)
		k.say(0, append(seal(t, v, dcid, 1, append(one, make([]byte, 600)...)), make([]byte, 560)...))
		if k.s.d == nil || len(k.s.d.info.Names) != 0 {
			t.Fatal("a name before the hello was whole")
		}
		k.say(1, append(binary.BigEndian.AppendUint32([]byte{0xc3}, v), x("00 08 0102030405060708 00 4014")...))
		k.say(0, append(seal(t, v, dcid, 0, make([]byte, 300)), seal(t, v, dcid, 2, append(two, make([]byte, 300)...))...))
		if k.more {
			t.Error("more is wanted after the hello")
		}
		if side, ok := k.s.Client(); side != 0 || !ok {
			t.Errorf("client %d", side)
		}
		version := map[uint32]string{quicV1: "QUICv1", quicV2: "QUICv2"}[v]
		sameApp(t, version, k.close(), fact.App{Name: "quic", Evidence: fact.PayloadEvidence, Version: version, Names: []fact.AppName{{Name: "shop.example", Evidence: "sni"}}})
	}
}
