package simulate

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the captures of testdata anew")

// published are the scenarios whose captures the repository holds, in testdata at its root.
var published = []string{"office"}

// TestTestdata compares what the scenarios produce with the committed captures, intents and truths, byte by byte.
func TestTestdata(t *testing.T) {
	home := filepath.Join("..", "..", "testdata")
	for _, name := range published {
		t.Run(name, func(t *testing.T) {
			sc, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if *update {
				dir = home
			}
			f, err := sc.WriteFiles(t.Context(), Options{}, filepath.Join(dir, name+".pcapng"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range append(f.Captures, f.Truth, f.Intent) {
				got, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				want, err := os.ReadFile(filepath.Join(home, filepath.Base(file)))
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s differs from what the scenario gives now; go test ./capture/simulate -run TestTestdata -update writes it", filepath.Base(file))
				}
			}
		})
	}
}
