package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/export/proof"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/memory"
)

func (a *app) extractCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "extract FINDING [CAPTURE...]",
		Short: "Write the packets that prove a finding, as a pcapng",
		Long: `Writes the packets that a finding cites to a pcapng file. FINDING is its id, or the beginning of it. Without captures the finding is looked up in the
store, and its packets in the files that were ingested, if they are still what they were; with captures, those are analysed.`,
		Example: `  nsgraph extract 4k2m --out proof.pcapng
  nsgraph extract 4k2m office.pcapng --intent site.yaml --out proof.pcapng`,
		Args: atLeastOne("a finding by its id, as the report prints it"),
		RunE: func(c *cobra.Command, args []string) error { return a.extract(c.Context(), args[0], args[1:]) },
	}
	return c
}

func (a *app) extract(ctx context.Context, id string, captures []string) error {
	if a.outFile == "" && a.width() > 0 {
		return usage("a capture is not for the terminal: name a file with --out")
	}
	in, err := a.loadIntent()
	if err != nil {
		return err
	}
	var s graph.Store
	if len(captures) > 0 {
		d, err := a.decode(ctx, captures, in)
		if err != nil {
			return err
		}
		s = memory.New()
		if err := s.Apply(ctx, d.batch); err != nil {
			return err
		}
	} else if s, err = a.openStore(ctx, false); err != nil {
		return err
	}
	defer s.Close()
	r, err := a.report(ctx, s, graph.Params{}, in, allAnalyses())
	if err != nil {
		return err
	}
	f, err := findingByID(r.Findings, id)
	if err != nil {
		return err
	}
	files := map[string]string{}
	for _, c := range r.Captures {
		files["sha256:"+c.SHA256] = c.Path
	}
	src, err := proof.Sources(ctx, f, files)
	if err != nil {
		return err
	}
	return a.answer(func(w io.Writer) error { return proof.Write(ctx, w, f, src) })
}

// findingByID returns the only finding whose id begins with id.
func findingByID(fs []analyses.Finding, id string) (analyses.Finding, error) {
	var found []analyses.Finding
	for _, f := range fs {
		if strings.HasPrefix(f.ID, strings.ToLower(id)) {
			found = append(found, f)
		}
	}
	switch {
	case id == "" || len(found) == 0:
		return analyses.Finding{}, usage("no finding %q; the ids stand in the report", id)
	case len(found) > 1:
		return analyses.Finding{}, usage("%d findings begin with %q; give more of the id", len(found), id)
	case len(found[0].Evidence) == 0:
		return analyses.Finding{}, fmt.Errorf("finding %s cites no packets", found[0].ID)
	}
	return found[0], nil
}
