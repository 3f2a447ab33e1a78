//go:build !unix

package neo4jtest

// lock does nothing: test one package at a time (go test -p 1).
func lock() error { return nil }
