// Package intent is what the operator declares about a site: zones, policy, groups, applications, classes. Everything in it is optional.
package intent

// Intent is a checked intent file.
type Intent struct {
	Version          int           `yaml:"version" json:"version"`
	Contexts         []Context     `yaml:"contexts" json:"contexts,omitempty"`
	Zones            []Zone        `yaml:"zones" json:"zones,omitempty"`
	Policy           *Policy       `yaml:"policy" json:"policy,omitempty"`
	Groups           []Group       `yaml:"groups" json:"groups,omitempty"`
	Applications     []Application `yaml:"applications" json:"applications,omitempty"`
	QoS              *QoS          `yaml:"qos" json:"qos,omitempty"`
	Links            []LinkSpec    `yaml:"links" json:"links,omitempty"`
	Points           []Point       `yaml:"points" json:"points,omitempty"`
	Gateways         []Gateway     `yaml:"gateways" json:"gateways,omitempty"`
	ServicesExpected *Expected     `yaml:"services_expected" json:"services_expected,omitempty"`
	Baselines        []Baseline    `yaml:"baselines" json:"baselines,omitempty"`
}

// Context is an address space.
type Context struct {
	Name   string   `yaml:"name" json:"name"`
	VLANs  Ranges   `yaml:"vlans" json:"vlans,omitempty"`
	VNIs   Ranges   `yaml:"vnis" json:"vnis,omitempty"`
	Points []string `yaml:"points" json:"points,omitempty"`
}

// Zone is a part of the network that policy speaks of.
type Zone struct {
	Name     string   `yaml:"name" json:"name"`
	VLANs    Ranges   `yaml:"vlans" json:"vlans,omitempty"`
	Prefixes []Prefix `yaml:"prefixes" json:"prefixes,omitempty"`
	Context  string   `yaml:"context" json:"context,omitempty"`
	Level    int      `yaml:"level" json:"level,omitempty"`
}

// Policy says who may talk to whom.
type Policy struct {
	Default    string `yaml:"default" json:"default,omitempty"`         // deny, allow, observe
	WithinZone string `yaml:"within_zone" json:"within_zone,omitempty"` // deny, allow, observe
	Rules      []Rule `yaml:"rules" json:"rules,omitempty"`
}

// Rule is one line of the policy; the first that matches decides.
type Rule struct {
	Name     string        `yaml:"name" json:"name"`
	From     string        `yaml:"from" json:"from"` // a zone or any
	To       string        `yaml:"to" json:"to"`
	Services []ServiceSpec `yaml:"services" json:"services,omitempty"` // empty: all
	Action   string        `yaml:"action" json:"action"`               // allow, deny, observe
	Severity string        `yaml:"severity" json:"severity,omitempty"`
}

// Group is a user group or business unit.
type Group struct {
	Name     string   `yaml:"name" json:"name"`
	Prefixes []Prefix `yaml:"prefixes" json:"prefixes,omitempty"`
	VLANs    Ranges   `yaml:"vlans" json:"vlans,omitempty"`
	MACs     []string `yaml:"macs" json:"macs,omitempty"`
}

// Application is something that the business knows by name.
type Application struct {
	Name     string        `yaml:"name" json:"name"`
	Services []ServiceSpec `yaml:"services" json:"services,omitempty"`
	Servers  []Prefix      `yaml:"servers" json:"servers,omitempty"` // addresses or prefixes
	Names    []string      `yaml:"names" json:"names,omitempty"`     // globs over SNI, HTTP host and DNS names
	Critical bool          `yaml:"critical" json:"critical,omitempty"`
	Owner    string        `yaml:"owner" json:"owner,omitempty"`
	Class    string        `yaml:"class" json:"class,omitempty"`
}

// QoS is the marking plan.
type QoS struct {
	Trust   []string `yaml:"trust" json:"trust,omitempty"`
	Classes []Class  `yaml:"classes" json:"classes,omitempty"`
}

// Class is a traffic class.
type Class struct {
	Name         string   `yaml:"name" json:"name"`
	DSCP         []DSCP   `yaml:"dscp" json:"dscp,omitempty"`
	PCP          []uint8  `yaml:"pcp" json:"pcp,omitempty"`
	Match        []string `yaml:"match" json:"match,omitempty"` // app:NAME, application:NAME, zone:NAME, tcp/PORT, udp/PORT
	LatencyMs    float64  `yaml:"latency_ms" json:"latency_ms,omitempty"`
	JitterMs     float64  `yaml:"jitter_ms" json:"jitter_ms,omitempty"`
	LossPct      float64  `yaml:"loss_pct" json:"loss_pct,omitempty"`
	ReservedMbps float64  `yaml:"reserved_mbps" json:"reserved_mbps,omitempty"`
}

// LinkSpec is a link with a known capacity.
type LinkSpec struct {
	Point        string  `yaml:"point" json:"point"`
	CapacityMbps float64 `yaml:"capacity_mbps" json:"capacity_mbps"`
}

// Point is a declared capture point.
type Point struct {
	Name   string `yaml:"name" json:"name"`
	VLANs  Ranges `yaml:"vlans" json:"vlans,omitempty"`
	Device string `yaml:"device" json:"device,omitempty"`
}

// Gateway is a declared router of a zone.
type Gateway struct {
	Zone      string   `yaml:"zone" json:"zone"`
	Addresses []Prefix `yaml:"addresses" json:"addresses,omitempty"`
	MACs      []string `yaml:"macs" json:"macs,omitempty"`
}

// Expected says who alone may answer.
type Expected struct {
	DHCP []Prefix `yaml:"dhcp" json:"dhcp,omitempty"` // nil: not declared; empty: nobody
	DNS  []Prefix `yaml:"dns" json:"dns,omitempty"`
	NTP  []Prefix `yaml:"ntp" json:"ntp,omitempty"`
}

// Baseline is what the packets of a device family must show.
type Baseline struct {
	Family Family         `yaml:"family" json:"family"`
	Expect map[string]any `yaml:"expect" json:"expect"`
}

// Family selects devices; its values are globs.
type Family struct {
	Platform string `yaml:"platform" json:"platform,omitempty"`
	Vendor   string `yaml:"vendor" json:"vendor,omitempty"`
}
