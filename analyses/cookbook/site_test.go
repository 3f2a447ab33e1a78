package cookbook_test

import (
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

// site is a small site about which every question has something to say.
func site(t testing.TB) world {
	t.Helper()
	b, err := fixture.Read("site", siteText)
	if err != nil {
		t.Fatal(err)
	}
	return world{name: "site", batches: []*graph.Batch{b}, findings: findings}
}

// siteText is users in VLAN 10, guests in VLAN 20, servers in VLAN 90: the applications erp (a web server and its database) and mail, and a host for DNS.
const siteText = `
host 10.10.0.7 02:00:00:00:00:07 10
host 10.10.0.8 02:00:00:00:00:08 10
host 10.20.0.9 02:00:00:00:00:09 20
host 10.90.0.5 02:00:00:00:00:05 90
host 10.90.0.6 02:00:00:00:00:06 90
host 10.90.0.10 02:00:00:00:00:10 90
host 10.90.0.25 02:00:00:00:00:25 90
in 10.10.0.7 90 local=false packets=1 at=1-2
in sw1 90 packets=3 at=1-2
zone 10.10.0.7 users
zone 10.10.0.8 users
zone 10.20.0.9 guest
zone 10.90.0.5 servers
zone 10.90.0.6 servers
zone 10.90.0.10 servers
zone 10.90.0.25 servers
group 10.10.0.7 finance
part 10.90.0.5 tcp/443 erp
part 10.90.0.6 tcp/5432 erp
part 10.90.0.25 tcp/25 mail
offer 10.90.0.5 tcp/443
offer 10.90.0.6 tcp/5432
offer 10.90.0.10 udp/53
offer 10.90.0.25 tcp/25
offer 10.10.0.8 tcp/445
require 10.90.0.5 tcp/443 10.90.0.6 tcp/5432
require 10.90.0.6 tcp/5432 10.90.0.10 udp/53
reach users 10.90.0.5 tcp/443 why=allow_by_web
name 10.90.0.5 erp.example evidence=dns count=2
name 10.90.0.5 erp.example evidence=dns count=3 at=70-80
name 10.90.0.5 web1 evidence=dhcp at=5-9

use 10.10.0.7 10.90.0.5 tcp/443 application=tls established=3 packets_up=30 packets_down=60 bytes_up=300 bytes_down=3000 server_names=erp.example,www.example certificate=ab12 certificate_name=erp.example versions=TLS1.2 at=0-20
use 10.10.0.7 10.90.0.5 tcp/443 application=quic packets_up=10 packets_down=10 bytes_up=100 bytes_down=1000 server_names=erp.example client_vlan=10 at=40-50
use 10.10.0.8 10.90.0.5 tcp/443 application=tls versions=TLS1.3 at=30-60
use 10.90.0.25 10.90.0.5 tcp/443 application=tls certificate=ab12 at=10-12
use 10.90.0.5 10.90.0.6 tcp/5432 application=postgresql established=9 packets_up=500 packets_down=500 bytes_up=9000 bytes_down=9000
use 10.90.0.6 10.90.0.10 udp/53 application=dns at=3-4
use 10.90.0.25 10.90.0.10 udp/53 application=dns
use 10.20.0.9 10.10.0.8 tcp/445 application=smb versions=SMB1,Samba at=20-30
use 10.20.0.9 10.90.0.6 tcp/5432 refused=4 unanswered=1 conversations=5
use 10.10.0.7 10.90.0.10 tcp/23 application=telnet credentials=telnet at=5-9
use 10.10.0.7 10.90.0.99 tcp/8080 unanswered=3 refused_foreign=1 prohibited=1 unreachable=1 conversations=6 server_names=old.example
use 10.90.0.5 10.90.0.6 udp/4789 application=vxlan carries=vxlan at=15-16
use 10.0.0.1@tenant 10.0.0.2@tenant tcp/80 application=http tunnel=vxlan_5000
use 10.0.0.1 10.90.0.25 tcp/25 application=smtp at=2-3

connect sw1 sw2 from_port=Gi0/1 platform=C9300 count=2
connect sw1 sw2 from_port=Gi0/1 platform=C9200 count=1 at=70-80
says sw1 ospf.hello 10 port=Gi0/1 count=2
says sw1 cdp.native_vlan 1 port=Gi0/1
says sw2 ospf.hello 30
route r1 10.90.0.0/24 why=arp count=4
route 10.10.0.1 20 count=2
stream 10.10.0.7 10.10.0.8 lost=5 expected=100 packets=95 codec=PCMU jitter_mean_ms=2.5 at=5-9
stream 10.10.0.8 10.10.0.7 expected=50 packets=50 codec=PCMU
`
