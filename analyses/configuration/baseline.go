package configuration

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
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

// remote are the protocols whose packets routers carry on: their MAC says nothing of their speaker.
var remote = []string{"dhcp", "dhcpv6", "icmp", "bgp"}

// unit is one box: all speakers that share a MAC or an address.
type unit struct {
	speaker
	family string
	words  []string // of what it says of its platform and software, for globs
}

// units joins speakers into boxes and names their families, in the order of their labels.
func (j *judge) units() []*unit {
	join := map[string]string{}
	var root func(string) string
	root = func(k string) string {
		if p, ok := join[k]; ok && p != k {
			join[k] = root(p)
			return join[k]
		}
		return k
	}
	for i := range j.rows {
		r := &j.rows[i]
		for _, k := range identities(r)[1:] {
			if a, b := root(k), root(identities(r)[0]); a != b {
				join[max(a, b)] = min(a, b)
			}
		}
	}
	at := map[string]*unit{}
	for i := range j.rows {
		r := &j.rows[i]
		k := root(identities(r)[0])
		if at[k] == nil {
			at[k] = &unit{speaker: speaker{rows: map[string][]*StatementRow{}}}
		}
		at[k].rows[r.Setting] = append(at[k].rows[r.Setting], r)
	}
	j.scalingOffers(at, root)
	for _, u := range at {
		u.describe()
	}
	return slices.SortedFunc(maps.Values(at), func(a, b *unit) int {
		return cmp.Or(cmp.Compare(a.label, b.label), a.any().ID.Compare(b.any().ID))
	})
}

// identities are what a statement says of who made it.
func identities(r *StatementRow) []string {
	ids := []string{"node " + r.Node.String()}
	protocol, _, _ := strings.Cut(r.Setting, ".")
	if r.Address != "" {
		ids = append(ids, "address "+r.Address)
	}
	if r.MAC != "" && r.MAC != "00:00:00:00:00:00" && !slices.Contains(remote, protocol) && !virtual(r.MAC) {
		ids = append(ids, "mac "+r.MAC)
	}
	return ids
}

// virtual reports whether a MAC belongs to a redundancy group: HSRP version 1 and 2, VRRP, GLBP.
func virtual(mac string) bool {
	for _, p := range []string{"00:00:0c:07:ac:", "00:00:0c:9f:f", "00:00:5e:00:01:", "00:00:5e:00:02:", "00:07:b4:00:"} {
		if strings.HasPrefix(mac, p) {
			return true
		}
	}
	return false
}

// scalingOffers adds what the hosts that speak offer in their SYNs.
func (j *judge) scalingOffers(at map[string]*unit, root func(string) string) {
	for i := range j.tcp {
		r := &j.tcp[i]
		if u := at[root("address "+r.ClientAddress.String())]; u != nil && r.ScaleUp >= -1 {
			v := strconv.FormatBool(r.ScaleUp >= 0)
			u.rows["tcp.window_scaling"] = append(u.rows["tcp.window_scaling"], &StatementRow{
				ID: r.ID, Node: r.Client, Setting: "tcp.window_scaling", Value: v, Address: r.ClientAddress.String(), Count: r.Handshakes,
				First: r.First, Last: r.Last, Witness: r.Witness,
			})
		}
	}
}

// describe names a unit and its family.
func (u *unit) describe() {
	names := func(settings ...string) string {
		for _, s := range settings {
			if v := u.value(s); v != "" {
				return v
			}
		}
		return ""
	}
	r := u.any()
	u.label = cmp.Or(names("lldp.system_name"), u.deviceName(), r.Address, r.Speaker)
	u.family = names("cdp.platform", "lldp.med_model", "lldp.system_description")
	if f := names("dhcp.fingerprint"); u.family == "" && f != "" {
		u.family = strings.Join(strings.Fields("dhcp "+names("dhcp.vendor_class")+" "+f), " ")
	}
	for _, s := range []string{"cdp.platform", "cdp.version", "lldp.med_model", "lldp.system_description", "dhcp.vendor_class"} {
		u.words = append(u.words, u.value(s))
		u.words = append(u.words, strings.Fields(u.value(s))...)
	}
}

func (u *unit) deviceName() string {
	if r := u.last("cdp.ttl"); r != nil {
		return r.Speaker
	}
	return ""
}

// is reports whether a glob matches what a unit says of itself, whole or one word of it; case does not matter.
func (u *unit) is(glob string) bool {
	if glob == "" {
		return true
	}
	return slices.ContainsFunc(u.words, func(w string) bool {
		ok, err := path.Match(strings.ToLower(strings.ReplaceAll(glob, "/", "_")), strings.ToLower(strings.ReplaceAll(w, "/", "_")))
		return ok && err == nil && w != ""
	})
}

// attribute returns what a unit says of an attribute of the intent, and the setting that says it.
func (u *unit) attribute(name string) (value, setting string) {
	for _, s := range append(aliases[name], name) {
		v := u.value(s)
		if v == "" || s == "ospf.mtu" && v == "0" {
			continue
		}
		if n, err := strconv.Atoi(v); err == nil && name == "mtu" && s == "lldp.max_frame" {
			v = strconv.Itoa(n - 18) // Ethernet header and FCS
			if n == 1522 {
				v = "1500" // counted with a tag
			}
		}
		return v, s
	}
	return "", ""
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
