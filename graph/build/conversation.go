package build

import (
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/fact"
)

// addConversation adds one conversation to its communication.
func (b *Builder) addConversation(c *fact.Conversation) {
	b.stats.Conversations++
	m := b.measure(c)
	if b.use(b.keyOf(c)).add(c.First, c.Last, m, b.gap) {
		if b.spansSince++; b.spansSince > b.spansCheck {
			b.boundIntervals(b.o.MaxIntervals + b.o.MaxIntervals/8) // what bridges two may come yet
		}
	}
	b.bucketsSince += len(c.Buckets)
	if b.bucketsSince > b.bucketsCheck {
		b.boundBuckets()
	}
}

func (b *Builder) keyOf(c *fact.Conversation) useKey {
	clientIn, serverIn := c.ClientIn, c.ServerIn
	if c.Up.Packets == 0 {
		clientIn = serverIn
	} else if c.Down.Packets == 0 {
		serverIn = clientIn
	}
	k := useKey{
		client:    host{c.Client.Addr(), b.placeAt(clientIn, c.Points)},
		server:    host{c.Server.Addr(), b.placeAt(serverIn, c.Points)},
		app:       b.texts.id(c.App.Name),
		parent:    b.texts.id(c.Parent),
		port:      c.Server.Port(),
		transport: c.Transport,
		evidence:  c.App.Evidence,
		dscpUp:    mostUsed(c.Up.DSCP),
		dscpDown:  mostUsed(c.Down.DSCP),
		carries:   c.Tunnel,
		quiet:     c.Outcome != fact.Established,
	}
	if c.Transport == fact.ICMP || c.Transport == fact.ICMPv6 {
		k.port = 0 // type and code are not a port
	}
	return k
}

// mostUsed returns the code point of most packets, the smallest among equals.
func mostUsed(d fact.DSCPCounts) uint8 {
	var best fact.DSCPCount
	for _, c := range d {
		if c.Packets > best.Packets || c.Packets == best.Packets && c.DSCP < best.DSCP {
			best = c
		}
	}
	return best.DSCP
}

// measure returns the measures of one conversation. They are valid until the next call and share memory with c.
func (b *Builder) measure(c *fact.Conversation) *measures {
	m := &b.scratch
	*m = measures{direction: c.Direction, certainty: c.Certainty, step: max(stepOf(c.Step), b.minStep), buckets: c.Buckets, points: c.Points, witness: c.Evidence}
	if !continuation(c) {
		m.conversations = 1
		b.start[0] = c.First
		m.starts = b.start[:]
		b.life[0] = lifetime{c.First, c.Last}
		m.nested.items = b.life[:]
	}
	b.outcome(m, c)
	m.up.set(&c.Up)
	m.down.set(&c.Down)
	if c.TCP != nil {
		b.tcp.set(c.TCP)
		b.tcp.transfers(c)
		m.tcp = &b.tcp
		m.handshakes = count(c.TCP.Handshake)
	}
	a := &c.App
	b.text = [3]string{valid(a.ALPN), valid(a.Version), valid(a.Clear)}
	m.cleartext = count(a.Clear != "")
	m.alpn, m.versions, m.clear = b.text[0:1], b.text[1:2], b.text[2:3]
	m.names = b.nameBuf[:0]
	for _, n := range a.Names {
		m.names = append(m.names, valid(n.Name))
	}
	b.nameBuf = m.names
	if a.Cert != "" {
		m.cert = certificate{a.Cert, valid(a.CertName), c.Last}
	}
	return m
}

// continuation reports whether c surely goes on with a conversation that was counted before: its SYN is known, but none is in this part. Of
// other parts it cannot be told; they count.
func continuation(c *fact.Conversation) bool {
	return c.Partial && c.TCP != nil && c.TCP.SYN && c.TCP.SYNs == 0
}

func (h *half) set(f *fact.Half) {
	h.packets, h.bytes, h.payload = int64(f.Packets), int64(f.Bytes), int64(f.Payload)
	h.copies, h.fragments = int64(f.Copies), int64(f.Fragments)
	h.dscp = f.DSCP
	for i, n := range f.ECN {
		h.ecn[i] = int64(n)
	}
	for i, n := range f.PCP {
		h.pcp[i] = int64(n)
	}
	h.ttlMin, h.ttlMax = f.TTLMin, f.TTLMax
	h.mac, h.next, h.macAt = f.MAC, f.NextMAC, f.First
}

// placeList returns the text that names the places a conversation was seen in, the first sighting's first.
func (b *Builder) placeList(c *fact.Conversation) string {
	first := b.placeAt(c.Scope, c.Points)
	if len(c.Scopes) == 0 || len(c.Scopes) == 1 && plain(c.Scopes[0]) == plain(c.Scope) {
		for len(b.placeTexts) <= int(first) {
			p := b.places.value(uint32(len(b.placeTexts)))
			b.placeTexts = append(b.placeTexts, p.point+"/"+p.scope.String())
		}
		t := b.placeTexts[first]
		if _, ok := b.placeSets[t]; !ok {
			b.placeSets[t] = []uint32{first}
		}
		return t
	}
	set := []uint32{first}
	var rest []string
	for _, s := range c.Scopes {
		if id := b.placeAt(s, c.Points); !slices.Contains(set, id) {
			set = append(set, id)
			p := b.places.value(id)
			rest = append(rest, p.point+"/"+p.scope.String())
		}
	}
	slices.Sort(rest)
	p := b.places.value(first)
	t := strings.Join(append([]string{p.point + "/" + p.scope.String()}, rest...), "|")
	if _, ok := b.placeSets[t]; !ok {
		b.placeSets[t] = set
	}
	return t
}
