package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
)

func (a *app) queryCmd() *cobra.Command {
	var list, show bool
	var params []string
	var cypher string
	var timeout time.Duration
	var rows int
	c := &cobra.Command{
		Use:   "query NAME | --list | --show NAME | --cypher FILE|-",
		Short: "Ask a named question of a store",
		Long:  "Asks a named question of a store. The same names work on SQLite and on Neo4j; --show prints the Cypher, ready to paste into Neo4j Browser.",
		Example: `  nsgraph query --list
  nsgraph query inventory/traffic -o csv
  nsgraph query impact/address --param address=10.90.0.5
  nsgraph query --show segmentation/flows
  echo 'MATCH (e:Endpoint) RETURN e.address LIMIT 5' | nsgraph query --cypher - --store neo4j://localhost`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case list && len(args) == 0 && !show:
				return a.listQuestions()
			case list:
				return usage("--list takes no name")
			case cypher != "" && len(args)+len(c.Flags().Args()) > 0:
				return usage("--cypher takes no name")
			case cypher != "":
				return a.free(c, cypher, params, timeout, rows)
			case len(args) == 0:
				return usage("name a query, or list them with --list")
			}
			q, err := question(args[0])
			if err != nil {
				return err
			}
			if show {
				return a.showQuestion(q, params)
			}
			return a.ask(c.Context(), q, params)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return questionNames(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	c.Flags().BoolVar(&list, "list", false, "list the named queries")
	c.Flags().BoolVar(&show, "show", false, "print the query's Cypher and parameters")
	c.Flags().StringArrayVar(&params, "param", nil, "set a parameter: `NAME=VALUE`; repeatable")
	c.Flags().StringVar(&cypher, "cypher", "", "run the statement in `FILE` (- is standard input) on Neo4j; it may only read")
	c.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "how long a --cypher statement may run")
	c.Flags().IntVar(&rows, "limit", 10_000, "how many rows of a --cypher statement are returned")
	a.windowFlags(c)
	a.formatFlag(c, "table", "csv", "json", "jsonl")
	return c
}

func questionNames() []string {
	var names []string
	for _, q := range allQuestions() {
		names = append(names, q.Info().Name)
	}
	return names
}

// question finds a named query.
func question(name string) (graph.Question, error) {
	for _, q := range allQuestions() {
		if q.Info().Name == name {
			return q, nil
		}
	}
	return nil, fmt.Errorf("%w (see nsgraph query --list)", unknownName("query", name, questionNames()))
}

// listed is a query as --list tells programs of it.
type listed struct {
	Name       string   `json:"name"`
	Group      string   `json:"group"`
	Answers    string   `json:"answers"`
	Parameters []string `json:"parameters"` // in brackets: need not be given
	Columns    []string `json:"columns"`
}

func listing() []listed {
	var out []listed
	for _, q := range allQuestions() {
		i := q.Info()
		l := listed{i.Name, questionGroup(i), i.Doc, []string{}, append([]string{}, i.Columns...)}
		for _, p := range i.Params {
			n := p.Name
			if !p.Required {
				n = "[" + n + "]"
			}
			l.Parameters = append(l.Parameters, n)
		}
		out = append(out, l)
	}
	return out
}

// listQuestions prints the queries under their groups.
func (a *app) listQuestions() error {
	return a.answer(func(w io.Writer) error {
		switch a.format {
		case "json":
			return export.JSON(w, listing())
		case "jsonl":
			enc := json.NewEncoder(w)
			for _, l := range listing() {
				if err := enc.Encode(l); err != nil {
					return err
				}
			}
			return nil
		case "csv":
			c := csv.NewWriter(w)
			_ = c.Write([]string{"name", "group", "answers", "parameters", "columns"}) // its error comes with Error
			for _, l := range listing() {
				_ = c.Write([]string{l.Name, l.Group, l.Answers, strings.Join(l.Parameters, " "), strings.Join(l.Columns, " ")})
			}
			c.Flush()
			return c.Error()
		}
		t := newTable(w, a.width())
		t.AppendHeader(table.Row{"QUERY", "ANSWERS", "PARAMETERS"})
		last := ""
		for _, l := range listing() {
			if l.Group != last {
				t.AppendRow(table.Row{"", "", ""})
				t.AppendRow(table.Row{strings.ToUpper(l.Group), "", ""})
				last = l.Group
			}
			t.AppendRow(table.Row{l.Name, l.Answers, strings.Join(l.Parameters, ", ")})
		}
		t.Render()
		return nil
	})
}

// questionGroup returns the heading under which a query is listed.
func questionGroup(i graph.QuestionInfo) string {
	g, _, _ := strings.Cut(i.Name, "/")
	return cmp.Or(i.Group, g)
}

func newTable(w io.Writer, width int) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	s := table.StyleDefault
	s.Options = table.OptionsNoBordersAndSeparators
	t.SetStyle(s)
	if width > 0 {
		t.Style().Size.WidthMax = width
	}
	return t
}

