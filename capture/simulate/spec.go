package simulate

import "go.yaml.in/yaml/v3"

// Scenario is a network, what happens in it, where it is captured, and what must be found. Its YAML keys are the field tags.
// Names are unique within each list; a scenario with a base merges into it: mappings by key, lists of named items by name,
// other lists by appending.
type Scenario struct {
	Version  int    `yaml:"version"`
	Name     string `yaml:"name"`
	Doc      string `yaml:"doc"`
	Base     string `yaml:"base"`   // a scenario of the library, or a file beside this one
	Start    string `yaml:"start"`  // RFC 3339; packet time of the first moment
	Before   string `yaml:"before"` // the scenario that shows the network earlier, for what is judged by comparing
	Duration Span   `yaml:"duration"`
	Seed     uint64 `yaml:"seed"`
	Domain   string `yaml:"domain"` // DNS suffix of hosts and services

	VLANs    []VLAN    `yaml:"vlans"`
	Switches []Switch  `yaml:"switches"`
	Routers  []Router  `yaml:"routers"`
	Links    []Link    `yaml:"links"`
	Hosts    []Host    `yaml:"hosts"`
	Services []Service `yaml:"services"`
	Traffic  []Traffic `yaml:"traffic"`
	Calls    []Call    `yaml:"calls"`
	Acts     []Act     `yaml:"acts"`
	Faults   []Fault   `yaml:"faults"`
	Capture  []Capture `yaml:"capture"`

	Intent yaml.Node `yaml:"intent"` // the site's intent file, written beside the capture as it stands
	Expect Expect    `yaml:"expect"`

	file   string
	src    map[*yaml.Node]string // file of each node
	places map[any]*yaml.Node    // where each decoded struct stood
}

// VLAN is a layer-2 segment and its subnet.
type VLAN struct {
	Name    string  `yaml:"name"`
	ID      uint16  `yaml:"id"`
	Prefix  Prefix4 `yaml:"prefix"`
	Prefix6 Prefix6 `yaml:"prefix6"`
	Zone    string  `yaml:"zone"`
	Context string  `yaml:"context"` // address space; default is one
	Gateway Addr4   `yaml:"gateway"` // what hosts use; default: the router interface there, or its virtual address
	DNS     Addr    `yaml:"dns"`     // resolver of the hosts there
}

// Switch bridges VLANs.
type Switch struct {
	Name     string   `yaml:"name"`
	MAC      MAC      `yaml:"mac"`
	Platform string   `yaml:"platform"`
	Software string   `yaml:"software"`
	Address  Addr4    `yaml:"address"` // management address that LLDP and CDP tell
	STP      STP      `yaml:"stp"`
	LLDP     bool     `yaml:"lldp"`
	CDP      bool     `yaml:"cdp"`
	DTP      string   `yaml:"dtp"` // auto, desirable, on: negotiation sent on every port; none if empty
	DTPTrunk bool     `yaml:"dtp_trunks_only"`
	VTP      *VTP     `yaml:"vtp"`
	LACP     *LACP    `yaml:"lacp"`
	PCP      *uint8   `yaml:"pcp"`      // priority given to all frames; default from DSCP
	TrustTag bool     `yaml:"no_remap"` // do not derive priority from DSCP
	VLANs    []uint16 `yaml:"vlans"`    // that LLDP names
}

func (s *Switch) trustDSCP() bool { return !s.TrustTag }

// STP is a switch's spanning tree.
type STP struct {
	Mode         string `yaml:"mode"` // pvst, rstp, stp, mst; none if empty
	Priority     uint16 `yaml:"priority"`
	Hello        Span   `yaml:"hello"`
	MaxAge       Span   `yaml:"max_age"`
	ForwardDelay Span   `yaml:"forward_delay"`
	Region       string `yaml:"region"`
	Revision     uint16 `yaml:"revision"`
	Root         bool   `yaml:"claim_root"` // says that it is the root whatever it hears
	Changes      Span   `yaml:"changes"`    // topology changes in each such period
}

// VTP is a switch's VLAN trunking protocol.
type VTP struct {
	Domain   string `yaml:"domain"`
	Revision uint32 `yaml:"revision"`
	Version  uint8  `yaml:"version"`
}

// LACP is a device's link aggregation.
type LACP struct {
	System MAC    `yaml:"system"`
	Key    uint16 `yaml:"key"`
	Fast   bool   `yaml:"fast"`
}

