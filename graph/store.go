package graph

import (
	"context"
	"errors"
	"io"
)

// Sentinels by which callers decide.
var (
	// ErrExists: the batch, or one of its captures, or a snapshot of that name, is in the store already.
	ErrExists = errors.New("graph: exists already")
	// ErrNotFound: no such batch, capture, snapshot or finding.
	ErrNotFound = errors.New("graph: not found")
	// ErrUnreachable: the store's server or file cannot be reached.
	ErrUnreachable = errors.New("cannot be reached")
	// ErrVersion: another version wrote the store.
	ErrVersion = errors.New("is of another version")
)

// Store keeps batches, snapshots and findings. Its methods are safe for concurrent use. graphtest.Run holds every
// implementation to the same behaviour.
type Store interface {
	Querier
	io.Closer

	// Apply adds a batch whole or not at all. If one of its captures is in the store it adds nothing and returns ErrExists.
	Apply(ctx context.Context, b *Batch) error
	// Remove takes out the batch that holds the capture of this SHA-256, and all that only it showed.
	Remove(ctx context.Context, sha256 string) error
	// Batches lists what was applied, ordered by ID.
	Batches(ctx context.Context) ([]BatchInfo, error)

	// CreateSnapshot names an interval. A name that exists is ErrExists.
	CreateSnapshot(ctx context.Context, s Snapshot) error
	// Snapshots lists them by name.
	Snapshots(ctx context.Context) ([]Snapshot, error)
	// DeleteSnapshot removes one, or returns ErrNotFound.
	DeleteSnapshot(ctx context.Context, name string) error

	// SaveFindings merges the findings of one run: First is kept, Last moves on, those that the rules in judged no longer raise
	// are closed.
	SaveFindings(ctx context.Context, judged []string, fs []Finding) error
	// Findings lists them by severity, rule, and ID.
	Findings(ctx context.Context) ([]Finding, error)

	// SetIntent replaces the layer that the intent declares: Zone, Group and Application nodes and their memberships, whose
	// Batch is the zero ID.
	SetIntent(ctx context.Context, c Contents) error
}
