package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// formatFlag adds -o with the formats that a command knows; the first is the default.
func (a *app) formatFlag(c *cobra.Command, formats ...string) {
	chosen := c.Flags().StringP("output", "o", formats[0], "`FORMAT`: "+strings.Join(formats, ", "))
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	check := c.PreRunE
	c.PreRunE = func(c *cobra.Command, args []string) error {
		a.format = *chosen
		if !slices.Contains(formats, a.format) {
			return usage("--output %q, want %s", a.format, strings.Join(formats, ", "))
		}
		if check != nil {
			return check(c, args)
		}
		return nil
	}
}

// atLeastOne and exactly are cobra's checks of the number of arguments, in words: what names one of them.
func atLeastOne(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("name %s", what)
		}
		return nil
	}
}

func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("name %s, not %d", what, len(args))
		}
		return nil
	}
}

// answer lets write produce the command's output: on standard output, or in --out, which is written beside and renamed, so that it is
// whole or not there. A symbolic link stays one, and a file that is there keeps its mode. What is no regular file (a pipe, a device) is written straight.
func (a *app) answer(write func(io.Writer) error) error {
	if a.outFile == "" {
		w := bufio.NewWriterSize(a.out, 64<<10)
		if err := write(w); err != nil {
			return err
		}
		return w.Flush()
	}
	name, mode, straight, err := a.outTarget()
	if err != nil {
		return err
	}
	if straight {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return finish(f, write(f))
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return a.outError(err)
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriterSize(f, 64<<10)
	err = write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Chmod(mode)
	}
	if err := finish(f, err); err != nil {
		return a.outError(err)
	}
	return os.Rename(f.Name(), name)
}

// outTarget finds out what --out names: the file behind symbolic links, the mode that it has or shall have, and whether it is written straight.
func (a *app) outTarget() (name string, mode os.FileMode, straight bool, err error) {
	name, mode = a.outFile, 0o644
	for range 16 { // links to links; more are a circle
		target, err := os.Readlink(name)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(name), target)
		}
		name = target
	}
	st, err := os.Stat(name)
	switch {
	case err == nil && st.IsDir():
		return "", 0, false, usage("--out %s is a folder", a.outFile)
	case err == nil:
		return name, st.Mode().Perm(), !st.Mode().IsRegular(), nil
	}
	if st, err := os.Stat(filepath.Dir(name)); err != nil || !st.IsDir() {
		return "", 0, false, fmt.Errorf("write %s: there is no folder %s", a.outFile, filepath.Dir(name))
	}
	return name, mode, false, nil
}

// outError is err with the name that the user gave, in place of that of the file beside it.
func (a *app) outError(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("write %s: %w", a.outFile, err)
}

func finish(c io.Closer, err error) error {
	if cerr := c.Close(); err == nil {
		err = cerr
	}
	return err
}

// width returns the columns of the terminal that the answer goes to, or 0 if it goes elsewhere.
func (a *app) width() int {
	f, ok := a.out.(*os.File)
	if !ok || a.outFile != "" || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return w
}

// colored reports whether the answer may carry colours.
func (a *app) colored() bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && a.width() > 0
}

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
