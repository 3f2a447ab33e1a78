package control

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/capture/wire"
)

// capture reads a file of the folder that NSGRAPH_CAPTURES names into d.
func capture(t testing.TB, d *Decoder, name string) {
	t.Helper()
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES is not set")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	r, err := file.Open(name, f)
	if err != nil {
		t.Fatal(err)
	}
	w := wire.NewDecoder(wire.Options{})
	var b file.Batch
	for {
		if err := r.Read(&b); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range b.Packets {
			f := &b.Packets[i]
			ps := w.Decode(nil, r.Interfaces()[f.Interface].LinkType, f)
			for j := range ps {
				if Wants(&ps[j]) {
					d.Feed(&ps[j])
				}
			}
		}
	}
}

// How many packets of a protocol a capture holds, as tshark 4.0 counts them, must be how often the setting was said that each of them says.
func TestCapturesCount(t *testing.T) {
	for _, c := range []struct {
		file, setting string
		packets       uint64
	}{
		{"cfg-stp.pcap", "stp.root", 96},                     // stp
		{"cfg-rpvstp-trunk-native-vid1.cap", "stp.root", 72}, // stp
		{"tcpdump-vrrp.pcap", "vrrp.state", 165},             // vrrp
		{"cfg-hsrp-coup.pcap", "hsrp.state", 42},             // hsrp.opcode < 3
		{"cfg-hsrp.pcap", "hsrp.state", 95},                  // the same, in four VLANs
		{"cfg-ospf-healthy.pcap", "ospf.hello", 46},          // ospf.hello
		{"cfg-ospfv3-broadcast-adjacency.pcap", "ospf.hello", 12},
		{"encap-mpls-vpn-pe.pcap", "ospf.hello", 21},
		{"cfg-eigrp-adjacency.pcap", "eigrp.k", 42},             // eigrp.opcode == 5 && eigrp.ack == 0
		{"cfg-eigrp6-auth-transition.pcap", "eigrp.k", 341},     // the same, without 6 goodbyes: eigrp.par.k1 == 255
		{"cfg-udld.pcap", "udld.interval", 29},                  // udld
		{"cfg-lacp.pcap", "lacp.key", 20},                       // lacp
		{"cfg-isis-level2-adjacency.pcap", "isis.level", 34},    // isis.hello
		{"cfg-dtp.pcap", "dtp.status", 5},                       // dtp && !isl: ISL frames are not read
		{"cfg-dhcp-rogue-and-starvation.pcap", "dhcp.naks", 82}, // dhcp.option.dhcp == 6
		{"cfg-mb2.pcap", "lldp.ttl", 5},                         // lldp
		{"cfg-lldp-huawei.pcap", "lldp.ttl", 16},
		{"cfg-3560-cdp.pcap", "cdp.platform", 3},                              // cdp
		{"cfg-ebgp-adjacency.cap", "bgp.as", 2},                               // bgp.type == 1
		{"cfg-ripv1-subnet-down.cap", "rip.version", 8},                       // rip.command == 2
		{"arkime-pim.pcap", "pim.version", 424},                               // pim.type == 0
		{"cfg-pppoe-dual-stack-ipv4-ipv6-with-dhcpv6.pcap", "ra.lifetime", 1}, // icmpv6.type == 134
	} {
		t.Run(c.file, func(t *testing.T) {
			d := New(Options{})
			capture(t, d, c.file)
			var n uint64
			for f := range d.Facts {
				if s, ok := f.(*fact.Statement); ok && s.Setting == c.setting {
					n += s.Count
				}
			}
			if n != c.packets {
				t.Errorf("%s was said %d times, want %d", c.setting, n, c.packets)
			}
			if m := d.Malformed(); len(m) > 0 {
				t.Errorf("malformed: %v", m)
			}
		})
	}
}

// What tshark shows in one packet of a capture.
func TestCapturesSay(t *testing.T) {
	for _, c := range []struct{ file, setting, speaker, value string }{
		{"cfg-lldp-detailed.pcap", "lldp.pvid", "00:01:30:f9:ad:a0", "488"},
		{"cfg-lldp-detailed.pcap", "lldp.max_frame", "00:01:30:f9:ad:a0", "1522"},
		{"cfg-3725-cdp.cap", "cdp.duplex", "R1", "half"},
		{"cfg-rpvstp-trunk-native-vid5.pcap", "stp.root", "00:1f:6d:96:ec:00", "32769 00:1f:6d:96:ec:00"},
		{"cfg-mstp-intra-region-bpdus.pcap", "stp.region", "00:16:46:b5:8c:80", "Brewery"},
		{"cfg-ospf-dr-mtu0.pcapng", "ospf.dr", "4.4.4.4", "192.168.1.1"},
		{"ladvd-cdp-49-good-phone.pcap", "cdp.platform", "SEP001B53489EE0", "Cisco IP Phone 7912"},
	} {
		d := New(Options{})
		capture(t, d, c.file)
		found := false
		var seen []string
		for f := range d.Facts {
			if s, ok := f.(*fact.Statement); ok && s.Setting == c.setting {
				found = found || s.Speaker == c.speaker && s.Value == c.value
				seen = append(seen, s.Speaker+" "+s.Value)
			}
		}
		if !found {
			t.Errorf("%s: %s says no %s = %s, but %q", c.file, c.speaker, c.setting, c.value, seen)
		}
	}
}
