package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"netscope.example/nsgraph/capture/simulate"
	"netscope.example/nsgraph/export"
)

func (a *app) simulateCmd() *cobra.Command {
	var list bool
	var out string
	var o simulate.Options
	c := &cobra.Command{
		Use:   "simulate SCENARIO -o FILE | --list",
		Short: "Write captures of simulated networks, with the truth beside them",
		Long: `Plays a scenario, the name of one in the library or a YAML file, and writes what its capture points saw to FILE (one file for each point, if there are several), the
truth about every conversation, copy, queue and fault to FILE's name with .truth.json, and what the scenario declares to .intent.yaml.`,
		Example: `  nsgraph simulate --list
  nsgraph simulate office -o office.pcapng
  nsgraph simulate campus -o day.pcapng --duration 24h --scale 10 --seed 7`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case list && len(args) == 0:
				return a.listScenarios()
			case list:
				return usage("--list takes no scenario")
			case len(args) == 0:
				return usage("name a scenario, or list them with --list")
			case out == "":
				return usage("name the capture to write with -o FILE")
			}
			return a.simulate(c.Context(), args[0], out, o)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return scenarioNames(), cobra.ShellCompDirectiveDefault
		},
	}
	f := c.Flags()
	f.BoolVar(&list, "list", false, "list the scenarios of the library")
	f.StringVarP(&out, "output", "o", "", "capture `FILE` to write")
	f.Uint64Var(&o.Seed, "seed", 0, "seed of everything that is random (default: the scenario's)")
	f.DurationVar(&o.Duration, "duration", 0, "simulated time (default: the scenario's)")
	f.Float64Var(&o.Scale, "scale", 1, "factor on the size of groups of hosts")
	f.Uint64Var(&o.Packets, "packets", 0, "stop after so many captured packets")
	return c
}

func scenarioNames() []string {
	infos, err := simulate.List()
	if err != nil {
		return nil
	}
	var names []string
	for _, i := range infos {
		names = append(names, i.Name)
	}
	return names
}

func (a *app) listScenarios() error {
	infos, err := simulate.List()
	if err != nil {
		return err
	}
	return a.answer(func(w io.Writer) error {
		t := newTable(w, a.width())
		t.AppendHeader(table.Row{"SCENARIO", "RAISES", "SHOWS"})
		for _, i := range infos {
			t.AppendRow(table.Row{i.Name, strings.Join(i.Raises, "\n"), i.Doc})
		}
		t.Render()
		return nil
	})
}

// scenario reads a scenario: from a YAML file, if the name is a path (it has a separator, or YAML's extension), else from the library, whatever is called
// so in the working directory, and at last from a file of that very name.
func scenario(name string) (*simulate.Scenario, error) {
	ext := strings.ToLower(filepath.Ext(name))
	path := strings.ContainsRune(name, filepath.Separator) || ext == ".yaml" || ext == ".yml"
	if !path || slices.Contains(scenarioNames(), name) { // names of the library may have a separator
		sc, err := simulate.Load(name)
		if err == nil {
			return sc, nil
		}
		if st, e := os.Stat(name); e != nil || !st.Mode().IsRegular() {
			return nil, &exitError{exitUsage, err}
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, &exitError{exitUsage, err}
		}
		return nil, err
	}
	sc, err := simulate.Parse(name, text)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return sc, nil
}

func (a *app) simulate(ctx context.Context, name, out string, o simulate.Options) error {
	if !(o.Scale > 0) || o.Duration < 0 {
		return usage("--scale and --duration must be above zero")
	}
	sc, err := scenario(name)
	if err != nil {
		return err
	}
	start := time.Now()
	f, err := sc.WriteFiles(ctx, o, out)
	if err != nil {
		return err
	}
	took := time.Since(start).Seconds()
	return a.answer(func(w io.Writer) error {
		for _, c := range f.Captures {
			fmt.Fprintf(w, "wrote %s\n", c)
		}
		fmt.Fprintf(w, "wrote %s\n", f.Truth)
		if f.Intent != "" {
			fmt.Fprintf(w, "wrote %s\n", f.Intent)
		}
		_, err := fmt.Fprintf(w, "%s, %s, %.0f packets/s\n", export.Count(int64(f.Packets), "packet"), export.Count(int64(f.Bytes), "byte"), float64(f.Packets)/took)
		return err
	})
}
