package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/export"
)

// version is the module's version, or the commit it was built from.
func version() string {
	bi, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := bi.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "devel-" + cmp.Or(setting(bi, "vcs.revision"), "unknown")[:7]
}

// versionLine is what a person is told.
func versionLine() string {
	return fmt.Sprintf("nsgraph %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func setting(bi *debug.BuildInfo, key string) string {
	for _, s := range bi.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

func (a *app) versionCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			bi, _ := debug.ReadBuildInfo()
			if bi == nil {
				bi = &debug.BuildInfo{}
			}
			return a.answer(func(w io.Writer) error {
				if a.format == "json" {
					return export.JSON(w, map[string]any{"version": version(), "commit": setting(bi, "vcs.revision"), "date": setting(bi, "vcs.time"),
						"go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "report_schema": export.Schema})
				}
				_, err := io.WriteString(w, versionLine())
				return err
			})
		},
	}
	a.formatFlag(c, "text", "json")
	return c
}
