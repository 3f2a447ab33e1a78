package build

import (
	"cmp"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"netscope.example/nsgraph/capture/fact"
)

// grace is how long after its TTL an answer may still be in use: clients keep names a little longer than they are told to.
const grace = fact.Time(time.Minute)

// asked is a client and an address that it was told a name of.
type asked struct{ client, server netip.Addr }

// answer is a name that a client was told, and when it held.
type answer struct {
	name         string
	first, until fact.Time
}

// maxAnswers is how many names of one address one client is credited with.
const maxAnswers = 64

// tellings returns the DNS answers by client and address, in order.
func (b *Builder) tellings() map[asked][]answer {
	told := map[asked][]answer{}
	for k, n := range b.names {
		for _, t := range n.told {
			a := asked{t.client, k.ip}
			told[a] = append(told[a], answer{k.name, t.first, t.until})
		}
	}
	for a, l := range told {
		slices.SortFunc(l, func(x, y answer) int {
			return cmp.Or(strings.Compare(x.name, y.name), cmp.Compare(x.first, y.first), cmp.Compare(x.until, y.until))
		})
		told[a] = l[:min(len(l), maxAnswers)]
	}
	return told
}

// protocolLabels are first labels of host names that tell a protocol, and the port on which it is spoken in clear or over TLS.
var protocolLabels = map[string]struct {
	app   string
	ports []uint16
}{
	"ntp":    {"ntp", []uint16{123}},
	"ldap":   {"ldap", []uint16{389, 636}},
	"smtp":   {"smtp", []uint16{25, 465, 587}},
	"imap":   {"imap", []uint16{143, 993}},
	"pop":    {"pop3", []uint16{110, 995}},
	"pop3":   {"pop3", []uint16{110, 995}},
	"ftp":    {"ftp", []uint16{21}},
	"ssh":    {"ssh", []uint16{22}},
	"sip":    {"sip", []uint16{5060, 5061}},
	"mqtt":   {"mqtt", []uint16{1883, 8883}},
	"stun":   {"stun", []uint16{3478}},
	"radius": {"radius", []uint16{1812, 1813}},
	"syslog": {"syslog", []uint16{514, 6514}},
}

// byAnswer credits a communication with the names by which its client had just been told the server's address. Where nothing better than
// the port says what is spoken, a name that tells the protocol of that port, or that is a declared application's, is the evidence.
func (s *sheet) byAnswer(k *pairKey, u *useKey, sp *span, told map[asked][]answer) {
	for _, a := range told[asked{u.client.ip, u.server.ip}] {
		if a.first > sp.last || a.until+grace < sp.first {
			continue
		}
		sp.names = mergeTexts(sp.names, []string{a.name}, maxNames)
		if k.evidence > fact.PortEvidence {
			continue
		}
		label, _, _ := strings.Cut(a.name, ".")
		if p, ok := protocolLabels[label]; ok && slices.Contains(p.ports, k.port) && (k.app == "" || k.app == p.app) {
			k.app, k.evidence = p.app, fact.DNSEvidence
		} else if k.app != "" && s.isDeclared(a.name) {
			k.evidence = fact.DNSEvidence
		}
	}
}

// isDeclared reports whether a name is one of a declared application.
func (s *sheet) isDeclared(name string) bool {
	if s.o.Intent == nil {
		return false
	}
	for i := range s.o.Intent.Applications {
		for _, g := range s.o.Intent.Applications[i].Names {
			if ok, err := path.Match(strings.ToLower(g), strings.ToLower(name)); ok && err == nil {
				return true
			}
		}
	}
	return false
}
