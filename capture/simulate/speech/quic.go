package speech

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// quicSalt is that of version 1 (RFC 9001, section 5.2).
var quicSalt = []byte{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a}

// expand is HKDF-Expand-Label of TLS 1.3.
func expand(secret []byte, label string, n int) []byte {
	info := append([]byte{byte(n >> 8), byte(n)}, vector8([]byte("tls13 "+label))...)
	info = append(info, 0)
	b, err := hkdf.Expand(sha256.New, secret, string(info), n)
	if err != nil { // n is a constant below
		return make([]byte, n)
	}
	return b
}

// sealInitial protects an Initial packet; header ends before the packet number, which is pn in 4 bytes.
func sealInitial(dcid []byte, label string, header, payload []byte, pn uint32) []byte {
	initial, err := hkdf.Extract(sha256.New, dcid, quicSalt)
	if err != nil {
		return nil
	}
	secret := expand(initial, label, 32)
	key, iv, hp := expand(secret, "quic key", 16), expand(secret, "quic iv", 12), expand(secret, "quic hp", 16)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil
	}
	nonce := append([]byte(nil), iv...)
	for i := range 4 {
		nonce[8+i] ^= byte(pn >> (24 - 8*i))
	}
	h := binary.BigEndian.AppendUint32(append([]byte(nil), header...), pn)
	out := aead.Seal(append([]byte(nil), h...), nonce, payload, h)
	mask := make([]byte, 16)
	hb, err := aes.NewCipher(hp)
	if err != nil {
		return nil
	}
	at := len(header)
	hb.Encrypt(mask, out[at+4:at+20])
	out[0] ^= mask[0] & 0x0f
	for i := range 4 {
		out[at+i] ^= mask[1+i]
	}
	return out
}

// longHeader is a long header of version 1 up to the length field; n counts packet number, payload and tag.
func longHeader(typ byte, dcid, scid []byte, n int) []byte {
	h := []byte{0xc3 | typ<<4, 0, 0, 0, 1}
	h = append(h, vector8(dcid)...)
	h = append(h, vector8(scid)...)
	if typ == 0 {
		h = append(h, 0) // no token
	}
	return append(h, 0x40|byte(n>>8), byte(n))
}

// quic is QUIC version 1 (RFC 9000) with Initial packets truly encrypted; what follows them is noise, as it is to a reader.
func quic(p Params) *Dialogue {
	dcid, scid, ssid := random(p.Rand, 8), random(p.Rand, 8), random(p.Rand, 8)
	tp := []byte{1, 4, 0x80, 0, 0x75, 0x30, 4, 4, 0x80, 0x10, 0, 0, 0x0f, 8}
	tp = append(tp, scid...)
	hello := clientHello(p, true, []string{or(p.ALPN, "h3")}, nil, extension(57, tp))
	frames := append([]byte{6, 0, 0x40 | byte(len(hello)>>8), byte(len(hello))}, hello...)
	head := longHeader(0, dcid, scid, 0)
	frames = append(frames, make([]byte, 1200-len(head)-4-16-len(frames))...)
	first := sealInitial(dcid, "client in", longHeader(0, dcid, scid, 4+len(frames)+16), frames, 0)

	sh := serverHello(p, true, "", nil)
	sf := append([]byte{2, 0, 0, 0, 0, 6, 0, 0x40 | byte(len(sh)>>8), byte(len(sh))}, sh...)
	answer := sealInitial(dcid, "server in", longHeader(0, scid, ssid, 4+len(sf)+16), sf, 0)
	n := 1200 - len(answer) - len(longHeader(2, scid, ssid, 0))
	answer = append(answer, longHeader(2, scid, ssid, n)...)
	answer = append(answer, noise[:n]...)

	fin := longHeader(2, ssid, scid, 60)
	fin = append(fin, noise[100:160]...)
	short := func(server bool, n int) Step {
		id := ssid
		if server {
			id = scid
		}
		b := append([]byte{0x40 | byte(p.Rand.Uint32())&0x3f}, id...)
		return Step{Server: server, Data: append(b, noise[:max(n, 24)]...)}
	}
	return &Dialogue{
		Open: []Step{client(first...), server(answer...), client(fin...)},
		Exchange: func(req, resp int) []Step {
			resp = min(resp, materialLimit)
			s := []Step{short(false, min(req, 1150))}
			for i := 0; ; i++ {
				k := min(resp, 1150)
				st := short(true, k)
				st.Work = i == 0
				s = append(s, st)
				resp -= k
				if resp <= 0 {
					return s
				}
			}
		},
		Close: []Step{short(false, 30)},
	}
}
