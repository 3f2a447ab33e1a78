package simulate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Files are what WriteFiles wrote.
type Files struct {
	Captures []string // one for each capture point
	Truth    string
	Intent   string // "" if the scenario declares none
	Packets  uint64
	Bytes    uint64
	Summary  *Truth // all but the conversations
}

// WriteFiles plays a scenario into files beside path: the capture itself (path; with several capture points path with each one's
// name before its ending), path's stem with .truth.json, and with .intent.yaml.
func (sc *Scenario) WriteFiles(ctx context.Context, o Options, path string) (*Files, error) {
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	w := &fileSink{}
	f := &Files{Truth: stem + ".truth.json"}
	points := sc.Points()
	for i, name := range points {
		file := path
		if len(points) > 1 {
			file = stem + "." + strings.Map(safe, name) + filepath.Ext(path)
		}
		if err := w.open(file, name, sc.Capture[i].Snap); err != nil {
			return nil, errors.Join(err, w.close())
		}
		f.Captures = append(f.Captures, file)
	}
	t, err := os.Create(f.Truth)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("simulate: %w", err), w.close())
	}
	w.truth, w.files = bufio.NewWriterSize(t, 1<<18), append(w.files, t)
	truth, err := sc.Run(ctx, o, w)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	for i := range truth.Points {
		truth.Points[i].File = filepath.Base(f.Captures[i])
		f.Packets += truth.Points[i].Packets
		f.Bytes += truth.Points[i].Bytes
	}
	f.Summary = truth
	if err := errors.Join(w.finish(truth), w.close()); err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	if sc.Intent.Kind != 0 {
		f.Intent = stem + ".intent.yaml"
		b, err := sc.IntentFile()
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(f.Intent, b, 0o644); err != nil {
			return nil, fmt.Errorf("simulate: %w", err)
		}
	}
	return f, nil
}

// safe keeps what is harmless in a file name.
func safe(r rune) rune {
	if r == '/' || r == '\\' || r < ' ' {
		return '_'
	}
	return r
}

// IntentFile is the text of the intent file that goes with the scenario; nil if it declares none.
func (sc *Scenario) IntentFile() ([]byte, error) {
	if sc.Intent.Kind == 0 {
		return nil, nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# What is declared of the simulated network %s.\n", sc.Name)
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&sc.Intent); err != nil {
		return nil, fmt.Errorf("simulate %s: intent: %w", sc.Name, err)
	}
	return []byte(b.String()), nil
}

// fileSink writes captures and the conversations of the truth as they come.
type fileSink struct {
	captures []*pcapng
	behind   []*behind // between captures and their files
	files    []*os.File
	truth    *bufio.Writer
	n        int
	last     int64
}

func (w *fileSink) open(file, point string, snap int) error {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	w.files = append(w.files, f)
	b := newBehind(f)
	w.behind = append(w.behind, b)
	w.captures = append(w.captures, newPcapng(b, point, snap))
	return nil
}

// Frame implements Sink.
func (w *fileSink) Frame(point int, ns int64, data []byte, length int) error {
	w.last = ns
	return w.captures[point].frame(ns, data, length)
}

// Conversation implements Sink.
func (w *fileSink) Conversation(c *Conversation) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	sep := ",\n  "
	if w.n == 0 {
		sep = "{\n \"schema\": \"nsgraph.truth/1\",\n \"conversations\": [\n  "
	}
	w.n++
	w.truth.WriteString(sep) //nolint:errcheck // sticky
	_, err = w.truth.Write(b)
	return err
}

// finish ends the captures and writes the rest of the truth.
func (w *fileSink) finish(t *Truth) error {
	var errs []error
	for i, c := range w.captures {
		errs = append(errs, c.finish(w.last, t.Points[i].Packets+t.Points[i].Lost, t.Points[i].Lost))
	}
	if w.n == 0 {
		w.truth.WriteString("{\n \"schema\": \"nsgraph.truth/1\",\n \"conversations\": [") //nolint:errcheck // sticky
	}
	w.truth.WriteString("\n ],\n") //nolint:errcheck // sticky
	t.Conversations = nil
	b, err := json.MarshalIndent(t, "", " ")
	errs = append(errs, err)
	// what follows the empty list of conversations
	_, rest, _ := strings.Cut(string(b), "\"conversations\": null,\n")
	w.truth.WriteString(rest) //nolint:errcheck // sticky
	w.truth.WriteString("\n") //nolint:errcheck // sticky
	return errors.Join(append(errs, w.truth.Flush())...)
}

func (w *fileSink) close() error {
	var errs []error
	for _, b := range w.behind {
		errs = append(errs, b.Close())
	}
	for _, f := range w.files {
		errs = append(errs, f.Close())
	}
	w.behind, w.files = nil, nil
	return errors.Join(errs...)
}
