// Command nsgraph reads network packets and answers what the network does, with evidence.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/graph"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFindings    = 3
	exitPartial     = 4
	exitUnreachable = 5
	exitPermission  = 6
	exitInterrupted = 130
)

// exitError carries an exit code; an error without text has been reported already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage marks an error as wrong usage.
func usage(format string, a ...any) error { return &exitError{exitUsage, fmt.Errorf(format, a...)} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	a := &app{out: out, err: errOut}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	code := exitCode(err)
	if text := err.Error(); text != "" {
		lines := strings.Split(text, "\n")
		for i := range lines { // names of files and what stands in them may steer a terminal
			lines[i] = analyses.Printable(lines[i])
		}
		fmt.Fprintf(errOut, "nsgraph: %s\n", strings.Join(lines, "\n"))
	}
	return code
}

// exitCode finds the code that an error stands for.
func exitCode(err error) int {
	var e *exitError
	switch {
	case errors.As(err, &e):
		return e.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, graph.ErrUnreachable), errors.Is(err, graph.ErrVersion):
		return exitUnreachable
	case errors.Is(err, os.ErrPermission):
		return exitPermission
	case errors.Is(err, syscall.EPIPE):
		return exitOK // the reader of our output had enough
	}
	return exitFailed
}

// app is one run of the program: its streams and the flags that all commands share.
type app struct {
	out, err io.Writer
	log      *slog.Logger

	store         string
	intent        string
	outFile       string
	format        string
	since         string
	until         string
	at            string
	snapshot      string
	knownAt       string
	failOn        string
	conversations string // file for the list of conversations; empty for none
	quiet         bool
	verbose       int
	progress      string
	color         string
}

// root builds the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "nsgraph",
		Short: "Answers what a network does, from its packets, with evidence",
		Long: `nsgraph reads network packets and answers five questions with evidence: is the network segmented as intended, which systems depend on
which, where does the bandwidth go, are devices configured alike, does priority traffic get priority.

Standard output carries the answer and nothing else; log, progress and warnings go to standard error.

Exit codes: 0 done; 1 failed; 2 wrong usage, or an intent file that does not hold; 3 findings at or above --fail-on, or differences with
diff --exit-code; 4 done, but part of the input was unreadable; 5 the store cannot be reached; 6 no permission; 130 interrupted.`,
		Example: `  nsgraph analyze office.pcapng
  nsgraph analyze --intent site.yaml --fail-on high trunk1=a.pcap trunk2=b.pcap
  nsgraph ingest captures/ && nsgraph report segmentation
  nsgraph diff before.pcap after.pcap`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownName("command", args[0], commandNames(c))
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return a.prepare()
		},
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w\nSee '%s --help'.", err, c.CommandPath())
	})
	f := root.PersistentFlags()
	f.StringVar(&a.store, "store", os.Getenv("NSGRAPH_STORE"), "store: a SQLite `PATH` or neo4j://… (default ./nsgraph.db; env NSGRAPH_STORE)")
	f.StringVar(&a.intent, "intent", os.Getenv("NSGRAPH_INTENT"), "intent `FILE`: what is declared about the site (env NSGRAPH_INTENT)")
	f.StringVar(&a.outFile, "out", "", "write the answer to `FILE`, whole or not at all, instead of standard output")
	f.CountVarP(&a.verbose, "verbose", "v", "say more on standard error; twice for debugging")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "say only errors on standard error")
	f.StringVar(&a.progress, "progress", "auto", "progress on standard error, `WHEN`: auto, always, never")
	f.StringVar(&a.color, "color", "auto", "colours, `WHEN`: auto, always, never (NO_COLOR turns them off)")
	root.CompletionOptions.HiddenDefaultCmd = false
	root.Version = version()
	root.SetVersionTemplate(versionLine())
	root.SetHelpCommand(helpCmd())
	for _, c := range []*cobra.Command{
		a.analyzeCmd(), a.ingestCmd(), a.reportCmd(), a.snapshotCmd(), a.diffCmd(), a.queryCmd(), a.pushCmd(), a.extractCmd(), a.intentCmd(), a.simulateCmd(), a.versionCmd(),
	} {
		root.AddCommand(c)
	}
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args = cobra.NoArgs // a shell that is not known is wrong usage
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
	usageErrors(root)
	return root
}

// helpCmd is cobra's, but knows when it does not know.
func helpCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		ValidArgsFunction: func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return commandNames(c.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			about := c.Root()
			for _, name := range args {
				i := slices.IndexFunc(about.Commands(), func(sub *cobra.Command) bool { return sub.Name() == name })
				if i < 0 {
					return unknownName("command", name, commandNames(about))
				}
				about = about.Commands()[i]
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

func commandNames(c *cobra.Command) (names []string) {
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return names
}

// usageErrors makes wrong arguments of any command exit with 2.
func usageErrors(c *cobra.Command) {
	if args := c.Args; args != nil {
		c.Args = func(c *cobra.Command, a []string) error {
			if err := args(c, a); err != nil {
				return usage("%w\nSee '%s --help'.", err, c.CommandPath())
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		usageErrors(sub)
	}
}

// prepare checks the shared flags.
func (a *app) prepare() error {
	for flag, v := range map[string]string{"progress": a.progress, "color": a.color} {
		if v != "auto" && v != "always" && v != "never" {
			return usage("--%s %q, want auto, always or never", flag, v)
		}
	}
	if a.outFile != "" { // not after an hour of reading
		if _, _, _, err := a.outTarget(); err != nil {
			return err
		}
	}
	level := slog.LevelWarn
	switch {
	case a.quiet:
		level = slog.LevelError
	case a.verbose == 1:
		level = slog.LevelInfo
	case a.verbose > 1:
		level = slog.LevelDebug
	}
	a.log = slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, at slog.Attr) slog.Attr {
		if at.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return at
	}}))
	return nil
}
