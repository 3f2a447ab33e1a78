package cookbook_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses/cookbook"
	"netscope.example/nsgraph/graph"
)

var update = flag.Bool("update", false, "write COOKBOOK.md anew")

const (
	pagePath  = "../../graph/neo4j/COOKBOOK.md"
	modelPath = "../../graph/model.go"
)

// TestPage compares the page with what the code says.
func TestPage(t *testing.T) {
	m, err := readModel(modelPath)
	if err != nil {
		t.Fatal(err)
	}
	want := m.page()
	if *update {
		if err := os.WriteFile(pagePath, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the code: go test ./analyses/cookbook -run TestPage -update", pagePath)
	}
	for _, l := range strings.Split(string(want), "\n") {
		if strings.HasPrefix(l, "|") && strings.Contains(strings.ReplaceAll(l, `\|`, ""), "||") {
			t.Errorf("an empty cell: %s", l)
		}
	}
}

// model is what the source of package graph says of its types: comments of constants by their values, of fields by type and property.
type model struct {
	constants map[string]string
	fields    map[string]string // "Uses application"
}

func readModel(path string) (model, error) {
	m := model{map[string]string{}, map[string]string{}}
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return m, err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ValueSpec:
			if len(x.Values) != 1 {
				return true
			}
			if l, ok := x.Values[0].(*ast.BasicLit); ok && l.Kind == token.STRING {
				v, _ := strconv.Unquote(l.Value)
				m.constants[v] = line(x.Comment.Text())
			}
		case *ast.TypeSpec:
			if s, ok := x.Type.(*ast.StructType); ok {
				m.addFields(x.Name.Name, s)
			}
		}
		return true
	})
	return m, nil
}

func (m model) addFields(typ string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			continue
		}
		tag, _ := strconv.Unquote(f.Tag.Value)
		m.fields[typ+" "+reflect.StructTag(tag).Get("graph")] = line(f.Comment.Text() + " " + f.Doc.Text())
	}
}

// line makes one line of a comment.
func line(comment string) string { return strings.Join(strings.Fields(comment), " ") }

// page writes the whole page.
func (m model) page() []byte {
	var b bytes.Buffer
	b.WriteString(intro)
	b.WriteString("\n## Nodes\n")
	for _, k := range graph.Kinds() {
		if !k.Rel {
			m.kind(&b, k.Name, k.Name, k.Row)
		}
	}
	m.kind(&b, "Snapshot", "Snapshot", reflect.TypeFor[graph.Snapshot]())
	m.kind(&b, "Finding", "Finding", reflect.TypeFor[graph.Finding]())
	b.WriteString("\n## Relationships\n\nAll have these properties:\n\n")
	m.properties(&b, reflect.TypeFor[graph.Rel]())
	for _, k := range graph.Kinds() {
		if k.Rel {
			m.kind(&b, k.Name, fmt.Sprintf("(%s)-[:%s]->(%s)", labels(k.Src), k.Name, labels(k.Dst)), k.Row)
		}
	}
	questions(&b)
	return b.Bytes()
}

func labels(ls []graph.Label) string {
	var names []string
	for _, l := range ls {
		names = append(names, string(l))
	}
	if len(names) > 4 {
		return "…"
	}
	return strings.Join(names, " or ")
}

func (m model) kind(b *bytes.Buffer, name, title string, row reflect.Type) {
	fmt.Fprintf(b, "\n### %s\n\n", title)
	if doc := m.constants[name]; doc != "" {
		fmt.Fprintf(b, "%s.\n\n", strings.ToUpper(doc[:1])+doc[1:])
	}
	m.properties(b, row)
}

func (m model) properties(b *bytes.Buffer, row reflect.Type) {
	rows := 0
	for i := range row.NumField() {
		f := row.Field(i)
		name := f.Tag.Get("graph")
		if name == "" || name == "-" {
			continue
		}
		if rows++; rows == 1 {
			b.WriteString("| property | type | meaning |\n| --- | --- | --- |\n")
		}
		doc := m.fields[row.Name()+" "+name]
		if doc == "" {
			doc = meanings[name]
		}
		if doc == "" {
			doc = strings.ReplaceAll(name, "_", " ")
		}
		typ := typeName(f.Type)
		if f.Tag.Get("sparse") != "" {
			typ += ", " + absent[f.Type.Kind()] + " if absent"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", name, typ, cellText(doc))
	}
}

// absent is what a sparse property is that is not written.
var absent = map[reflect.Kind]string{reflect.Int64: "0", reflect.String: "`''`", reflect.Slice: "`[]`", reflect.Bool: "false"}

func cellText(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func typeName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[graph.Time]():
		return "DateTime"
	case reflect.TypeFor[[]string]():
		return "list of strings"
	case reflect.TypeFor[[]int64]():
		return "list of integers"
	}
	switch t.Kind() {
	case reflect.Int64, reflect.Uint16:
		return "integer"
	case reflect.Float64:
		return "float"
	case reflect.Bool:
		return "boolean"
	}
	return "string"
}

