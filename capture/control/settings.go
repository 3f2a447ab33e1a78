package control

import (
	"slices"
	"strings"
)

// Setting describes one thing that packets say of a configuration.
type Setting struct {
	Name   string // protocol.name
	Doc    string // what its value is
	Source string // where the field is defined
}

// Settings lists every setting that a statement of this package can name, by name.
func Settings() []Setting {
	all := slices.Concat(
		bgpSettings, cdpSettings, dhcpSettings, dhcpv6Settings, dtpSettings, eigrpSettings, glbpSettings, hsrpSettings, icmpSettings,
		isisSettings, lacpSettings, lldpSettings, ospfSettings, pimSettings, raSettings, ripSettings, stpSettings, tagSettings, udldSettings,
		vrrpSettings, vtpSettings,
	)
	slices.SortFunc(all, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) })
	return all
}
