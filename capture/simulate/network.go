package simulate

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netscope.example/nsgraph/capture/simulate/frame"
	"netscope.example/nsgraph/capture/simulate/speech"
)

// network is a scenario built: nodes joined by links.
type network struct {
	s         *sim
	sc        *Scenario
	nodes     map[string]node
	switches  []*bridge
	routers   []*router
	hosts     []*host
	byName    map[string][]*host // host groups expand
	vlans     map[uint16]*VLAN
	links     map[string]*wire
	services  map[string]*service
	resolvers map[netip.Addr]*service
	policies  map[*router][]*verdictRule
	balancers map[*router][]*balancer
	taps      []*tap
	next      map[uint16]int // last host number given out in a VLAN
	owners    map[owner]*iface
	fhrp      []*fhrp
	legs      map[[2]netip.AddrPort]*flow
	errs      []error
	macs      uint32
	tree      int   // how often the spanning trees were computed anew
	unsettled bool  // a link was down, or is
	changing  int64 // until when switches tell of a topology change
}

type owner struct {
	context string
	addr    netip.Addr
}

// wire is a link with its two ends.
type wire struct {
	spec *Link
	a, b *port
}

// linkSettings is what a port's owner knows of its link.
type linkSettings struct {
	link   *Link
	far    bool // it is end b
	remark DSCPMap
}

func (x *linkSettings) duplex() string {
	if x.far {
		return x.link.DuplexB
	}
	return x.link.DuplexA
}

func (x *linkSettings) speed() uint32 {
	if x.far {
		return x.link.SpeedB
	}
	return x.link.SpeedA
}

func (x *linkSettings) frame() int {
	if x.far {
		return x.link.MTUB
	}
	return x.link.MTUA
}

// fail notes an error at the place of a decoded struct.
func (n *network) fail(spec any, format string, a ...any) {
	if p := n.sc.places[spec]; p != nil {
		err := at(n.sc.fileOf(p), p, format, a...)
		if k := len(n.errs); k == 0 || n.errs[k-1].Error() != err.Error() { // both ends of a link say the same
			n.errs = append(n.errs, err)
		}
		return
	}
	n.errs = append(n.errs, fmt.Errorf(n.sc.Name+": "+format, a...))
}

// build makes the network of a scenario, or says all that is wrong with it.
func build(sc *Scenario, s *sim) (*network, error) {
	n := &network{s: s, sc: sc, nodes: map[string]node{}, byName: map[string][]*host{}, vlans: map[uint16]*VLAN{}, links: map[string]*wire{},
		services: map[string]*service{}, resolvers: map[netip.Addr]*service{}, policies: map[*router][]*verdictRule{}, balancers: map[*router][]*balancer{},
		next: map[uint16]int{}, owners: map[owner]*iface{}, legs: map[[2]netip.AddrPort]*flow{}}
	s.net = n
	for _, step := range []func(){n.addVLANs, n.addSwitches, n.addRouters, n.addLinks, n.addInterfaces, n.addHosts, n.spanTrees, n.addTunnels, n.addRoutes,
		n.addServices, n.addPolicies, n.addTaps, n.checkUse} {
		step()
		if len(n.errs) > 0 {
			return nil, errors.Join(n.errs...)
		}
	}
	return n, nil
}

func (n *network) addVLANs() {
	for i := range n.sc.VLANs {
		v := &n.sc.VLANs[i]
		if v.ID == 0 || v.ID > 4094 {
			n.fail(v, "vlan %s: id %d, want 1 to 4094", v.Name, v.ID)
		}
		if n.vlans[v.ID] != nil {
			n.fail(v, "vlan id %d twice", v.ID)
		}
		if v.Context == "" {
			v.Context = "default"
		}
		for _, o := range n.vlans {
			if o.Context == v.Context && o.Prefix.IsValid() && v.Prefix.IsValid() && o.Prefix.Overlaps(v.Prefix.Prefix) {
				n.fail(v, "vlan %s: prefix %s overlaps %s of vlan %s in context %s", v.Name, v.Prefix, o.Prefix, o.Name, v.Context)
			}
		}
		n.vlans[v.ID] = v
	}
}

func (n *network) addNode(spec any, x node) {
	if x.name() == "" {
		n.fail(spec, "a node without a name")
		return
	}
	if n.nodes[x.name()] != nil {
		n.fail(spec, "name %s twice", x.name())
		return
	}
	n.nodes[x.name()] = x
}

