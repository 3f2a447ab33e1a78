package intent

import "net/netip"

// Range is a closed interval of VLAN ids, VNIs or ports.
type Range struct{ From, To uint32 }

// Ranges is a list of numbers and ranges: [10, "100-199"].
type Ranges []Range

// Contains reports whether n is in one of the ranges.
func (r Ranges) Contains(n uint32) bool {
	for _, x := range r {
		if x.From <= n && n <= x.To {
			return true
		}
	}
	return false
}

// Prefix is an address prefix; a single address is a prefix of full length.
type Prefix struct{ netip.Prefix }

// ServiceSpec is "tcp/443", "udp/8000-8099", "icmp", or "app:dns".
type ServiceSpec struct {
	Transport string // tcp, udp, sctp, icmp, …; "" with App
	Ports     Range  // zero: all
	App       string
}

// Matches reports whether the service is meant. app is the application's name, "" if unknown.
func (s ServiceSpec) Matches(transport string, port uint16, app string) bool {
	if s.App != "" {
		return s.App == app
	}
	if s.Transport != transport {
		return false
	}
	return s.Ports == Range{} || s.Ports.From <= uint32(port) && uint32(port) <= s.Ports.To
}

// DSCP is a code point by name (EF, AF31, CS5, LE, VA, DF) or number.
type DSCP uint8
