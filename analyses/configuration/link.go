package configuration

import (
	"fmt"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// linkRule says what the two ends of a link must have in common.
type linkRule struct {
	protocol, setting, rule string
	severity                analyses.Severity
	what                    string
}

var linkRules = []linkRule{
	{"cdp", "cdp.duplex", "configuration/duplex-mismatch", analyses.High, "duplex"},
	{"lldp", "lldp.duplex", "configuration/duplex-mismatch", analyses.High, "duplex"},
	{"lldp", "lldp.speed", "configuration/speed-mismatch", analyses.High, "Mbit/s"},
	{"lldp", "lldp.max_frame", "configuration/mtu-mismatch", analyses.Medium, "maximum frame size"},
	{"cdp", "cdp.mtu", "configuration/mtu-mismatch", analyses.Medium, "MTU"},
	{"vtp", "vtp.domain", "configuration/vtp-mismatch", analyses.Medium, "VTP domain"},
	{"vtp", "vtp.version", "configuration/vtp-mismatch", analyses.Medium, "VTP version"},
	{"vtp", "vtp.revision", "configuration/vtp-mismatch", analyses.Medium, "VTP revision"},
	{"cdp", "cdp.vtp_domain", "configuration/vtp-mismatch", analyses.Medium, "VTP domain"},
	{"lacp", "lacp.timeout", "configuration/lacp-mismatch", analyses.Medium, "LACP timeout"},
}

// links judges neighbours by what they announce. Announcements do not pass bridges that know them, so two ports in view at one capture point
// are the two ends of a link; of more, nobody knows who is whose neighbour.
func (j *judge) links() {
	for _, protocol := range []string{"cdp", "lldp", "vtp", "lacp"} {
		segs := segments(j.rows, protocol, func(r *StatementRow) string {
			return "link at " + strings.TrimSpace(r.Point+" "+r.Tunnel)
		}, byPort)
		for _, s := range segs {
			for _, l := range linkRules {
				if l.protocol == protocol {
					j.link(l, s)
				}
			}
			if protocol == "lacp" {
				j.partners(s)
			}
		}
	}
}

// ends returns the two ends of a link, if the speakers are that.
func ends(s *segment) (a, b *speaker, ok bool) {
	if len(s.speakers) != 2 || s.speakers[0].any().Node == s.speakers[1].any().Node {
		return nil, nil, false
	}
	return s.speakers[0], s.speakers[1], true
}

func (j *judge) link(l linkRule, s *segment) {
	if a, b, ok := ends(s); ok {
		if l.setting == "vtp.revision" && a.value("vtp.domain") != b.value("vtp.domain") {
			return // each domain counts its own
		}
		if ps := j.agree(s, l.setting, ""); ps != nil {
			j.conflict(l.rule, l.severity, 0.9, s, l.setting, ps,
				fmt.Sprintf("the two ends of the %s announce %s %s, must be equal", s.name, l.what, whoSays(ps, l.setting)))
		}
		return
	}
	ps := s.stating(l.setting, "")
	if len(ps) == 0 {
		return
	}
	a := Assertion{Name: l.setting, Subject: s.name, Verdict: Unobservable, Peers: []string{}, Values: map[string]string{}}
	for _, p := range ps {
		a.Peers = append(a.Peers, p.label)
		a.Values[p.label] = p.value(l.setting)
	}
	j.report.Assertions = append(j.report.Assertions, a)
}

// partners compares whom each end of an aggregation takes for its partner with who the other says it is.
func (j *judge) partners(s *segment) {
	a, b, ok := ends(s)
	if !ok {
		return
	}
	for _, o := range [][2]*speaker{{a, b}, {b, a}} {
		x, y := o[0], o[1]
		partner, key := x.value("lacp.partner"), x.value("lacp.partner_key")
		is := y.any().Speaker
		switch {
		case partner == "":
		case partner != is:
			j.conflict("configuration/lacp-mismatch", analyses.Medium, 0.8, s, "lacp.partner", []*speaker{x, y},
				fmt.Sprintf("%s on the %s aggregates with %s, its neighbour is %s", x.label, s.name, partner, is))
		case y.value("lacp.key") != "" && key != y.value("lacp.key"):
			j.conflict("configuration/lacp-mismatch", analyses.Medium, 0.8, s, "lacp.partner_key", []*speaker{x, y},
				fmt.Sprintf("%s on the %s takes key %s for that of %s, which has %s", x.label, s.name, key, y.label, y.value("lacp.key")))
		}
	}
}
