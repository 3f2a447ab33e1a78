package main

import (
	"bufio"
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

// answer lets write produce the command's output: on standard output, or in --out, which is written beside and renamed, so that it is
// whole or not there. What is no regular file (a pipe, a device) is written straight.
func (a *app) answer(write func(io.Writer) error) error {
	if a.outFile == "" {
		w := bufio.NewWriterSize(a.out, 64<<10)
		if err := write(w); err != nil {
			return err
		}
		return w.Flush()
	}
	if st, err := os.Stat(a.outFile); err == nil && !st.Mode().IsRegular() {
		if st.IsDir() {
			return usage("--out %s is a folder", a.outFile)
		}
		f, err := os.OpenFile(a.outFile, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return finish(f, write(f))
	}
	f, err := os.CreateTemp(filepath.Dir(a.outFile), "."+filepath.Base(a.outFile)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriterSize(f, 64<<10)
	err = write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err := finish(f, err); err != nil {
		return fmt.Errorf("write %s: %w", a.outFile, err)
	}
	return os.Rename(f.Name(), a.outFile)
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
