package simulate

import (
	"strconv"
)

// settings are what the devices say of themselves, in the names that the analyses use where they have one.
func (n *network) settings() []Setting {
	var out []Setting
	add := func(device, port, name, value string) {
		if value != "" {
			out = append(out, Setting{device, port, name, value})
		}
	}
	seconds := func(d int64) string { return strconv.FormatInt(d/1e9, 10) }
	number := func(v uint32) string {
		if v == 0 {
			return ""
		}
		return strconv.FormatUint(uint64(v), 10)
	}
	for _, b := range n.switches {
		if st := &b.spec.STP; st.Mode != "" {
			add(b.name(), "", "stp.mode", st.Mode)
			add(b.name(), "", "stp.priority", strconv.Itoa(int(st.Priority)))
			add(b.name(), "", "stp.hello", seconds(or64(st.Hello, 2e9)))
			add(b.name(), "", "stp.max_age", seconds(or64(st.MaxAge, 20e9)))
			add(b.name(), "", "stp.forward_delay", seconds(or64(st.ForwardDelay, 15e9)))
			add(b.name(), "", "stp.region", st.Region)
		}
		for _, p := range b.ports {
			if b.spec.CDP {
				add(b.name(), p.label, "cdp.native_vlan", number(uint32(p.access)))
				add(b.name(), p.label, "cdp.duplex", or(p.extra.duplex(), "full"))
			}
			if b.spec.LLDP {
				add(b.name(), p.label, "lldp.pvid", number(uint32(p.access)))
				add(b.name(), p.label, "lldp.max_frame", number(uint32(p.extra.frame())))
				add(b.name(), p.label, "lldp.speed", number(p.extra.speed()))
			}
		}
	}
	for _, r := range n.routers {
		for _, f := range r.ifaces {
			add(r.name(), f.label, "mtu", strconv.Itoa(f.mtu))
			if r.spec.CDP {
				add(r.name(), f.label, "cdp.duplex", or(f.port.extra.duplex(), "full"))
			}
			if st := r.ospf[f]; st != nil {
				o := &st.spec
				hello := or64(o.Hello, 10e9)
				add(r.name(), f.label, "ospf.router_id", st.id.String())
				add(r.name(), f.label, "ospf.area", strconv.FormatUint(uint64(o.Area), 10))
				add(r.name(), f.label, "ospf.hello", seconds(hello))
				add(r.name(), f.label, "ospf.dead", seconds(or64(o.Dead, 4*hello)))
				add(r.name(), f.label, "ospf.auth", strconv.Itoa(int(o.Auth)))
			}
			for i := range f.spec.FHRP {
				g := &f.spec.FHRP[i]
				name := g.Protocol + "." + strconv.Itoa(int(g.Group)) + "."
				add(r.name(), f.label, name+"virtual", g.Virtual.String())
				add(r.name(), f.label, name+"priority", strconv.Itoa(int(g.Priority)))
				add(r.name(), f.label, name+"hello", seconds(or64(g.Hello, 3e9)))
			}
		}
		if e := r.spec.EIGRP; e != nil {
			add(r.name(), "", "eigrp.as", strconv.Itoa(int(e.AS)))
		}
	}
	for i := range n.sc.Services {
		sp := &n.sc.Services[i]
		if d := sp.DHCP; d != nil {
			add(sp.Name, "", "dhcp.router", addrText(d.Router))
			add(sp.Name, "", "dhcp.dns", addrText(d.DNS))
			add(sp.Name, "", "dhcp.domain", d.Domain)
			add(sp.Name, "", "dhcp.lease", seconds(or64(d.Lease, 86400e9)))
		}
	}
	return out
}

func addrText(a Addr4) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
