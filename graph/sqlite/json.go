package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// appendString writes s as JSON; what is no UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	if plain(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	j, err := json.Marshal(strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		panic(err) // strings always can be
	}
	return append(b, j...)
}

// plain reports whether s needs no escape.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func appendInts(b []byte, ns []int64) []byte {
	b = append(b, '[')
	for i, n := range ns {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return append(b, ']')
}

func appendStrings(b []byte, ss []string) []byte {
	b = append(b, '[')
	for i, s := range ss {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}

// appendMore writes the properties of a row that have no column of their own, without those that are zero.
func appendMore(b []byte, row reflect.Value, cs []column) []byte {
	b = append(b, '{')
	for i := range cs {
		v := row.FieldByIndex(cs[i].index)
		if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, cs[i].name...)
		b = append(b, '"', ':')
		switch x := cs[i].get(v).(type) {
		case int64:
			b = strconv.AppendInt(b, x, 10)
		case float64:
			b = strconv.AppendFloat(b, x, 'g', -1, 64)
		case bool:
			b = strconv.AppendBool(b, x)
		case string:
			if v.Kind() == reflect.Slice {
				b = append(b, x...) // a list is JSON already
			} else {
				b = appendString(b, x)
			}
		}
	}
	return append(b, '}')
}

var errMore = errors.New("no object of properties")

// parseMore reads what appendMore wrote.
func parseMore(r *reader, row reflect.Value, s string, cs map[string]*column) error {
	s, ok := strings.CutPrefix(s, "{")
	for ok && s != "}" {
		name, rest, _ := strings.Cut(strings.TrimPrefix(s, `"`), `":`)
		n := valueLen(rest)
		if n == 0 || n >= len(rest) {
			return errMore
		}
		c := cs[name]
		if c == nil {
			return fmt.Errorf("unknown property %q", name)
		}
		v, err := scalar(rest[:n])
		if err == nil {
			err = c.set(r, row.FieldByIndex(c.index), v)
		}
		if err != nil {
			return fmt.Errorf("property %s: %w", name, err)
		}
		s = strings.TrimPrefix(rest[n:], ",")
	}
	if !ok {
		return errMore
	}
	return nil
}

// valueLen returns the length of the JSON value that s begins with: a list, a string or a number, as appendMore writes them.
func valueLen(s string) int {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0 && (c == ',' || c == '}'):
			return i
		}
	}
	return 0
}

// scalar reads a value as SQLite would give it: lists stay text.
func scalar(s string) (driver.Value, error) {
	switch c := s[0]; {
	case c == '[':
		return s, nil
	case c == '"':
		if t := s[1 : len(s)-1]; plain(t) {
			return t, nil
		}
		var t string
		err := json.Unmarshal([]byte(s), &t)
		return t, err
	case c == 't':
		return int64(1), nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	return strconv.ParseFloat(s, 64)
}