// questions writes the cookbook, then what else can be asked by name.
func questions(b *bytes.Buffer) {
	b.WriteString(howToAsk)
	group := ""
	for _, q := range cookbook.Questions() {
		i := q.Info()
		if i.Group != group {
			group = i.Group
			fmt.Fprintf(b, "\n## %s\n", group)
		}
		fmt.Fprintf(b, "\n### %s\n\n%s\n\n", i.Name, i.Doc)
		if len(i.Params) > 0 {
			b.WriteString("| parameter | meaning | default |\n| --- | --- | --- |\n")
			for _, p := range i.Params {
				fmt.Fprintf(b, "| `%s` | %s | %s |\n", p.Name, cellText(p.Doc), defaultText(p))
			}
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "Columns: `%s`.\n\n", strings.Join(i.Columns, "`, `"))
		fmt.Fprintf(b, "    %s\n\n```cypher\n%s\n```\n", commandLine(i), strings.TrimRight(i.Cypher, "\n"))
	}
	b.WriteString("\n## What the analyses ask\n\nThe analyses ask these by the same means; `nsgraph query --show NAME` prints their Cypher.\n\n| query | answers |\n| --- | --- |\n")
	mine := map[string]bool{}
	for _, q := range cookbook.Questions() {
		mine[q.Info().Name] = true
	}
	for _, q := range everything() {
		if i := q.Info(); !mine[i.Name] {
			fmt.Fprintf(b, "| `%s` | %s |\n", i.Name, cellText(i.Doc))
		}
	}
}

func defaultText(p graph.Param) string {
	switch d := p.Default.(type) {
	case string:
		if d == "" && !p.Required {
			return "empty"
		}
	case graph.Time:
		if d == graph.Forever {
			return "always"
		}
	}
	if p.Required {
		return "must be given"
	}
	return fmt.Sprint(p.Default)
}

func commandLine(i graph.QuestionInfo) string {
	c := "nsgraph query " + i.Name
	for _, p := range i.Params {
		if p.Required || len(i.Params) == 1 && p.Example != "" {
			v := p.Name + "=" + p.Example
			if strings.ContainsAny(v, " *") {
				v = "'" + v + "'"
			}
			c += " --param " + v
		}
	}
	return c
}

// meanings are of properties that explain themselves where they are defined.
var meanings = map[string]string{
	"id": "identifier: a hash of the key, equal in all stores", "context": "address space in which the address means one host", "address": "in its canonical text form",
	"valid_from": "first packet that shows it", "valid_to": "one nanosecond after the last packet that shows it", "batch": "the ingest that it comes from; empty: declared by the intent",
	"endpoint": "identifier of the endpoint that it belongs to", "name": "the name", "prefix": "the prefix, as 10.90.0.0/24", "evidence": "packets that show it: \"SHA-256 of the capture:numbers\"",
	"count": "how often it was seen", "first": "first packet", "last": "last packet", "point": "name of the capture point", "application": "application protocol", "mac": "hardware address",
}

const intro = `# The graph in Neo4j: schema and cookbook

This page is written from the code by a test (` + "`go test ./analyses/cookbook -run TestPage -update`" + `), which fails when the two differ.

Every node has one label and an ` + "`id`" + ` that is the same in all stores. Nodes never change. What can change is a relationship, which holds from ` + "`valid_from`" + ` until,
but not including, ` + "`valid_to`" + `, and belongs to the ingest (` + "`batch`" + `) that showed it: nothing is merged, queries add up. Times are DateTime in UTC with nanoseconds; the open end of time is
2262-04-11T23:47:16.854775807Z.

A property that is said to be “0 if absent” (or ` + "`''`, `[]`, `false`" + `) is not written where it has that value, because most relationships of its type have it: read ` + "`coalesce(r.refused, 0)`" + `
where absent must count. A condition such as ` + "`r.refused > 0`" + ` needs nothing: an absent property does not fulfil it.

An ingest is a node (:Batch {id, known, captures, complete}): when it became known, the SHA-256 of its captures, and whether all of it is loaded; until it is, two
nodes (:Lane) count what is there of it. Every query therefore filters
relationships with the same three conditions, which give the graph as it was in a window and as it was known at a time:

` + "```cypher\nr.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)\n```" + `

` + "`$all`" + ` is true where every ingest counts. What the intent declares has the empty batch and is always among ` + "`$batches`" + `.
`

const howToAsk = `
# Cookbook

The same names work on every store: with ` + "`--store neo4j://host`" + ` the server runs the Cypher, with a SQLite file nsgraph runs its own form of the same question, and both return the same rows in the
same order. All take ` + "`--since`, `--until`, `--at`, `--snapshot`" + ` and ` + "`--known-at`" + `, which set the window and what was known; ` + "`-o table|csv|json|jsonl`" + ` chooses the form.
` + "`nsgraph query --show NAME --param …`" + ` prints the statement with its parameters, ready to paste into Neo4j Browser or cypher-shell.
`
