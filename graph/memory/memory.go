// Package memory is the store that keeps a graph in memory, for runs that store nothing and as the obvious answer that the other stores
// are compared with.
package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"netscope.example/nsgraph/graph"
)

// ErrClosed is returned by all methods after Close.
var ErrClosed = errors.New("graph/memory: store is closed")

// Store keeps batches as they came. The zero value is an empty store.
type Store struct {
	mu        sync.Mutex
	closed    bool
	batches   []*graph.Batch // by ID
	intent    graph.Contents
	all       *graph.Contents // of batches and intent, merged; nil after a change
	views     graph.ViewCache
	snapshots []graph.Snapshot // by name
	findings  []graph.Finding
}

var _ graph.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store { return &Store{} }

// do runs f alone, unless ctx is done or the store is closed.
func (s *Store) do(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	return f()
}

func (s *Store) changed() {
	s.all = nil
	s.views.Clear()
}

// Apply adds b, which the store keeps: it must not change afterwards.
func (s *Store) Apply(ctx context.Context, b *graph.Batch) error {
	if err := b.Check(); err != nil {
		return err
	}
	return s.do(ctx, func() error {
		for _, have := range s.batches {
			if have.ID == b.ID || haveCapture(have, b) {
				return fmt.Errorf("batch %s: %w", b.ID, graph.ErrExists)
			}
		}
		i, _ := slices.BinarySearchFunc(s.batches, b.ID, func(have *graph.Batch, id graph.ID) int { return have.ID.Compare(id) })
		s.batches = slices.Insert(s.batches, i, b)
		s.changed()
		return nil
	})
}

func haveCapture(a, b *graph.Batch) bool {
	return slices.ContainsFunc(a.Captures, func(c graph.Capture) bool {
		return slices.ContainsFunc(b.Captures, func(d graph.Capture) bool { return c.SHA256 == d.SHA256 })
	})
}

// Remove takes out the batch that holds the capture.
func (s *Store) Remove(ctx context.Context, sha256 string) error {
	return s.do(ctx, func() error {
		i := slices.IndexFunc(s.batches, func(b *graph.Batch) bool {
			return slices.ContainsFunc(b.Captures, func(c graph.Capture) bool { return c.SHA256 == sha256 })
		})
		if i < 0 {
			return fmt.Errorf("capture %s: %w", sha256, graph.ErrNotFound)
		}
		s.batches = slices.Delete(s.batches, i, i+1)
		s.changed()
		return nil
	})
}

// Batches lists what was applied, ordered by ID.
func (s *Store) Batches(ctx context.Context) (infos []graph.BatchInfo, err error) {
	err = s.do(ctx, func() error {
		infos = s.infos()
		return nil
	})
	return infos, err
}

func (s *Store) infos() []graph.BatchInfo {
	infos := make([]graph.BatchInfo, len(s.batches))
	for i, b := range s.batches {
		infos[i] = b.Info()
	}
	return infos
}

// View returns the part of the graph that p selects.
func (s *Store) View(ctx context.Context, p graph.Params) (v *graph.View, err error) {
	err = s.do(ctx, func() error {
		v = s.views.Get(p, 0)
		if v != nil {
			return nil
		}
		if s.all == nil {
			s.all = s.merge()
		}
		v = graph.Select(s.all, s.infos(), p)
		v.Findings = slices.Clone(s.findings)
		s.views.Put(p, 0, v)
		return nil
	})
	return v, err
}

func (s *Store) merge() *graph.Contents {
	if len(s.batches) == 1 {
		if n, m := s.intent.Len(); n+m == 0 {
			return &s.batches[0].Contents
		}
	}
	all := new(graph.Contents)
	for _, b := range s.batches {
		all.Add(&b.Contents)
	}
	all.Add(&s.intent)
	all.Sort()
	return all
}

// Cypher is not supported: this store answers by View.
func (s *Store) Cypher(context.Context, string, map[string]any) graph.Seq[map[string]any] {
	return graph.NoCypher("the memory store")
}

// CreateSnapshot names an interval.
func (s *Store) CreateSnapshot(ctx context.Context, snap graph.Snapshot) error {
	snap, err := snap.Complete()
	if err != nil {
		return err
	}
	return s.do(ctx, func() error {
		i, ok := slices.BinarySearchFunc(s.snapshots, snap.Name, bySnapshotName)
		if ok {
			return fmt.Errorf("snapshot %q: %w", snap.Name, graph.ErrExists)
		}
		s.snapshots = slices.Insert(s.snapshots, i, snap)
		return nil
	})
}

func bySnapshotName(s graph.Snapshot, name string) int { return cmp.Compare(s.Name, name) }

// Snapshots lists them by name.
func (s *Store) Snapshots(ctx context.Context) (snaps []graph.Snapshot, err error) {
	err = s.do(ctx, func() error {
		snaps = slices.Clone(s.snapshots)
		return nil
	})
	return snaps, err
}

// DeleteSnapshot removes one.
func (s *Store) DeleteSnapshot(ctx context.Context, name string) error {
	return s.do(ctx, func() error {
		i, ok := slices.BinarySearchFunc(s.snapshots, name, bySnapshotName)
		if !ok {
			return fmt.Errorf("snapshot %q: %w", name, graph.ErrNotFound)
		}
		s.snapshots = slices.Delete(s.snapshots, i, i+1)
		return nil
	})
}

// SaveFindings merges the findings of one run.
func (s *Store) SaveFindings(ctx context.Context, judged []string, fs []graph.Finding) error {
	return s.do(ctx, func() error {
		s.findings = graph.MergeFindings(s.findings, judged, fs)
		s.views.Clear()
		return nil
	})
}

// Findings lists them by severity, rule, and ID.
func (s *Store) Findings(ctx context.Context) (fs []graph.Finding, err error) {
	err = s.do(ctx, func() error {
		fs = slices.Clone(s.findings)
		return nil
	})
	return fs, err
}

// SetIntent replaces the declared layer.
func (s *Store) SetIntent(ctx context.Context, c graph.Contents) error {
	return s.do(ctx, func() error {
		var have graph.Contents
		for _, b := range s.batches {
			have.Add(&b.Contents)
		}
		have.Sort()
		labels := have.Labels()
		known := func(id graph.ID) (graph.Label, bool) { l, ok := labels[id]; return l, ok }
		if err := c.CheckIntent(known); err != nil {
			return err
		}
		have.Add(&c)
		have.Sort()
		s.intent = graph.Select(&have, nil, graph.Params{}).Contents
		s.changed()
		return nil
	})
}

// Close forgets everything.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.batches, s.intent, s.snapshots, s.findings = true, nil, graph.Contents{}, nil, nil
	s.changed()
	return nil
}
