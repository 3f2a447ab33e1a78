package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"netscope.example/nsgraph/capture/file"
)

// ErrNoSource is wrapped by Sources' error when an argument names nothing.
var ErrNoSource = errors.New("no capture found")

// SourceError is an argument that names no capture.
type SourceError struct {
	Arg string
	Err error
}

// Error names the argument.
func (e *SourceError) Error() string { return fmt.Sprintf("capture %s: %v", e.Arg, e.Err) }

// Unwrap returns what is wrong with the argument.
func (e *SourceError) Unwrap() error { return e.Err }

// Sources returns what args name: files, folders (all captures in them and below, recognised by content), globs, "-" for standard input;
// each may have a capture point's name in front, as name=FILE. A file that is named twice is one source. The error joins a *SourceError for
// every argument that names nothing; the sources of the others are valid.
func Sources(args []string) ([]Source, error) {
	var list []Source
	var errs []error
	for _, a := range args {
		found, err := resolve(a)
		if err != nil {
			errs = append(errs, &SourceError{Arg: a, Err: err})
		}
		for _, s := range found {
			if !slices.ContainsFunc(list, func(o Source) bool { return same(o, s) }) {
				list = append(list, s)
			}
		}
	}
	return list, errors.Join(errs...)
}

// same reports whether two sources are one file.
func same(a, b Source) bool {
	return a.Path == b.Path || filepath.Clean(a.Path) == filepath.Clean(b.Path)
}

// resolve returns the sources of one argument.
func resolve(arg string) ([]Source, error) {
	if l, err := named(arg, ""); !errors.Is(err, fs.ErrNotExist) {
		return l, err
	}
	if point, path, ok := strings.Cut(arg, "="); ok && point != "" && path != "" {
		return named(path, point)
	}
	return named(arg, "")
}

// named returns the sources of a path, folder, glob or "-".
func named(path, point string) ([]Source, error) {
	if path == "-" {
		return []Source{{Path: path, Point: point, Open: openStdin, Once: true}}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return folder(path, point)
	case err == nil:
		return []Source{ofFile(path, point, info)}, nil
	case !strings.ContainsAny(path, "*?["):
		return nil, err
	}
	matches, globErr := filepath.Glob(path)
	if globErr != nil {
		return nil, globErr
	}
	var list []Source
	for _, m := range matches { // Glob sorts them
		if info, err := os.Stat(m); err == nil && !info.IsDir() {
			list = append(list, ofFile(m, point, info))
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrNoSource, err)
	}
	return list, nil
}

// folder returns the captures in dir and below, in the order of their names. What cannot be looked into is an error, and the rest
// goes on.
func folder(dir, point string) ([]Source, error) {
	var list []Source
	var errs []error
	root := strings.TrimSuffix(dir, string(filepath.Separator)) + string(filepath.Separator) // follows a symbolic link
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			errs = append(errs, err)
			return nil
		case d.IsDir():
			return nil
		}
		info, err := os.Stat(path) // of what a symbolic link points to
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		if s := ofFile(path, point, info); isCapture(s) {
			list = append(list, s)
		}
		return nil
	})
	if len(list) == 0 && len(errs) == 0 {
		errs = append(errs, ErrNoSource)
	}
	return list, errors.Join(errs...)
}

// isCapture reports whether the content of a file in a folder is a capture, even a damaged one.
func isCapture(s Source) bool {
	r, err := s.Open()
	if err != nil {
		return true // the run will say why
	}
	defer r.Close()
	_, err = file.Open(s.Path, r)
	_, damaged := errors.AsType[*file.DamageError](err)
	return err == nil || damaged
}

func ofFile(path, point string, info fs.FileInfo) Source {
	s := Source{Path: path, Point: point, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	if s.Once = !info.Mode().IsRegular(); !s.Once {
		s.Size = info.Size()
	}
	return s
}
