// Package sqlite is the default store: one SQLite file with a table for each label and relationship type, which any SQLite tool can read.
//
// Times are nanoseconds since 1970, lists are JSON (NULL when empty), identifiers are text. Every change is one transaction in write-ahead-log mode: a
// process that dies in the middle leaves the store as it was, and readers never wait for a writer.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"netscope.example/nsgraph/graph"
)

// Store is an open file. Several processes may have it open.
type Store struct {
	path  string
	db    *sql.DB
	write sync.Mutex // one writer of this process at a time

	mu    sync.Mutex
	views graph.ViewCache
}

var _ graph.Store = (*Store)(nil)

// Open opens the store at path, and makes it where there is none.
func Open(ctx context.Context, path string) (*Store, error) { return open(ctx, path, dsn(path)) }

// OpenExisting is Open for readers: where there is no file it returns an error of [fs.ErrNotExist] and makes none. A file that this user may not
// write, or in a folder where nothing can be written beside it, answers all the same; every change is then an error of [ErrReadOnly].
func OpenExisting(ctx context.Context, path string) (*Store, error) {
	if _, err := os.Stat(path); err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return nil, unreachable(path, err)
	}
	s, err := open(ctx, path, dsn(path))
	if e, ok := errors.AsType[*sqlite.Error](err); !ok || e.Code()&0xff != sqlite3.SQLITE_READONLY && e.Code()&0xff != sqlite3.SQLITE_CANTOPEN {
		return s, err
	}
	if info, logErr := os.Stat(path + "-wal"); logErr == nil && info.Size() > 0 {
		return nil, fmt.Errorf("%w: somebody who may write must close it first", err) // what is in the log would be missing
	}
	s, ro := open(ctx, path, readOnlyDSN(path))
	if ro != nil {
		return nil, err
	}
	return s, nil
}

// ErrReadOnly is wrapped by the errors of changes to a store that can only be read.
var ErrReadOnly = errors.New("the file can only be read")

func unreachable(path string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("store %s: %w", path, err)
	}
	return fmt.Errorf("store %s: %w: %w", path, graph.ErrUnreachable, err)
}

func open(ctx context.Context, path, dsn string) (*Store, error) {
	if err := checkHeader(path); err != nil {
		return nil, unreachable(path, err)
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, unreachable(path, err)
	}
	db.SetMaxOpenConns(4)
	s := &Store{path: path, db: db}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// fileURL names the file so that ? and % in its path are kept.
func fileURL(path string) string {
	u := url.URL{Scheme: "file", Opaque: url.PathEscape(filepath.ToSlash(path))}
	return u.String()
}

// readOnlyDSN takes the file for one that nobody changes: no lock and no log are made beside it.
func readOnlyDSN(path string) string {
	return fileURL(path) + "?mode=ro&immutable=1&_pragma=query_only(1)&_pragma=cache_size(-32000)&_pragma=temp_store(MEMORY)"
}

func dsn(path string) string {
	return fileURL(path) + "?_pragma=busy_timeout(10000)&_pragma=page_size(8192)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
		"&_pragma=cache_size(-32000)&_pragma=temp_store(MEMORY)&_pragma=journal_size_limit(67108864)"
}

// checkHeader refuses, before SQLite touches it, what is no SQLite file.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	switch n, err := io.ReadFull(f, head); {
	case n == 0 && errors.Is(err, io.EOF):
		return nil // an empty file is an empty store
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case string(head) != magic:
		return errors.New("not a store of nsgraph: no SQLite file")
	}
	return nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// wrap names the store in err, and marks what says that the file itself cannot be used.
func (s *Store) wrap(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_READONLY:
			return unreachable(s.path, fmt.Errorf("%w: %w", ErrReadOnly, err))
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_FULL, sqlite3.SQLITE_PERM:
			return unreachable(s.path, err)
		}
	}
	return fmt.Errorf("store %s: %w", s.path, err)
}

// Cypher is not supported: this store answers by View.
func (s *Store) Cypher(context.Context, string, map[string]any) graph.Seq[map[string]any] {
	return graph.NoCypher("store " + s.path)
}