// newMAC returns the next address with a vendor's prefix.
func (n *network) newMAC(oui frame.MAC) frame.MAC {
	n.macs++
	return frame.MAC{oui[0], oui[1], oui[2], byte(n.macs>>16) + 0x10, byte(n.macs >> 8), byte(n.macs)}
}

var ciscoOUI = frame.MAC{0x00, 0x1e, 0xbd}

func (n *network) addSwitches() {
	for i := range n.sc.Switches {
		sp := &n.sc.Switches[i]
		b := &bridge{s: n.s, spec: sp, mac: sp.MAC.MAC, table: map[uint64]*port{}}
		if b.mac.IsZero() {
			b.mac = n.newMAC(ciscoOUI)
		}
		if sp.PCP != nil && *sp.PCP > 7 {
			n.fail(sp, "switch %s: pcp %d, want at most 7", sp.Name, *sp.PCP)
		}
		if sp.STP.Priority == 0 {
			sp.STP.Priority = 32768
		}
		switch sp.STP.Mode {
		case "", "stp", "rstp", "pvst", "mst":
		default:
			n.fail(sp, "switch %s: spanning tree mode %q, want stp, rstp, pvst or mst", sp.Name, sp.STP.Mode)
		}
		n.addNode(sp, b)
		n.switches = append(n.switches, b)
	}
}

// newPort adds a port to a node.
func (n *network) newPort(x node) *port {
	p := &port{s: n.s, node: x}
	switch t := x.(type) {
	case *bridge:
		t.ports = append(t.ports, p)
		p.index = len(t.ports)
		p.label = "GigabitEthernet1/0/" + strconv.Itoa(p.index)
	case *router:
		p.index = 1
		for _, w := range n.links {
			if w.a.node == x || w.b.node == x {
				p.index++
			}
		}
		p.label = "GigabitEthernet0/" + strconv.Itoa(p.index-1)
	default:
		p.index, p.label = 1, "eth0"
	}
	return p
}

// join connects two ports.
func (n *network) join(a, b *port, l *Link) *wire {
	rate, delay := int64(l.Rate), int64(l.Delay)
	if rate == 0 {
		rate = 1e9
	}
	if delay == 0 {
		delay = 2000
	}
	for _, e := range [...][2]*port{{a, b}, {b, a}} {
		c := &channel{s: n.s, to: e[1], rate: rate, delay: delay, loss: l.Loss, limit: 512 << 10}
		if l.Queue != nil {
			c.disc = n.newScheduler(l, c)
			if c.disc == nil {
				c.limit = int64(l.Queue.Limit)
			}
		}
		e[0].out, e[0].peer = c, e[1]
		e[0].extra = &linkSettings{link: l, far: e[0] == b, remark: l.RemarkA}
		if e[0] == b {
			e[0].extra.remark = l.RemarkB
		}
	}
	if l.DuplexA != "" && l.DuplexB != "" && l.DuplexA != l.DuplexB {
		a.out.back, b.out.back = b.out, a.out
	}
	return &wire{l, a, b}
}

func (n *network) newScheduler(l *Link, c *channel) *scheduler {
	q := l.Queue
	d := &scheduler{c: c, kind: q.Kind, name: l.Name, most: q.Packets, police: newBucket(q.Police), shape: newBucket(q.Shape)}
	switch q.Kind {
	case "fifo", "priority", "wfq":
	case "":
		d.kind = "fifo"
	default:
		n.fail(q, "link %s: queue %q, want fifo, priority or wfq", l.Name, q.Kind)
	}
	limit := q.Limit
	if limit == 0 {
		limit = 128 << 10
	}
	for i := range q.Classes {
		k := &q.Classes[i]
		x := &class{name: k.Name, strict: k.Strict && d.kind != "fifo", weight: int64(max(k.Weight, 1)), limit: int64(k.Limit), police: newBucket(k.Police)}
		if x.limit == 0 {
			x.limit = int64(limit)
		}
		for _, w := range k.DSCP {
			v, err := dscp(w)
			if err != nil {
				n.fail(k, "class %s: %v", k.Name, err)
				continue
			}
			d.byDSCP[v] = x
		}
		d.classes = append(d.classes, x)
	}
	if len(d.classes) == 0 || len(q.Classes[len(q.Classes)-1].DSCP) > 0 {
		d.classes = append(d.classes, &class{name: "default", weight: 1, limit: int64(limit)})
	}
	if d.kind == "fifo" { // one queue; the classes only count
		d.shared(limit)
	}
	return d
}

