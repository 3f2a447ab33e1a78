package build

import (
	"github.com/google/gopacket/macs"

	"netscope.example/nsgraph/capture/fact"
)

// vendor returns the organisation that a MAC's first three bytes are assigned to; "" if none or if the address is locally administered.
// The table is of 2020 and holds the MA-L block only.
func vendor(m fact.MAC) string {
	if m[0]&3 != 0 {
		return ""
	}
	return macs.ValidMACPrefixMap[[3]byte(m[:3])]
}
