package intent_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/build"
	"netscope.example/nsgraph/graph/intent"
)

// drafted reads captures and returns the draft as a file, and parsed again.
func drafted(t *testing.T, path string) (string, *intent.Intent) {
	t.Helper()
	src, err := capture.Sources([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := build.Run(t.Context(), capture.Run(t.Context(), src, capture.Options{}), build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := intent.Write(&text, intent.Draft(graph.NewView(b.Contents, nil))); err != nil {
		t.Fatal(err)
	}
	in, err := intent.Parse("draft.yaml", text.Bytes())
	if err != nil {
		t.Fatalf("%s: the draft does not hold: %v\n%s", path, err, text.String())
	}
	return text.String(), in
}

// The office has four VLANs with hosts, a router on each, and servers that clients ask for by name.
func TestDraftOffice(t *testing.T) {
	text, in := drafted(t, "../../testdata/office.pcapng")
	var zones []string
	for _, z := range in.Zones {
		zones = append(zones, z.Name)
	}
	if want := []string{"vlan-10", "vlan-20", "vlan-66", "vlan-90"}; !slices.Equal(zones, want) {
		t.Errorf("zones %v, want %v", zones, want)
	}
	for _, want := range []string{"services: [tcp/22, tcp/80, tcp/389,", "addresses: [192.168.66.1]", "dns: [10.90.0.3]", "dhcp: [10.90.0.2]", "names: [erp.office.example]", "name: voice", "default: deny"} {
		if !strings.Contains(text, want) {
			t.Errorf("the draft lacks %q:\n%s", want, text)
		}
	}
}

// Whatever was captured, its draft checks clean.
func TestDraftCaptures(t *testing.T) {
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES does not name a folder of captures")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f, ".tsv") && !strings.HasSuffix(f, ".md") {
			drafted(t, f)
		}
	}
}

func TestDraftEmpty(t *testing.T) {
	in := intent.Draft(graph.NewView(graph.Contents{}, nil))
	if len(in.Zones) != 0 || in.Policy != nil || in.QoS != nil || in.ServicesExpected != nil {
		t.Errorf("a draft from nothing declares %+v", in)
	}
}
