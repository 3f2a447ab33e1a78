package configuration

import "testing"

var (
	s1 = said{device: "sw1", mac: "02:00:00:00:00:01", port: "Gi0/1", point: "tap", to: 120, count: 3}
	s2 = said{device: "sw2", mac: "02:00:00:00:00:02", port: "Gi0/2", point: "tap", to: 120, count: 3}
	s3 = said{device: "sw3", mac: "02:00:00:00:00:03", port: "Gi0/3", point: "tap", to: 120, count: 3}
)

func TestDuplexMismatch(t *testing.T) {
	newWorld().says(s1, "cdp.duplex=full").says(s2, "cdp.duplex=half").finds(t,
		"high duplex-mismatch: the two ends of the link at tap announce duplex full (sw1 Gi0/1), half (sw2 Gi0/2), must be equal")
	newWorld().says(s1, "lldp.duplex=full", "lldp.speed=100").says(s2, "lldp.duplex=half", "lldp.speed=10").finds(t,
		"high duplex-mismatch: the two ends of the link at tap announce duplex full (sw1 Gi0/1), half (sw2 Gi0/2), must be equal",
		"high speed-mismatch: the two ends of the link at tap announce Mbit/s 10 (sw2 Gi0/2), 100 (sw1 Gi0/1), must be equal")
}

func TestDuplexUnobservable(t *testing.T) {
	same := s2
	same.device = "sw1"
	for name, w := range map[string]*world{
		"three ports in view":     newWorld().says(s1, "cdp.duplex=full").says(s2, "cdp.duplex=half").says(s3, "cdp.duplex=full"),
		"one port in view":        newWorld().says(s1, "cdp.duplex=half"),
		"two ports of one device": newWorld().says(s1, "cdp.duplex=half").says(same, "cdp.duplex=full"),
	} {
		t.Run(name, func(t *testing.T) {
			if v := verdict(t, w.finds(t), "cdp.duplex", "link at tap"); v != Unobservable {
				t.Errorf("verdict %s", v)
			}
		})
	}
	if v := verdict(t, newWorld().says(s1, "cdp.duplex=full").says(s2, "cdp.duplex=full").finds(t), "cdp.duplex", "link at tap"); v != Agree {
		t.Errorf("equal ends: %s", v)
	}
}

func TestFrameSizesAndDomains(t *testing.T) {
	newWorld().says(s1, "lldp.max_frame=1518", "vtp.domain=Lab").says(s2, "lldp.max_frame=9216", "vtp.domain=lab").finds(t,
		"medium mtu-mismatch: the two ends of the link at tap announce maximum frame size 1518 (sw1 Gi0/1), 9216 (sw2 Gi0/2), must be equal",
		"medium vtp-mismatch: the two ends of the link at tap announce VTP domain Lab (sw1 Gi0/1), lab (sw2 Gi0/2), must be equal")
}

func TestLACPPartners(t *testing.T) {
	a, b := s1, s2
	a.device, b.device = "02:00:00:00:00:aa", "02:00:00:00:00:bb"
	newWorld().says(a, "lacp.key=1", "lacp.partner=02:00:00:00:00:bb", "lacp.partner_key=2").
		says(b, "lacp.key=2", "lacp.partner=02:00:00:00:00:aa", "lacp.partner_key=1").finds(t)
	newWorld().says(a, "lacp.key=1", "lacp.partner=02:00:00:00:00:cc", "lacp.partner_key=2").
		says(b, "lacp.key=2", "lacp.partner=02:00:00:00:00:aa", "lacp.partner_key=9").finds(t,
		"medium lacp-mismatch: 02:00:00:00:00:aa Gi0/1 on the link at tap aggregates with 02:00:00:00:00:cc, its neighbour is 02:00:00:00:00:bb",
		"medium lacp-mismatch: 02:00:00:00:00:bb Gi0/2 on the link at tap takes key 9 for that of 02:00:00:00:00:aa Gi0/1, which has 1")
}

// Two switches of one domain that do not come to the same revision; of two domains each counts its own, and an advertisement takes a moment.
func TestVTPRevision(t *testing.T) {
	newWorld().says(s1, "vtp.domain=lab", "vtp.revision=5").says(s2, "vtp.domain=lab", "vtp.revision=9").finds(t,
		"medium vtp-mismatch: the two ends of the link at tap announce VTP revision 5 (sw1 Gi0/1), 9 (sw2 Gi0/2), must be equal")
	newWorld().says(s1, "vtp.domain=lab", "vtp.revision=5").says(s2, "vtp.domain=other", "vtp.revision=9").finds(t,
		"medium vtp-mismatch: the two ends of the link at tap announce VTP domain lab (sw1 Gi0/1), other (sw2 Gi0/2), must be equal")
	old, now := s1, s1
	old.to, now.from, now.to = 30, 31, 90
	newWorld().says(old, "vtp.domain=lab", "vtp.revision=5").says(now, "vtp.domain=lab", "vtp.revision=9").says(s2, "vtp.domain=lab", "vtp.revision=9").finds(t)
}
