package sqlite

import (
	"context"
	"database/sql/driver"
	_ "embed" // the views
	"errors"
	"fmt"
	"reflect"
	"strings"

	"netscope.example/nsgraph/graph"
)

// Version is the version of the schema. A store of another version is refused.
const Version = 4

// applicationID marks the file as ours in its header ("nsgr"), so that file(1) and SQLite tools can tell.
const applicationID = 0x6e736772

// table is a label or a relationship type as it lies in the file.
type table struct {
	graph.Kind
	columns []column
	more    []column           // properties that share the column "more", as JSON, so that a row of the widest table stays fast
	byName  map[string]*column // of more
}

// maxColumns is how many properties of a table have columns of their own: all up to the packet and byte counts of USES.
const maxColumns = 45

func newTable(k graph.Kind) table {
	t := table{Kind: k, columns: columnsOf(k.Row), byName: map[string]*column{}}
	if len(t.columns) > maxColumns {
		t.columns, t.more = t.columns[:maxColumns], t.columns[maxColumns:]
	}
	for i := range t.more {
		t.byName[t.more[i].name] = &t.more[i]
	}
	return t
}

var (
	tables        = makeTables()
	snapshotTable = newTable(graph.Kind{Name: string(graph.LabelSnapshot), Row: reflect.TypeFor[graph.Snapshot]()})
	findingTable  = newTable(graph.Kind{Name: string(graph.LabelFinding), Row: reflect.TypeFor[graph.Finding]()})
)

func makeTables() []table {
	var ts []table
	for _, k := range graph.Kinds() {
		ts = append(ts, newTable(k))
	}
	return ts
}

//go:embed views.sql
var viewsSQL string

// create returns the statement that makes the table and its indexes. Foreign keys say where to join; SQLite is not asked to check them, since a
// batch is checked before.
func (t table) create() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %q (\n", t.Name)
	for i, c := range t.columns {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "  %q %s", c.name, c.sqlType)
		switch {
		case c.name == "id":
			b.WriteString(" PRIMARY KEY")
		case c.name == "src" && t.Rel && len(t.Src) == 1:
			fmt.Fprintf(&b, " REFERENCES %q (id)", t.Src[0])
		case c.name == "dst" && t.Rel && len(t.Dst) == 1:
			fmt.Fprintf(&b, " REFERENCES %q (id)", t.Dst[0])
		case c.name == "endpoint":
			fmt.Fprintf(&b, " REFERENCES %q (id)", graph.LabelEndpoint)
		case c.name == "batch":
			b.WriteString(` REFERENCES "Batch" (id)`)
		}
	}
	if t.more != nil {
		b.WriteString(",\n  \"more\" TEXT NOT NULL")
	}
	b.WriteString("\n);\n")
	if t.Rel {
		fmt.Fprintf(&b, "CREATE INDEX %q ON %q (valid_to, valid_from);\n", t.Name+" when", t.Name)
	}
	return b.String()
}

func (t table) names() string {
	var names []string
	for _, c := range t.columns {
		names = append(names, fmt.Sprintf("%q", c.name))
	}
	if t.more != nil {
		names = append(names, `"more"`)
	}
	return strings.Join(names, ", ")
}

// insert returns the statement that adds a row; verb is INSERT or INSERT OR IGNORE.
func (t table) insert(verb string) string {
	return fmt.Sprintf("%s INTO %q (%s) VALUES (?%s)", verb, t.Name, t.names(), strings.Repeat(", ?", t.width()-1))
}

func (t table) width() int { return len(t.columns) + min(1, len(t.more)) }

