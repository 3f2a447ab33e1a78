package intent

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"netscope.example/nsgraph/capture/fact"
)

// This file is how single values are written: each type is read and printed by one pair of functions, in YAML and in JSON alike.

// ParseRange reads "10" or "100-199".
func ParseRange(s string) (Range, error) {
	from, to, isRange := strings.Cut(s, "-")
	a, err := parseNumber(from)
	if err != nil {
		return Range{}, fmt.Errorf("%q is no number or range", s)
	}
	if !isRange {
		return Range{a, a}, nil
	}
	b, err := parseNumber(to)
	if err != nil {
		return Range{}, fmt.Errorf("%q is no number or range", s)
	}
	if b < a {
		return Range{}, fmt.Errorf("range %q is empty", s)
	}
	return Range{a, b}, nil
}

// parseNumber reads a decimal number without sign.
func parseNumber(s string) (uint32, error) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] == '+' {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err
}

// String returns "10" or "100-199".
func (r Range) String() string {
	if r.From == r.To {
		return strconv.FormatUint(uint64(r.From), 10)
	}
	return strconv.FormatUint(uint64(r.From), 10) + "-" + strconv.FormatUint(uint64(r.To), 10)
}

// value returns a number, or the range as text.
func (r Range) value() any {
	if r.From == r.To {
		return r.From
	}
	return r.String()
}

// MarshalYAML writes a number, or a range as text.
func (r Range) MarshalYAML() (any, error) { return r.value(), nil }

// MarshalJSON writes a number, or a range as text.
func (r Range) MarshalJSON() ([]byte, error) { return json.Marshal(r.value()) }

// UnmarshalYAML reads a number or a range.
func (r *Range) UnmarshalYAML(n *yaml.Node) (err error) {
	*r, err = ParseRange(n.Value)
	return err
}

// UnmarshalJSON reads a number or a range.
func (r *Range) UnmarshalJSON(b []byte) (err error) {
	*r, err = ParseRange(strings.Trim(string(b), `"`))
	return err
}

// ParsePrefix reads a prefix, or an address as the prefix that holds it alone. Bits beyond the length are an error.
func ParsePrefix(s string) (Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" {
			return Prefix{}, fmt.Errorf("%q has a zone, want an address or a prefix", s)
		}
		a = a.Unmap()
		return Prefix{netip.PrefixFrom(a, a.BitLen())}, nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Is4In6() {
		return Prefix{}, fmt.Errorf("%q is no address or prefix", s)
	}
	if p != p.Masked() {
		return Prefix{}, fmt.Errorf("%q has bits beyond its length; the prefix is %s", s, p.Masked())
	}
	return Prefix{p}, nil
}

// String returns the prefix; of a single address, the address.
func (p Prefix) String() string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.Prefix.String()
}

// MarshalText writes p as String does.
func (p Prefix) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what ParsePrefix reads.
func (p *Prefix) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePrefix(string(b))
	return err
}

// MarshalYAML writes p as String does.
func (p Prefix) MarshalYAML() (any, error) { return p.String(), nil }

// UnmarshalYAML reads what ParsePrefix reads.
func (p *Prefix) UnmarshalYAML(n *yaml.Node) error { return p.UnmarshalText([]byte(n.Value)) }

// transports are the names that a service may begin with.
var transports = []string{"tcp", "udp", "sctp", "icmp", "icmpv6", "gre", "esp", "ah", "ipip", "ipv6", "igmp", "ospf", "eigrp", "pim", "vrrp", "rsvp", "l2tp"}

// hasPorts reports whether a transport has ports.
func hasPorts(transport string) bool {
	return transport == fact.TCP.String() || transport == fact.UDP.String() || transport == fact.SCTP.String()
}

// Transports returns the names that a service may begin with; of those without ports, applications are called the same.
func Transports() []string { return slices.Clone(transports) }

// ParseService reads "tcp/443", "udp/8000-8099", "tcp" (all ports), "icmp", "ip-99", or "app:dns".
func ParseService(s string) (ServiceSpec, error) {
	if app, ok := strings.CutPrefix(s, "app:"); ok {
		if app == "" || strings.ContainsAny(app, " \t") {
			return ServiceSpec{}, fmt.Errorf("%q names no application", s)
		}
		return ServiceSpec{App: strings.ToLower(app)}, nil
	}
	transport, ports, has := strings.Cut(s, "/")
	known := false
	for _, t := range transports {
		known = known || t == transport
	}
	if n, ok := strings.CutPrefix(transport, "ip-"); ok {
		_, err := strconv.ParseUint(n, 10, 8)
		known = err == nil
	}
	if !known {
		return ServiceSpec{}, fmt.Errorf("%q is no service%s", s, nearest(transport, append([]string{"app:NAME"}, transports...)))
	}
	if !has {
		return ServiceSpec{Transport: transport}, nil
	}
	if !hasPorts(transport) {
		return ServiceSpec{}, fmt.Errorf("%q has a port, but %s has none", s, transport)
	}
	r, err := ParseRange(ports)
	if err != nil {
		return ServiceSpec{}, fmt.Errorf("%q: %w", s, err)
	}
	if r.From < 1 || r.To > 65535 {
		return ServiceSpec{}, fmt.Errorf("port %s is not within 1-65535", r)
	}
	return ServiceSpec{Transport: transport, Ports: r}, nil
}

