package cookbook_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses/cookbook"
	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/memory"
)

// TestAnswers asks every question of the site and compares with rows that are written out: lists by commas, times in seconds of the fixture, what is empty
// as -.
func TestAnswers(t *testing.T) {
	stores := others(t)
	stores["memory"] = func(*testing.T) graph.Store { return memory.New() }
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			defer s.Close()
			site(t).fill(t, s)
			checkAnswers(t, s)
		})
	}
}

func checkAnswers(t *testing.T, s graph.Store) {
	asked := map[string]bool{}
	for _, c := range answers {
		var q graph.Question
		for _, x := range cookbook.Questions() {
			if x.Info().Name == c.name {
				q = x
			}
		}
		if q == nil {
			t.Fatalf("no question %s", c.name)
		}
		asked[c.name] = true
		p := c.window
		p.Args = c.args
		var got []string
		for r, err := range q.Rows(context.Background(), s, p) {
			if err != nil {
				t.Fatal(err)
			}
			var cells []string
			for i, v := range r.Values {
				if col := r.Columns[i]; col == "id" || strings.HasSuffix(col, "context") && v == graph.DefaultContext {
					continue
				}
				cells = append(cells, cell(v))
			}
			got = append(got, strings.Join(cells, " "))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %v\ngot\n%s\nwant\n%s", c.name, c.args, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
	for _, q := range cookbook.Questions() {
		if !asked[q.Info().Name] {
			t.Errorf("%s has no expected rows", q.Info().Name)
		}
	}
}

func cell(v any) string {
	text := fmt.Sprint(v)
	switch x := v.(type) {
	case graph.Time:
		if text = "never"; x > 1_600_000_000e9 {
			text = fmt.Sprint(float64(x-fixture.T0) / 1e9)
		} else if x != 0 {
			text = fmt.Sprint(int64(x) / 1e9)
		}
	case []string:
		text = strings.Join(x, ",")
	case []int64:
		text = strings.Trim(fmt.Sprint(x), "[]")
	}
	if text == "" {
		return "-"
	}
	return strings.ReplaceAll(text, " ", "_")
}

type args = map[string]any

var answers = []struct {
	name   string
	args   args
	window graph.Params
	want   []string
}{
	{name: "impact/address", args: args{"address": "10.90.0.6"}, want: []string{
		"0 10.90.0.6 tcp 5432 10.90.0.5 9 60",
		"0 10.90.0.6 udp 4789 10.90.0.5 1 16",
		"1 10.90.0.5 tcp 443 10.10.0.7 4 50",
		"1 10.90.0.5 tcp 443 10.10.0.8 1 60",
		"1 10.90.0.5 tcp 443 10.90.0.25 1 12",
	}},
	{name: "impact/address", args: args{"address": "10.90.0.10", "depth": int64(1)}, want: []string{
		"0 10.90.0.10 tcp 23 10.10.0.7 1 9",
		"0 10.90.0.10 udp 53 10.90.0.25 1 60",
		"0 10.90.0.10 udp 53 10.90.0.6 1 4",
		"1 10.90.0.6 tcp 5432 10.90.0.5 9 60",
	}},
	{name: "impact/address", args: args{"address": "10.90.0.10", "context": "tenant"}},
	{name: "impact/service", args: args{"address": "10.90.0.10", "port": int64(53), "transport": "udp"}, want: []string{
		"0 10.90.0.10 udp 53 10.90.0.25 1 60",
		"0 10.90.0.10 udp 53 10.90.0.6 1 4",
		"1 10.90.0.6 tcp 5432 10.90.0.5 9 60",
		"2 10.90.0.5 tcp 443 10.10.0.7 4 50",
		"2 10.90.0.5 tcp 443 10.10.0.8 1 60",
		"2 10.90.0.5 tcp 443 10.90.0.25 1 12",
	}},
	{name: "impact/needs", args: args{"address": "10.10.0.7"}, want: []string{
		"1 10.90.0.10 tcp 23 telnet 1 1",
		"1 10.90.0.5 tcp 443 quic,tls 1 4",
		"2 10.90.0.6 tcp 5432 postgresql 1 9",
		"2 10.90.0.6 udp 4789 vxlan 1 1",
		"3 10.90.0.10 udp 53 dns 1 1",
	}},
	{name: "impact/needs", args: args{"address": "10.10.0.7", "depth": int64(1)}, window: graph.Params{From: fixture.At(40), To: fixture.At(50)}, want: []string{
		"1 10.90.0.5 tcp 443 quic 1 1",
	}},
	{name: "impact/shared", args: args{"a": "erp", "b": "mail"}, want: []string{
		"10.90.0.10 udp 53 dns 1 1",
		"10.90.0.6 udp 4789 vxlan 1 2",
	}},
	{name: "impact/together", args: args{"limit": int64(3)}, want: []string{
		"10.90.0.5 10.90.0.6 1008 10 22400 2",
		"10.10.0.7 10.90.0.5 110 4 4400 1",
		"10.0.0.1 10.90.0.25 8 1 4400 1",
	}},
	{name: "impact/applications", want: []string{
		"- erp 2 1 5 8800 0 60",
		"- mail 1 1 1 4400 2 3",
		"mail erp 1 1 1 4400 10 12",
	}},
	{name: "users/application", args: args{"application": "smb", "version": "SMB1"}, want: []string{
		"10.20.0.9 10.10.0.8 tcp 445 smb 1 1 4400 20 30",
	}},
	{name: "users/application", args: args{"application": "smb", "version": "SMB2"}},
	{name: "users/application", args: args{"application": "telnet"}, want: []string{
		"10.10.0.7 10.90.0.10 tcp 23 telnet 1 1 4400 5 9",
	}},
	{name: "users/certificate", args: args{"certificate": "ab12"}, want: []string{
		"10.10.0.7 10.90.0.5 tcp 443 tls 3 3 3300 0 20",
		"10.90.0.25 10.90.0.5 tcp 443 tls 1 1 4400 10 12",
	}},
	{name: "users/certificate", args: args{"certificate": "erp.example"}, want: []string{
		"10.10.0.7 10.90.0.5 tcp 443 tls 3 3 3300 0 20",
	}},
	{name: "users/server", args: args{"address": "10.90.0.10", "application": "dns"}, want: []string{
		"10.90.0.25 10.90.0.10 udp 53 dns 1 1 4400 0 60",
		"10.90.0.6 10.90.0.10 udp 53 dns 1 1 4400 3 4",
	}},
	{name: "users/server", args: args{"address": "10.90.0.99"}, want: []string{
		"10.10.0.7 10.90.0.99 tcp 8080 - 6 0 4400 0 60",
	}},
	{name: "users/cleartext", want: []string{
		"10.10.0.7 10.90.0.10 tcp 23 telnet telnet 1 5 9",
	}},
	{name: "services/versions", args: args{"application": "tls"}, want: []string{
		"tls - 10.90.0.5 tcp 443 1 10 12",
		"tls TLS1.2 10.90.0.5 tcp 443 1 0 20",
		"tls TLS1.3 10.90.0.5 tcp 443 1 30 60",
	}},
	{name: "services/versions", args: args{"application": "smb"}, want: []string{
		"smb SMB1 10.10.0.8 tcp 445 1 20 30",
		"smb Samba 10.10.0.8 tcp 445 1 20 30",
	}},
	{name: "services/silent", want: []string{
		"10.90.0.99 tcp 8080 - old.example 1 6 0 4400 0 60",
	}},
	{name: "services/single-client", want: []string{
		"10.10.0.8 tcp 445 10.20.0.9 smb 1 20 30",
		"10.90.0.10 tcp 23 10.10.0.7 telnet 1 5 9",
		"10.90.0.25 tcp 25 10.0.0.1 smtp 1 2 3",
		"10.90.0.6 tcp 5432 10.90.0.5 postgresql 9 0 60",
		"10.90.0.6 udp 4789 10.90.0.5 vxlan 1 15 16",
		"tenant 10.0.0.2 tcp 80 tenant 10.0.0.1 http 1 0 60",
	}},
	{name: "services/unowned", want: []string{
		"10.10.0.8 tcp 445 smb - 1 1 1 4400 20 30",
		"10.90.0.10 tcp 23 telnet - 1 1 1 4400 5 9",
		"10.90.0.10 udp 53 dns - 2 2 2 8800 0 60",
		"10.90.0.6 udp 4789 vxlan - 1 1 1 4400 15 16",
		"tenant 10.0.0.2 tcp 80 http - 1 1 1 4400 0 60",
	}},
	{name: "services/unused", args: args{"since": fixture.At(10)}, want: []string{
		"10.90.0.10 tcp 23 telnet - 1 1 1 4400 5 9",
		"10.90.0.25 tcp 25 smtp - 1 1 1 4400 2 3",
	}},
	{name: "zones/crossings", args: args{"source": "users"}, want: []string{
		"users servers 10.90.0.10 tcp 23 telnet 1 1 4400 - 5 9",
		"users servers 10.90.0.5 tcp 443 quic 1 1 1100 allow_by_web 40 50",
		"users servers 10.90.0.5 tcp 443 tls 2 4 7700 allow_by_web 0 60",
	}},
	{name: "zones/crossings", args: args{"target": "users"}, want: []string{
		"guest users 10.10.0.8 tcp 445 smb 1 1 4400 - 20 30",
	}},
	{name: "zones/path", args: args{"source": "guest", "target": "servers"}, want: []string{
		"1 10.20.0.9 10.10.0.8 tcp 445",
		"2 10.10.0.8 10.90.0.5 tcp 443",
	}},
	{name: "zones/path", args: args{"source": "guest", "target": "servers", "depth": int64(1)}},
	{name: "zones/path", args: args{"source": "servers", "target": "guest"}},
	{name: "vlans/population", want: []string{
		"- 10 2 0 0 20 0 60",
		"- 20 1 0 0 10 0 60",
		"- 90 4 1 1 44 0 60",
	}},
	{name: "vlans/needs", args: args{"vlan": "20"}, want: []string{
		"10.20.0.9 - 10 10.10.0.8 tcp 445 smb 1 4400 20 30",
	}},
	{name: "vlans/needs", args: args{"vlan": "10", "other": "90"}, want: []string{
		"10.10.0.7 - 90 10.90.0.10 tcp 23 telnet 1 4400 5 9",
		"10.10.0.7 - 90 10.90.0.5 tcp 443 quic,tls 4 4400 0 50",
		"10.10.0.8 - 90 10.90.0.5 tcp 443 tls 1 4400 30 60",
	}},
	{name: "network/neighbours", args: args{"device": "sw2"}, want: []string{
		"sw1 Gi0/1 sw2 lldp - C9300 - 3 0 80",
	}},
	{name: "network/neighbours", args: args{"device": "sw3"}},
	{name: "network/routers", want: []string{
		"10.10.0.1 vlan - 20 declared 2 0 60",
		"r1 subnet 10.90.0.0/24 arp 4 0 60",
	}},
	{name: "network/settings", args: args{"speaker": "sw1"}, want: []string{
		"sw1 cdp.native_vlan - Gi0/1 - 1 1 0 60",
		"sw1 ospf.hello - Gi0/1 - 10 2 0 60",
	}},
	{name: "network/settings", args: args{"setting": "ospf."}, want: []string{
		"sw1 ospf.hello - Gi0/1 - 10 2 0 60",
		"sw2 ospf.hello - - - 30 1 0 60",
	}},
	{name: "network/tunnels", want: []string{
		"vxlan 10.90.0.5 10.90.0.6 udp 4789 8 4400 15 16",
	}},
	{name: "network/tunnelled", args: args{"tunnel": "vxlan"}, want: []string{
		"vxlan_5000 http 1 1 1 4400 0 60",
	}},
	{name: "identity/who", args: args{"who": "erp.example"}, want: []string{
		"10.90.0.5 erp.example,web1 02:00:00:00:00:05 90 servers - tcp/443_quic,tcp/443_tls erp",
	}},
	{name: "identity/who", args: args{"who": "02:00:00:00:00:07"}, want: []string{
		"10.10.0.7 - 02:00:00:00:00:07 10,90 users finance - -",
	}},
	{name: "identity/names", args: args{"address": "10.90.0.5"}, want: []string{
		"10.90.0.5 erp.example dns 5 0 80",
		"10.90.0.5 web1 dhcp 1 5 9",
	}},
	{name: "identity/shared-addresses", want: []string{
		"10.0.0.1 default,tenant",
	}},
	{name: "time/dependencies", args: args{"application": "dns"}, want: []string{
		"10.90.0.25 10.90.0.10 udp 53 dns 1 1 4400 0 60",
		"10.90.0.6 10.90.0.10 udp 53 dns 1 1 4400 3 4",
	}},
	{name: "time/dependencies", window: graph.Params{From: fixture.At(2), To: fixture.At(3)}, want: []string{
		"10.0.0.1 10.90.0.25 tcp 25 smtp 1 1 4400 2 3",
		"10.10.0.7 10.90.0.5 tcp 443 tls 3 3 3300 0 20",
		"10.90.0.25 10.90.0.10 udp 53 dns 1 1 4400 0 60",
		"10.90.0.5 10.90.0.6 tcp 5432 postgresql 9 9 18000 0 60",
		"tenant 10.0.0.1 tenant 10.0.0.2 tcp 80 http 1 1 4400 0 60",
	}},
	{name: "time/new", args: args{"since": fixture.At(20)}, want: []string{
		"10.10.0.8 10.90.0.5 tcp 443 tls 1 1 4400 30 60",
		"10.20.0.9 10.10.0.8 tcp 445 smb 1 1 4400 20 30",
	}},
	{name: "time/gone", args: args{"since": fixture.At(9)}, want: []string{
		"10.0.0.1 10.90.0.25 tcp 25 smtp 1 1 4400 2 3",
		"10.90.0.6 10.90.0.10 udp 53 dns 1 1 4400 3 4",
	}},
	{name: "time/history", args: args{"client": "10.10.0.7", "server": "10.90.0.5"}, want: []string{
		"0 20 tcp 443 tls - - 3 3 3300 0",
		"40 50 tcp 443 quic 10 - 1 1 1100 0",
	}},
	{name: "time/history", args: args{"client": "10.10.0.7", "server": "10.90.0.5", "port": int64(80)}},
	{name: "traffic/talkers", args: args{"limit": int64(3)}, want: []string{
		"10.90.0.5 35600 21400 14200 582 552 4",
		"10.90.0.6 31200 17400 13800 512 512 3",
		"10.10.0.7 13200 1200 12000 48 78 3",
	}},
	{name: "traffic/failing", want: []string{
		"10.10.0.7 10.90.0.99 tcp 8080 6 6 0 1 1 1 3 0 60",
		"10.20.0.9 10.90.0.6 tcp 5432 5 5 0 4 0 0 1 0 60",
	}},
	{name: "traffic/failing", args: args{"min": int64(6)}, want: []string{
		"10.10.0.7 10.90.0.99 tcp 8080 6 6 0 1 1 1 3 0 60",
	}},
	{name: "traffic/media", want: []string{
		"10.10.0.7:5004 10.10.0.8:5004 PCMU 95 100 5 5 2.5 0 0 - 5 9",
		"10.10.0.8:5004 10.10.0.7:5004 PCMU 50 50 0 0 0 0 0 - 0 60",
	}},
	{name: "traffic/media", args: args{"loss": 6.0}},
	{name: "findings/open", args: args{"rule": "segmentation/"}, want: []string{
		"critical segmentation/x c 1004 1004 1",
		"high segmentation/y d 1001 1001 1",
		"high segmentation/breach a 1002 1005 2",
	}},
	{name: "findings/open", args: args{"since": graph.Time(1002e9)}, want: []string{
		"high segmentation/y d 1001 1001 1",
		"high segmentation/breach a 1002 1005 2",
		"info dependency/single b 1001 1009 1",
	}},
}
