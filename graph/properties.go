package graph

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"sync"
)

// field is one property of a node, relationship or row type.
type field struct {
	name   string
	index  []int
	sparse bool
	encode func(reflect.Value) any
}

var fieldCache sync.Map // reflect.Type → []field

// fields lists the properties of a struct type in the order of its fields, embedded ones first where they stand.
func fields(t reflect.Type) []field {
	if f, ok := fieldCache.Load(t); ok {
		return f.([]field)
	}
	var fs []field
	for _, f := range reflect.VisibleFields(t) {
		name, ok := f.Tag.Lookup("graph")
		if !ok || name == "-" || f.Anonymous {
			continue
		}
		fs = append(fs, field{name, f.Index, f.Tag.Get("sparse") == "true", encoder(f.Type)})
	}
	fieldCache.Store(t, fs)
	return fs
}

// PropertyNames returns the property names of a node, relationship or row, in the order of its fields.
func PropertyNames(v any) []string {
	fs := fields(structType(v))
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.name
	}
	return names
}

// SparseNames returns the names of the properties of a node or relationship that EncodeSparse leaves out where they are zero.
func SparseNames(v any) []string {
	var names []string
	for _, f := range fields(structType(v)) {
		if f.sparse {
			names = append(names, f.name)
		}
	}
	return names
}

func structType(v any) reflect.Type {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// EncodeProperties returns the properties of *v, a pointer to a struct with `graph` tags: string, bool, int64, float64, Time, []string,
// []int64, or []float64. Identifiers, addresses and prefixes become strings.
func EncodeProperties(v any) map[string]any { return encodeProperties(v, false) }

// EncodeSparse is EncodeProperties without the sparse properties that are zero or empty: to whom most of a row's many properties say nothing, they cost.
func EncodeSparse(v any) map[string]any { return encodeProperties(v, true) }

func encodeProperties(v any, sparse bool) map[string]any {
	rv := reflect.ValueOf(v).Elem()
	fs := fields(rv.Type())
	size := len(fs)
	if sparse {
		size = min(size, 48) // most rows have fewer
	}
	m := make(map[string]any, size)
	for i := range fs {
		f := &fs[i]
		x := rv.FieldByIndex(f.index)
		if sparse && f.sparse && (x.IsZero() || x.Kind() == reflect.Slice && x.Len() == 0) {
			continue
		}
		m[f.name] = f.encode(x)
	}
	return m
}

// encoder returns how values of a type become properties; they are addressable.
func encoder(t reflect.Type) func(reflect.Value) any {
	switch t {
	case reflect.TypeFor[Time]():
		return func(v reflect.Value) any { return Time(v.Int()) }
	case reflect.TypeFor[ID]():
		return func(v reflect.Value) any {
			id := v.Addr().Interface().(*ID)
			if id.IsZero() {
				return ""
			}
			return id.String()
		}
	case reflect.TypeFor[netip.Addr]():
		return func(v reflect.Value) any {
			if a := v.Addr().Interface().(*netip.Addr); a.IsValid() {
				return a.String()
			}
			return ""
		}
	case reflect.TypeFor[netip.Prefix]():
		return func(v reflect.Value) any {
			if p := v.Addr().Interface().(*netip.Prefix); p.IsValid() {
				return p.String()
			}
			return ""
		}
	case reflect.TypeFor[[]string]():
		return func(v reflect.Value) any { return append([]string{}, *v.Addr().Interface().(*[]string)...) }
	case reflect.TypeFor[[]int64]():
		return func(v reflect.Value) any { return append([]int64{}, *v.Addr().Interface().(*[]int64)...) }
	case reflect.TypeFor[[]float64]():
		return func(v reflect.Value) any { return append([]float64{}, *v.Addr().Interface().(*[]float64)...) }
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value) any { return v.String() }
	case reflect.Bool:
		return func(v reflect.Value) any { return v.Bool() }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(v reflect.Value) any { return v.Int() }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(v reflect.Value) any { return int64(v.Uint()) }
	case reflect.Float32, reflect.Float64:
		return func(v reflect.Value) any { return v.Float() }
	}
	return func(v reflect.Value) any { panic("graph: property of type " + v.Type().String()) }
}

// DecodeProperties sets the fields of *v from the properties in m, as EncodeProperties wrote them or as a server returns them: lists
// as []any, times as Time. A property that is missing or nil leaves its field zero; one of another type is an error.
func DecodeProperties(m map[string]any, v any) error {
	rv := reflect.ValueOf(v).Elem()
	for _, f := range fields(rv.Type()) {
		x, ok := m[f.name]
		if !ok || x == nil {
			continue
		}
		if err := decodeValue(rv.FieldByIndex(f.index), x); err != nil {
			return fmt.Errorf("property %s of %s: %w", f.name, rv.Type().Name(), err)
		}
	}
	return nil
}

func decodeValue(dst reflect.Value, x any) error {
	bad := func() error { return fmt.Errorf("%T is no %s", x, dst.Type()) }
	if t, ok := x.(Time); ok {
		if dst.Type() != reflect.TypeFor[Time]() {
			return bad()
		}
		dst.SetInt(int64(t))
		return nil
	}
	if s, ok := x.(string); ok && dst.Kind() != reflect.String {
		u, ok := dst.Addr().Interface().(encoding.TextUnmarshaler)
		if !ok {
			return bad()
		}
		if s == "" {
			dst.SetZero()
			return nil
		}
		return u.UnmarshalText([]byte(s))
	}
	switch dst.Kind() {
	case reflect.String:
		s, ok := x.(string)
		if !ok {
			return bad()
		}
		dst.SetString(s)
	case reflect.Bool:
		b, ok := x.(bool)
		if !ok {
			return bad()
		}
		dst.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, ok := toInt(x)
		if !ok || dst.OverflowInt(n) {
			return bad()
		}
		dst.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, ok := toInt(x)
		if !ok || n < 0 || dst.OverflowUint(uint64(n)) {
			return bad()
		}
		dst.SetUint(uint64(n))
	case reflect.Float32, reflect.Float64:
		switch n := x.(type) {
		case float64:
			dst.SetFloat(n)
		case int64:
			dst.SetFloat(float64(n))
		default:
			return bad()
		}
	case reflect.Slice:
		src := reflect.ValueOf(x)
		if src.Kind() != reflect.Slice {
			return bad()
		}
		if src.Len() == 0 {
			dst.SetZero()
			return nil
		}
		s := reflect.MakeSlice(dst.Type(), src.Len(), src.Len())
		for i := range src.Len() {
			if err := decodeValue(s.Index(i), src.Index(i).Interface()); err != nil {
				return err
			}
		}
		dst.Set(s)
	default:
		return bad()
	}
	return nil
}

// toInt accepts what JSON and Bolt use for whole numbers.
func toInt(x any) (int64, bool) {
	switch n := x.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64:
		return int64(n), n == float64(int64(n))
	}
	return 0, false
}