// showQuestion prints a query with its parameters: those that are given, examples of those that must be, else the defaults.
func (a *app) showQuestion(q graph.Question, params []string) error {
	i := q.Info()
	for n := range i.Params {
		p := &i.Params[n]
		if p.Required && !slices.ContainsFunc(params, func(s string) bool { return strings.HasPrefix(s, p.Name+"=") }) {
			params = append(params, p.Name+"="+p.Example)
		}
	}
	args, err := arguments(i, params)
	if err != nil {
		return err
	}
	return a.answer(func(w io.Writer) error {
		fmt.Fprintf(w, ":param from => datetime({epochSeconds: 0});\n:param to => datetime({year: 9999});\n:param all => true;\n:param batches => [];\n")
		for _, p := range i.Params {
			v := p.Default
			if given, ok := args[p.Name]; ok {
				v = given
			}
			fmt.Fprintf(w, ":param %s => %s;\n", p.Name, cypherLiteral(v))
		}
		fmt.Fprintf(w, "\n// %s: %s\n", i.Name, i.Doc)
		for _, p := range i.Params {
			fmt.Fprintf(w, "// $%s: %s\n", p.Name, p.Doc)
		}
		_, err := fmt.Fprintf(w, "%s;\n", strings.TrimRight(i.Cypher, "\n"))
		return err
	})
}

// cypherLiteral writes a parameter as Neo4j Browser and cypher-shell read it.
func cypherLiteral(v any) string {
	switch x := v.(type) {
	case string:
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`).Replace(x) + "'"
	case graph.Time:
		return "datetime('" + x.String() + "')"
	case float64:
		s := strconv.FormatFloat(x, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	case []string:
		quoted := make([]string, len(x))
		for i, s := range x {
			quoted[i] = cypherLiteral(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return fmt.Sprint(v)
}

func (a *app) ask(ctx context.Context, q graph.Question, params []string) error {
	args, err := arguments(q.Info(), params)
	if err != nil {
		return err
	}
	return a.withStore(ctx, func(s graph.Store) error {
		p, err := a.params(ctx, s)
		if err != nil {
			return err
		}
		p.Args = args
		return a.answer(func(w io.Writer) error { return a.writeRows(w, q.Info().Columns, q.Rows(ctx, s, p)) })
	})
}

// arguments reads NAME=VALUE pairs by the types of the query's parameters.
func arguments(i graph.QuestionInfo, pairs []string) (map[string]any, error) {
	args := map[string]any{}
	var names []string
	for _, p := range i.Params {
		names = append(names, p.Name)
	}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usage("--param %q, want NAME=VALUE", pair)
		}
		found := false
		for _, p := range i.Params {
			if p.Name != name {
				continue
			}
			v, err := argument(p, value)
			if err != nil {
				return nil, usage("--param %s: %w", name, err)
			}
			args[name], found = v, true
		}
		if !found {
			if len(names) == 0 {
				return nil, usage("query %s has no parameters", i.Name)
			}
			return nil, unknownName("parameter", name, names)
		}
	}
	for _, p := range i.Params {
		if _, ok := args[p.Name]; p.Required && !ok {
			return nil, usage("query %s needs --param %s=%s: %s", i.Name, p.Name, p.Example, p.Doc)
		}
	}
	return args, nil
}

func argument(p graph.Param, s string) (any, error) {
	switch p.Default.(type) {
	case string:
		return s, nil
	case int64:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no whole number", s)
		}
		return n, nil
	case float64:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no number", s)
		}
		return n, nil
	case bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return nil, fmt.Errorf("%q is neither true nor false", s)
		}
		return b, nil
	case graph.Time:
		return parseTime("param "+p.Name, s, graph.Time(time.Now().UnixNano()))
	case []string:
		return strings.Split(s, ","), nil
	}
	return nil, errors.New("is of no type that can be given here")
}

func (a *app) writeRows(w io.Writer, columns []string, rows graph.Seq[graph.Row]) error {
	switch a.format {
	case "csv":
		c := csv.NewWriter(w)
		if err := c.Write(columns); err != nil {
			return err
		}
		for r, err := range rows {
			if err != nil {
				return err
			}
			if err := c.Write(cells(r.Values)); err != nil {
				return err
			}
		}
		c.Flush()
		return c.Error()
	case "json", "jsonl":
		return a.writeObjects(w, rows)
	}
	t := newTable(w, a.width())
	head := table.Row{}
	for _, c := range columns {
		head = append(head, c)
	}
	t.AppendHeader(head)
	for r, err := range rows {
		if err != nil {
			return err
		}
		row := table.Row{}
		for _, c := range cells(r.Values) {
			row = append(row, c)
		}
		t.AppendRow(row)
	}
	t.Render()
	return nil
}

// writeObjects writes rows as one array, or one object a line.
func (a *app) writeObjects(w io.Writer, rows graph.Seq[graph.Row]) error {
	all := []json.RawMessage{}
	for r, err := range rows {
		if err != nil {
			return err
		}
		m := make(map[string]any, len(r.Columns))
		for i, c := range r.Columns {
			m[c] = r.Values[i]
		}
		b, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if a.format == "jsonl" {
			if _, err := fmt.Fprintf(w, "%s\n", b); err != nil {
				return err
			}
			continue
		}
		all = append(all, b)
	}
	if a.format == "jsonl" {
		return nil
	}
	return export.JSON(w, all)
}

// cells turns values into text: lists joined by spaces, times in RFC 3339, an unset time empty.
func cells(vs []any) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		switch x := v.(type) {
		case graph.Time:
			if x != 0 {
				out[i] = x.String()
			}
		case []string:
			out[i] = strings.Join(x, " ")
		case []int64:
			out[i] = strings.Trim(fmt.Sprint(x), "[]")
		case nil:
		default:
			out[i] = fmt.Sprint(x)
		}
	}
	return out
}
