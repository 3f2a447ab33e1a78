package intent

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Write writes the file that Parse reads: keys in the order of the types, what is not declared left out, lists of single values on one
// line. Equal intents give equal bytes.
func Write(w io.Writer, in *Intent) error {
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(in); err != nil {
		return fmt.Errorf("write intent: %w", err)
	}
	return e.Close()
}

// MarshalYAML writes in as Write does.
func (in *Intent) MarshalYAML() (any, error) { return node(reflect.ValueOf(*in)) }

// node returns v as YAML, or nil if nothing is declared in it.
func node(v reflect.Value) (*yaml.Node, error) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, nil
		}
		return node(v.Elem())
	}
	if _, ok := scalars[v.Type()]; ok {
		return scalarNode(v)
	}
	switch v.Kind() {
	case reflect.Struct:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !declared(f, v.Field(i)) {
				continue
			}
			c, err := node(v.Field(i))
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: f.Tag.Get("yaml")}, c)
		}
		return n, nil
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for i := range v.Len() {
			c, err := node(v.Index(i))
			if err != nil {
				return nil, err
			}
			if c.Kind != yaml.ScalarNode {
				n.Style = 0
			}
			n.Content = append(n.Content, c)
		}
		return n, nil
	case reflect.Map:
		m := v.Interface().(map[string]any)
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, k := range slices.Sorted(maps.Keys(m)) {
			c, err := scalarNode(reflect.ValueOf(m[k]))
			if err != nil {
				return nil, err
			}
			key, err := scalarNode(reflect.ValueOf(k))
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, key, c)
		}
		return n, nil
	}
	return scalarNode(v)
}

// declared reports whether a field is written: always if it is required or an empty list that means nobody.
func declared(f reflect.StructField, v reflect.Value) bool {
	if !strings.Contains(f.Tag.Get("json"), ",omitempty") {
		return true
	}
	if v.Kind() == reflect.Slice && v.Len() == 0 {
		return !v.IsNil() && v.Type() == reflect.TypeFor[[]Prefix]() && slices.Contains(expectedKeys, f.Tag.Get("yaml"))
	}
	return !v.IsZero()
}

// expectedKeys are those of Expected, in which an empty list says that nobody may answer.
var expectedKeys = []string{"dhcp", "dns", "ntp"}

func scalarNode(v reflect.Value) (*yaml.Node, error) {
	x := v.Interface()
	switch t := x.(type) {
	case Range:
		x = t.value()
	case DSCP:
		x = t.value()
	case encoding.TextMarshaler:
		b, err := t.MarshalText()
		if err != nil {
			return nil, err
		}
		x = string(b)
	}
	n := &yaml.Node{}
	return n, n.Encode(x)
}

// MarshalJSON writes what is declared, with an empty list where nobody may answer.
func (e Expected) MarshalJSON() ([]byte, error) {
	m := map[string][]Prefix{}
	for i, l := range [][]Prefix{e.DHCP, e.DNS, e.NTP} {
		if l != nil {
			m[expectedKeys[i]] = l
		}
	}
	return json.Marshal(m)
}
