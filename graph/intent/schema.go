package intent

import (
	"encoding/json"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"
)

// Schema returns the JSON Schema (2020-12) of the intent file. It says what a value may look like; that names refer to something and that
// zones do not overlap only Parse checks.
func Schema() (*jsonschema.Schema, error) {
	s, err := jsonschema.For[Intent](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[Range]():       {Types: []string{"integer", "string"}, Minimum: jsonschema.Ptr(0.0), Pattern: `^\s*[0-9]+\s*(-\s*[0-9]+\s*)?$`, Description: "a number, or a range: 100-199"},
		reflect.TypeFor[Prefix]():      {Type: "string", Pattern: `^[0-9a-fA-F:.]+(/[0-9]{1,3})?$`, Description: "an address, or a prefix"},
		reflect.TypeFor[ServiceSpec](): {Type: "string", Pattern: `^(app:[^ \t]+|(tcp|udp|sctp)(/[0-9]+(-[0-9]+)?)?|[a-z0-9]+|ip-[0-9]+)$`, Description: "tcp/443, udp/8000-8099, icmp, or app:NAME as the classifier names it"},
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

	one := any(1)
	s.Properties["version"].Const = &one
	policy := s.Properties["policy"]
	policy.Properties["default"].Enum = words(actions)
	policy.Properties["within_zone"].Enum = words(actions)
	rule := item(policy, "rules")
	rule["action"].Enum = words(actions)
	rule["severity"].Enum = words(severities)
	policy.Properties["rules"].Items.Required = []string{"from", "to", "action"}
	limit(item(s, "zones")["level"], 0, 1<<31-1)
	limit(item(s, "links")["capacity_mbps"], 0, 1e9)
	class := item(s.Properties["qos"], "classes")
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
