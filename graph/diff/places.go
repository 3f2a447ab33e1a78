package diff

import (
	"strings"

	"netscope.example/nsgraph/graph"
)

// places collects VLANs and zones, and what the layer below says of endpoints.
func (s *side) places(o Options) {
	v := s.view
	for i := range v.InVLAN {
		r := &v.InVLAN[i]
		vlan := v.VLAN(r.Dst)
		if vlan == nil {
			continue
		}
		label := strings.TrimSpace(vlan.Domain + " " + vlan.VLAN)
		s.vlans.add(label)
		it := s.vlan(vlan, label)
		it.during(r.From, r.To, spread(r.From, r.To, r.Packets)...)
		if e := s.seen[Endpoint][r.Src]; e != nil {
			e.vlans.add(label)
			it.points.addAll(e.points)
			if r.Local {
				s.lived.add(network(e.address))
				e.attribute("vlan", label)
			}
		}
	}
	for i := range v.Carried {
		r := &v.Carried[i]
		if vlan := v.VLAN(r.Dst); vlan != nil {
			label := strings.TrimSpace(vlan.Domain + " " + vlan.VLAN)
			s.vlans.add(label)
			it := s.vlan(vlan, label)
			it.during(r.From, r.To, spread(r.From, r.To, r.Packets)...)
			if c := v.Capture(r.Src); c != nil {
				it.points.add(c.Point)
			}
		}
	}
	for i := range v.HasMAC {
		r := &v.HasMAC[i]
		e, m := s.seen[Endpoint][r.Src], v.MAC(r.Dst)
		if e == nil || m == nil || r.Router || r.Virtual != "" {
			continue
		}
		e.attribute("mac", m.Address)
		e.marks.add("mac " + m.Address + family(e))
	}
	for i := range v.KnownAs {
		r := &v.KnownAs[i]
		e, n := s.seen[Endpoint][r.Src], v.NamedNode(r.Dst)
		if e == nil || n == nil {
			continue
		}
		e.attribute("names", n.Name)
		e.marks.add("name " + strings.ToLower(n.Name) + family(e))
	}
	s.zones(o)
}

// family keeps apart the IPv4 and IPv6 addresses of one host: neither moved to the other.
func family(it *item) string {
	if it.address.Is6() {
		return " v6"
	}
	return " v4"
}

func (s set) addAll(t set) {
	for v := range t {
		s[v] = true
	}
}

func (s *side) vlan(n *graph.VLAN, label string) *item {
	return s.get(VLAN, n.ID, func(it *item) {
		it.label = "VLAN " + label
		if n.Domain == "" {
			outer, _, _ := strings.Cut(n.VLAN, ".")
			it.filter = "vlan.id == " + outer
		}
		it.vlans.add(label)
	})
}

// zones collects the zones in which an endpoint of this side is.
func (s *side) zones(o Options) {
	v := s.view
	join := func(e *item, name string) {
		e.attribute("zone", name)
		z := s.get(Zone, graph.NewNamedID(graph.LabelZone, name), func(it *item) { it.label = name })
		z.first, z.last = min(z.first, e.first), max(z.last, e.last)
		z.active = append(z.active, e.active...)
		z.points.addAll(e.points)
		z.vlans.addAll(e.vlans)
		if !z.address.IsValid() || e.address.Less(z.address) {
			z.address = e.address
		}
	}
	if o.Zone != nil {
		for _, e := range s.items(Endpoint) {
			if n := v.Endpoint(e.id); n != nil {
				if z := o.Zone(v, n); z != "" {
					join(e, z)
				}
			}
		}
		return
	}
	for i := range v.Members {
		m := &v.Members[i]
		e, z := s.seen[Endpoint][m.Src], v.NamedNode(m.Dst)
		if m.Type == graph.TypeInZone && e != nil && z != nil {
			join(e, z.Name)
		}
	}
}

// devices collects who speaks a control protocol.
func (s *side) devices() {
	v := s.view
	device := func(id graph.ID) *item {
		d := v.Device(id)
		if d == nil {
			return nil
		}
		return s.get(Device, id, func(it *item) { it.label = d.Device })
	}
	for i := range v.ConnectedTo {
		r := &v.ConnectedTo[i]
		d := device(r.Src)
		if d == nil {
			continue
		}
		d.during(r.From, r.To, spread(r.From, r.To, r.Count)...)
		d.witness.add(r.Witness...)
		d.vlans.add(r.VLAN)
		d.attribute("name", r.FromName)
		d.attribute("platform", r.Platform)
		d.attribute("version", r.Version)
		if r.MAC != "" {
			d.filter = "eth.addr == " + r.MAC
		}
		if to := v.Device(r.Dst); to != nil && r.Src != r.Dst {
			d.attribute("neighbour", strings.TrimSpace(r.FromPort+" "+to.Device))
		}
	}
	for i := range v.States {
		r := &v.States[i]
		if d := device(r.Src); d != nil {
			d.during(r.From, r.To, spread(r.From, r.To, r.Count)...)
			d.witness.add(r.Witness...)
			d.points.add(r.Point)
			d.vlans.add(r.VLAN)
			if r.MAC != "" && d.filter == "" {
				d.filter = "eth.addr == " + r.MAC
			}
		}
	}
}

// settings collects what was said; of a setting that changed within one side, the last value counts.
func (s *side) settings() {
	v := s.view
	last := map[graph.ID]*graph.States{}
	for i := range v.States {
		r := &v.States[i]
		id := graph.NewID("setting", r.Src.String(), r.Setting, r.VLAN, r.Tunnel, r.Group, r.Port)
		it := s.get(Setting, id, func(it *item) {
			it.label = join(r.Speaker, r.Setting, r.Group, r.Port)
			it.owner = r.Src
			if r.VLAN != "" {
				it.label += " (VLAN " + r.VLAN + ")"
			}
			if r.MAC != "" {
				it.filter = "eth.addr == " + r.MAC
			}
		})
		it.during(r.From, r.To, spread(r.From, r.To, r.Count)...)
		it.witness.add(r.Witness...)
		it.points.add(r.Point)
		it.vlans.add(r.VLAN)
		if l := last[id]; l == nil || l.To < r.To || l.To == r.To && l.Value < r.Value {
			last[id] = r
			it.attributes["value"] = set{r.Value: true}
		}
	}
}

// join puts a space between the words that are there.
func join(words ...string) string { return strings.Join(strings.Fields(strings.Join(words, " ")), " ") }
