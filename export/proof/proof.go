// Package proof cuts the packets that a finding cites out of their captures, into a pcapng that any analyser opens.
package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/capture"
	"netscope.example/nsgraph/capture/file"
)

// ErrChanged says that a file is no longer the capture that the finding cites.
var ErrChanged = errors.New("the file is no longer the capture that the finding cites")

// Sources returns the capture of each piece of the finding's evidence; paths maps "sha256:…" to files.
func Sources(ctx context.Context, f analyses.Finding, paths map[string]string) ([]capture.Source, error) {
	var out []capture.Source
	for _, e := range f.Evidence {
		path := paths[e.Capture]
		if path == "" || path == "-" {
			return nil, fmt.Errorf("finding %s: capture %s came from standard input and is gone; name its file", f.ID, e.Capture)
		}
		src, err := capture.Sources([]string{path})
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", f.ID, err)
		}
		if len(src) != 1 {
			return nil, fmt.Errorf("finding %s: %s is not one capture", f.ID, path)
		}
		sha, err := src[0].SHA256(ctx)
		if err != nil {
			return nil, err
		}
		if "sha256:"+sha != e.Capture {
			return nil, fmt.Errorf("finding %s: %s: %w", f.ID, path, ErrChanged)
		}
		out = append(out, src[0])
	}
	return out, nil
}

// Write writes the packets that f cites, src holding one source for each piece of its evidence, as a pcapng whose section comment is the
// finding's text and whose packets carry their number in the capture they come from.
func Write(ctx context.Context, w io.Writer, f analyses.Finding, src []capture.Source) error {
	if len(src) != len(f.Evidence) {
		return fmt.Errorf("finding %s: %d sources for %d pieces of evidence", f.ID, len(src), len(f.Evidence))
	}
	out := &writer{w: w}
	out.section(f.Rule + " " + f.ID + ": " + f.Text)
	for i, e := range f.Evidence {
		if err := cut(ctx, out, src[i], e.Packets); err != nil {
			return err
		}
	}
	return out.err
}

// cut copies the packets of the given numbers, ascending, out of one capture.
func cut(ctx context.Context, out *writer, s capture.Source, numbers []uint64) error {
	in, err := s.Open()
	if err != nil {
		return fmt.Errorf("capture %s: %w", s.Path, err)
	}
	defer in.Close()
	r, err := file.Open(s.Path, in)
	if err != nil {
		return err
	}
	written := map[uint32]uint32{} // interfaces of r in the proof
	var b file.Batch
	for left := len(numbers); left > 0 && out.err == nil; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := r.Read(&b)
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("capture %s ends before packet %d", s.Path, numbers[len(numbers)-left])
		}
		if err != nil {
			return err
		}
		for _, p := range b.Packets {
			if _, ok := slices.BinarySearch(numbers, p.Number); !ok {
				continue
			}
			id, ok := written[p.Interface]
			if !ok {
				id = out.iface(r.Interfaces()[p.Interface])
				written[p.Interface] = id
			}
			out.packet(id, p, fmt.Sprintf("packet %d of %s", p.Number, s.Path))
			left--
		}
	}
	return out.err
}
