package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/export"
	"netscope.example/nsgraph/graph"
)

func (a *app) snapshotCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "snapshot create|list|delete",
		Short: "Name an interval of packet time",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	var captures []string
	create := &cobra.Command{
		Use:   "create NAME",
		Short: "Name the whole span that the store holds, or a part of it",
		Example: `  nsgraph snapshot create before-migration
  nsgraph snapshot create monday --since 2026-11-23 --until 2026-11-24`,
		Args: exactly(1, "one snapshot"),
		RunE: func(c *cobra.Command, args []string) error { return a.createSnapshot(c.Context(), args[0], captures) },
	}
	create.Flags().StringVar(&a.since, "since", "", "from `TIME` on")
	create.Flags().StringVar(&a.until, "until", "", "until before `TIME`")
	create.Flags().StringArrayVar(&captures, "capture", nil, "only what came with this capture: `SHA256|FILE`; repeatable")
	list := &cobra.Command{
		Use:   "list",
		Short: "List the snapshots",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return a.listSnapshots(c.Context()) },
	}
	a.formatFlag(list, "text", "json")
	del := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a snapshot; what it names stays",
		Args:  exactly(1, "one snapshot"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withStore(c.Context(), func(s graph.Store) error {
				err := s.DeleteSnapshot(c.Context(), args[0])
				if errors.Is(err, graph.ErrNotFound) {
					return usage("no snapshot %q", args[0])
				}
				return err
			})
		},
	}
	c.AddCommand(create, list, del)
	return c
}

// withStore opens the store, which must exist, for f.
func (a *app) withStore(ctx context.Context, f func(graph.Store) error) error {
	s, err := a.openStore(ctx, false)
	if err != nil {
		return err
	}
	return errors.Join(f(s), s.Close())
}

func (a *app) createSnapshot(ctx context.Context, name string, captures []string) error {
	if strings.TrimSpace(name) == "" {
		return usage("a snapshot needs a name")
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return usage("the name %q of a snapshot has a control character", name)
	}
	return a.withStore(ctx, func(s graph.Store) error {
		p, err := a.params(ctx, s)
		if err != nil {
			return err
		}
		first, last, err := span(ctx, s)
		if err != nil {
			return err
		}
		if first == 0 && last == 0 {
			return fmt.Errorf("snapshot %s: %s: %w", name, a.storeName(), graph.ErrNoData)
		}
		if p.From == 0 {
			p.From = first
		}
		if p.To == 0 {
			p.To = last + 1
		}
		if p.From >= p.To {
			return usage("--since %s is after the last packet, of %s", a.since, last)
		}
		shas, err := captureHashes(ctx, captures)
		if err != nil {
			return err
		}
		err = s.CreateSnapshot(ctx, graph.Snapshot{ID: graph.NewID("Snapshot", name), Name: name, From: p.From, To: p.To, Captures: shas})
		if errors.Is(err, graph.ErrExists) {
			return usage("snapshot %q exists; delete it first", name)
		}
		return err
	})
}

// captureHashes turns SHA-256 values and files into SHA-256 values.
func captureHashes(ctx context.Context, names []string) ([]string, error) {
	var out []string
	for _, n := range names {
		n = strings.TrimPrefix(n, "sha256:")
		if len(n) == 64 && strings.Trim(n, "0123456789abcdef") == "" {
			out = append(out, n)
			continue
		}
		if _, err := os.Stat(n); err != nil {
			return nil, usage("--capture %s is neither a SHA-256 nor a file", n)
		}
		src, err := capture.Sources([]string{n})
		if err != nil {
			return nil, err
		}
		for _, s := range src {
			sha, err := s.SHA256(ctx)
			if err != nil {
				return nil, err
			}
			out = append(out, sha)
		}
	}
	return out, nil
}

func (a *app) listSnapshots(ctx context.Context) error {
	return a.withStore(ctx, func(s graph.Store) error {
		snaps, err := s.Snapshots(ctx)
		if err != nil {
			return err
		}
		return a.answer(func(w io.Writer) error {
			if a.format == "json" {
				type snapshot struct {
					Name     string     `json:"name"`
					From     graph.Time `json:"from"`
					To       graph.Time `json:"to"`
					Captures []string   `json:"captures"`
				}
				out := []snapshot{}
				for _, x := range snaps {
					out = append(out, snapshot{x.Name, x.From, x.To - 1, append([]string{}, x.Captures...)})
				}
				return export.JSON(w, out)
			}
			t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
			fmt.Fprintln(t, "NAME\tFROM\tTO\tCAPTURES")
			for _, x := range snaps {
				n := "all"
				if len(x.Captures) > 0 {
					n = fmt.Sprint(len(x.Captures))
				}
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", x.Name, x.From, x.To-1, n)
			}
			return t.Flush()
		})
	})
}
