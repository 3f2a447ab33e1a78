package configuration

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

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
