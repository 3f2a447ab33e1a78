package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"netscope.example/nsgraph/capture"
)

// TestDistinct parts twins by content: "abc" and "abd" are of one size, "abcd" of its own; SHA-256 of "abc" is FIPS 180-2, appendix B.1.
func TestDistinct(t *testing.T) {
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	opened := map[string]int{}
	src := func(path, content string) capture.Source {
		return capture.Source{Path: path, Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
			opened[path]++
			if content == "???" {
				return nil, errors.New("unreadable")
			}
			return io.NopCloser(bytes.NewReader([]byte(content))), nil
		}}
	}
	stdin := capture.Source{Path: "-", Once: true}
	all := []capture.Source{src("a", "abc"), src("b", "abd"), src("x", "???"), src("c", "abc"), stdin, src("d", "abcd"), stdin, src("y", "???"), src("e", "abc"), src("f", ""), src("g", "")}
	for _, c := range []struct {
		name   string
		known  map[string]string
		fresh  []string
		again  []twin
		summed bool // d, whose size is its own
	}{
		{"nothing known", nil, []string{"a", "b", "x", "-", "d", "-", "y", "f"}, []twin{{"c", "a"}, {"e", "a"}, {"g", "f"}}, false},
		{"one known", map[string]string{abc: "in the store"}, []string{"b", "x", "-", "d", "-", "y", "f"}, []twin{{"a", "in the store"}, {"c", "in the store"}, {"e", "in the store"}, {"g", "f"}}, true},
	} {
		clear(opened)
		fresh, again, err := distinct(t.Context(), all, c.known)
		var paths []string
		for _, x := range fresh {
			paths = append(paths, x.Path)
		}
		if err != nil || !slices.Equal(paths, c.fresh) || !slices.Equal(again, c.again) {
			t.Errorf("%s: %v, %v, %v; want %v, %v", c.name, paths, again, err, c.fresh, c.again)
		}
		if (opened["d"] > 0) != c.summed || len(c.known) > 1 {
			t.Errorf("%s: d read %d times, known %v", c.name, opened["d"], c.known)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var e *exitError
	if _, _, err := distinct(ctx, all, nil); !errors.As(err, &e) || e.code != exitInterrupted {
		t.Errorf("interrupted: %v", err)
	}
}
