package neo4j_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/neo4j"
)

// impostor answers Bolt 4.4 as some server does: each statement gets one row, or a failure if its code is not empty.
type impostor struct{ agent, name, version, code string }

// listen returns its address.
func (i impostor) listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				i.serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// Messages of Bolt, by the tag of their structure.
const (
	hello   = 0x01
	goodbye = 0x02
	run     = 0x10
	pull    = 0x3f
	success = 0x70
	record  = 0x71
	failure = 0x7f
)

func (i impostor) serve(c net.Conn) {
	if _, err := io.ReadFull(c, make([]byte, 20)); err != nil { // magic, and four proposals
		return
	}
	c.Write([]byte{0, 0, 4, 4})
	for {
		m, err := message(c)
		if err != nil || len(m) < 2 || m[1] == goodbye {
			return
		}
		switch m[1] {
		case hello:
			send(c, success, []any{map[string]any{"server": i.agent, "connection_id": "bolt-1"}})
		case run:
			if i.code != "" {
				send(c, failure, []any{map[string]any{"code": i.code, "message": "there is no such procedure"}})
				continue
			}
			send(c, success, []any{map[string]any{"fields": []any{"name", "version"}}})
		case pull:
			send(c, record, []any{[]any{i.name, i.version}})
			send(c, success, []any{map[string]any{"type": "r"}})
		default: // BEGIN, COMMIT, ROLLBACK, RESET, ROUTE
			send(c, success, []any{map[string]any{}})
		}
	}
}

// message reads one, put together from its parts.
func message(r io.Reader) (m []byte, err error) {
	for {
		var n uint16
		if err := binary.Read(r, binary.BigEndian, &n); err != nil {
			return nil, err
		}
		if n == 0 && m != nil {
			return m, nil
		}
		part := make([]byte, n)
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, err
		}
		m = append(m, part...)
	}
}

// send writes a structure of few short fields, in PackStream.
func send(w io.Writer, tag byte, fields []any) {
	b := bytes.NewBuffer([]byte{0xb0 + byte(len(fields)), tag})
	for _, f := range fields {
		pack(b, f)
	}
	w.Write(binary.BigEndian.AppendUint16(nil, uint16(b.Len())))
	w.Write(append(b.Bytes(), 0, 0))
}

func pack(b *bytes.Buffer, v any) {
	switch x := v.(type) {
	case string:
		b.Write([]byte{0xd0, byte(len(x))})
		b.WriteString(x)
	case []any:
		b.WriteByte(0x90 + byte(len(x)))
		for _, e := range x {
			pack(b, e)
		}
	case map[string]any:
		b.WriteByte(0xa0 + byte(len(x)))
		for k, e := range x {
			pack(b, k)
			pack(b, e)
		}
	}
}

// TestOtherServers refuses what is not known to work with a sentence: an old Neo4j, and what speaks Bolt without being one.
func TestOtherServers(t *testing.T) {
	const kernel = "Neo4j Kernel"
	for _, c := range []struct {
		impostor
		want string
	}{
		{impostor{"Neo4j/4.4.30", kernel, "4.4.30", ""}, "Neo4j 4.4.30 is too old, want 5.21 or later"},
		{impostor{"Neo4j/5.20.0", kernel, "5.20.0", ""}, "Neo4j 5.20.0 is too old"},
		{impostor{"Neo4j/5.9.0", kernel, "5.9.0-drop02", ""}, "Neo4j 5.9.0-drop02 is too old"},
		{impostor{"Neo4j/x", kernel, "x", ""}, "Neo4j x is too old"},
		{impostor{"Neo4j/v5.11.0 compatible graph database server - Memgraph", "Memgraph", "5.9.0", ""}, "it is no Neo4j (\"Neo4j/v5.11.0 compatible"},
		{impostor{"Neo4j/v5.11.0 compatible graph database server - Memgraph", "", "", "Memgraph.ClientError.MemgraphError.MemgraphError"}, "it is no Neo4j"},
		{impostor{"Neo4j/5.2.0", "Neo4j Kernel", "5.26.0", "Neo.ClientError.Procedure.ProcedureNotFound"}, "it is no Neo4j"},
		{impostor{"AmazonNeptune/1.4", "", "", "BoltProtocol.unexpectedException"}, "it is no Neo4j (\"AmazonNeptune/1.4\")"},
		{impostor{"FalkorDB", kernel, "5.26.0", ""}, "it is no Neo4j (\"FalkorDB\")"},
	} {
		s, err := neo4j.Open(t.Context(), neo4j.Options{URI: "bolt://" + c.listen(t), Patience: 100 * time.Millisecond})
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, graph.ErrVersion) || !errors.Is(err, neo4j.ErrServer) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want ErrServer with %q", c.impostor, err, c.want)
		}
	}
}

// TestImpostor: what makes the others be refused is their names, not how they answer.
func TestImpostor(t *testing.T) {
	i := impostor{"Neo4j/5.26.0", "Neo4j Kernel", "5.26.0", ""}
	_, err := neo4j.Open(t.Context(), neo4j.Options{URI: "bolt://" + i.listen(t), Patience: 100 * time.Millisecond})
	if !errors.Is(err, graph.ErrVersion) || errors.Is(err, neo4j.ErrServer) || !strings.Contains(err.Error(), "push into an empty database") {
		t.Errorf("%v, want ErrVersion because of its schema", err)
	}
}

// TestAddresses refuses what is no address of a server before it connects.
func TestAddresses(t *testing.T) {
	for _, uri := range []string{"", "neo4j", "http://localhost", "bolt://", "neo4j://%zz"} {
		if _, err := neo4j.Open(t.Context(), neo4j.Options{URI: uri}); err == nil || !strings.Contains(err.Error(), "is no address of a server") {
			t.Errorf("%q: %v", uri, err)
		}
	}
}

func TestFromEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("from file\r\nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if "NSGRAPH_NEO4J_"+pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		uri    string
		getenv func(string) string
		want   neo4j.Options
	}{
		{"neo4j://h", env(), neo4j.Options{URI: "neo4j://h"}},
		{"neo4j://h", env("PASSWORD", "p"), neo4j.Options{URI: "neo4j://h", User: "neo4j", Password: "p"}},
		{"bolt+s://h:1", env("USER", "u", "PASSWORD_FILE", file, "DATABASE", "d"), neo4j.Options{URI: "bolt+s://h:1", User: "u", Password: "from file", Database: "d"}},
		{"neo4j://h?database=x", env("PASSWORD", "p", "PASSWORD_FILE", "nowhere", "DATABASE", "d"), neo4j.Options{URI: "neo4j://h", User: "neo4j", Password: "p", Database: "x"}},
		{"neo4j://h?region=eu&database=x", env(), neo4j.Options{URI: "neo4j://h?region=eu", Database: "x"}},
	} {
		if got, err := neo4j.FromEnvironment(c.uri, c.getenv); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", c.uri, got, err, c.want)
		}
	}
	for uri, want := range map[string]string{"neo4j://u:p@h": "never from the URL", "neo4j://%zz": "not a URL"} {
		if _, err := neo4j.FromEnvironment(uri, env()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", uri, err)
		}
	}
	if _, err := neo4j.FromEnvironment("neo4j://h", env("PASSWORD_FILE", "nowhere")); err == nil {
		t.Error("no error without the file of the password")
	}
}
