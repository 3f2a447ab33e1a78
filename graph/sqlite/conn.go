package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// conn is a connection inside one transaction. It speaks to the driver itself: database/sql would cost more than SQLite does.
type conn struct {
	ctx context.Context
	c   interface {
		driver.ConnPrepareContext
		driver.ExecerContext
		driver.QueryerContext
	}
}

// tx runs f in one transaction, which is undone if f fails.
func (s *Store) tx(ctx context.Context, begin string, f func(conn) error) error {
	if err := ctx.Err(); err != nil {
		return s.wrap(err)
	}
	if begin == writing {
		s.write.Lock()
		defer s.write.Unlock()
	}
	c, err := s.db.Conn(ctx)
	if err != nil {
		return s.wrap(err)
	}
	defer c.Close()
	err = c.Raw(func(dc any) error {
		c := conn{ctx: ctx}
		c.c = dc.(interface {
			driver.ConnPrepareContext
			driver.ExecerContext
			driver.QueryerContext
		})
		if err := c.exec(begin); err != nil {
			return err
		}
		err := f(c)
		if err == nil {
			err = c.exec("COMMIT")
		}
		if err != nil {
			c.ctx = context.WithoutCancel(ctx)
			_ = c.exec("ROLLBACK") // SQLite may have rolled back itself; f's error is the one to tell
		}
		return err
	})
	return s.wrap(err)
}

const (
	reading = "BEGIN"
	writing = "BEGIN IMMEDIATE"
)

func named(args []any) []driver.NamedValue {
	vs := make([]driver.NamedValue, len(args))
	for i, a := range args {
		vs[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return vs
}

// exec runs one or several statements.
func (c conn) exec(sql string, args ...any) error {
	_, err := c.c.ExecContext(c.ctx, sql, named(args))
	return err
}

// query calls row for each row of an answer; the values that it gets are valid until it returns.
func (c conn) query(row func([]driver.Value) error, sql string, args ...any) error {
	rows, err := c.c.QueryContext(c.ctx, sql, named(args))
	if err != nil {
		return err
	}
	dest := make([]driver.Value, len(rows.Columns()))
	for n := 0; ; n++ {
		if n%256 == 0 && c.ctx.Err() != nil {
			return errors.Join(c.ctx.Err(), rows.Close())
		}
		err := rows.Next(dest)
		if err == io.EOF {
			return rows.Close()
		}
		if err == nil {
			err = row(dest)
		}
		if err != nil {
			return errors.Join(err, rows.Close())
		}
	}
}

// number returns the single integer that a query answers, and whether it answered.
func (c conn) number(sql string, args ...any) (n int64, ok bool, err error) {
	err = c.query(func(v []driver.Value) error {
		n, ok = v[0].(int64)
		return nil
	}, sql, args...)
	return n, ok, err
}

// inserter fills one table, row by row.
type inserter struct {
	ctx  context.Context
	stmt driver.Stmt
	args []driver.NamedValue
	n    int
}

func (c conn) inserter(sql string, columns int) (*inserter, error) {
	stmt, err := c.c.PrepareContext(c.ctx, sql)
	if err != nil {
		return nil, err
	}
	return &inserter{ctx: c.ctx, stmt: stmt, args: named(make([]any, columns))}, nil
}

// insert stores the values in args. The context is looked at now and then: the driver would start a goroutine for each row.
func (i *inserter) insert() error {
	if i.n++; i.n%256 == 1 && i.ctx.Err() != nil {
		return i.ctx.Err()
	}
	_, err := i.stmt.(driver.StmtExecContext).ExecContext(context.Background(), i.args)
	return err
}