func schema() string {
	var b strings.Builder
	b.WriteString(`CREATE TABLE "Store" (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO "Store" VALUES ('generation', 0);
CREATE TABLE "Batch" (id TEXT PRIMARY KEY, known INTEGER NOT NULL, captures TEXT);
`)
	for _, t := range append(append([]table(nil), tables...), snapshotTable, findingTable) {
		b.WriteString(t.create())
	}
	b.WriteString(`CREATE UNIQUE INDEX "Capture sha256" ON "Capture" (sha256);
CREATE UNIQUE INDEX "Snapshot name" ON "Snapshot" (name);
`)
	b.WriteString(viewsSQL)
	fmt.Fprintf(&b, "PRAGMA application_id = %d;\nPRAGMA user_version = %d;\n", applicationID, Version)
	return b.String()
}

// migrate makes the tables of a new file and checks the version of an old one.
func (s *Store) migrate(ctx context.Context) error {
	fresh, err := s.version(ctx, reading)
	if err != nil || !fresh {
		return err
	}
	_, err = s.version(ctx, writing) // another process may have been faster
	return err
}

func (s *Store) version(ctx context.Context, begin string) (fresh bool, err error) {
	err = s.tx(ctx, begin, func(c conn) error {
		var app, version, objects int64
		for sql, n := range map[string]*int64{
			"PRAGMA application_id": &app, "PRAGMA user_version": &version, "SELECT count(*) FROM sqlite_schema": &objects,
		} {
			if *n, _, err = c.number(sql); err != nil {
				return err
			}
		}
		switch {
		case app == 0 && version == 0 && objects == 0:
			fresh = true
			if begin == writing {
				return c.exec(schema())
			}
			return nil
		case app != applicationID:
			return fmt.Errorf("%w: %w", graph.ErrUnreachable, errors.New("not a store of nsgraph: a SQLite file of another program"))
		case version != Version:
			return fmt.Errorf("%w: it has schema %d, this nsgraph has %d: ingest the captures into a new store", graph.ErrVersion, version, Version)
		}
		return nil
	})
	if err != nil && !errors.Is(err, graph.ErrVersion) && !errors.Is(err, graph.ErrUnreachable) {
		err = unreachable(s.path, err)
	}
	return fresh, err
}

// generation counts the changes of the graph.
func (c conn) generation() (int64, error) {
	n, _, err := c.number(`SELECT value FROM "Store" WHERE key = 'generation'`)
	return n, err
}

func (c conn) changed() error {
	return c.exec(`UPDATE "Store" SET value = value + 1 WHERE key = 'generation'`)
}

// put adds rows to a table.
func (c conn) put(t table, verb string, rows func(yield func(reflect.Value) bool)) (err error) {
	var in *inserter
	var buf []byte
	rows(func(v reflect.Value) bool {
		if in == nil {
			if in, err = c.inserter(t.insert(verb), t.width()); err != nil {
				return false
			}
		}
		for i := range t.columns {
			col := &t.columns[i]
			in.args[i].Value = col.get(v.FieldByIndex(col.index))
		}
		if t.more != nil {
			buf = appendMore(buf[:0], v, t.more)
			in.args[len(t.columns)].Value = string(buf)
		}
		err = in.insert()
		return err == nil
	})
	if in != nil {
		err = errors.Join(err, in.stmt.Close())
	}
	if err != nil {
		return fmt.Errorf("add %s: %w", t.Name, err)
	}
	return nil
}

// scan reads rows of a table: add returns the place for the next one.
func (c conn) scan(t table, r *reader, add func() reflect.Value, where string, args ...any) error {
	sql := fmt.Sprintf("SELECT %s FROM %q %s", t.names(), t.Name, where)
	err := c.query(func(vals []driver.Value) error {
		v := add()
		for i := range t.columns {
			col := &t.columns[i]
			if err := col.set(r, v.FieldByIndex(col.index), vals[i]); err != nil {
				return fmt.Errorf("column %s: %w", col.name, err)
			}
		}
		if t.more == nil {
			return nil
		}
		more, _ := vals[len(t.columns)].(string)
		return parseMore(r, v, more, t.byName)
	}, sql, args...)
	if err != nil {
		return fmt.Errorf("read %s: %w", t.Name, err)
	}
	return nil
}
