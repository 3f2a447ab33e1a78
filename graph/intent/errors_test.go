package intent_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"netscope.example/nsgraph/graph/intent"
)

// Each case is a file and all that is wrong with it.
var wrong = []struct {
	name, file string
	want       []string
}{
	{"unknown key", "zonse: []\n", []string{`f:1:1: unknown key "zonse"; the nearest valid word is "zones"`}},
	{"unknown key inside", "zones:\n  - {name: a, vlasn: [1]}\n", []string{`f:2:15: unknown key "vlasn"; the nearest valid word is "vlans"`}},
	{"key twice", "version: 1\nversion: 1\n", []string{`f:2:1: key "version" stands here twice`}},
	{"merge key", "zones:\n  - {<<: {name: a}, name: b}\n", []string{`f:2:6: unknown key "<<"; the nearest valid word is "name"`}},
	{"version", "version: 2\n", []string{`f:1:10: version 2 is not known, want 1`}},
	{"no list", "zones: {name: a}\n", []string{`f:1:8: want a list, not a mapping`}},
	{"no mapping", "zones: [users]\n", []string{`f:1:9: want a mapping, not a single value`, `f:1:9: name is missing`}},
	{"no value", "zones: [{name: [a]}]\n", []string{`f:1:9: name is missing`, `f:1:16: want a single value, not a list`}},
	{"no number", "zones: [{name: a, level: high}]\n", []string{`f:1:26: "high" is not a whole number`}},
	{"no truth value", "applications: [{name: a, critical: 3}]\n", []string{`f:1:36: "3" is not true or false`}},
	{"not YAML", "zones: [a\n", []string{`f:1:1: not YAML: did not find expected ',' or ']'`}},
	{"tab", "zones:\n\t- a\n", []string{`f:2:1: not YAML: found character that cannot start any token`}},
	{"not YAML further down", "version: 1\nzones: [{name: a}\nqos: {}\n", []string{`f:2:1: not YAML: did not find expected ',' or ']'`}},
	{"unknown anchor", "version: 1\nzones: *nope\n", []string{`f:2:8: not YAML: unknown anchor 'nope' referenced`}},
	{"no UTF-8", "version: 1\nzones: [{name: \"\xff\"}]\n", []string{`f:2:17: not YAML: invalid leading UTF-8 octet`}},
	{"control character", "version: 1\nzones: [{name: \"ü\a\"}]\n", []string{`f:2:18: not YAML: control characters are not allowed`}},
	{"two documents", "version: 1\n---\nversion: 1\n", []string{`f:2:1: a second document; an intent file holds one`}},
	{"a list as file", "- zones\n", []string{`f:1:1: want a mapping, not a list`}},

	{"VLAN 4095", "zones: [{name: a, vlans: [4095]}]\n", []string{`f:1:27: VLAN 4095 is not within 1-4094`}},
	{"VLAN 0", "zones: [{name: a, vlans: [0]}]\n", []string{`f:1:27: VLAN 0 is not within 1-4094`}},
	{"VLAN word", "zones: [{name: a, vlans: [ten, 10-]}]\n", []string{`f:1:27: "ten" is no number or range`, `f:1:32: "10-" is no number or range`}},
	{"empty range", "groups: [{name: a, vlans: [20-10]}]\n", []string{`f:1:28: range "20-10" is empty`}},
	{"VNI", "contexts: [{name: a, vnis: [16777216]}]\n", []string{`f:1:29: VNI 16777216 is not within 1-16777215`}},
	{"prefix", "zones: [{name: a, prefixes: [10.0.0.0/33, 10.1, 'fe80::1%eth0', '::ffff:10.0.0.0/104']}]\n", []string{
		`f:1:30: "10.0.0.0/33" is no address or prefix`, `f:1:43: "10.1" is no address or prefix`,
		`f:1:49: "fe80::1%eth0" has a zone, want an address or a prefix`, `f:1:65: "::ffff:10.0.0.0/104" is no address or prefix`}},
	{"host bits", "zones: [{name: a, prefixes: [10.10.4.5/16]}]\n", []string{`f:1:30: "10.10.4.5/16" has bits beyond its length; the prefix is 10.10.0.0/16`}},
	{"MAC", "groups: [{name: a, macs: ['00:11:22:33:44', 0011.2233.4455, 00-11-22-33-44-GG]}]\n", []string{
		`f:1:27: "00:11:22:33:44" is no MAC address`, `f:1:61: "00-11-22-33-44-GG" is no MAC address`}},
	{"service", "policy: {rules: [{from: any, to: any, action: deny, services: [tpc/443, tcp/0, tcp/70000, icmp/8, tcp/a, 'app:', ip-300]}]}\n", []string{
		`f:1:64: "tpc/443" is no service; the nearest valid word is "tcp"`,
		`f:1:73: port 0 is not within 1-65535`,
		`f:1:80: port 70000 is not within 1-65535`,
		`f:1:91: "icmp/8" has a port, but icmp has none`,
		`f:1:99: "tcp/a": "a" is no number or range`,
		`f:1:106: "app:" names no application`,
		`f:1:114: "ip-300" is no service; the nearest valid word is "ipip"`}},
	{"DSCP", "qos: {classes: [{name: a, dscp: [64, AF15, EFF]}]}\n", []string{
		`f:1:34: DSCP 64 is not within 0-63`, `f:1:38: "AF15" is no DSCP; the nearest valid word is "AF11"`, `f:1:44: "EFF" is no DSCP; the nearest valid word is "EF"`}},
	{"PCP", "qos: {classes: [{name: a, pcp: [8, 300]}]}\n", []string{`f:1:33: PCP 8 is not within 0-7`, `f:1:36: "300" is no small number`}},
	{"percentage", "qos: {classes: [{name: a, loss_pct: 101, jitter_ms: -1}]}\n", []string{`f:1:37: loss_pct is 101, want 0 to 100`, `f:1:53: jitter_ms is -1, want 0 to 1e+06`}},
	{"not a number", "qos: {classes: [{name: a, latency_ms: .nan}]}\n", []string{`f:1:39: latency_ms is NaN, want 0 to 1e+06`}},
	{"capacity", "links: [{point: a, capacity_mbps: 0}, {point: b}]\n", []string{`f:1:35: capacity_mbps is 0, want more than 0`, `f:1:39: capacity_mbps is 0, want more than 0`}},
	{"level", "zones: [{name: a, level: -1}]\n", []string{`f:1:26: level -1 is negative`}},
	{"pattern", "applications: [{name: a, names: ['[a']}]\nbaselines: [{family: {platform: '[b'}}, {family: {}}]\n", []string{
		`f:1:34: "[a" is no pattern`, `f:2:33: "[b" is no pattern`, `f:2:50: a family needs a platform or a vendor`}},
	{"expectation", "baselines: [{family: {vendor: a}, expect: {mtu: [1], duplex: , speed: 1, speed: 2}}]\n", []string{
		`f:1:49: want a text, a number, true or false for mtu`, `f:1:62: want a text, a number, true or false for duplex`, `f:1:74: key "speed" stands here twice`}},

	{"action", "policy: {default: drop, within_zone: alow, rules: [{from: any, to: any, action: permit, severity: hihg}]}\n", []string{
		`f:1:19: unknown action "drop"; the nearest valid word is "deny"`, `f:1:38: unknown action "alow"; the nearest valid word is "allow"`,
		`f:1:81: unknown action "permit"; the nearest valid word is "deny"`, `f:1:99: unknown severity "hihg"; the nearest valid word is "high"`}},
	{"rule without ends", "policy: {rules: [{name: a}]}\n", []string{`f:1:18: from is missing`, `f:1:18: to is missing`, `f:1:18: action is missing`}},
	{"unknown zones", "zones: [{name: users}]\npolicy: {rules: [{from: usres, to: servers, action: allow}]}\nqos: {trust: [usr]}\ngateways: [{zone: user}, {addresses: [10.0.0.1]}]\n", []string{
		`f:2:25: unknown zone "usres"; the nearest valid word is "users"`, `f:2:36: unknown zone "servers"; the nearest valid word is "users"`,
		`f:3:15: unknown zone "usr"; the nearest valid word is "users"`, `f:4:19: unknown zone "user"; the nearest valid word is "users"`, `f:4:26: zone is missing`}},
	{"unknown names", "zones: [{name: a, context: defualt}]\ngroups: [{name: sales}]\napplications: [{name: erp, owner: sale, class: gold}]\nqos: {classes: [{name: golden, match: ['application:erb', 'zone:b', 'ap:x', 'tcp/x']}]}\n", []string{
		`f:1:28: unknown context "defualt"; the nearest valid word is "default"`,
		`f:3:35: unknown group "sale"; the nearest valid word is "sales"`, `f:3:48: unknown class "gold"; the nearest valid word is "golden"`,
		`f:4:40: unknown application "erb"; the nearest valid word is "erp"`, `f:4:59: unknown zone "b"; the nearest valid word is "a"`,
		`f:4:69: unknown matcher "ap"; the nearest valid word is "app"`, `f:4:77: "tcp/x": "x" is no number or range`}},
	{"unknown points", "points: [{name: core1}]\nlinks: [{point: core2, capacity_mbps: 1}]\ncontexts: [{name: a, points: [cor1]}]\n", []string{
		`f:2:17: unknown point "core2"; the nearest valid word is "core1"`, `f:3:31: unknown point "cor1"; the nearest valid word is "core1"`}},
	{"names twice", "zones: [{name: a}, {name: a}, {vlans: [1]}, {name: any}]\ngroups: [{name: g}, {name: g}]\npolicy: {rules: [{name: r, from: a, to: a, action: deny}, {name: r, from: a, to: a, action: deny}]}\n", []string{
		`f:1:27: zone "a" is declared twice`, `f:1:31: name is missing`, `f:1:52: "any" stands for all zones and cannot be the name of one`,
		`f:2:28: group "g" is declared twice`, `f:3:66: rule "r" is declared twice`}},
	{"overlapping zones", "zones:\n  - {name: a, prefixes: [10.0.0.0/8], vlans: [1-9]}\n  - {name: b, prefixes: [10.90.0.0/16], vlans: [20, 9]}\n", []string{
		`f:3:26: prefix 10.90.0.0/16 overlaps 10.0.0.0/8 of zone "a"`, `f:3:53: VLAN 9 overlaps 1-9 of zone "a"`}},
	{"overlapping contexts", "contexts: [{name: a, vlans: [1-9], vnis: [7]}, {name: b, vlans: [5], vnis: [7]}]\n", []string{
		`f:1:66: VLAN 5 overlaps 1-9 of context "a"`, `f:1:77: VNI 7 overlaps 7 of context "a"`}},
}

