package intent

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Error is one fault of an intent file.
type Error struct {
	File         string
	Line, Column int // from 1
	Text         string
}

// Error returns "file:line:column: text".
func (e *Error) Error() string { return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Text) }

// maxNodes bounds what aliases can blow a file up to.
const maxNodes = 200_000

// Load reads and checks a file; see Parse.
func Load(path string) (*Intent, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read intent: %w", err)
	}
	return Parse(path, data)
}

// Parse reads and checks an intent file; name is for messages. All faults are returned at once, joined, each a [*Error] of one line,
// in the order of the file.
func Parse(name string, data []byte) (*Intent, error) {
	p := &parser{file: name, nodes: map[string]*yaml.Node{}, bad: map[string]bool{}}
	in := &Intent{Version: 1}
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return in, nil // an empty file declares nothing
	} else if err != nil {
		return nil, p.syntax(data, err)
	}
	if err := dec.Decode(&second); err == nil {
		p.at(&second, "a second document; an intent file holds one")
	} else if !errors.Is(err, io.EOF) {
		return nil, p.syntax(data, err)
	}
	if len(doc.Content) > 0 && !isNull(doc.Content[0]) {
		p.decode(doc.Content[0], reflect.ValueOf(in).Elem(), "", 0)
	}
	p.check(in)
	if len(p.errs) == 0 {
		return in, nil
	}
	slices.SortStableFunc(p.errs, func(a, b *Error) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	errs := make([]error, len(p.errs))
	for i, e := range p.errs {
		errs[i] = e
	}
	return nil, errors.Join(errs...)
}

// parser decodes nodes into the types of this package and remembers where each value stands.
type parser struct {
	file  string
	errs  []*Error
	nodes map[string]*yaml.Node // by path: zones[1].prefixes[0]
	bad   map[string]bool       // paths of values that could not be read
	count int
}

func (p *parser) at(n *yaml.Node, format string, args ...any) {
	p.errs = append(p.errs, &Error{p.file, max(n.Line, 1), max(n.Column, 1), fmt.Sprintf(format, args...)})
}

// path reports a fault of the value at a path, or of the nearest value around it.
func (p *parser) path(path, format string, args ...any) {
	for {
		if n, ok := p.nodes[path]; ok {
			p.at(n, format, args...)
			return
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			p.at(&yaml.Node{Line: 1, Column: 1}, format, args...)
			return
		}
		path = path[:i]
	}
}

var (
	syntaxLine    = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntax turns an error of the YAML reader, which knows the line at best, into one of ours.
func (p *parser) syntax(data []byte, err error) error {
	text, line := err.Error(), 1
	text, _, _ = strings.Cut(text, "\n")
	if m := syntaxLine.FindStringSubmatch(text); m != nil {
		text = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	column := 1
	if at := faulty(data, text); at >= 0 {
		before := data[:at]
		line, column = bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])+1
	} else if strings.HasPrefix(text, "did not find expected") && (line > 1 || wellBegun(data)) {
		line = min(line+1, bytes.Count(data, []byte("\n"))+1) // the reader's parser counts lines from 0
	}
	return &Error{p.file, line, column, "not YAML: " + text}
}

