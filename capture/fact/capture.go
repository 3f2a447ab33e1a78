package fact

// Capture is one input that was read: a file, standard input, or a live interface. It is the last fact of its capture.
type Capture struct {
	Index         uint16 // position among the sources of the run
	Path          string // as given; "-" for standard input
	SHA256        string // of the file's bytes as stored (compressed, if it was), 64 hexadecimal digits
	Format        string // "pcap", "pcapng"
	Compression   string // "", "gzip", "zstd"
	LinkTypes     []string
	Point         string // name of the capture point, if the whole capture has one; else that of the first interface
	Points        []string
	PointIndexes  []uint16 // of Points, in the same order: what Conversation.Points and wire.Packet.Point hold
	Packets       uint64
	Bytes         uint64 // original frame bytes
	CapturedBytes uint64
	First, Last   Time
	Truncated     uint64 // packets whose captured length is less than their original length
	Undecodable   uint64 // packets of which no network layer could be read although their type promised one
	Dropped       uint64 // what the capture itself says that it lost (pcapng interface statistics)
	Duplicates    uint64 // packets that are further sightings of one already counted
	Complete      bool   // false: the file is damaged or cut; Error says where
	Error         string
	ClockOffset   float64 // seconds added to this capture's times

	Step      int64            // nanoseconds of one bucket of Timeline, a power of two times one second
	Timeline  []Bucket         // ascending; frames counted once; empty buckets are left out
	Protocols map[string]Count // frames by their highest network protocol: tcp, udp, icmp, arp, stp, lldp, …; frames counted once
	VLANs     map[string]Count // frames by VLAN stack; "" untagged; a packet that was passed on from one VLAN to another is a frame of each
}

// Count is packets and frame bytes.
type Count struct{ Packets, Bytes uint64 }

// Add adds n to c.
func (c *Count) Add(n Count) { c.Packets += n.Packets; c.Bytes += n.Bytes }

// Bucket is the traffic of one time step.
type Bucket struct {
	At Time // start of the step, a multiple of the step
	Count
	Again uint64 // bytes of frames that another capture point saw before, which count there and load this link, too
}

// Artefact is a property of the capture itself, not of the network, that can fool an analysis.
type Artefact struct {
	Kind   string // duplicates, offload, truncation, loss, one-way, reordering, clock, tags-stripped, overload
	Point  string
	Extent float64 // share of the packets or conversations concerned, 0 to 1; for clock, seconds
	Text   string
}
