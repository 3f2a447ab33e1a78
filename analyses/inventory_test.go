package analyses

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

// answer returns the rows of a question, their columns joined by blanks; times as seconds of the fixture, identifiers left out.
func answer(t *testing.T, q graph.Question, text string) []string {
	t.Helper()
	var out []string
	for r, err := range q.Rows(t.Context(), load(t, text), graph.Params{}) {
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for i, v := range r.Values {
			switch r.Columns[i] {
			case "id", "service", "endpoint", "batch":
				continue
			}
			if at, ok := v.(graph.Time); ok {
				v = int64(max(at, fixture.T0)-fixture.T0) / 1e9
			}
			cells = append(cells, strings.ReplaceAll(fmt.Sprint(v), " ", "_"))
		}
		out = append(out, strings.Join(cells, " "))
	}
	return out
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	slices.Sort(got) // rows are in the order of identifiers, which are hashes
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestTraffic(t *testing.T) {
	want(t, answer(t, Traffic, `
use 10.0.0.1 10.0.0.2 tcp/1 packets_up=1 packets_down=2 bytes_up=10 bytes_down=20 at=5-9 established=3
use 10.0.0.1 10.0.0.2 tcp/2 packets_up=1 packets_down=0 bytes_up=10 bytes_down=0 at=2-3 refused=1
use 10.0.0.2 10.0.0.2 tcp/1 packets_up=1 packets_down=1 bytes_up=1 bytes_down=1 at=0-1
host 10.0.0.3 02:00:00:00:00:03 -
`), "default 10.0.0.1 2 2 20 20 3 0 2 9", "default 10.0.0.2 4 4 22 22 1 4 0 9", "default 10.0.0.3 0 0 0 0 0 0 0 0")
}

func TestPlaces(t *testing.T) {
	want(t, answer(t, Places, `
in 10.0.0.1 10 local=false packets=5
in 10.0.0.1 10 packets=7 at=70-80
in 10.0.0.1 20 local=false packets=2
in sw1 20
`), " 10 true 12", " 20 false 2")
}

func TestSubnets(t *testing.T) {
	want(t, answer(t, Subnets, "subnet 10.0.0.1 10.0.0.0/24\nsubnet 10.0.0.1 10.0.0.0/24\nsubnet 10.0.0.1 10.0.0.0/24 why=declared\nsubnet 10.0.0.1 10.0.0.0/8\nsubnet sw1 10.0.0.0/8"),
		"10.0.0.0/24 arp", "10.0.0.0/24 declared", "10.0.0.0/8 arp")
}

func TestHardware(t *testing.T) {
	want(t, answer(t, Hardware, `
mac 10.0.0.1 02:00:00:00:00:01 packets=2 vlan=10
mac 10.0.0.1 02:00:00:00:00:01 packets=3 vlan=20 router claims=1
mac 10.0.0.1 02:00:00:00:00:02 packets=1
mac sw1 02:00:00:00:00:09
`), "02:00:00:00:00:01  true true 5", "02:00:00:00:00:02  false false 1")
}

func TestNames(t *testing.T) {
	want(t, answer(t, Names, "name 10.0.0.1 a count=2\nname 10.0.0.1 a count=3\nname 10.0.0.1 a evidence=dhcp\nname 10.0.0.1 b\nname sw1 sw1"), "a dns 5", "a dhcp 1", "b dns 1")
}

func TestServed(t *testing.T) {
	want(t, answer(t, Served, `
use 10.0.0.1 10.0.0.2 tcp/443 application=tls server_names=a,b,c,d,e at=5-6
use 10.0.0.3 10.0.0.2 tcp/443 application=tls server_names=f,g,h,i,j at=2-3
use 10.0.0.3 10.0.0.2 tcp/443 refused=1
`)[:1], "default 10.0.0.2 tcp 443  [] 0 60")
	rows := answer(t, Served, "use 10.0.0.1 10.0.0.2 tcp/443 application=tls server_names=a,b,c,d,e\nuse 10.0.0.3 10.0.0.2 tcp/443 application=tls server_names=a,f,g,h,i,j")
	if len(rows) != 1 || strings.Count(rows[0], "_") != 7 { // eight names
		t.Errorf("%q", rows)
	}
}

func TestCounts(t *testing.T) {
	want(t, answer(t, Counts, `
host 10.0.0.1 02:00:00:00:00:01 10
use 10.0.0.1 10.0.0.2@tenant tcp/443 established=3
use 10.0.0.1 10.0.0.2@tenant tcp/80 refused=2
says sw1 cdp.native_vlan 10
`), "2 1 1 4 1 1 2")
	want(t, answer(t, Counts, ""), "0 0 0 0 0 0 0")
}

func TestCapturesAndArtefacts(t *testing.T) {
	if rows := answer(t, Captures, ""); len(rows) != 1 || !strings.Contains(rows[0], "capture.pcapng") {
		t.Errorf("%q", rows)
	}
	want(t, answer(t, Artefacts, "artefact loss\nartefact clock"), "clock core1 0.5 ", "loss core1 0.5 ")
}

// Every question has a name of its own, a sentence, a statement, and Cypher that takes the window.
func TestInventory(t *testing.T) {
	names := map[string]bool{}
	for _, q := range Inventory() {
		i := q.Info()
		if names[i.Name] || !strings.HasPrefix(i.Name, "inventory/") || !strings.HasSuffix(i.Doc, ".") || !strings.Contains(i.Cypher, "RETURN") || !strings.Contains(i.Cypher, "$batches") {
			t.Errorf("%+v", i)
		}
		for _, c := range i.Columns {
			if !strings.Contains(i.Cypher, c) {
				t.Errorf("%s: the Cypher has no column %s", i.Name, c)
			}
		}
		names[i.Name] = true
	}
}

func TestUnion(t *testing.T) {
	if got := Union([]string{"a"}, []string{"b", "a", "c", "d"}, 3); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Error(got)
	}
}