// String returns what ParseService reads.
func (s ServiceSpec) String() string {
	switch {
	case s.App != "":
		return "app:" + s.App
	case s.Ports == Range{}:
		return s.Transport
	}
	return s.Transport + "/" + s.Ports.String()
}

// MarshalText writes s as String does.
func (s ServiceSpec) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what ParseService reads.
func (s *ServiceSpec) UnmarshalText(b []byte) (err error) {
	*s, err = ParseService(string(b))
	return err
}

// MarshalYAML writes s as String does.
func (s ServiceSpec) MarshalYAML() (any, error) { return s.String(), nil }

// UnmarshalYAML reads what ParseService reads.
func (s *ServiceSpec) UnmarshalYAML(n *yaml.Node) error { return s.UnmarshalText([]byte(n.Value)) }

// dscpNames are the code points with names: RFC 2474 (CS0 to CS7), RFC 2597 (AF), RFC 3246 (EF), RFC 5865 (VA), RFC 8622 (LE).
var dscpNames = [64]string{
	0: "CS0", 1: "LE", 8: "CS1", 10: "AF11", 12: "AF12", 14: "AF13", 16: "CS2", 18: "AF21", 20: "AF22", 22: "AF23", 24: "CS3", 26: "AF31", 28: "AF32",
	30: "AF33", 32: "CS4", 34: "AF41", 36: "AF42", 38: "AF43", 40: "CS5", 44: "VA", 46: "EF", 48: "CS6", 56: "CS7",
}

// dscpAliases are other names of CS0: default forwarding (RFC 4594), best effort.
var dscpAliases = []string{"DF", "BE"}

// ParseDSCP reads a name or a number from 0 to 63. Case does not matter.
func ParseDSCP(s string) (DSCP, error) {
	up := strings.ToUpper(strings.TrimSpace(s))
	var words []string
	for i, n := range dscpNames {
		if n != "" {
			if n == up {
				return DSCP(i), nil
			}
			words = append(words, n)
		}
	}
	for _, n := range dscpAliases {
		if n == up {
			return 0, nil
		}
		words = append(words, n)
	}
	if n, err := parseNumber(up); err == nil {
		if n > 63 {
			return 0, fmt.Errorf("DSCP %d is not within 0-63", n)
		}
		return DSCP(n), nil
	}
	return 0, fmt.Errorf("%q is no DSCP%s", s, nearest(up, words))
}

// String returns the name, or the number if it has none.
func (d DSCP) String() string {
	if int(d) < len(dscpNames) && dscpNames[d] != "" {
		return dscpNames[d]
	}
	return strconv.Itoa(int(d))
}

func (d DSCP) value() any {
	if int(d) < len(dscpNames) && dscpNames[d] != "" {
		return dscpNames[d]
	}
	return int(d)
}

// MarshalYAML writes the name, or the number if it has none.
func (d DSCP) MarshalYAML() (any, error) { return d.value(), nil }

// MarshalJSON writes the name, or the number if it has none.
func (d DSCP) MarshalJSON() ([]byte, error) { return json.Marshal(d.value()) }

// UnmarshalYAML reads a name or a number.
func (d *DSCP) UnmarshalYAML(n *yaml.Node) (err error) {
	*d, err = ParseDSCP(n.Value)
	return err
}

// UnmarshalJSON reads a name or a number.
func (d *DSCP) UnmarshalJSON(b []byte) (err error) {
	*d, err = ParseDSCP(strings.Trim(string(b), `"`))
	return err
}

// ParseMAC reads a MAC address with colons, dashes or dots and returns it in lower case with colons.
func ParseMAC(s string) (string, error) {
	plain := strings.Map(func(r rune) rune {
		if r == ':' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, s)
	v, err := strconv.ParseUint(plain, 16, 48)
	if err != nil || len(plain) != 12 || !(len(s) == 17 || len(s) == 14) {
		return "", errors.New(strconv.Quote(s) + " is no MAC address")
	}
	var m fact.MAC
	for i := range m {
		m[i] = byte(v >> (40 - 8*i))
	}
	return m.String(), nil
}
