package intent

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// Patterns of addresses and ports, as far as a pattern goes.
const (
	octet       = `(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])`
	v4Pattern   = `(` + octet + `\.){3}` + octet + `(/(3[0-2]|[12]?[0-9]))?`
	v6Pattern   = `[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?`
	portPattern = `(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})`
)

// Schema returns the JSON Schema (2020-12) of the intent file. It says what a value may look like; that names refer to something and that
// zones do not overlap only Parse checks.
func Schema() (*jsonschema.Schema, error) {
	s, err := jsonschema.For[Intent](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[Range]():       {Types: []string{"integer", "string"}, Minimum: jsonschema.Ptr(0.0), Pattern: `^\s*[0-9]+\s*(-\s*[0-9]+\s*)?$`, Description: "a number, or a range: 100-199"},
		reflect.TypeFor[Prefix]():      {Type: "string", Pattern: "^(" + v4Pattern + "|" + v6Pattern + ")$", Description: "an address, or a prefix"},
		reflect.TypeFor[ServiceSpec](): {Type: "string", Pattern: "^(app:[^ \\t]+|(tcp|udp|sctp)/" + portPattern + "(-" + portPattern + ")?|" + strings.Join(transports, "|") + "|ip-[0-9]+)$", Description: "tcp/443, udp/8000-8099, icmp, or app:NAME as the classifier names it"},
		reflect.TypeFor[DSCP]():        {AnyOf: []*jsonschema.Schema{{Type: "integer", Minimum: jsonschema.Ptr(0.0), Maximum: jsonschema.Ptr(63.0)}, {Type: "string", Enum: dscpWords()}}},
	}})
	if err != nil {
		return nil, err
	}
	s.Schema = "https://json-schema.org/draft/2020-12/schema"
	s.Title = "nsgraph intent file"
	s.Required = nil // everything in it is optional
	refine(s)
	return s, nil
}

func dscpWords() []any {
	var w []any
	for _, n := range dscpNames {
		if n != "" {
			w = append(w, n)
		}
	}
	for _, n := range dscpAliases {
		w = append(w, n)
	}
	return w
}

func words(w []string) []any {
	out := make([]any, len(w))
	for i := range w {
		out[i] = w[i]
	}
	return out
}

// refine adds what the Go types cannot say.
func refine(s *jsonschema.Schema) {
	item := func(s *jsonschema.Schema, list string) map[string]*jsonschema.Schema {
		return s.Properties[list].Items.Properties
	}
	limit := func(s *jsonschema.Schema, low, high float64) { s.Minimum, s.Maximum = &low, &high }

	named := func(m map[string]*jsonschema.Schema) { m["name"].MinLength = jsonschema.Ptr(1) }
	vlans := func(m map[string]*jsonschema.Schema) { limit(m["vlans"].Items, 1, 4094) }

	one, all := any(1), any(anyZone)
	s.Properties["version"].Const = &one
	policy := s.Properties["policy"]
	policy.Properties["default"].Enum = words(actions)
	policy.Properties["within_zone"].Enum = words(actions)
	rule := item(policy, "rules")
	rule["action"].Enum = words(actions)
	rule["severity"].Enum = words(severities)
	policy.Properties["rules"].Items.Required = []string{"from", "to", "action"}
	for _, list := range []string{"contexts", "zones", "groups", "applications", "points"} {
		named(item(s, list))
	}
	for _, list := range []string{"contexts", "zones", "groups", "points"} {
		vlans(item(s, list))
	}
	limit(item(s, "contexts")["vnis"].Items, 1, 1<<24-1)
	item(s, "zones")["name"].Not = &jsonschema.Schema{Const: &all}
	limit(item(s, "zones")["level"], 0, 1<<31-1)
	item(s, "links")["capacity_mbps"].ExclusiveMinimum = jsonschema.Ptr(0.0)
	class := item(s.Properties["qos"], "classes")
	named(class)
	limit(class["pcp"].Items, 0, 7)
	limit(class["loss_pct"], 0, 100)
	for _, n := range []string{"latency_ms", "jitter_ms", "reserved_mbps"} {
		limit(class[n], 0, 1e9)
	}
	mac := `^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$|^([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}$`
	item(s, "groups")["macs"].Items.Pattern = mac
	item(s, "gateways")["macs"].Items.Pattern = mac
	item(s, "baselines")["expect"].AdditionalProperties = &jsonschema.Schema{Types: []string{"string", "number", "boolean"}}
}

// SchemaJSON returns the schema as indented JSON that ends with a newline.
func SchemaJSON() ([]byte, error) {
	s, err := Schema()
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(s, "", "  ")
	return append(b, '\n'), err
}
