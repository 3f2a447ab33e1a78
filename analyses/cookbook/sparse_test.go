package cookbook_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/graph"
)

var (
	binding  = regexp.MustCompile(`[\[(]\s*(\w+)\s*:\s*([\w|]+)`) // [r:USES, (s:Service
	property = regexp.MustCompile(`(coalesce\()?\b(\w+)\.(\w+)\b`)
)

// bare lists the sparse properties that a statement reads without saying what an absent one means. A variable is of the types that it was last bound to.
func bare(statement string) (found []string) {
	sparse := map[string][]string{}
	for _, k := range graph.Kinds() {
		sparse[k.Name] = graph.SparseNames(reflect.New(k.Row).Interface())
	}
	bound := binding.FindAllStringSubmatchIndex(statement, -1)
	for _, at := range property.FindAllStringSubmatchIndex(statement, -1) {
		if at[2] >= 0 {
			continue
		}
		variable, name, types := statement[at[4]:at[5]], statement[at[6]:at[7]], ""
		for _, b := range bound {
			if b[0] < at[0] && statement[b[2]:b[3]] == variable {
				types = statement[b[4]:b[5]]
			}
		}
		for _, typ := range strings.Split(types, "|") {
			if slices.Contains(sparse[typ], name) {
				found = append(found, variable+"."+name)
			}
		}
	}
	return found
}

// TestSparse fails for a query that reads a property that may be absent without coalesce: its rows would differ from those of the other stores.
func TestSparse(t *testing.T) {
	for statement, want := range map[string]string{
		"MATCH ()-[r:USES]->() RETURN r.refused, r.conversations, coalesce(r.refused, 0)":  "[r.refused]",
		"MATCH ()-[r:USES WHERE r.tunnel = '']->() MATCH (e)-[r:IN_VLAN]->() RETURN r.mac": "[r.tunnel]",
		"MATCH ()-[x:OFFERS|USES]->(s:Service) RETURN sum(x.mss_up + s.port)":              "[x.mss_up]",
	} {
		if got := fmt.Sprint(bare(statement)); got != want {
			t.Errorf("%s: %s, want %s", statement, got, want)
		}
	}
	for _, q := range everything() {
		if i := q.Info(); bare(i.Cypher) != nil {
			t.Errorf("%s reads %v without coalesce", i.Name, bare(i.Cypher))
		}
	}
}
