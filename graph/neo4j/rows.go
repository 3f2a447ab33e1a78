package neo4j

import (
	"strings"
	"unicode/utf8"

	"netscope.example/nsgraph/graph"
)

// properties returns the properties of a row as the server takes them; sparse ones that are zero are absent.
func properties(row any) map[string]any {
	m := graph.EncodeSparse(row)
	for k, v := range m {
		switch x := v.(type) {
		case graph.Time:
			m[k] = dateTime(x)
		case string:
			if !utf8.ValidString(x) {
				m[k] = strings.ToValidUTF8(x, "\uFFFD")
			}
		case []string:
			for i, s := range x { // EncodeProperties copied it
				if !utf8.ValidString(s) {
					x[i] = strings.ToValidUTF8(s, "\uFFFD")
				}
			}
		}
	}
	return m
}