// Router forwards between its interfaces; with a policy it is a firewall.
type Router struct {
	Name       string      `yaml:"name"`
	Platform   string      `yaml:"platform"`
	Software   string      `yaml:"software"`
	Interfaces []Interface `yaml:"interfaces"`
	Routes     []Route     `yaml:"routes"`
	LLDP       bool        `yaml:"lldp"`
	CDP        bool        `yaml:"cdp"`
	OSPF       *OSPF       `yaml:"ospf"`
	EIGRP      *EIGRP      `yaml:"eigrp"`
	RIP        *RIP        `yaml:"rip"`
	BGP        *BGP        `yaml:"bgp"`
	ISIS       *ISIS       `yaml:"isis"`
	PIM        *PIM        `yaml:"pim"`
	Policy     []Rule      `yaml:"policy"`
	NAT        []NAT       `yaml:"nat"`
	Tunnels    []Tunnel    `yaml:"tunnels"`
	TTL        uint8       `yaml:"keep_ttl"` // 1: does not lower the TTL
	NoICMP     bool        `yaml:"no_icmp"`  // sends no ICMP errors
	MSSClamp   uint16      `yaml:"mss_clamp"`
	Strip      []string    `yaml:"strip"`    // TCP options that it removes: scale, sack, timestamps
	Mark       DSCPMap     `yaml:"remark"`   // code points that it rewrites
	Classify   []Marking   `yaml:"classify"` // services whose packets it marks
	BleachECN  bool        `yaml:"bleach_ecn"`
	Relay      []Addr4     `yaml:"dhcp_relay"`
	Redirects  bool        `yaml:"redirects"`
	Delay      Span        `yaml:"delay"` // time to forward a packet; default 20 µs
}

// Interface is a router's.
type Interface struct {
	Name    string   `yaml:"name"`
	Link    string   `yaml:"link"`
	VLAN    uint16   `yaml:"vlan"` // 0 on a routed link
	Address Prefix4  `yaml:"address"`
	Addr6   Prefix6  `yaml:"address6"`
	MTU     int      `yaml:"mtu"`
	Context string   `yaml:"context"`
	MAC     MAC      `yaml:"mac"`
	FHRP    []FHRP   `yaml:"fhrp"`
	RA      *RA      `yaml:"ra"`
	OSPF    *OSPF    `yaml:"ospf"` // overrides the router's
	Proxy   bool     `yaml:"proxy_arp"`
	NoUse   []string `yaml:"passive"` // protocols that do not speak here
}

// FHRP is membership of a redundant gateway group.
type FHRP struct {
	Protocol string `yaml:"protocol"` // hsrp, hsrpv2, vrrp, vrrpv3, glbp
	Group    uint8  `yaml:"group"`
	Virtual  Addr4  `yaml:"virtual"`
	Priority uint8  `yaml:"priority"`
	Hello    Span   `yaml:"hello"`
	Hold     Span   `yaml:"hold"`
	Auth     string `yaml:"auth"`
	Active   *bool  `yaml:"active"` // false: never active; true: active whatever it hears; default: by priority
}

// RA is a router advertisement's content.
type RA struct {
	Prefix   Prefix6 `yaml:"prefix"`
	MTU      uint32  `yaml:"mtu"`
	HopLimit uint8   `yaml:"hop_limit"`
	Managed  bool    `yaml:"managed"`
	Other    bool    `yaml:"other"`
	Lifetime Span    `yaml:"lifetime"`
	Interval Span    `yaml:"interval"`
}

// OSPF is an OSPFv2 speaker.
type OSPF struct {
	RouterID Addr4  `yaml:"router_id"`
	Area     uint32 `yaml:"area"`
	Hello    Span   `yaml:"hello"`
	Dead     Span   `yaml:"dead"`
	Mask     int    `yaml:"mask"` // prefix length; default the interface's
	Stub     bool   `yaml:"stub"`
	NSSA     bool   `yaml:"nssa"`
	Auth     uint16 `yaml:"auth"`
	MTU      uint16 `yaml:"mtu"`
	Priority *uint8 `yaml:"priority"`
}

// EIGRP is an EIGRP speaker.
type EIGRP struct {
	AS      uint16  `yaml:"as"`
	K       []uint8 `yaml:"k"`
	Hold    Span    `yaml:"hold"`
	Hello   Span    `yaml:"hello"`
	Goodbye Span    `yaml:"goodbye"` // when it says farewell
}

// RIP is a RIP speaker.
type RIP struct {
	Version  uint8  `yaml:"version"`
	Password string `yaml:"password"`
	Interval Span   `yaml:"interval"`
}

// BGP is a BGP speaker; one side of each pair connects.
type BGP struct {
	AS        uint32 `yaml:"as"`
	RouterID  Addr4  `yaml:"router_id"`
	Hold      uint16 `yaml:"hold"`
	Neighbour Addr4  `yaml:"neighbour"`
	PeerAS    uint32 `yaml:"peer_as"`
}

