// Package speech says what applications say: the bytes of both sides of a conversation, in turns that real classifiers accept.
package speech

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Step is one turn: all that one side says before the other must answer.
type Step struct {
	Server bool   // the server speaks
	Data   []byte // first this,
	Block  []byte // then Fill bytes of Block repeated
	Fill   int
	Stream [][]byte // instead of the above: pieces in order
	Work   bool     // an answer for which the server works: its needs and its thinking time come first
	Think  int64    // nanoseconds that the speaker waits
}

// Len is how many bytes the turn has.
func (s *Step) Len() int {
	if s.Stream != nil {
		n := 0
		for _, b := range s.Stream {
			n += len(b)
		}
		return n
	}
	return len(s.Data) + s.Fill
}

// Params vary what is said.
type Params struct {
	Name     string // of the server: SNI, Host, …
	Client   string // name of the client's host
	User     string
	Password string
	Clear    bool   // credentials are sent unprotected
	Version  string // banner
	ALPN     string
	Database string
	Rand     *rand.Rand
}

// Dialogue is a conversation: opening turns, any number of exchanges, closing turns.
type Dialogue struct {
	Open     []Step
	Exchange func(request, response int) []Step // sizes are of the content, in bytes
	Close    []Step
}

// Protocols are the names that New knows, with the transport and port that each uses by default.
var protocols = map[string]struct {
	speak     func(Params) *Dialogue
	transport string
	port      uint16
}{
	"http": {http, "tcp", 80}, "tls": {tls, "tcp", 443}, "tls12": {tls12, "tcp", 443}, "quic": {quic, "udp", 443}, "ssh": {ssh, "tcp", 22},
	"smb": {smb, "tcp", 445}, "ldap": {ldap, "tcp", 389}, "mysql": {mysql, "tcp", 3306}, "postgresql": {postgresql, "tcp", 5432},
	"telnet": {telnet, "tcp", 23}, "ftp": {ftp, "tcp", 21}, "smtp": {smtp, "tcp", 25}, "pop3": {pop3, "tcp", 110}, "imap": {imap, "tcp", 143},
	"rdp": {rdp, "tcp", 3389}, "ntp": {ntp, "udp", 123}, "snmp": {snmp, "udp", 161}, "syslog": {syslog, "udp", 514}, "dns": {dnsService, "udp", 53},
	"redis": {redis, "tcp", 6379}, "raw": {raw, "tcp", 9000}, "bulk": {raw, "tcp", 5201}, "sip": {sipOptions, "udp", 5060}, "tftp": {tftp, "udp", 69},
	"mssql": {mssql, "tcp", 1433}, "mqtt": {mqtt, "tcp", 1883}, "datagrams": {datagrams, "udp", 9001}, "bgp": {raw, "tcp", 179},
	"dhcp": {datagrams, "udp", 67}, "rtsp": {rtsp, "tcp", 554}, "kerberos": {kerberos, "udp", 88}, "radius": {radius, "udp", 1812},
}

// Names lists what New knows.
func Names() []string { return slices.Sorted(maps.Keys(protocols)) }

// Default returns the usual transport and port of a protocol; ok is false if New does not know it.
func Default(protocol string) (transport string, port uint16, ok bool) {
	p, ok := protocols[protocol]
	return p.transport, p.port, ok
}

// New returns what a protocol's two sides say.
func New(protocol string, p Params) (*Dialogue, error) {
	x, ok := protocols[protocol]
	if !ok {
		return nil, fmt.Errorf("unknown application %q, want one of %s", protocol, strings.Join(Names(), ", "))
	}
	return x.speak(p), nil
}

func client(b ...byte) Step { return Step{Data: b} }
func server(b ...byte) Step { return Step{Server: true, Data: b} }
func says(s string) Step    { return Step{Data: []byte(s)} }
func answers(s string) Step { return Step{Server: true, Data: []byte(s)} }
func work(s Step) Step      { s.Work = true; return s }
func none(int, int) []Step  { return nil }

// materialLimit bounds the content of protocols whose turns are built in memory.
const materialLimit = 4 << 20

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// noise is random content that looks encrypted; made once from a fixed generator, never written to.
var noise = func() []byte {
	b := make([]byte, 1<<16)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}()

// prose is printable content.
var prose = []byte(strings.Repeat("the quick brown fox jumps over the lazy dog and runs along the river until the evening comes\r\n", 640))

// random returns n bytes from r.
func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
