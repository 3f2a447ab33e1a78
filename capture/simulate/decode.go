package simulate

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"
)

// PlaceError is an error in a scenario file, with its place.
type PlaceError struct {
	File         string
	Line, Column int
	Err          error
}

// Error returns file:line:column: reason.
func (e *PlaceError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Column, e.Err)
}

// Unwrap returns the reason.
func (e *PlaceError) Unwrap() error { return e.Err }

func at(file string, n *yaml.Node, format string, a ...any) error {
	return &PlaceError{file, n.Line, n.Column, fmt.Errorf(format, a...)}
}

// decoder fills structs from YAML, strictly, and remembers where each value stood.
type decoder struct {
	file   func(*yaml.Node) string
	places map[any]*yaml.Node // pointer to a decoded struct, to its node
	errs   []error
}

func (d *decoder) fail(n *yaml.Node, format string, a ...any) {
	d.errs = append(d.errs, at(d.file(n), n, format, a...))
}

func (d *decoder) err() error { return errors.Join(d.errs...) }

func (d *decoder) value(n *yaml.Node, v reflect.Value) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if v.Type() == reflect.TypeFor[yaml.Node]() {
		v.Set(reflect.ValueOf(*n))
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem())
		return
	}
	switch x := v.Addr().Interface().(type) {
	case custom:
		if err := x.decode(n); err != nil {
			d.fail(n, "%w", err)
		}
		return
	case scalar:
		if n.Kind != yaml.ScalarNode {
			d.fail(n, "want one value, found a %s", kindName(n))
		} else if err := x.set(n.Value); err != nil {
			d.fail(n, "%w", err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.fail(n, "want a list, found a %s", kindName(n))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, c := range n.Content {
			d.value(c, v.Index(i))
		}
	case reflect.Map:
		d.mapping(n, v)
	default:
		d.scalar(n, v)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "want a mapping, found a %s", kindName(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i < len(n.Content); i += 2 {
		x := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], x)
		v.SetMapIndex(reflect.ValueOf(n.Content[i].Value), x)
	}
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "want a mapping, found a %s", kindName(n))
		return
	}
	d.places[v.Addr().Interface()] = n
	t := v.Type()
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		if seen[k.Value] {
			d.fail(k, "key %s twice", k.Value)
		}
		seen[k.Value] = true
		f := -1
		var keys []string
		for j := range t.NumField() {
			tag := t.Field(j).Tag.Get("yaml")
			if tag == "" {
				continue
			}
			keys = append(keys, tag)
			if tag == k.Value {
				f = j
			}
		}
		if f < 0 {
			d.fail(k, "unknown key %s%s", k.Value, nearest(k.Value, keys))
			continue
		}
		d.value(n.Content[i+1], v.Field(f))
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		d.fail(n, "want one value, found a %s", kindName(n))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		b, err := strconv.ParseBool(n.Value)
		if err != nil {
			d.fail(n, "%q is neither true nor false", n.Value)
		}
		v.SetBool(b)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			d.fail(n, "%q is not a number", n.Value)
		}
		v.SetFloat(f)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		u, err := strconv.ParseUint(n.Value, 0, v.Type().Bits())
		if err != nil {
			d.fail(n, "%q is not a whole number from 0 to %d", n.Value, uint64(1)<<(v.Type().Bits()-1)*2-1)
		}
		v.SetUint(u)
	default:
		i, err := strconv.ParseInt(n.Value, 0, 64)
		if err != nil || i < 0 {
			d.fail(n, "%q is not a whole number of zero or more", n.Value)
		}
		v.SetInt(i)
	}
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "mapping"
	case yaml.SequenceNode:
		return "list"
	}
	return "single value"
}

// nearest names the word most like w, if one is close.
func nearest(w string, words []string) string {
	best, far := "", 3
	for _, x := range words {
		if n := levenshtein.ComputeDistance(strings.ToLower(w), strings.ToLower(x)); n < far {
			best, far = x, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}