// ISIS is an IS-IS speaker.
type ISIS struct {
	System string `yaml:"system"` // 12 hexadecimal digits
	Area   string `yaml:"area"`   // hexadecimal
	Level  uint8  `yaml:"level"`
	Hold   uint16 `yaml:"hold"`
	Hello  Span   `yaml:"hello"`
}

// PIM is a PIM speaker.
type PIM struct {
	Hello    Span   `yaml:"hello"`
	Hold     uint16 `yaml:"hold"`
	Priority uint32 `yaml:"priority"`
}

// Route is a static route.
type Route struct {
	To      Prefix `yaml:"to"`
	Via     Addr   `yaml:"via"`
	Context string `yaml:"context"`
}

// Rule is a line of a firewall's policy; the first that matches a conversation decides, none allows.
type Rule struct {
	Name     string   `yaml:"name"`
	From     string   `yaml:"from"` // zone, VLAN name, host, prefix or any
	To       string   `yaml:"to"`
	Services []string `yaml:"services"` // tcp/443, udp/53, icmp; empty: all
	Action   string   `yaml:"action"`   // allow, drop, reset, icmp
	ICMPCode uint8    `yaml:"code"`     // default 13
}

// Marking gives a code point to the packets of services, whichever side sends them.
type Marking struct {
	Services []string `yaml:"services"`
	DSCP     string   `yaml:"dscp"`
}

// NAT translates what leaves by an interface, or arrives at a virtual address.
type NAT struct {
	Source  Prefix4  `yaml:"source"`  // source translation of this prefix
	To      Addr4    `yaml:"to"`      // its new address
	Virtual string   `yaml:"virtual"` // destination translation: address:port
	Servers []string `yaml:"servers"` // address:port, in turn
}

// Tunnel carries packets for some prefixes to another router.
type Tunnel struct {
	Kind    string   `yaml:"kind"` // gre, ipip, vxlan
	Local   Addr4    `yaml:"local"`
	Remote  Addr4    `yaml:"remote"`
	For     []Prefix `yaml:"for"`
	Key     uint32   `yaml:"key"`
	Context string   `yaml:"context"` // of the passengers
	MTU     int      `yaml:"mtu"`
	DSCP    string   `yaml:"dscp"` // outer mark: copy (default), or a code point
}

// Link joins two nodes. A switch end is a trunk if vlans or a native VLAN other than its access VLAN are given, else access.
type Link struct {
	Name    string   `yaml:"name"`
	A       string   `yaml:"a"`
	B       string   `yaml:"b"`
	VLANs   []uint16 `yaml:"vlans"`    // tagged
	Access  uint16   `yaml:"access"`   // VLAN of untagged frames, both ends
	NativeA uint16   `yaml:"native_a"` // overrides at one end
	NativeB uint16   `yaml:"native_b"`
	Rate    Rate     `yaml:"rate"`
	Delay   Span     `yaml:"delay"`
	Loss    float64  `yaml:"loss"` // share, 0 to 1
	MTU     int      `yaml:"mtu"`
	DuplexA string   `yaml:"duplex_a"` // as CDP and LLDP tell: full, half; they contradict: collisions
	DuplexB string   `yaml:"duplex_b"`
	SpeedA  uint32   `yaml:"speed_a"` // Mb/s, as LLDP tells
	SpeedB  uint32   `yaml:"speed_b"`
	MTUA    int      `yaml:"frame_a"` // maximum frame size, as LLDP tells
	MTUB    int      `yaml:"frame_b"`
	Queue   *Queue   `yaml:"queue"`
	RemarkA DSCPMap  `yaml:"remark_a"` // code points that switch a rewrites on arrival
	RemarkB DSCPMap  `yaml:"remark_b"`
	Blocked string   `yaml:"blocked"` // a or b: that end does not forward (spanning tree)
}

// Queue is the discipline of both transmitters of a link.
type Queue struct {
	Kind    string  `yaml:"kind"`    // fifo, priority, wfq
	Limit   int     `yaml:"limit"`   // bytes that may wait in each class, or in all of a FIFO
	Packets int     `yaml:"packets"` // that may wait in all, whatever their size; 0 no such limit
	Classes []Class `yaml:"classes"`
	Police  *Bucket `yaml:"police"`
	Shape   *Bucket `yaml:"shape"`
}

