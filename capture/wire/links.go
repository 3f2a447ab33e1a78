package wire

// linkTypes is one more than the largest LINKTYPE_ value that is read.
const linkTypes = linkSLL2 + 1

// LINKTYPE_ values (tcpdump.org/linktypes.html).
const (
	linkNull     = 0
	linkEthernet = 1
	linkPPP      = 9
	linkRawBSD   = 12 // DLT_RAW of most systems, written into files by mistake
	linkRawOBSD  = 14
	linkPPPHDLC  = 50
	linkPPPoE    = 51
	linkRaw      = 101
	linkCHDLC    = 104
	linkWiFi     = 105
	linkFrameRel = 107
	linkLoop     = 108
	linkSLL      = 113
	linkPrism    = 119
	linkRadiotap = 127
	linkAVS      = 163
	linkPPI      = 192
	linkMPLS     = 219
	linkIPv4     = 228
	linkIPv6     = 229
	linkSLL2     = 276
)

// links is the table of link types. A new one is a line here and a file with its layer.
func links() [linkTypes]layer {
	return [linkTypes]layer{
		linkNull:     null,
		linkEthernet: ethernet,
		linkPPP:      ppp,
		linkRawBSD:   rawIP,
		linkRawOBSD:  rawIP,
		linkPPPHDLC:  ppp,
		linkPPPoE:    pppoe,
		linkRaw:      rawIP,
		linkCHDLC:    chdlc,
		linkWiFi:     wifi,
		linkFrameRel: frameRelay,
		linkLoop:     null,
		linkSLL:      cooked,
		linkPrism:    prism,
		linkRadiotap: radiotap,
		linkAVS:      prism,
		linkPPI:      ppi,
		linkMPLS:     mpls,
		linkIPv4:     rawIP,
		linkIPv6:     rawIP,
		linkSLL2:     cooked2,
	}
}
