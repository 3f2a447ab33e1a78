package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"netscope.example/nsgraph/graph"
)

// column is one property of a table.
type column struct {
	name    string
	sqlType string
	index   []int
	get     func(reflect.Value) driver.Value
	set     func(*reader, reflect.Value, driver.Value) error
}

// reader shares equal strings between the rows that it reads.
type reader struct{ strings map[string]string }

func (r *reader) intern(s string) string {
	if len(s) > 64 {
		return s
	}
	if t, ok := r.strings[s]; ok {
		return t
	}
	if len(r.strings) < 1<<16 {
		r.strings[s] = s
	}
	return s
}

// columnsOf lists the columns of a row type: its tagged fields, and the ends of a relationship after its ID.
func columnsOf(t reflect.Type) []column {
	var cs []column
	for _, f := range reflect.VisibleFields(t) {
		name, ok := f.Tag.Lookup("graph")
		if !ok || f.Anonymous {
			continue
		}
		if name == "-" {
			if f.Name != "Src" && f.Name != "Dst" {
				continue // Label and Type: the table's name
			}
			name = strings.ToLower(f.Name)
		}
		c := codec(f.Type)
		c.name, c.index = name, f.Index
		cs = append(cs, c)
	}
	return cs
}

// codec says how a Go type is stored.
func codec(t reflect.Type) column {
	switch t {
	case reflect.TypeFor[graph.ID]():
		return column{sqlType: "TEXT NOT NULL", get: getID, set: setID}
	case reflect.TypeFor[netip.Addr](), reflect.TypeFor[netip.Prefix]():
		return column{sqlType: "TEXT NOT NULL", get: getText, set: setText}
	case reflect.TypeFor[[]string](), reflect.TypeFor[[]int64]():
		return column{sqlType: "TEXT", get: getList, set: setList}
	}
	switch t.Kind() {
	case reflect.String:
		return column{sqlType: "TEXT NOT NULL", get: getString, set: setString}
	case reflect.Bool:
		return column{sqlType: "INTEGER NOT NULL", get: func(v reflect.Value) driver.Value { return v.Bool() }, set: setBool}
	case reflect.Int64:
		return column{sqlType: "INTEGER NOT NULL", get: func(v reflect.Value) driver.Value { return v.Int() }, set: setInt}
	case reflect.Uint16:
		return column{sqlType: "INTEGER NOT NULL", get: func(v reflect.Value) driver.Value { return int64(v.Uint()) }, set: setUint}
	case reflect.Float64:
		return column{sqlType: "REAL NOT NULL", get: func(v reflect.Value) driver.Value { return v.Float() }, set: setFloat}
	}
	panic("graph/sqlite: property of type " + t.String())
}

func wrong(v driver.Value, want reflect.Value) error {
	return fmt.Errorf("%T is no %s", v, want.Type())
}

func getID(v reflect.Value) driver.Value {
	id := v.Addr().Interface().(*graph.ID)
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func setID(_ *reader, v reflect.Value, x driver.Value) error {
	s, ok := x.(string)
	if !ok {
		return wrong(x, v)
	}
	if s == "" {
		return nil
	}
	return v.Addr().Interface().(*graph.ID).UnmarshalText([]byte(s))
}

func getText(v reflect.Value) driver.Value {
	switch x := v.Addr().Interface().(type) {
	case *netip.Addr:
		if x.IsValid() {
			return x.String()
		}
	case *netip.Prefix:
		if x.IsValid() {
			return x.String()
		}
	}
	return ""
}

func setText(_ *reader, v reflect.Value, x driver.Value) error {
	s, ok := x.(string)
	if !ok {
		return wrong(x, v)
	}
	if s == "" {
		return nil
	}
	if a, ok := v.Addr().Interface().(*netip.Addr); ok {
		return a.UnmarshalText([]byte(s))
	}
	return v.Addr().Interface().(*netip.Prefix).UnmarshalText([]byte(s))
}

// getString keeps what a hostile banner says readable to every tool: invalid UTF-8 becomes U+FFFD.
func getString(v reflect.Value) driver.Value {
	if s := v.String(); !utf8.ValidString(s) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return v.String()
}

func setString(r *reader, v reflect.Value, x driver.Value) error {
	s, ok := x.(string)
	if !ok {
		return wrong(x, v)
	}
	v.SetString(r.intern(s))
	return nil
}

func setBool(_ *reader, v reflect.Value, x driver.Value) error {
	n, ok := x.(int64)
	if !ok {
		return wrong(x, v)
	}
	v.SetBool(n != 0)
	return nil
}

func setInt(_ *reader, v reflect.Value, x driver.Value) error {
	n, ok := x.(int64)
	if !ok {
		return wrong(x, v)
	}
	v.SetInt(n)
	return nil
}

func setUint(_ *reader, v reflect.Value, x driver.Value) error {
	n, ok := x.(int64)
	if !ok || n < 0 || v.OverflowUint(uint64(n)) {
		return wrong(x, v)
	}
	v.SetUint(uint64(n))
	return nil
}

func setFloat(_ *reader, v reflect.Value, x driver.Value) error {
	switch f := x.(type) {
	case float64:
		v.SetFloat(f)
	case int64: // a whole number in JSON
		v.SetFloat(float64(f))
	default:
		return wrong(x, v)
	}
	return nil
}

func getList(v reflect.Value) driver.Value {
	switch x := v.Addr().Interface().(type) {
	case *[]int64:
		if len(*x) > 0 {
			return string(appendInts(make([]byte, 0, 16*len(*x)), *x))
		}
	case *[]string:
		if len(*x) > 0 {
			return string(appendStrings(make([]byte, 0, 32*len(*x)), *x))
		}
	}
	return nil
}

func setList(r *reader, v reflect.Value, x driver.Value) error {
	if x == nil {
		return nil
	}
	s, ok := x.(string)
	if !ok {
		return wrong(x, v)
	}
	if ns, ok := v.Addr().Interface().(*[]int64); ok {
		return parseInts(ns, s)
	}
	ss := v.Addr().Interface().(*[]string)
	if t := strings.TrimSuffix(strings.TrimPrefix(s, `["`), `"]`); len(t) == len(s)-4 && plain(t) {
		*ss = []string{r.intern(t)} // the usual list: one plain string
		return nil
	}
	if err := json.Unmarshal([]byte(s), ss); err != nil {
		return err
	}
	for i, t := range *ss {
		(*ss)[i] = r.intern(t)
	}
	return nil
}

// parseInts reads what appendInts wrote.
func parseInts(ns *[]int64, s string) error {
	t, ok := strings.CutPrefix(s, "[")
	t, ok2 := strings.CutSuffix(t, "]")
	if !ok || !ok2 {
		return fmt.Errorf("%q is no list of numbers", s)
	}
	*ns = make([]int64, 0, strings.Count(t, ",")+1)
	for f := range strings.SplitSeq(t, ",") {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return err
		}
		*ns = append(*ns, n)
	}
	return nil
}