// Class is one queue of a link.
type Class struct {
	Name   string   `yaml:"name"`
	DSCP   []string `yaml:"dscp"`
	Strict bool     `yaml:"strict"`
	Weight int      `yaml:"weight"`
	Limit  int      `yaml:"limit"`
	Police *Bucket  `yaml:"police"`
}

// Bucket is a token bucket.
type Bucket struct {
	Rate  Rate `yaml:"rate"`
	Burst int  `yaml:"burst"` // bytes
}

// Host is an end system, or count of them.
type Host struct {
	Name         string            `yaml:"name"`
	Count        int               `yaml:"count"`
	At           string            `yaml:"at"` // switch
	VLAN         uint16            `yaml:"vlan"`
	Tagged       bool              `yaml:"tagged"`  // its port carries the VLAN tagged
	Link         string            `yaml:"link"`    // instead of At: the link that names it
	Address      string            `yaml:"address"` // dhcp, or an address; the next free one if empty
	Address6     string            `yaml:"address6"`
	Mask         int               `yaml:"mask"` // prefix length it believes in; default its VLAN's
	MAC          MAC               `yaml:"mac"`
	OS           string            `yaml:"os"`
	Gateway      Addr4             `yaml:"gateway"`
	DNS          Addr              `yaml:"dns"`
	Rate         Rate              `yaml:"rate"`
	Delay        Span              `yaml:"delay"`
	Loss         float64           `yaml:"loss"`
	MTU          int               `yaml:"mtu"`
	Mark         map[string]string `yaml:"mark"` // application, or *, to code point
	Firewall     string            `yaml:"firewall"`
	Groups       []string          `yaml:"groups"`
	TTL          uint8             `yaml:"ttl"`
	Window       uint16            `yaml:"window"`
	Buffer       int               `yaml:"buffer"`
	MSS          int               `yaml:"mss"`
	NoScaling    bool              `yaml:"no_scaling"`
	NoSACK       bool              `yaml:"no_sack"`
	NoTimestamps bool              `yaml:"no_timestamps"`
	NoDF         bool              `yaml:"no_df"`
	ECN          bool              `yaml:"ecn"`
	SYNRetries   int               `yaml:"syn_retries"`
	IgnorePMTU   bool              `yaml:"ignore_pmtu"`
	Forward      bool              `yaml:"forward"`
	Also         []uint16          `yaml:"also_untagged"` // further VLANs that its switch port sends to it untagged
	HostName     string            `yaml:"hostname"`      // that it tells by DHCP; default its name
	ClockOf      string            `yaml:"clock_of"`      // host whose TCP timestamp clock it shares: another interface of the same machine
	Duplicate    bool              `yaml:"duplicate"`     // its address may be another host's
	CDP          bool              `yaml:"cdp"`
	LLDP         bool              `yaml:"lldp"`
	Platform     string            `yaml:"platform"`
	Software     string            `yaml:"software"`
}

// Service is something that hosts answer for.
type Service struct {
	Name      string `yaml:"name"`
	Host      Names  `yaml:"host"`
	Address   Addr   `yaml:"address"` // that clients use, if not the host's: a virtual address
	Transport string `yaml:"transport"`
	Port      uint16 `yaml:"port"`
	App       string `yaml:"app"`
	FQDN      string `yaml:"fqdn"`
	NoDNS     bool   `yaml:"no_dns"`
	Needs     []Need `yaml:"needs"`
	Think     Span   `yaml:"think"`
	FailHard  bool   `yaml:"fail_hard"` // resets its client if a need fails
	User      string `yaml:"user"`
	Password  string `yaml:"password"`
	Clear     bool   `yaml:"clear"` // credentials go in clear
	Version   string `yaml:"banner"`
	ALPN      string `yaml:"alpn"`
	Database  string `yaml:"database"`
	IPv6      bool   `yaml:"ipv6"`
	Listening *bool  `yaml:"listening"` // false: the hosts have no such service: attempts are refused or dropped
	DHCP      *DHCP  `yaml:"dhcp"`
}

// DHCP is what a server offers.
type DHCP struct {
	Pool   Prefix4 `yaml:"pool"`
	Mask   int     `yaml:"mask"`
	Router Addr4   `yaml:"router"`
	DNS    Addr4   `yaml:"dns"`
	Domain string  `yaml:"domain"`
	Lease  Span    `yaml:"lease"`
	MTU    uint16  `yaml:"mtu"`
	Delay  Span    `yaml:"delay"`
	NAK    bool    `yaml:"nak"`
	Empty  bool    `yaml:"empty"` // its pool is exhausted: it does not offer
}

