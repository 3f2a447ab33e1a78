package simulate

import "testing"

func TestDevAll(t *testing.T) {
	for _, n := range names() {
		if n[:5] == "base-" {
			continue
		}
		sc, err := Load(n)
		if err != nil {
			t.Error(err)
			continue
		}
		f, err := sc.WriteFiles(t.Context(), Options{}, "/tmp/sim/"+n+".pcapng")
		if err != nil {
			t.Error(err)
			continue
		}
		t.Log(n, f.Packets, f.Bytes)
	}
}