// faulty finds what the YAML reader complains of without saying where. It returns -1 if it cannot.
func faulty(data []byte, text string) int {
	switch m := unknownAnchor.FindStringSubmatch(text); {
	case m != nil:
		return bytes.Index(data, []byte("*"+m[1]))
	case strings.Contains(text, "UTF-8"):
		for i := 0; i < len(data); {
			r, n := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && n == 1 {
				return i
			}
			i += n
		}
	case strings.HasPrefix(text, "control characters"):
		return bytes.IndexFunc(data, func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' && r != '\u0085' })
	}
	return -1
}

// wellBegun reports whether the first line is YAML by itself, so that it is not the one that is wrong.
func wellBegun(data []byte) bool {
	first, _, more := bytes.Cut(data, []byte("\n"))
	return more && yaml.Unmarshal(first, new(yaml.Node)) == nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// kinds are what a value is called in messages.
var kinds = map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}

// decode sets v from n.
func (p *parser) decode(n *yaml.Node, v reflect.Value, path string, depth int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if p.count++; p.count > maxNodes || depth > 16 {
		if p.count <= maxNodes+1 || depth > 16 {
			p.at(n, "the file is nested too deeply, or too large")
			p.count = maxNodes + 1
		}
		return
	}
	p.nodes[path] = n
	if isNull(n) {
		return // as if it were not there
	}
	if read, ok := scalars[v.Type()]; ok {
		p.scalar(n, v, path, read)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		p.decode(n, v.Elem(), path, depth)
	case reflect.Struct:
		p.decodeStruct(n, v, path, depth)
	case reflect.Slice:
		if !p.is(n, yaml.SequenceNode) {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, c := range n.Content {
			p.decode(c, v.Index(i), fmt.Sprintf("%s[%d]", path, i), depth+1)
		}
	case reflect.Map:
		p.decodeMap(n, v, path)
	default:
		p.scalar(n, v, path, nil)
	}
}

func (p *parser) is(n *yaml.Node, k yaml.Kind) bool {
	if n.Kind != k {
		p.at(n, "want %s, not %s", kinds[k], kinds[n.Kind])
	}
	return n.Kind == k
}

func (p *parser) decodeStruct(n *yaml.Node, v reflect.Value, path string, depth int) {
	if !p.is(n, yaml.MappingNode) {
		return
	}
	fields := map[string]int{}
	var words []string
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("yaml")
		fields[name] = i
		words = append(words, name)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		f, ok := fields[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !ok:
			p.at(key, "unknown key %q%s", key.Value, nearest(key.Value, words))
			continue
		case seen[key.Value]:
			p.at(key, "key %q stands here twice", key.Value)
			continue
		}
		seen[key.Value] = true
		sub := key.Value
		if path != "" {
			sub = path + "." + sub
		}
		p.decode(n.Content[i+1], v.Field(f), sub, depth+1)
	}
}

// decodeMap reads a mapping from names to single values: a baseline's expectations.
func (p *parser) decodeMap(n *yaml.Node, v reflect.Value, path string) {
	if !p.is(n, yaml.MappingNode) {
		return
	}
	m := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if val.Kind == yaml.AliasNode {
			val = val.Alias
		}
		var x any
		switch _, twice := m[key.Value]; {
		case key.Kind != yaml.ScalarNode || key.Value == "":
			p.at(key, "want a setting's name")
		case twice:
			p.at(key, "key %q stands here twice", key.Value)
		case val.Kind != yaml.ScalarNode || isNull(val):
			p.at(val, "want a text, a number, true or false for %s", key.Value)
		case val.Decode(&x) != nil:
			p.at(val, "%q is no value of type %s", val.Value, strings.TrimPrefix(val.Tag, "!!"))
		default:
			m[key.Value] = plainValue(x, val)
			p.nodes[path+"."+key.Value] = val
		}
	}
	v.Set(reflect.ValueOf(m))
}

// plainValue keeps text, numbers and truth values; what YAML takes for a date or for bytes stays as it was written.
func plainValue(x any, n *yaml.Node) any {
	switch x.(type) {
	case string, bool, int, int64, uint64, float64:
		return x
	}
	return n.Value
}

// scalars read the types that are written as one word.
var scalars = map[reflect.Type]func(string) (any, error){
	reflect.TypeFor[Range]():       func(s string) (any, error) { return ParseRange(s) },
	reflect.TypeFor[Prefix]():      func(s string) (any, error) { return ParsePrefix(s) },
	reflect.TypeFor[ServiceSpec](): func(s string) (any, error) { return ParseService(s) },
	reflect.TypeFor[DSCP]():        func(s string) (any, error) { return ParseDSCP(s) },
	reflect.TypeFor[uint8](): func(s string) (any, error) {
		n, err := parseNumber(s)
		if err != nil || n > 255 {
			return nil, fmt.Errorf("%q is no small number", s)
		}
		return uint8(n), nil
	},
}

// scalar sets v from a single value; read is nil for the basic types.
func (p *parser) scalar(n *yaml.Node, v reflect.Value, path string, read func(string) (any, error)) {
	if !p.is(n, yaml.ScalarNode) {
		return
	}
	if read != nil {
		x, err := read(n.Value)
		if err != nil {
			p.at(n, "%s", err)
			p.bad[path] = true
			return
		}
		v.Set(reflect.ValueOf(x))
		return
	}
	want := map[reflect.Kind]string{reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Float64: "a number"}[v.Kind()]
	if v.Kind() == reflect.String {
		v.SetString(n.Value)
		return
	}
	if n.Decode(v.Addr().Interface()) != nil || n.Tag == "!!str" {
		p.at(n, "%q is not %s", n.Value, want)
	}
}
