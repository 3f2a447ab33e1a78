package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"nsgraph": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the command lines of testdata/script. $OFFICE is the folder of the simulated office.
func TestScripts(t *testing.T) {
	office, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("OFFICE", office)
			e.Setenv("NSGRAPH_STORE", "")
			e.Setenv("NSGRAPH_INTENT", "")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": code, "cut": cut, "flip": flip},
	})
}
