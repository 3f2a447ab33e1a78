package simulate

import (
	"os"
	"testing"
	"time"
)

func TestDev(t *testing.T) {
	name := os.Getenv("SCN")
	if name == "" {
		t.Skip("no scenario")
	}
	sc, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	st := time.Now()
	f, err := sc.WriteFiles(t.Context(), Options{}, "/tmp/sim/"+name+".pcapng")
	if err != nil {
		t.Fatal(err)
	}
	d := time.Since(st).Seconds()
	t.Logf("%d packets %d bytes %.2fs %.0f packets/s", f.Packets, f.Bytes, d, float64(f.Packets)/d)
}
