package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// segment appends a TCP segment, as Ethernet in a pcap record, at a time in seconds.
func segment(b *bytes.Buffer, at float64, src, dst netip.AddrPort, seq uint32, flags byte, payload string) {
	f := append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0}, binary.BigEndian.AppendUint16(nil, uint16(40+len(payload)))...)
	f = append(f, byte(seq), byte(seq>>8), 0x40, 0, 64, 6, 0, 0)
	f = append(append(f, src.Addr().AsSlice()...), dst.Addr().AsSlice()...)
	f = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(f, src.Port()), dst.Port())
	f = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(f, seq), 1)
	f = append(append(f, 0x50, flags, 2, 0, 0, 0, 0, 0), payload...)
	var h []byte
	for _, v := range []uint32{uint32(at), uint32((at - float64(int(at))) * 1e6), uint32(len(f)), uint32(len(f))} {
		h = binary.LittleEndian.AppendUint32(h, v)
	}
	b.Write(append(h, f...))
}

// Data of FTP sessions ends, and is given up, long before the capture ends. It belongs to its session however many workers there are, and however far
// each has come.
func TestSecondaryChannelsDoNotDependOnWorkers(t *testing.T) {
	const sessions = 40
	var b bytes.Buffer
	b.Write([]byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0})
	server := netip.MustParseAddr("10.9.0.1")
	for i := range sessions {
		at := float64(100 + 5*i)
		client := netip.AddrFrom4([4]byte{10, 1, 0, byte(i + 1)})
		control, data := netip.AddrPortFrom(client, uint16(50000+i)), netip.AddrPortFrom(client, uint16(40000+i))
		ftp, from := netip.AddrPortFrom(server, 21), netip.AddrPortFrom(server, 20)
		segment(&b, at, ftp, control, 1, 0x18, "220 ready\r\n")
		segment(&b, at+0.1, control, ftp, 1, 0x18, "USER anonymous\r\n")
		segment(&b, at+0.2, control, ftp, 17, 0x18, fmt.Sprintf("PORT 10,1,0,%d,%d,%d\r\n", i+1, data.Port()>>8, data.Port()&255))
		segment(&b, at+0.3, from, data, 0, 2, "")
		segment(&b, at+0.31, data, from, 0, 0x12, "")
		segment(&b, at+0.32, from, data, 1, 0x18, "drwxr-xr-x file\r\n")
		segment(&b, at+0.33, from, data, 18, 0x11, "")
		segment(&b, at+0.34, data, from, 1, 0x11, "")
	}
	for range 10 { // which worker is behind is a matter of luck
		n := 0
		for f, err := range Run(t.Context(), []Source{source("ftp.pcap", b.Bytes())}, Options{Workers: 4}) {
			if err != nil {
				t.Fatal(err)
			}
			if c, ok := f.(*fact.Conversation); ok && (c.Client.Port() == 20 || c.Server.Port() == 20) {
				n++
				if c.Parent != "ftp" || c.App.Name != "ftp-data" || c.App.Evidence != fact.PayloadEvidence {
					t.Fatalf("data of %s: %s of %q, by %v", c.Server, c.App.Name, c.Parent, c.App.Evidence)
				}
			}
		}
		if n != sessions {
			t.Fatalf("%d data connections, want %d", n, sessions)
		}
	}
}
