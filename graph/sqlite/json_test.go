package sqlite

import (
	"encoding/json"
	"reflect"
	"testing"

	"netscope.example/nsgraph/graph"
)

// FuzzMore reads what is not what appendMore wrote: an error, or something that appendMore writes again.
func FuzzMore(f *testing.F) {
	var t table
	for _, t = range tables {
		if t.Name == string(graph.TypeUses) {
			break
		}
	}
	f.Add(`{}`)
	f.Add(`{"dscp_up":[0,10,1000],"rtt_min_ns":5,"evidence":["a:1,2","b"]}`)
	f.Add(`{"step_s":-1,"at":[`)
	f.Add(`{"evidence":["quo\"te]",""]}`)
	f.Fuzz(func(tt *testing.T, s string) {
		r := &reader{strings: map[string]string{}}
		var u graph.Uses
		if parseMore(r, reflect.ValueOf(&u).Elem(), s, t.byName) != nil {
			return
		}
		b := appendMore(nil, reflect.ValueOf(&u).Elem(), t.more)
		if !json.Valid(b) {
			tt.Fatalf("%s is no JSON", b)
		}
		var again graph.Uses
		if err := parseMore(r, reflect.ValueOf(&again).Elem(), string(b), t.byName); err != nil {
			tt.Fatalf("%s: %v", b, err)
		}
	})
}
