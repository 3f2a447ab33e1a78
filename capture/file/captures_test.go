package file

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// captures returns the files of the folder of real captures, or skips.
func captures(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES names no folder of captures")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.*cap*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("captures in %s: %d, %v", dir, len(names), err)
	}
	return names
}

// summary is what capinfos says of a capture, and what the reader does.
type summary struct {
	packets, bytes int64
	first, last    int64 // nanoseconds
}

// sum sums up a capture.
func sum(path string) (s summary, err error) {
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	r, err := Open(path, f)
	if err != nil {
		return s, err
	}
	var b Batch
	for {
		if err := r.Read(&b); err != nil {
			if err == io.EOF {
				err = nil
			}
			return s, err
		}
		for _, p := range b.Packets {
			if s.packets == 0 {
				s.first, s.last = p.Time, p.Time
			}
			s.packets++
			s.bytes += int64(p.Length) + int64(r.Interfaces()[p.Interface].FCS) // capinfos counts it
			s.first, s.last = min(s.first, p.Time), max(s.last, p.Time)
		}
	}
}

// TestCapinfos compares packets, bytes, first and last time with capinfos, on every capture that capinfos reads whole.
func TestCapinfos(t *testing.T) {
	names := captures(t)
	if _, err := exec.LookPath("capinfos"); err != nil {
		t.Skip("capinfos is not installed")
	}
	compared := 0
	for _, name := range names {
		cmd := exec.Command("capinfos", "-T", "-r", "-M", "-t", "-c", "-d", "-a", "-e", "-S", name)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		f := strings.Split(strings.TrimSpace(string(out)), "\t")
		if err != nil || stderr.Len() > 0 || len(f) < 6 {
			continue
		}
		got, err := sum(name)
		if !strings.Contains(f[1], "pcap") || strings.HasPrefix(f[1], "nokia") {
			if err == nil {
				t.Errorf("%s: read, though it is %s", name, f[1])
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := summary{packets: number(f[2]), bytes: number(f[3]), first: nanoseconds(f[4]), last: nanoseconds(f[5])}
		if f[4] == "n/a" || len(f[4]) > len("9223372036.000000000") { // packets without time; or beyond 64 bits of nanoseconds
			want.first, want.last = got.first, got.last
		}
		if want != got {
			t.Errorf("%s: got %+v, capinfos %+v", name, got, want)
		}
		compared++
	}
	t.Logf("%d captures compared", compared)
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// nanoseconds reads decimal seconds; "n/a" is 0.
func nanoseconds(s string) int64 {
	whole, frac, _ := strings.Cut(s, ".")
	return number(whole)*1e9 + number((frac + "000000000")[:9])
}
