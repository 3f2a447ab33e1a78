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
