package neo4j

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"netscope.example/nsgraph/graph"
)

// ErrNotReadOnly says that a statement would do more than read.
var ErrNotReadOnly = errors.New("only statements that read are run")

// ErrCut says that an answer is not whole: it has more rows than the limit, or took longer.
var ErrCut = errors.New("the answer is cut")

// Limits bound a free statement. The zero value stands for the defaults.
type Limits struct {
	Timeout time.Duration // default 30 s
	Rows    int           // default 10,000
}

// Free runs a statement that somebody wrote, in a read transaction that is always rolled back. It must be one statement, without clauses that write and
// without procedures but a short list, and the server's planner must call it read-only; otherwise the error wraps ErrNotReadOnly. The rows end with
// an error that wraps ErrCut where a limit cut them. $from, $to, $batches and $all are set as for named queries.
func (s *Store) Free(ctx context.Context, statement string, params map[string]any, l Limits) ([]string, graph.Seq[[]any], error) {
	if l.Timeout <= 0 {
		l.Timeout = 30 * time.Second
	}
	if l.Rows <= 0 {
		l.Rows = 10_000
	}
	if err := readsOnly(statement); err != nil {
		return nil, nil, err
	}
	infos, err := s.Batches(ctx)
	if err != nil {
		return nil, nil, err
	}
	args := arguments(params, infos)
	columns, err := s.explain(ctx, statement, args, l)
	if err != nil {
		return nil, nil, err
	}
	return columns, func(yield func([]any, error) bool) {
		if err := s.free(ctx, statement, args, l, func(row []any) bool { return yield(row, nil) }); err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}, nil
}

// explain asks the planner what the statement would do, and returns its columns.
func (s *Store) explain(ctx context.Context, statement string, args map[string]any, l Limits) (columns []string, err error) {
	limited, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	err = s.once(limited, func(t tx) error {
		result, err := t.run(t.ctx, "EXPLAIN "+statement, toServer(args))
		if err != nil {
			return err
		}
		if columns, err = result.Keys(); err != nil {
			return err
		}
		summary, err := result.Consume(t.ctx)
		if err != nil {
			return err
		}
		if summary.StatementType() != driver.StatementTypeReadOnly {
			return fmt.Errorf("neo4j: %w: the planner says that it would write", ErrNotReadOnly)
		}
		return harmless(summary.Plan())
	})
	if errors.Is(err, ErrNotReadOnly) {
		return nil, err
	}
	return columns, s.freeError(ctx, err, l)
}

// operators are the beginnings of the names of plan operators that write, read files, commit by themselves, or ask the server.
var operators = []string{"Create", "Merge", "Delete", "DetachDelete", "Set", "Remove", "Foreach", "LoadCSV", "Transaction", "Drop", "Show", "Terminate", "LockNodes", "RunQueryAt"}

// harmless walks a plan.
func harmless(p driver.Plan) error {
	if p == nil {
		return nil
	}
	op, _, _ := strings.Cut(p.Operator(), "@")
	if slices.ContainsFunc(operators, func(o string) bool { return strings.HasPrefix(op, o) }) {
		return fmt.Errorf("neo4j: %w: its plan has %s", ErrNotReadOnly, op)
	}
	if op == "ProcedureCall" {
		details, _ := p.Arguments()["Details"].(string)
		if name, _, _ := strings.Cut(details, "("); !slices.Contains(procedures, strings.ToLower(name)) {
			return fmt.Errorf("neo4j: %w: its plan calls %s", ErrNotReadOnly, details)
		}
	}
	for _, c := range p.Children() {
		if err := harmless(c); err != nil {
			return err
		}
	}
	return nil
}

// free runs the statement and passes its rows on.
func (s *Store) free(ctx context.Context, statement string, args map[string]any, l Limits, row func([]any) bool) error {
	limited, cancel := context.WithTimeout(ctx, l.Timeout+5*time.Second) // the server's own limit comes first
	defer cancel()
	session := s.session(limited, driver.AccessModeRead)
	defer session.Close(context.WithoutCancel(ctx))
	t, err := session.BeginTransaction(limited, driver.WithTxTimeout(l.Timeout), driver.WithTxMetadata(map[string]any{"app": "nsgraph", "kind": "free"}))
	if err != nil {
		return s.wrap(ctx, err)
	}
	defer t.Close(context.WithoutCancel(ctx)) // rolls back
	result, err := t.Run(limited, statement, toServer(args))
	if err != nil {
		return s.freeError(ctx, err, l)
	}
	n := 0
	for result.Next(limited) {
		if n == l.Rows {
			return fmt.Errorf("neo4j: %w: it has more than %d rows", ErrCut, l.Rows)
		}
		n++
		values := slices.Clone(result.Record().Values)
		for i := range values {
			values[i] = fromServer(values[i])
		}
		if !row(values) {
			return errStopped
		}
	}
	return s.freeError(ctx, result.Err(), l)
}

// freeError tells a time limit from other troubles.
func (s *Store) freeError(ctx context.Context, err error, l Limits) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*driver.Neo4jError](err); ok && strings.Contains(e.Code, "TransactionTimedOut") {
		return fmt.Errorf("neo4j: %w: it took longer than %s", ErrCut, l.Timeout)
	}
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("neo4j: %w: it took longer than %s", ErrCut, l.Timeout)
	}
	if e, ok := errors.AsType[*driver.Neo4jError](err); ok && strings.HasPrefix(e.Code, "Neo.ClientError.Statement") {
		return fmt.Errorf("neo4j: the statement does not hold: %s", e.Msg)
	}
	return s.wrap(ctx, err)
}
