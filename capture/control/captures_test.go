package control

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/capture/wire"
)

// capture reads a file of the folder that NSGRAPH_CAPTURES names into d.
func capture(t testing.TB, d *Decoder, name string) {
	t.Helper()
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES is not set")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	r, err := file.Open(name, f)
	if err != nil {
		t.Fatal(err)
	}
	w := wire.NewDecoder(wire.Options{})
	var b file.Batch
	for {
		if err := r.Read(&b); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range b.Packets {
			f := &b.Packets[i]
			ps := w.Decode(nil, r.Interfaces()[f.Interface].LinkType, f)
			for j := range ps {
				if Wants(&ps[j]) {
					d.Feed(&ps[j])
				}
			}
		}
	}
}

// statements returns all that a capture states.
func statements(t testing.TB, name string) []*fact.Statement {
	t.Helper()
	d := New(Options{})
	capture(t, d, name)
	var ss []*fact.Statement
	for f := range d.Facts {
		if s, ok := f.(*fact.Statement); ok {
			ss = append(ss, s)
		}
	}
	for p, n := range d.Malformed() {
		t.Logf("%s: %d packets of %s are malformed", name, n, p)
	}
	return ss
}