func newBucket(b *Bucket) *bucket {
	if b == nil {
		return nil
	}
	size := float64(b.Burst)
	if size == 0 {
		size = max(float64(b.Rate)/8/10, 3000) // a tenth of a second
	}
	return &bucket{rate: int64(b.Rate), size: size, level: size}
}

func (n *network) addLinks() {
	for i := range n.sc.Links {
		l := &n.sc.Links[i]
		if l.Name == "" {
			l.Name = l.A + "-" + l.B
		}
		if n.links[l.Name] != nil {
			n.fail(l, "link %s twice", l.Name)
			continue
		}
		if l.Loss < 0 || l.Loss >= 1 {
			n.fail(l, "link %s: loss %v, want a share 0 ≤ loss < 1", l.Name, l.Loss)
		}
		var ends [2]*port
		for k, name := range []string{l.A, l.B} {
			x := n.nodes[name]
			if x == nil {
				if n.hostSpec(name) != nil {
					x = &pending{nm: name}
				} else {
					n.fail(l, "link %s: no switch, router or host named %q%s", l.Name, name, nearest(name, n.nodeNames()))
					continue
				}
			}
			ends[k] = n.newPort(x)
		}
		if ends[0] == nil || ends[1] == nil {
			continue
		}
		n.links[l.Name] = n.join(ends[0], ends[1], l)
		n.vlanPort(l, ends[0], l.NativeA)
		n.vlanPort(l, ends[1], l.NativeB)
	}
}

func (n *network) vlanPort(l *Link, p *port, native uint16) {
	p.access = l.Access
	if native != 0 {
		p.access = native
	}
	p.tagged = map[uint16]bool{}
	for _, v := range l.VLANs {
		if n.vlans[v] == nil {
			n.fail(l, "link %s: no vlan %d", l.Name, v)
		}
		if v != p.access {
			p.tagged[v] = true
		}
	}
	if l.Blocked == "a" && !p.extra.far || l.Blocked == "b" && p.extra.far {
		p.held, p.blocked = true, map[uint16]bool{}
		for v := range n.vlans {
			p.blocked[v] = true
		}
	}
}

// pending stands for a host until it is built.
type pending struct{ nm string }

