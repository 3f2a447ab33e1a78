package build

import (
	"strings"
	"unicode/utf8"

	"netscope.example/nsgraph/capture/fact"
)

// valid makes what a hostile banner says readable to every store and tool alike: what is not UTF-8 becomes U+FFFD.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func validStatement(f fact.Statement) fact.Statement {
	f.Speaker, f.Port, f.Group, f.Setting, f.Value = valid(f.Speaker), valid(f.Port), valid(f.Group), valid(f.Setting), valid(f.Value)
	return f
}

func validLink(f fact.Link) fact.Link {
	f.From, f.FromName, f.FromPort, f.To = valid(f.From), valid(f.FromName), valid(f.FromPort), valid(f.To)
	f.Platform, f.Version = valid(f.Platform), valid(f.Version)
	return f
}
