package cookbook

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// UsersOfApplication lists who uses a protocol, as telnet or SMB 1.
var UsersOfApplication = graph.Query[DependencyRow]{
	Name:  "users/application",
	Group: groupUsers,
	Doc:   "Who uses or tries an application such as telnet, or one version of it such as smb with SMB1, and where.",
	Params: []graph.Param{
		required(text("application", "application protocol", "telnet")),
		text("version", "beginning of a version or banner that was seen; empty: any", "SMB1"),
	},
	Cypher: cypher("users-application"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[DependencyRow] {
		app, version := str(p, "application"), str(p, "version")
		return dependencies(v, func(f flow) bool {
			return f.Application == app && (version == "" || slices.ContainsFunc(f.Versions, func(s string) bool { return strings.HasPrefix(s, version) }))
		})
	},
}

// UsersOfCertificate lists who was shown a certificate.
var UsersOfCertificate = graph.Query[DependencyRow]{
	Name:   "users/certificate",
	Group:  groupUsers,
	Doc:    "Who uses the services that show a certificate, by its name or fingerprint: whom its replacement touches.",
	Params: []graph.Param{required(text("certificate", "name in the certificate, or the SHA-256 of the leaf", "erp.corp.example"))},
	Cypher: cypher("users-certificate"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[DependencyRow] {
		c := str(p, "certificate")
		return dependencies(v, func(f flow) bool { return f.Certificate == c || f.CertName == c })
	},
}

// UsersOfServer lists who asks a resolver, a time server, a log server.
var UsersOfServer = graph.Query[DependencyRow]{
	Name:   "users/server",
	Group:  groupUsers,
	Doc:    "Who uses or tries the resolver, time server, log server or other infrastructure at an address, answered or not.",
	Params: []graph.Param{addressParam("address of the server"), text("application", "application protocol such as dns, ntp, syslog; empty: all", "dns")},
	Cypher: cypher("users-server"),
	Local: func(v *graph.View, p graph.Params) iter.Seq[DependencyRow] {
		address, app := str(p, "address"), str(p, "application")
		return dependencies(v, func(f flow) bool { return wants(app, f.Application) && addressText(f.service.Address) == address })
	},
}

// CleartextRow is credentials that a client sent in clear.
type CleartextRow struct {
	ClientKey
	ServiceKey
	Application   string `graph:"application"`
	Credentials   string `graph:"credentials"` // kind
	Conversations int64  `graph:"conversations"`
	Span
}

// CleartextUsers lists who sends credentials in clear.
var CleartextUsers = graph.Query[CleartextRow]{
	Name:   "users/cleartext",
	Group:  groupUsers,
	Doc:    "Who sends credentials that everybody on the way can read, to which service and how.",
	Cypher: cypher("users-cleartext"),
	Local: func(v *graph.View, _ graph.Params) iter.Seq[CleartextRow] {
		type key struct {
			client, service  graph.ID
			app, credentials string
		}
		at := map[key]*CleartextRow{}
		for f := range flows(v) {
			if f.Credentials == "" {
				continue
			}
			r := group(at, key{f.Src, f.Dst, f.Application, f.Credentials})
			r.ClientKey, r.ServiceKey, r.Application, r.Credentials = clientKey(f.client), serviceKey(f.service), f.Application, f.Credentials
			r.Conversations += f.Conversations
			r.Span.add(&f.Rel)
		}
		return analyses.Ordered(at, func(a, b *CleartextRow) int {
			return cmp.Or(a.ClientKey.compare(b.ClientKey), a.ServiceKey.compare(b.ServiceKey), cmp.Compare(a.Application, b.Application), cmp.Compare(a.Credentials, b.Credentials))
		})
	},
}