func TestWrongFiles(t *testing.T) {
	for _, c := range wrong {
		t.Run(c.name, func(t *testing.T) {
			_, err := intent.Parse("f", []byte(c.file))
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); got != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(c.want, "\n"))
			}
			if _, ok := errors.AsType[*intent.Error](err); !ok {
				t.Error("no *intent.Error")
			}
		})
	}
}

// What looks wrong and is not.
func TestRightFiles(t *testing.T) {
	for _, file := range []string{
		"", "# nothing\n", "---\n", "version:\n", "zones:\n",
		"contexts: [{name: x}]\nzones: [{name: a, prefixes: [10.0.0.0/8]}, {name: b, prefixes: [10.0.0.0/8], context: x}]\n", // two address spaces
		"zones: [{name: a, prefixes: [10.0.0.0/8, 10.1.0.0/16]}]\n",                                                          // within one zone
		"zones: [{name: a, vlans: &x [1, '3-4']}]\ngroups: [{name: g, vlans: *x}]\n",
		"qos: {classes: [{name: c, dscp: [ef, Be, DF, 0, 63, va, LE]}]}\n",
		"groups: [{name: g, macs: [0011.2233.4455, 00-11-22-AA-BB-CC]}]\n",
		"policy: {rules: [{from: any, to: any, action: observe, services: [icmp, tcp, ip-99, 'app:DNS']}]}\n",
	} {
		if _, err := intent.Parse("f", []byte(file)); err != nil {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestAliasesDoNotExplode(t *testing.T) {
	file := "zones: &a [{name: x}]\n"
	for i := range 9 {
		n := string(rune('a' + i))
		file += "k" + n + ": &" + string(rune('b'+i)) + " [" + strings.Repeat("*"+n+", ", 9) + "*" + n + "]\n"
	}
	if _, err := intent.Parse("f", []byte(file)); err == nil {
		t.Error("no error")
	}
	if _, err := intent.Parse("f", []byte("zones: &a [*a]\n")); err == nil {
		t.Error("a list that holds itself is accepted")
	}
}

func TestLoadMissingFile(t *testing.T) {
	if _, err := intent.Load("testdata/absent.yaml"); err == nil || !strings.Contains(err.Error(), "read intent: open testdata/absent.yaml") {
		t.Errorf("error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range wrong {
		f.Add([]byte(c.file))
	}
	f.Add([]byte("zones: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := intent.Parse("f", b)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "f:") {
					t.Fatalf("a line without place: %q", line)
				}
			}
			return
		}
		var w strings.Builder
		if err := intent.Write(&w, in); err != nil {
			t.Fatal(err)
		}
		if _, err := intent.Parse("w", []byte(w.String())); err != nil {
			t.Fatalf("what is written is not read: %v\n%s", err, w.String())
		}
	})
}

// A file of very many zones is checked in a moment, and what overlaps in it is found.
func TestManyZones(t *testing.T) {
	var f strings.Builder
	f.WriteString("zones:\n")
	for i := range 10_000 {
		fmt.Fprintf(&f, "  - {name: z%d, prefixes: [10.%d.%d.0/24]}\n", i, i/256, i%256)
	}
	f.WriteString("  - {name: last, prefixes: [10.7.7.128/25, 192.168.0.0/16]}\n")
	_, err := intent.Parse("f", []byte(f.String()))
	if want := `f:10002:29: prefix 10.7.7.128/25 overlaps 10.7.7.0/24 of zone "z1799"`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
