package simulate

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed library
var library embed.FS

// Parse reads a scenario and checks it whole: the network is built once, and what contradicts itself is refused. name is the
// file's, for errors; a base is looked for in the library.
func Parse(name string, text []byte) (*Scenario, error) {
	src := map[*yaml.Node]string{}
	root, err := loadNode(name, text, src, 0)
	if err != nil {
		return nil, err
	}
	return decode(name, root, src)
}

// decode fills a scenario from its merged document and checks it.
func decode(name string, root *yaml.Node, src map[*yaml.Node]string) (*Scenario, error) {
	sc := &Scenario{file: name, src: src, places: map[any]*yaml.Node{}}
	d := &decoder{file: sc.fileOf, places: sc.places}
	d.structure(root, reflect.ValueOf(sc).Elem())
	if err := d.err(); err != nil {
		return nil, err
	}
	if err := sc.check(root); err != nil {
		return nil, err
	}
	return sc, nil
}

// check refuses what cannot be run.
func (sc *Scenario) check(root *yaml.Node) error {
	if sc.Version != 1 {
		return at(sc.file, root, "version %d, want 1", sc.Version)
	}
	if sc.Name == "" {
		return at(sc.file, root, "a scenario needs a name")
	}
	if sc.Duration <= 0 {
		return at(sc.file, root, "scenario %s: duration %d, want more than zero", sc.Name, sc.Duration)
	}
	if len(sc.Capture) == 0 {
		return at(sc.file, root, "scenario %s captures nowhere", sc.Name)
	}
	s, err := newSim(sc, Options{})
	if err != nil {
		return err
	}
	n, err := build(sc, s)
	if err != nil {
		return err
	}
	if _, err := readPolicy(n); err != nil {
		return err
	}
	if err := n.schedule(); err != nil {
		return err
	}
	return nil
}

// loadNode reads a document and merges it into its base.
func loadNode(name string, text []byte, src map[*yaml.Node]string, depth int) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(doc.Content) == 0 {
		return nil, fmt.Errorf("%s: empty", name)
	}
	root := doc.Content[0]
	own(root, name, src)
	return based(name, root, src, depth)
}

// based merges a document into its base, if it names one.
func based(name string, root *yaml.Node, src map[*yaml.Node]string, depth int) (*yaml.Node, error) {
	if root.Kind != yaml.MappingNode {
		return nil, at(name, root, "a scenario is a mapping")
	}
	k := child(root, "base")
	if k == nil {
		return root, nil
	}
	if depth > 8 {
		return nil, at(name, k, "bases go round in a circle")
	}
	base, file, err := libraryNode(k.Value)
	if err != nil {
		return nil, at(name, k, "base %q is not in the library%s", k.Value, nearest(k.Value, names()))
	}
	own(base, file, src)
	if base, err = based(file, base, src, depth+1); err != nil {
		return nil, err
	}
	merge(base, root)
	return base, nil
}

func own(n *yaml.Node, file string, src map[*yaml.Node]string) {
	src[n] = file
	for _, c := range n.Content {
		own(c, file, src)
	}
}

// child is the value of a key of a mapping, nil if it has none.
func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// merge lays over on base: mappings by key, lists of named items by name, other lists by appending; expect is replaced. An item that says only
// its name and remove: true takes the base's away.
func merge(base, over *yaml.Node) {
	for i := 0; i+1 < len(over.Content); i += 2 {
		k, v := over.Content[i], over.Content[i+1]
		b := child(base, k.Value)
		switch {
		case k.Value == "expect" && b != nil: // what is expected is never inherited in part
			replace(base, k.Value, v)
		case b == nil:
			base.Content = append(base.Content, k, v)
		case b.Kind == yaml.MappingNode && v.Kind == yaml.MappingNode:
			merge(b, v)
		case b.Kind == yaml.SequenceNode && v.Kind == yaml.SequenceNode:
			mergeList(b, v)
		default:
			replace(base, k.Value, v)
		}
	}
}

func replace(base *yaml.Node, key string, v *yaml.Node) {
	for i := 0; i+1 < len(base.Content); i += 2 {
		if base.Content[i].Value == key {
			base.Content[i+1] = v
		}
	}
}

func mergeList(base, over *yaml.Node) {
	for _, x := range over.Content {
		name := child(x, "name")
		at := -1
		if name != nil {
			at = slices.IndexFunc(base.Content, func(y *yaml.Node) bool { n := child(y, "name"); return n != nil && n.Value == name.Value })
		}
		switch r := child(x, "remove"); {
		case at >= 0 && r != nil && r.Value == "true":
			base.Content = slices.Delete(base.Content, at, at+1)
		case at >= 0:
			merge(base.Content[at], x)
		default:
			base.Content = append(base.Content, x)
		}
	}
}

// Info describes a scenario of the library.
type Info struct {
	Name   string
	Doc    string
	Before string   // the scenario that shows the network earlier
	Raises []string // rules that it must raise
	Silent []string // rules that it must not raise
}

// catalogue is where each scenario of the library stands: its file, and which document of it.
var catalogue = sync.OnceValues(func() (map[string]entry, error) {
	out := map[string]entry{}
	files, err := library.ReadDir("library")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		file := "library/" + f.Name()
		text, err := library.ReadFile(file)
		if err != nil {
			return nil, err
		}
		d := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var doc yaml.Node
			err := d.Decode(&doc)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			n := child(doc.Content[0], "name")
			if n == nil {
				return nil, at(file, doc.Content[0], "a scenario needs a name")
			}
			if _, twice := out[n.Value]; twice {
				return nil, at(file, n, "scenario %s twice", n.Value)
			}
			out[n.Value] = entry{file, doc.Content[0]}
		}
	}
	return out, nil
})

type entry struct {
	file string
	node *yaml.Node
}

// libraryNode is a copy of a scenario's document.
func libraryNode(name string) (*yaml.Node, string, error) {
	c, err := catalogue()
	if err != nil {
		return nil, "", err
	}
	e, ok := c[name]
	if !ok {
		return nil, "", fs.ErrNotExist
	}
	return clone(e.node), e.file, nil
}

func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, x := range n.Content {
		c.Content[i] = clone(x)
	}
	return &c
}

func names() []string {
	c, err := catalogue()
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c))
}

// List returns the scenarios of the library, by name. Those that only serve as a base are left out.
func List() ([]Info, error) {
	if _, err := catalogue(); err != nil {
		return nil, err
	}
	var out []Info
	for _, n := range names() {
		if strings.HasPrefix(n, "base-") {
			continue
		}
		sc, err := Load(n)
		if err != nil {
			return nil, err
		}
		i := Info{Name: sc.Name, Doc: sc.Doc, Before: sc.Before, Silent: sc.Expect.MustNot}
		for _, m := range sc.Expect.Must {
			if !slices.Contains(i.Raises, m.Rule) {
				i.Raises = append(i.Raises, m.Rule)
			}
		}
		out = append(out, i)
	}
	return out, nil
}

// Load reads a scenario of the library.
func Load(name string) (*Scenario, error) {
	n, file, err := libraryNode(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no scenario named %q%s", name, nearest(name, names()))
	}
	if err != nil {
		return nil, err
	}
	src := map[*yaml.Node]string{}
	own(n, file, src)
	root, err := based(file, n, src, 0)
	if err != nil {
		return nil, err
	}
	return decode(file, root, src)
}
