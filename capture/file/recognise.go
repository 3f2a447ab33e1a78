package file

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// recognise finds out what head, the beginning of the uncompressed input, is. It returns how many bytes of it are the file header.
func recognise(head []byte, s *shared) (format string, p parser, used int, err error) {
	if _, _, ok := isPcap(head); ok {
		p, err := newPcap(head, s)
		return "pcap", p, pcapHeader, err
	}
	if bytes.HasPrefix(head, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		if len(head) < blockFrame {
			return "", nil, 0, errCut
		}
		g := newPcapng(s)
		if err := g.endianness(head[8:]); err == nil {
			return "pcapng", g, 0, nil
		}
	}
	if name := foreign(head); name != "" {
		return "", nil, 0, fmt.Errorf("%w: it is %s", ErrFormat, name)
	}
	return "", nil, 0, ErrFormat
}

// magics are the first bytes of what is mistaken for a capture most often.
var magics = []struct{ magic, name string }{
	{"snoop\x00\x00\x00", "a snoop capture"},
	{"btsnoop\x00", "a btsnoop (Bluetooth) capture"},
	{"GMBU", "a Microsoft Network Monitor 2 capture"},
	{"RTSS", "a Microsoft Network Monitor 1 capture"},
	{"XCP\x00", "a NetXray or Sniffer (Windows) capture"},
	{"VL\x00\x00", "a NetXray capture"},
	{"TRSNIFF data    \x1a", "a Sniffer (DOS) capture"},
	{"\x54\x52\x00\x64\x00", "an HP-UX nettl trace"},
	{"\x00\x00\x02\x00\x12\x05\x00\x10", "a Tektronix K12 capture"},
	{"\x05VNF", "a Visual Networks capture"},
	{"\x7fver", "a WildPackets (OmniPeek) capture"},
	{"\xaa\xaa\xaa\xaa", "a 5View capture"},
	{"EyeSDN", "an EyeSDN capture"},
	{"iptrace 1.0", "an AIX iptrace capture"},
	{"iptrace 2.0", "an AIX iptrace capture"},
	{"\xfd7zXZ\x00", "xz-compressed; decompress it first"},
	{"BZh", "bzip2-compressed; decompress it first"},
	{"\x04\x22\x4d\x18", "lz4-compressed; decompress it first"},
	{"\x1f\x9d", "compress-compressed; decompress it first"},
	{"\x1f\x8b", "gzip-compressed twice; decompress it first"},
	{"\x28\xb5\x2f\xfd", "zstd-compressed twice; decompress it first"},
	{"PK\x03\x04", "a zip archive; unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"},
	{"Rar!\x1a\x07", "a rar archive; unpack it first"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"\x7fELF", "an ELF executable"},
	{"MZ", "a Windows executable"},
	{"%PDF-", "a PDF document"},
	{"\x89PNG\r\n", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"\xff\xfe", "text in UTF-16"},
	{"\xfe\xff", "text in UTF-16"},
}

// foreign names the format of head, or returns "".
func foreign(head []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.name
		}
	}
	switch {
	case len(head) >= 262 && string(head[257:262]) == "ustar":
		return "a tar archive; unpack it first"
	case isERF(head):
		return "an Endace ERF capture"
	case isText(head):
		return "text"
	case len(bytes.Trim(head, "\x00")) == 0:
		return "nothing but zeros"
	}
	return ""
}

// isERF applies the checks that an ERF record allows, which has no magic: a known type, a record length that fits its wire length.
func isERF(head []byte) bool {
	if len(head) < 16 {
		return false
	}
	kind := head[8] & 0x7f
	length, wire := int(head[10])<<8|int(head[11]), int(head[14])<<8|int(head[15])
	return kind >= 1 && kind <= 28 && length >= 16 && length <= wire+64 && wire > 0 && length%8 == 0
}

// isText tells whether all of head could be read by a human.
func isText(head []byte) bool {
	for i := 0; i < len(head); {
		r, n := utf8.DecodeRune(head[i:])
		if r == utf8.RuneError && n == 1 && (i == 0 || len(head)-i >= utf8.UTFMax) || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		i += n
	}
	return true
}
