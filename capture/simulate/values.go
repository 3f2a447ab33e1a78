package simulate

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"netscope.example/nsgraph/capture/simulate/frame"
)

// Span is a duration: 10s, 20ms, 1h30m.
type Span int64

// Rate is bits per second: 10Mbps, 64kbps, 1Gbps, or a number.
type Rate int64

// Addr is an IP address; Prefix a prefix with the address as written.
type (
	Addr   struct{ netip.Addr }
	Prefix struct{ netip.Prefix }
)

// Addr4 is an IPv4 address, Prefix4 and Prefix6 are prefixes of one family.
type (
	Addr4   struct{ netip.Addr }
	Prefix4 struct{ netip.Prefix }
	Prefix6 struct{ netip.Prefix }
)

func (a *Addr4) set(s string) error {
	v, err := netip.ParseAddr(s)
	if err != nil || !v.Is4() {
		return fmt.Errorf("%q is not an IP address of version 4", s)
	}
	a.Addr = v
	return nil
}

func (p *Prefix4) set(s string) error {
	v, err := netip.ParsePrefix(s)
	if err != nil || !v.Addr().Is4() {
		return fmt.Errorf("%q is not a prefix such as 10.0.0.0/24", s)
	}
	p.Prefix = v
	return nil
}

func (p *Prefix6) set(s string) error {
	v, err := netip.ParsePrefix(s)
	if err != nil || !v.Addr().Is6() {
		return fmt.Errorf("%q is not a prefix such as 2001:db8::/64", s)
	}
	p.Prefix = v
	return nil
}

// MAC is an EUI-48 address.
type MAC struct{ frame.MAC }

// Names is one name or several; a name that ends in * means all that begin so.
type Names []string

// DSCPMap maps code points by name or number.
type DSCPMap map[uint8]uint8

// scalar is implemented by values that are read from one word.
type scalar interface{ set(string) error }

func (d *Span) set(s string) error {
	v, err := time.ParseDuration(s)
	if s == "0" {
		v, err = 0, nil
	}
	if err != nil || v < 0 || v > 0 && v < time.Microsecond {
		return fmt.Errorf("%q is not a duration such as 10s, 20ms, 5us", s)
	}
	*d = Span(v)
	return nil
}

// Shift is a duration that may be below zero.
type Shift int64

func (d *Shift) set(s string) error {
	v, err := time.ParseDuration(s)
	if err != nil || v < -24*time.Hour || v > 24*time.Hour {
		return fmt.Errorf("%q is not a duration such as 5ms, -20ms, of a day at most", s)
	}
	*d = Shift(v)
	return nil
}

var rateUnits = []struct {
	suffix string
	factor float64
}{{"Gbps", 1e9}, {"Mbps", 1e6}, {"kbps", 1e3}, {"bps", 1}, {"", 1}}

func (r *Rate) set(s string) error {
	for _, u := range rateUnits {
		n, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(n, 64)
		if err != nil {
			continue
		}
		if !(v >= 1 && v*u.factor <= 1e13) {
			return fmt.Errorf("rate %s, want more than zero", s)
		}
		*r = Rate(v * u.factor)
		return nil
	}
	return fmt.Errorf("%q is not a rate such as 10Mbps", s)
}

func (a *Addr) set(s string) error {
	v, err := netip.ParseAddr(s)
	if err != nil {
		return fmt.Errorf("%q is not an IP address", s)
	}
	a.Addr = v
	return nil
}

func (p *Prefix) set(s string) error {
	v, err := netip.ParsePrefix(s)
	if err != nil {
		return fmt.Errorf("%q is not a prefix such as 10.0.0.0/24", s)
	}
	p.Prefix = v
	return nil
}

func (m *MAC) set(s string) error {
	f := strings.Split(s, ":")
	if len(f) != 6 {
		return fmt.Errorf("%q is not a MAC address", s)
	}
	for i, x := range f {
		v, err := strconv.ParseUint(x, 16, 8)
		if err != nil {
			return fmt.Errorf("%q is not a MAC address", s)
		}
		m.MAC[i] = byte(v)
	}
	return nil
}

// custom is implemented by values with a form of their own.
type custom interface{ decode(n *yaml.Node) error }

func (l *Names) decode(n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		*l = Names{n.Value}
		return nil
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				return fmt.Errorf("want a name")
			}
			*l = append(*l, c.Value)
		}
		return nil
	}
	return fmt.Errorf("want a name or a list of names")
}

func (m *DSCPMap) decode(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("want a mapping of code points")
	}
	*m = DSCPMap{}
	for i := 0; i < len(n.Content); i += 2 {
		from, err := dscp(n.Content[i].Value)
		if err != nil {
			return err
		}
		to, err := dscp(n.Content[i+1].Value)
		if err != nil {
			return err
		}
		(*m)[from] = to
	}
	return nil
}

// dscpNames are the code points of RFC 2474, 2597, 3246, 5865 and 8622.
var dscpNames = map[string]uint8{
	"DF": 0, "BE": 0, "CS0": 0, "LE": 1, "CS1": 8, "AF11": 10, "AF12": 12, "AF13": 14, "CS2": 16, "AF21": 18, "AF22": 20, "AF23": 22,
	"CS3": 24, "AF31": 26, "AF32": 28, "AF33": 30, "CS4": 32, "AF41": 34, "AF42": 36, "AF43": 38, "CS5": 40, "VA": 44, "EF": 46,
	"CS6": 48, "CS7": 56,
}

func dscp(s string) (uint8, error) {
	if v, ok := dscpNames[strings.ToUpper(s)]; ok {
		return v, nil
	}
	v, err := strconv.ParseUint(s, 10, 8)
	if err != nil || v > 63 {
		return 0, fmt.Errorf("%q is not a code point: EF, AF31, CS5, …, or 0 to 63", s)
	}
	return uint8(v), nil
}
