package proof_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/export/proof"
)

const office = "../../testdata/office.pcapng"

// source returns a capture and the name by which findings cite it.
func source(t *testing.T, path string) (s capture.Source, cited string) {
	t.Helper()
	sources, err := capture.Sources([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	sha, err := sources[0].SHA256(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sources[0], "sha256:" + sha
}

// packets reads all packets of a capture.
func packets(t *testing.T, r io.Reader) (ps []file.Packet) {
	t.Helper()
	in, err := file.Open("test", r)
	if err != nil {
		t.Fatal(err)
	}
	for {
		var b file.Batch // the packets of each stay
		err := in.Read(&b)
		if errors.Is(err, io.EOF) {
			return ps
		}
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, b.Packets...)
	}
}

// TestWrite compares the packets of a proof with those of the capture, byte for byte and to the nanosecond.
func TestWrite(t *testing.T) {
	_, cited := source(t, office)
	f := analyses.Finding{ID: "f1", Rule: "a/b", Text: "what was seen", Evidence: []analyses.Evidence{{Capture: cited, Packets: []uint64{2, 17, 40}}, {Capture: cited, Packets: []uint64{3}}}}
	sources, err := proof.Sources(t.Context(), f, map[string]string{cited: office})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := proof.Write(t.Context(), &out, f, sources); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a/b f1: what was seen", "packet 17 of " + office} {
		if !bytes.Contains(out.Bytes(), []byte(want)) {
			t.Errorf("no comment %q", want)
		}
	}
	in, err := os.Open(office)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	all, got := packets(t, in), packets(t, &out)
	if len(got) != 4 {
		t.Fatalf("%d packets, want 4", len(got))
	}
	for i, number := range []int{2, 17, 40, 3} {
		want := all[number-1]
		if got[i].Time != want.Time || got[i].Length != want.Length || !bytes.Equal(got[i].Data, want.Data) {
			t.Errorf("packet %d is not that of the capture", number)
		}
	}
}

// TestSources refuses what cannot be the capture of the finding.
func TestSources(t *testing.T) {
	dir := t.TempDir()
	b, err := os.ReadFile(office)
	if err != nil {
		t.Fatal(err)
	}
	_, cited := source(t, office)
	b[len(b)/2] ^= 1
	changed := filepath.Join(dir, "changed.pcapng")
	if err := os.WriteFile(changed, b, 0o644); err != nil {
		t.Fatal(err)
	}
	two := filepath.Join(dir, "two")
	for _, path := range []string{"a.pcapng", "b.pcapng"} {
		if err := errors.Join(os.MkdirAll(two, 0o755), os.WriteFile(filepath.Join(two, path), b, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	f := analyses.Finding{ID: "f1", Evidence: []analyses.Evidence{{Capture: cited}}}
	for path, want := range map[string]string{"": "standard input", "-": "standard input", "nowhere.pcap": "nowhere.pcap", two: "not one capture", changed: "no longer the capture"} {
		_, err := proof.Sources(t.Context(), f, map[string]string{cited: path})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
		if errors.Is(err, proof.ErrChanged) != (path == changed) {
			t.Errorf("%q: %v is or is not ErrChanged", path, err)
		}
	}
}

type failing struct{}

var errFailing = errors.New("no space left")

func (failing) Write([]byte) (int, error) { return 0, errFailing }

func TestWriteErrors(t *testing.T) {
	s, cited := source(t, office)
	cites := func(n ...uint64) analyses.Finding {
		return analyses.Finding{ID: "f1", Evidence: []analyses.Evidence{{Capture: cited, Packets: n}}}
	}
	if err := proof.Write(t.Context(), io.Discard, cites(1), nil); err == nil || !strings.Contains(err.Error(), "0 sources for 1") {
		t.Errorf("no source: %v", err)
	}
	if err := proof.Write(t.Context(), io.Discard, cites(1, 1<<40), []capture.Source{s}); err == nil || !strings.Contains(err.Error(), "ends before packet 1099511627776") {
		t.Errorf("a packet beyond the end: %v", err)
	}
	if err := proof.Write(t.Context(), failing{}, cites(1), []capture.Source{s}); !errors.Is(err, errFailing) {
		t.Errorf("a full disk: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := proof.Write(ctx, io.Discard, cites(1), []capture.Source{s}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	cut := filepath.Join(t.TempDir(), "cut.pcapng")
	b, err := os.ReadFile(office)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, b[:len(b)/2+1], 0o644); err != nil {
		t.Fatal(err)
	}
	broken, _ := source(t, cut)
	if err := proof.Write(t.Context(), io.Discard, cites(1<<40), []capture.Source{broken}); err == nil || !strings.Contains(err.Error(), "damaged at byte") {
		t.Errorf("a cut capture: %v, want where it is damaged", err)
	}
	if err := os.Remove(cut); err != nil {
		t.Fatal(err)
	}
	if err := proof.Write(t.Context(), io.Discard, cites(1), []capture.Source{broken}); err == nil || !strings.Contains(err.Error(), "cut.pcapng") {
		t.Errorf("a file that is gone: %v", err)
	}
}
