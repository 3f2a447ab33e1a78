package app

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
)

// Salts of the Initial secrets (RFC 9001, section 5.2; RFC 9369, section 3.3.1).
var (
	saltV1 = []byte{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a}
	saltV2 = []byte{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9}
	// Drafts 23 to 28.
	salt23 = []byte{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02}
	// Drafts 29 to 32.
	salt29 = []byte{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99}
)

const maxCrypto = 16 << 10 // bytes of the CRYPTO stream

// quicState is what the reader of QUIC keeps.
type quicState struct {
	dcid   []byte // of the client's first Initial, from which its keys come
	aead   cipher.AEAD
	block  cipher.Block
	iv     []byte
	crypto []byte  // the CRYPTO stream of the client
	have   []chunk // what of it is there, ascending, disjoint
	looked uint8
	tried  uint8 // sides' connection ids that were tried
}

type chunk struct{ from, to int }

// keys derives the client's Initial keys (RFC 9001, section 5.2).
func (s *quicState) keys(dcid []byte, v uint32) bool {
	salt, prefix := saltV1, "quic "
	switch {
	case v == quicV2:
		salt, prefix = saltV2, "quicv2 "
	case v >= 0xff00001d && v <= 0xff000020:
		salt = salt29
	case v >= 0xff000017 && v < 0xff00001d, v == 0xfaceb002:
		salt = salt23
	}
	initial, err := hkdf.Extract(sha256.New, dcid, salt)
	if err != nil {
		return false
	}
	secret := expandLabel(initial, "client in", 32)
	key, iv, hp := expandLabel(secret, prefix+"key", 16), expandLabel(secret, prefix+"iv", 12), expandLabel(secret, prefix+"hp", 16)
	if key == nil || iv == nil || hp == nil {
		return false
	}
	kb, err := aes.NewCipher(key)
	if err != nil {
		return false
	}
	s.block, err = aes.NewCipher(hp)
	if err != nil {
		return false
	}
	s.aead, err = cipher.NewGCM(kb)
	s.iv = iv
	s.dcid = append(s.dcid[:0], dcid...)
	return err == nil
}

// expandLabel is HKDF-Expand-Label (RFC 8446, section 7.1) with an empty context.
func expandLabel(secret []byte, label string, n int) []byte {
	info := []byte{byte(n >> 8), byte(n), byte(6 + len(label))}
	info = append(append(info, "tls13 "...), label...)
	out, err := hkdf.Expand(sha256.New, secret, string(append(info, 0)), n)
	if err != nil {
		return nil
	}
	return out
}

// initial reads one Initial packet at the start of b. n is its length in the datagram; done: the ClientHello was read.
func (c *Classifier) initial(d *dialog, m *message, s *quicState, b []byte, v uint32) (n int, done bool) {
	r := cursor{b: b[5:]}
	dcid := r.take(int(r.u8()))
	r.skip(int(r.u8()))
	r.skip(int(r.varint())) // token
	length := int(r.varint())
	pn := len(b) - len(r.b) // offset of the packet number
	if r.bad || len(dcid) > 20 || length < 20 || pn+length > len(b) {
		return 0, false
	}
	n = pn + length
	plain := s.open(b[:n], pn)
	if plain == nil && len(s.crypto) == 0 && s.tried < 8 && string(dcid) != string(s.dcid) {
		s.tried++
		if s.keys(dcid, v) {
			plain = s.open(b[:n], pn)
		}
	}
	if plain == nil {
		return n, false
	}
	d.client = side0 + speaker(m.side) // only the client's packets open with these keys
	s.frames(plain)
	return n, c.quicHello(d, m, s)
}

// open removes header protection and decrypts (RFC 9001, sections 5.3 and 5.4). It returns nil if the keys do not fit.
func (s *quicState) open(b []byte, pn int) []byte {
	if s.aead == nil || len(b) < pn+20 {
		return nil
	}
	var mask [16]byte
	s.block.Encrypt(mask[:], b[pn+4:pn+20])
	first := b[0] ^ mask[0]&0x0f
	size := int(first&3) + 1
	head := append(make([]byte, 0, pn+size), b[:pn+size]...)
	head[0] = first
	var nonce [12]byte
	copy(nonce[:], s.iv)
	for i := range size {
		head[pn+i] ^= mask[1+i]
		nonce[12-size+i] ^= head[pn+i]
	}
	plain, err := s.aead.Open(nil, nonce[:], b[pn+size:], head)
	if err != nil {
		return nil
	}
	return plain
}

// frames puts the CRYPTO frames of a packet where they belong (RFC 9000, section 19.6). Other frames that an Initial may have are
// skipped; any other ends it.
func (s *quicState) frames(b []byte) {
	r := cursor{b: b}
	for len(r.b) > 0 {
		switch r.varint() {
		case 0, 1: // padding, ping
		case 2, 3: // acknowledgement
			r.varint()
			r.varint()
			more := r.varint()
			r.varint()
			for ; more > 0 && !r.bad; more-- {
				r.varint()
				r.varint()
			}
		case 6:
			at := r.varint()
			data := r.take(int(min(r.varint(), 1<<20)))
			if at+uint64(len(data)) > maxCrypto {
				return
			}
			s.put(int(at), data)
		default:
			return
		}
	}
}

// put stores data at offset at.
func (s *quicState) put(at int, data []byte) {
	if len(data) == 0 || len(s.have) > 64 {
		return
	}
	end := at + len(data)
	if end > len(s.crypto) {
		s.crypto = append(s.crypto, make([]byte, end-len(s.crypto))...)
	}
	copy(s.crypto[at:], data)
	n := chunk{at, end}
	kept := s.have[:0:0]
	for _, h := range s.have {
		if h.to < n.from || h.from > n.to {
			kept = append(kept, h)
		} else {
			n = chunk{min(h.from, n.from), max(h.to, n.to)}
		}
	}
	s.have = append(kept, n)
}

// quicHello reads the ClientHello once it is whole.
func (c *Classifier) quicHello(d *dialog, m *message, s *quicState) bool {
	for _, h := range s.have {
		if h.from != 0 || h.to < 4 || s.crypto[0] != clientHello {
			continue
		}
		n := 4 + int(s.crypto[1])<<16 + int(s.crypto[2])<<8 + int(s.crypto[3])
		if h.to < n {
			return false
		}
		c.clientHello(d, m, s.crypto[4:n])
		return true
	}
	return false
}
