package capture

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// tree makes a folder with two captures, one of them cut inside its file header, one in a folder below, and a text file.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	head := []byte{0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0}
	for name, b := range map[string][]byte{"b.pcap": head, "a.dat": head[:20], "sub/c.pcap": head, "readme.md": []byte("a capture of an office\n"), "x=y.pcap": head} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The message names what was asked for once.
func TestSourceErrors(t *testing.T) {
	for arg, want := range map[string]string{"gone.pcap": "capture gone.pcap: no such file or directory", "p=gone.pcap": "capture p=gone.pcap: no such file or directory",
		"*.gone": "capture *.gone: no capture found", "": `capture "": no capture found`} {
		if _, err := Sources([]string{arg}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", arg, err, want)
		}
	}
}

func TestSources(t *testing.T) {
	dir := tree(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	cases := []struct {
		args  []string
		paths []string
		point string // of the first
		fails error
	}{
		{[]string{in("b.pcap")}, []string{"b.pcap"}, "", nil},
		{[]string{dir}, []string{"a.dat", "b.pcap", "sub/c.pcap", "x=y.pcap"}, "", nil},
		{[]string{in("*.pcap")}, []string{"b.pcap", "x=y.pcap"}, "", nil},
		{[]string{"core1=" + in("b.pcap")}, []string{"b.pcap"}, "core1", nil},
		{[]string{"core1=" + in("*.pcap")}, []string{"b.pcap", "x=y.pcap"}, "core1", nil},
		{[]string{in("x=y.pcap")}, []string{"x=y.pcap"}, "", nil},
		{[]string{in("b.pcap"), in("sub/../b.pcap"), dir}, []string{"b.pcap", "a.dat", "sub/c.pcap", "x=y.pcap"}, "", nil},
		{[]string{in("gone.pcap"), in("b.pcap")}, []string{"b.pcap"}, "", fs.ErrNotExist},
		{[]string{in("*.none")}, nil, "", ErrNoSource},
		{[]string{in("[")}, nil, "", filepath.ErrBadPattern},
		{[]string{in("s*b")}, nil, "", ErrNoSource},
		{[]string{"core1=" + in("gone.pcap")}, nil, "", fs.ErrNotExist},
		{[]string{"core1=" + in("b.pcap"), in("b.pcap"), "core1=" + in("b.pcap")}, []string{"b.pcap"}, "core1", nil},
		{[]string{"core1=" + in("b.pcap"), "core2=" + in("b.pcap")}, []string{"b.pcap"}, "core1", ErrTwoPoints},
		{[]string{""}, nil, "", ErrNoSource},
	}
	for _, c := range cases {
		got, err := Sources(c.args)
		if !errors.Is(err, c.fails) || c.fails == nil && err != nil {
			t.Errorf("%v: error %v, want %v", c.args, err, c.fails)
		}
		if _, ok := errors.AsType[*SourceError](err); ok != (c.fails != nil) {
			t.Errorf("%v: error %v is no SourceError", c.args, err)
		}
		var paths []string
		for _, s := range got {
			rel, _ := filepath.Rel(dir, s.Path)
			paths = append(paths, rel)
		}
		if !slices.Equal(paths, c.paths) || len(got) > 0 && got[0].Point != c.point {
			t.Errorf("%v: %v, want %v", c.args, paths, c.paths)
		}
	}
	if _, err := Sources([]string{t.TempDir()}); !errors.Is(err, ErrNoSource) || err.Error() == "" {
		t.Errorf("an empty folder: %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err)
	}
	if l, err := Sources([]string{link}); err != nil || len(l) != 4 {
		t.Errorf("a link to the folder: %d captures, %v", len(l), err)
	}
	s, err := Sources([]string{"edge=-"})
	if err != nil || len(s) != 1 || s[0].Path != "-" || s[0].Point != "edge" || !s[0].Once {
		t.Errorf("standard input: %+v, %v", s, err)
	}
}

func TestStdinPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = old; r.Close() }()
	rc, err := openStdin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("ab")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 2)
	if _, err := io.ReadFull(rc, b); err != nil || string(b) != "ab" {
		t.Fatalf("read %q, %v", b, err)
	}
	ended := make(chan error)
	go func() {
		_, err := rc.Read(b)
		ended <- err
	}()
	rc.Close()
	if err := <-ended; err == nil {
		t.Error("a read from a closed pipe does not end")
	}
	w.Close()
}

func TestStdinFile(t *testing.T) {
	f, err := os.Open(filepath.Join(tree(t), "readme.md"))
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	os.Stdin = f
	defer func() { os.Stdin = old; f.Close() }()
	rc, err := openStdin()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(rc); err != nil || string(b) != "a capture of an office\n" {
		t.Errorf("read %q, %v", b, err)
	}
}

func TestPointName(t *testing.T) {
	cases := []struct{ point, path, iface, want string }{
		{"core1", "/x/a.pcapng", "eth0", "core1"},
		{"", "/x/a.pcapng", "eth0", "eth0"},
		{"", "/x/a.pcapng", "", "a"},
		{"", "/x/a.pcapng", "-", "a"},
		{"", "b.tar.pcap.gz", "", "b.tar"},
		{"", ".pcap", "", ".pcap"},
		{"", "c", "", "c"},
		{"", "-", "", "stdin"},
	}
	for _, c := range cases {
		if got := pointName(&Source{Path: c.path, Point: c.point}, c.iface, false); got != c.want {
			t.Errorf("point of %+v is %q, want %q", c, got, c.want)
		}
	}
	if got := pointName(&Source{Path: "/x/host-a.pcapng"}, "eth0", true); got != "eth0@host-a" {
		t.Errorf("one of two eth0 is called %q", got)
	}
	p := newPoints()
	if a, b, c := p.id("x"), p.id("y"), p.id("x"); a != 0 || b != 1 || c != 0 || p.name(1) != "y" || p.name(2) != "" {
		t.Errorf("points are numbered %d, %d, %d", a, b, c)
	}
	for i := range maxPoints {
		p.id(strconv.Itoa(i))
	}
	if p.id("one more") != maxPoints-1 {
		t.Error("a flood of points is not bounded")
	}
}
