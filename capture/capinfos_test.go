package capture

import (
	"encoding/csv"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

// Packets, bytes, first and last time of every real capture are those that capinfos states.
func TestCapinfos(t *testing.T) {
	dir := realCaptures(t)
	if _, err := exec.LookPath("capinfos"); err != nil {
		t.Skip(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.*cap*"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	out, _ := exec.Command("capinfos", append([]string{"-T", "-M", "-Q", "-S", "-c", "-d", "-a", "-e"}, files...)...).Output()
	rows := csv.NewReader(strings.NewReader(string(out)))
	rows.FieldsPerRecord, rows.Comma = -1, '\t'
	table, err := rows.ReadAll()
	if err != nil || len(table) < 2 {
		t.Fatal(len(table), err)
	}
	want := map[string][]string{}
	for _, r := range table[1:] {
		want[r[0]] = r[1:]
	}
	src, err := Sources(files)
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for i := range src {
		c := captures(t, src[i:i+1])[0]
		w := want[c.Path]
		if !c.Complete || len(w) < 4 || c.Packets == 0 {
			continue
		}
		first, last := seconds(c.First), seconds(c.Last)
		if strconv.FormatUint(c.Packets, 10) != w[0] || strconv.FormatUint(c.Bytes, 10) != w[1] || !sameTime(first, w[2]) || !sameTime(last, w[3]) {
			t.Errorf("%s: %d packets, %d bytes, %s to %s; capinfos says %v", filepath.Base(c.Path), c.Packets, c.Bytes, first, last, w)
			continue
		}
		same++
	}
	t.Logf("%d of %d captures are as capinfos says", same, len(src))
	if same < len(src)*9/10 {
		t.Errorf("only %d of %d captures could be compared", same, len(src))
	}
}

// sameTime compares to the microsecond. capinfos knows no time for a file with packets without one, and none before 1970.
func sameTime(got, want string) bool {
	return want == "n/a" || len(want) > len("1234567890.123456789") || strings.HasPrefix(want+"000000000", got[:strings.IndexByte(got, '.')+7])
}

func seconds(at fact.Time) string {
	s := strconv.FormatInt(int64(at)/1e9, 10)
	f := strconv.FormatInt(int64(at)%1e9+1e9, 10)
	return s + "." + f[1:]
}
