// Package file reads captures: pcap and pcapng in all their variants, plain, gzip or zstd, by content and never by name, streamed.
package file

// Packet is one record of a capture. Data belongs to its Batch.
type Packet struct {
	Data      []byte
	Time      int64  // nanoseconds since 1970 UTC, uncorrected
	Number    uint64 // as Wireshark numbers it, from 1
	Length    uint32 // original length of the frame, FCS excluded where the file says that it is there
	Interface uint32 // index into Reader.Interfaces
}

// Interface is where packets of a capture came from. A pcap file has one.
type Interface struct {
	Name     string // if_name; "" if none
	LinkType uint16 // LINKTYPE_ value, full width
	SnapLen  uint32
	FCS      int    // bytes of frame check sequence at the end of each frame
	Dropped  uint64 // if_drop and os_drop of the last statistics block
	Received uint64
	Filter   string
}

// Batch is a run of packets of one capture in file order. Its memory is reused by the next Read into it.
type Batch struct {
	Packets []Packet
	buf     []byte
}

// MaxCaptured is the largest captured length of a packet, in bytes; Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD. A larger one is damage.
const MaxCaptured = 256 << 10

// withoutFCS takes the frame check sequence of fcs bytes off p, as much of it as was captured.
func (p *Packet) withoutFCS(fcs int) {
	if fcs == 0 || int(p.Length) < fcs {
		return
	}
	p.Length -= uint32(fcs)
	if uint64(len(p.Data)) > uint64(p.Length) {
		p.Data = p.Data[:p.Length]
	}
}
