package export

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// WriteJSON writes the report as one object, as encoding/json would, laid out to be read and searched: an element of a list takes a line. It is
// written piece by piece, so that a large report needs no memory of its size.
func (r *Report) WriteJSON(w io.Writer) error { return JSON(w, r) }

// WriteJSONL writes the findings, one object a line.
func (r *Report) WriteJSONL(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range r.Findings {
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

// JSON writes v as encoding/json would: structures and maps a field a line, lists an element a line, everything else as it comes.
func JSON(w io.Writer, v any) error {
	l := &layout{w: w}
	l.enc = json.NewEncoder(&l.buf)
	l.enc.SetEscapeHTML(false)
	l.value(reflect.ValueOf(v), "\n")
	l.text("\n")
	return l.err
}

// layout writes JSON. The first failure sticks.
type layout struct {
	w   io.Writer
	buf bytes.Buffer
	enc *json.Encoder // into buf
	out []byte        // buf with spaces
	err error
}

func (l *layout) text(s string) {
	if l.err == nil {
		_, l.err = io.WriteString(l.w, s)
	}
}

// value writes v; its last line begins with the line break and the indentation nl.
func (l *layout) value(v reflect.Value, nl string) {
	for (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && !v.IsNil() {
		v = v.Elem()
	}
	fields, plain := fieldsOf(v)
	switch {
	case plain && len(fields) > 0:
		l.list("{", "}", nl, len(fields), func(i int) {
			l.text(fields[i].name)
			l.value(fields[i].value, nl+"  ")
		})
	case v.Kind() == reflect.Slice && v.Len() > 0 && v.Type().Elem().Kind() != reflect.Uint8:
		l.list("[", "]", nl, v.Len(), func(i int) { l.line(v.Index(i)) })
	default:
		l.line(v)
	}
}

func (l *layout) list(open, end, nl string, n int, element func(i int)) {
	l.text(open)
	for i := 0; i < n && l.err == nil; i++ {
		if i > 0 {
			l.text(",")
		}
		l.text(nl + "  ")
		element(i)
	}
	l.text(nl + end)
}

// line writes v in one line.
func (l *layout) line(v reflect.Value) {
	if l.err != nil {
		return
	}
	var x any
	if v.IsValid() {
		x = v.Interface()
		if v.CanAddr() {
			x = v.Addr().Interface() // a pointer takes no copy
		}
	}
	l.buf.Reset()
	if l.err = l.enc.Encode(x); l.err == nil {
		l.out = spaced(l.out[:0], bytes.TrimSuffix(l.buf.Bytes(), []byte("\n")))
		_, l.err = l.w.Write(l.out)
	}
}

// spaced appends compact JSON to out, with a space behind its colons and commas.
func spaced(out, b []byte) []byte {
	quoted := false
	for i := 0; i < len(b); i++ {
		c := b[i]
		out = append(out, c)
		switch {
		case quoted && c == '\\':
			i++
			out = append(out, b[i])
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ':' || c == ','):
			out = append(out, ' ')
		}
	}
	return out
}

type field struct {
	name  string // quoted, with its colon
	value reflect.Value
}

// fieldsOf returns the fields of a structure whose JSON form its tags alone say, or of a map, in their order.
func fieldsOf(v reflect.Value) (fields []field, ok bool) {
	named := func(name string, x reflect.Value) {
		quoted, _ := json.Marshal(name) // a string has a JSON form
		fields = append(fields, field{string(quoted) + ": ", x})
	}
	switch {
	case !v.IsValid() || v.Type().Implements(reflect.TypeFor[json.Marshaler]()) || v.Type().Implements(reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()):
		return nil, false
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		m := map[string]reflect.Value{}
		for it := v.MapRange(); it.Next(); {
			m[it.Key().String()] = it.Value()
		}
		for _, name := range slices.Sorted(maps.Keys(m)) {
			named(name, m[name])
		}
		return fields, true
	case v.Kind() != reflect.Struct:
		return nil, false
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" && options == "" || !f.IsExported() && !f.Anonymous:
		case name == "" || options != "":
			return nil, false // encoding/json knows what these mean
		default:
			named(name, v.Field(i))
		}
	}
	return fields, true
}
