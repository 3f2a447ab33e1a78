package intent

import (
	"strconv"
	"strings"
)

// ContextOf returns the declared context of what was seen in a VLAN ("" untagged; of a stack, "100.10", the outer tag decides), in a
// tunnel's network (0 none), or at a capture point; "" if none is declared for it. Inside a VNI the VLANs are the
// tenant's own and decide nothing; a VLAN decides before a point; among equals the first declared.
func (in *Intent) ContextOf(vlan string, vni uint32, point string) string {
	if in == nil || len(in.Contexts) == 0 {
		return ""
	}
	if vni != 0 {
		for i := range in.Contexts {
			if in.Contexts[i].VNIs.Contains(vni) {
				return in.Contexts[i].Name
			}
		}
	}
	if outer, _, _ := strings.Cut(vlan, "."); outer != "" && vni == 0 {
		if id, err := strconv.ParseUint(outer, 10, 16); err == nil {
			for i := range in.Contexts {
				if in.Contexts[i].VLANs.Contains(uint32(id)) {
					return in.Contexts[i].Name
				}
			}
		}
	}
	if point != "" {
		for i := range in.Contexts {
			for _, p := range in.Contexts[i].Points {
				if p == point {
					return in.Contexts[i].Name
				}
			}
		}
	}
	return ""
}