// Need is a service that another one asks before it answers.
type Need struct {
	Service     string   `yaml:"service"`
	Think       Span     `yaml:"think"`
	Probability *float64 `yaml:"probability"`
	Request     int      `yaml:"request"`
	Response    int      `yaml:"response"`
	Pooled      bool     `yaml:"pooled"`
}

// Traffic is what hosts do with a service, again and again.
type Traffic struct {
	Name      string `yaml:"name"`
	From      Names  `yaml:"from"`
	To        string `yaml:"to"` // service
	Every     Span   `yaml:"every"`
	Fixed     bool   `yaml:"fixed"` // exactly each period instead of exponentially
	Start     Span   `yaml:"start"`
	Stop      Span   `yaml:"stop"`
	Count     int    `yaml:"count"` // conversations of each host; 0 no limit
	Exchanges int    `yaml:"exchanges"`
	Pause     Span   `yaml:"pause"`
	Request   int    `yaml:"request"`
	Response  int    `yaml:"response"`
	Exact     bool   `yaml:"exact"` // sizes as given
	Open      bool   `yaml:"stay_open"`
	Day       []int  `yaml:"day"`  // hours between which people work, in the scenario's time zone
	Rate      Rate   `yaml:"rate"` // of an unbroken datagram stream instead of exchanges
	Size      int    `yaml:"size"` // of its datagrams
	Answer    bool   `yaml:"answer"`
}

// Call is a telephone call: SIP by way of a service, RTP between the phones.
type Call struct {
	Name     string `yaml:"name"`
	From     string `yaml:"from"`
	To       string `yaml:"to"`
	Via      string `yaml:"via"` // a sip service
	At       Span   `yaml:"at"`
	Duration Span   `yaml:"duration"`
	Codec    string `yaml:"codec"` // PCMU, PCMA, G722, G729
	Silence  bool   `yaml:"silence_suppression"`
	NoSIP    bool   `yaml:"no_signalling"`
	NewSSRC  Span   `yaml:"new_ssrc"` // when the caller changes its source identifier
	Video    bool   `yaml:"video"`
}

// Act is something that one host does once: see acts.go for the kinds.
type Act struct {
	Name    string `yaml:"name"`
	Kind    string `yaml:"kind"`
	Host    string `yaml:"host"`
	At      Span   `yaml:"at"`
	Count   int    `yaml:"count"`
	Every   Span   `yaml:"every"`
	Target  string `yaml:"target"`
	VLAN    uint16 `yaml:"vlan"`
	Outer   uint16 `yaml:"outer"`
	TPID    uint16 `yaml:"tpid"`
	Size    int    `yaml:"size"`
	Port    uint16 `yaml:"port"`
	Address Addr   `yaml:"address"`
	Prefix  Prefix `yaml:"prefix"`
	MAC     MAC    `yaml:"mac"`
}

// Fault changes something from one moment to another.
type Fault struct {
	Name   string  `yaml:"name"`
	Kind   string  `yaml:"kind"`
	Target string  `yaml:"target"`
	From   Span    `yaml:"from"`
	Until  Span    `yaml:"until"`
	Value  float64 `yaml:"value"`
}

// Capture is a capture point.
type Capture struct {
	Name      string   `yaml:"name"`
	On        string   `yaml:"on"`        // switch:NAME, link:NAME, host:NAME
	End       string   `yaml:"end"`       // of a link: a (default) or b: the end beside which the tap stands
	Direction string   `yaml:"direction"` // rx (default), tx, both at a switch; both (default), a, b at a link: what that end sends
	VLANs     []uint16 `yaml:"vlans"`
	Offset    Shift    `yaml:"offset"`
	Drift     float64  `yaml:"drift_ppm"`
	Loss      float64  `yaml:"loss"`
	Snap      int      `yaml:"snaplen"`
	Strip     bool     `yaml:"strip_tags"`
	StripTx   bool     `yaml:"strip_tags_one_way"`
	Offload   bool     `yaml:"offload"`
	Twice     bool     `yaml:"duplicate"`
	Untagged  bool     `yaml:"as_is"` // a switch's mirror shows frames as they came, not with their VLAN's tag
}

// Expect is what the analyses must and must not find.
type Expect struct {
	Must    []Expected        `yaml:"must" json:"must"`
	MustNot []string          `yaml:"must_not" json:"must_not"` // rules, or analysis/*
	QoS     map[string]string `yaml:"qos" json:"qos,omitempty"` // class to verdict
}

// Expected is a finding: its rule, and words that its subjects or text must hold (names of hosts stand for their addresses).
type Expected struct {
	Rule     string   `yaml:"rule" json:"rule"`
	Subjects []string `yaml:"subjects" json:"subjects,omitempty"`
}
