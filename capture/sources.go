package capture

import (
	"cmp"
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

// ErrTwoPoints is wrapped by Sources' error when one file is named as what two capture points saw.
var ErrTwoPoints = errors.New("one file cannot be two capture points")

// SourceError is an argument that names no capture.
type SourceError struct {
	Arg string
	Err error
}

// Error names the argument.
func (e *SourceError) Error() string {
	return fmt.Sprintf("capture %s: %v", cmp.Or(e.Arg, `""`), e.Err)
}

// Unwrap returns what is wrong with the argument.
func (e *SourceError) Unwrap() error { return e.Err }

// Sources returns what args name: files, folders (all captures in them and below, recognised by content), globs, "-" for standard input;
// each may have a capture point's name in front, as name=FILE. A file that is named twice is one source. The error joins a *SourceError for
// every argument that names nothing, or what another names as another capture point's; the sources of the others are valid.
func Sources(args []string) ([]Source, error) {
	var list []Source
	var errs []error
	for _, a := range args {
		found, err := resolve(a)
		if err != nil {
			errs = append(errs, &SourceError{Arg: a, Err: err})
		}
		for _, s := range found {
			i := slices.IndexFunc(list, func(o Source) bool { return same(o, s) })
			switch {
			case i < 0:
				list = append(list, s)
			case s.Point != "" && list[i].Point != "" && s.Point != list[i].Point:
				errs = append(errs, &SourceError{Arg: a, Err: fmt.Errorf("%w: %s is what %s saw", ErrTwoPoints, s.Path, list[i].Point)})
			}
		}
	}
	return list, errors.Join(errs...)
}

// cause takes the path off an error of the operating system, for whoever names it anyway.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok && e == err {
		return e.Err
	}
	return err
}

// same reports whether two sources are one file.
func same(a, b Source) bool {
	return a.Path == b.Path || filepath.Clean(a.Path) == filepath.Clean(b.Path)
}

// resolve returns the sources of one argument.
func resolve(arg string) ([]Source, error) {
	l, err := named(arg, "")
	if !errors.Is(err, fs.ErrNotExist) && !(errors.Is(err, ErrNoSource) && strings.ContainsAny(arg, globbing)) {
		return l, err
	}
	if point, path, ok := strings.Cut(arg, "="); ok && point != "" && path != "" {
		return named(path, point)
	}
	return l, err
}

// globbing are the characters that make an argument a glob, if no file has its name.
const globbing = "*?["

// named returns the sources of a path, folder, glob or "-".
func named(path, point string) ([]Source, error) {
	if path == "-" {
		return []Source{{Path: path, Point: point, Open: openStdin, Once: true}}, nil
	}
	if path == "" {
		return nil, ErrNoSource
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return folder(path, point)
	case err == nil:
		return []Source{ofFile(path, point, info)}, nil
	case !strings.ContainsAny(path, globbing):
		return nil, cause(err)
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
		return nil, ErrNoSource
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
