package configuration

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
)

// alike are the settings in which devices of one family are expected to be alike wherever they stand.
var alike = []string{
	"cdp.duplex", "cdp.ttl", "cdp.version", "cdp.vtp_domain", "dtp.status", "eigrp.hold", "eigrp.k", "glbp.hello", "glbp.hold", "hsrp.hello", "hsrp.hold",
	"hsrp.version", "lacp.timeout", "lldp.autoneg", "lldp.duplex", "lldp.max_frame", "lldp.system_description", "lldp.ttl", "ospf.auth", "ospf.dead", "ospf.hello",
	"rip.version", "stp.forward_delay", "stp.hello", "stp.max_age", "stp.version", "tcp.window_scaling", "udld.interval", "vrrp.interval",
	"vrrp.version", "vtp.domain", "vtp.version",
}

// aliases are the names of an intent's expectations that several protocols can answer, the first that does decides.
var aliases = map[string][]string{
	"mtu":         {"cdp.mtu", "ospf.mtu", "lldp.max_frame"},
	"duplex":      {"cdp.duplex", "lldp.duplex"},
	"speed":       {"lldp.speed"},
	"native_vlan": {"cdp.native_vlan", "lldp.pvid"},
}

// baselines compares devices with what is declared of their family, or else with its majority.
func (j *judge) baselines() {
	units := j.units()
	declared := map[*unit]map[string]bool{}
	for _, b := range j.site.Intent.Baselines {
		var family []*unit
		for _, u := range units {
			if u.is(b.Family.Platform) && u.is(b.Family.Vendor) {
				family = append(family, u)
			}
		}
		for _, attribute := range slices.Sorted(maps.Keys(b.Expect)) {
			want := expected(b.Expect[attribute])
			name := strings.TrimSpace(b.Family.Vendor + " " + b.Family.Platform)
			j.compare(name, attribute, want, family, true)
			for _, u := range family {
				if declared[u] == nil {
					declared[u] = map[string]bool{}
				}
				_, s := u.attribute(attribute)
				declared[u][s] = true
			}
		}
	}
	families := map[string][]*unit{}
	for _, u := range units {
		if u.family != "" {
			families[u.family] = append(families[u.family], u)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(families)) {
		for _, setting := range alike {
			family := slices.DeleteFunc(slices.Clone(families[name]), func(u *unit) bool { return declared[u][setting] })
			j.compare(name, setting, "", family, false)
		}
	}
}

// expected writes a value of the intent as statements write it.
func expected(v any) string {
	switch v {
	case true:
		return "true"
	case false:
		return "false"
	}
	return fmt.Sprint(v)
}

func sameValue(said, want string) bool {
	yes := map[string]string{"yes": "true", "no": "false"}
	return strings.EqualFold(cmp.Or(yes[said], said), cmp.Or(yes[want], want))
}

// compare reports how many devices of a family say want of an attribute; want is "" for their majority.
func (j *judge) compare(family, attribute, want string, units []*unit, isDeclared bool) {
	counts := map[string]int{}
	var saying []*unit
	for _, u := range units {
		if v, _ := u.attribute(attribute); v != "" {
			counts[v]++
			saying = append(saying, u)
		}
	}
	if len(saying) == 0 || !isDeclared && len(saying) < j.o.FamilyMin {
		return
	}
	if !isDeclared {
		for _, v := range slices.Sorted(maps.Keys(counts)) {
			if counts[v] > counts[want] {
				want = v
			}
		}
	}
	b := Baseline{Family: family, Devices: len(saying), Attribute: attribute, Majority: want, Deviants: []string{}, Declared: isDeclared}
	var deviants []*unit
	for _, u := range saying {
		if v, _ := u.attribute(attribute); !sameValue(v, want) {
			deviants = append(deviants, u)
			b.Deviants = append(b.Deviants, u.label)
		}
	}
	b.Support = analyses.Round(float64(len(saying)-len(deviants)) / float64(len(saying)))
	j.report.Baselines = append(j.report.Baselines, b)
	if !isDeclared && b.Support < j.o.Support {
		return // no majority, no deviation
	}
	for _, u := range deviants {
		v, s := u.attribute(attribute)
		wanted := fmt.Sprintf("declared %s", want)
		confidence := 0.95
		if !isDeclared {
			wanted = fmt.Sprintf("%d of %d say %s", len(saying)-len(deviants), len(saying), want)
			confidence = analyses.Round(0.8 * b.Support)
		}
		protocol, _, _ := strings.Cut(s, ".")
		j.raise("configuration/baseline-deviation", analyses.Low, confidence,
			fmt.Sprintf("%s of family %s says %s %s, %s", u.label, family, attribute, v, wanted), u.rows[s], protocol, u.subject(), settingSubject(attribute))
	}
}