func (p *pending) name() string              { return p.nm }
func (p *pending) receive(*port, *packet)    {}
func (p *pending) wants(*port, *packet) bool { return false }
func (n *network) nodeNames() (names []string) {
	for k := range n.nodes {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}

func (n *network) hostSpec(name string) *Host {
	for i := range n.sc.Hosts {
		if n.sc.Hosts[i].Name == name {
			return &n.sc.Hosts[i]
		}
	}
	return nil
}

// spanTrees blocks the ports that would close a loop in a VLAN, unless the scenario blocks some itself.
func (n *network) spanTrees() {
	ids := make([]uint16, 0, len(n.vlans))
	for id := range n.vlans {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	byPriority := slices.Clone(n.switches)
	slices.SortStableFunc(byPriority, func(a, b *bridge) int { return int(a.spec.STP.Priority) - int(b.spec.STP.Priority) })
	for _, v := range ids {
		seen := map[*bridge]bool{}
		used := map[*port]bool{}
		for _, root := range byPriority {
			if seen[root] {
				continue
			}
			seen[root] = true
			for todo := []*bridge{root}; len(todo) > 0; todo = todo[1:] {
				for _, p := range todo[0].ports {
					o, ok := p.peer.node.(*bridge)
					if !ok || o == todo[0] || !p.up() || !p.carries(v) || used[p] || o.spec.STP.Mode == "" || todo[0].spec.STP.Mode == "" {
						continue
					}
					used[p], used[p.peer] = true, true
					if seen[o] {
						if p.peer.blocked == nil {
							p.peer.blocked = map[uint16]bool{}
						}
						p.peer.blocked[v] = true
						continue
					}
					seen[o] = true
					todo = append(todo, o)
				}
			}
		}
	}
}

// pickHosts resolves a name, or a prefix that ends in *, to hosts.
func (n *network) pickHosts(names Names) ([]*host, error) {
	var out []*host
	for _, w := range names {
		if p, ok := strings.CutSuffix(w, "*"); ok {
			found := false
			for _, h := range n.hosts {
				if strings.HasPrefix(h.nm, p) {
					out = append(out, h)
					found = true
				}
			}
			if !found {
				return nil, fmt.Errorf("no host begins with %q", p)
			}
			continue
		}
		hs := n.byName[w]
		if hs == nil {
			var all []string
			for k := range n.byName {
				all = append(all, k)
			}
			slices.Sort(all)
			return nil, fmt.Errorf("no host named %q%s", w, nearest(w, all))
		}
		out = append(out, hs...)
	}
	return out, nil
}

func (n *network) dnsAt(a netip.Addr) *service { return n.resolvers[a] }

func (n *network) addServices() {
	for i := range n.sc.Services {
		sp := &n.sc.Services[i]
		if n.services[sp.Name] != nil || sp.Name == "" {
			n.fail(sp, "service name %q twice or empty", sp.Name)
			continue
		}
		speaks := sp.App
		tr, port, ok := speech.Default(speaks)
		if !ok {
			n.fail(sp, "service %s: unknown application %q%s", sp.Name, speaks, nearest(speaks, speech.Names()))
			continue
		}
		if sp.Transport != "" {
			tr = sp.Transport
		}
		if sp.Port != 0 {
			port = sp.Port
		}
		hs, err := n.pickHosts(sp.Host)
		if err != nil {
			n.fail(sp, "service %s: %v", sp.Name, err)
			continue
		}
		if d := sp.DHCP; d != nil && d.Mask > 32 {
			n.fail(sp, "service %s: mask %d, want at most 32", sp.Name, d.Mask)
		}
		v := &service{s: n.s, spec: sp, name: sp.Name, fqdn: sp.FQDN, hosts: hs, address: sp.Address.Addr, proto: frame.TCP, port: port, app: appName(speaks), speaks: speaks,
			think: float64(sp.Think), failHard: sp.FailHard}
		switch tr {
		case "tcp":
		case "udp":
			v.proto = frame.UDP
		default:
			n.fail(sp, "service %s: transport %q, want tcp or udp", sp.Name, tr)
		}
		if speaks == "ntp" {
			v.clientPort = 123
		}
		if v.fqdn == "" && n.sc.Domain != "" {
			v.fqdn = sp.Name + "." + n.sc.Domain
		}
		n.services[sp.Name] = v
		for _, h := range hs {
			if sp.Listening == nil || *sp.Listening {
				h.services[svcKey{v.proto, port}] = v
			}
			if v.proto == frame.UDP {
				h.listen[port] = true
			}
			if speaks == "dns" {
				n.resolvers[h.f.v4] = v
				if h.f.v6.IsValid() {
					n.resolvers[h.f.v6] = v
				}
			}
		}
	}
	for i := range n.sc.Services {
		sp := &n.sc.Services[i]
		v := n.services[sp.Name]
		if v == nil {
			continue
		}
		for k := range sp.Needs {
			d := &sp.Needs[k]
			t := n.services[d.Service]
			if t == nil {
				n.fail(d, "service %s needs %q, which is no service%s", sp.Name, d.Service, nearest(d.Service, n.serviceNames()))
				continue
			}
			x := need{svc: t, think: float64(d.Think), probability: 1, req: d.Request, resp: d.Response, pooled: d.Pooled}
			if d.Probability != nil {
				x.probability = *d.Probability
			}
			if x.req == 0 {
				x.req = 200
			}
			if x.resp == 0 {
				x.resp = 800
			}
			v.needs = append(v.needs, x)
		}
	}
	n.endless()
}

// endless refuses services that need themselves, directly or through others, each time that they are asked: no answer would ever come.
func (n *network) endless() {
	for i := range n.sc.Services {
		sp := &n.sc.Services[i]
		v := n.services[sp.Name]
		seen := map[*service]bool{}
		for todo := []*service{v}; len(todo) > 0 && todo[0] != nil; todo = todo[1:] {
			for _, d := range todo[0].needs {
				if d.probability >= 1 && d.svc == v {
					n.fail(sp, "service %s needs itself whenever it is asked", sp.Name)
					return
				}
				if d.probability >= 1 && !seen[d.svc] {
					seen[d.svc] = true
					todo = append(todo, d.svc)
				}
			}
		}
	}
}

func (n *network) serviceNames() (names []string) {
	for i := range n.sc.Services {
		names = append(names, n.sc.Services[i].Name)
	}
	return names
}

// appName is what a classifier calls a protocol.
func appName(speaks string) string {
	switch speaks {
	case "tls12":
		return "tls"
	case "raw", "bulk", "datagrams":
		return ""
	}
	return speaks
}
