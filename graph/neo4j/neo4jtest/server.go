package neo4jtest

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"netscope.example/nsgraph/graph/neo4j"
)

//go:embed server/pom.xml server/Neo4jServer.java
var files embed.FS

// patience is how long a server may take to answer.
const patience = 3 * time.Minute

// Server is a server that tests may kill.
type Server struct {
	home     string
	port     int
	password string // "none": no authentication
	hot      bool   // it is to be measured: its code is compiled as well as can be, and its plans follow the data; else it starts to be fast soon
	cmd      *exec.Cmd
	stdin    io.Closer
	output   *tail
}

// Start starts a server for one test alone, which has no data, and stops it afterwards. password may be "none".
func Start(t testing.TB, password string) *Server {
	t.Helper()
	if os.Getenv(Variable) == none {
		unavailable(t, errNone)
	}
	s, err := start(password, false)
	if err != nil {
		unavailable(t, err)
	}
	t.Cleanup(func() {
		s.Kill()
		os.RemoveAll(s.home)
	})
	return s
}

func start(password string, hot bool) (*Server, error) {
	home, err := os.MkdirTemp("", "nsgraph-neo4j-")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &Server{home: home, port: port, password: password, hot: hot}
	if err := s.Restart(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(home))
	}
	return s, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// Options returns how to reach the server.
func (s *Server) Options() neo4j.Options {
	o := neo4j.Options{URI: "bolt://127.0.0.1:" + strconv.Itoa(s.port)}
	if s.password != "none" {
		o.User, o.Password = "neo4j", s.password
	}
	return o
}

// Kill ends the server at once, as a failure of its machine would.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may have ended by itself
	_ = s.cmd.Wait()
	s.stdin.Close()
	s.cmd = nil
}

// Restart starts the server, with the data that it had.
func (s *Server) Restart() error {
	cmd, err := s.java()
	if err != nil {
		byDocker, err2 := s.docker()
		if err2 != nil {
			return errors.Join(err, err2)
		}
		cmd = byDocker
	}
	stdin, err := cmd.StdinPipe() // its end, when this process ends, ends the server
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	s.output = &tail{}
	cmd.Stderr = s.output
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.stdin = cmd, stdin
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if l := lines.Text(); l == "ready" || strings.HasSuffix(l, "Started.") {
				ready <- true
			}
		}
		close(ready)
	}()
	select {
	case ok := <-ready:
		if ok {
			return nil
		}
	case <-time.After(patience):
	}
	s.Kill()
	return fmt.Errorf("Neo4j did not start: %s", s.output)
}

// java returns the command that starts Neo4j from its jars.
func (s *Server) java() (*exec.Cmd, error) {
	dir, err := jars()
	if err != nil {
		return nil, err
	}
	args, replan := []string{"-Xmx1g"}, "10" // the server's default
	if !s.hot {
		args, replan = append(args, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), "3600"
	}
	args = append(args, "--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
		"-cp", filepath.Join(dir, "lib", "*"), filepath.Join(dir, "Neo4jServer.java"), s.home, strconv.Itoa(s.port), s.password, replan)
	cmd := exec.Command("java", args...)
	cmd.Dir = s.home
	return cmd, nil
}

// docker returns the command that starts it in a container, which ends when its input does.
func (s *Server) docker() (*exec.Cmd, error) {
	if out, err := exec.Command("docker", "info").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("docker: %w: %s", err, lastLine(out))
	}
	auth := "none"
	if s.password != "none" {
		auth = "neo4j/" + s.password
	}
	if err := os.Chmod(s.home, 0o777); err != nil { // the container has its own user
		return nil, err
	}
	return exec.Command("docker", "run", "--rm", "-i", "-p", fmt.Sprintf("127.0.0.1:%d:7687", s.port), "-e", "NEO4J_AUTH="+auth, "-v", s.home+":/data",
		"--entrypoint", "sh", "neo4j:5.26-community", "-c", "/startup/docker-entrypoint.sh neo4j & cat >/dev/null; kill $!; wait"), nil
}

var fetch sync.Mutex

// jars returns the folder in the user's cache that holds the server's jars and its main class, fetching them the first time.
func jars() (string, error) {
	fetch.Lock()
	defer fetch.Unlock()
	if out, err := exec.Command("java", "-version").CombinedOutput(); err != nil {
		return "", fmt.Errorf("java: %w: %s", err, lastLine(out))
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "nsgraph", "neo4j")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, name := range []string{"pom.xml", "Neo4jServer.java"} {
		b, err := files.ReadFile("server/" + name)
		if err != nil {
			return "", err
		}
		old, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && string(old) == string(b) {
			continue
		}
		if name == "pom.xml" {
			if err := os.RemoveAll(filepath.Join(dir, "lib")); err != nil { // of another version
				return "", err
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return "", err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "lib")); err == nil {
		return dir, nil
	}
	parts, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(parts)
	cmd := exec.Command("mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory="+parts, "-DincludeScope=runtime")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("mvn: %w: %s", err, lastLine(out))
	}
	if err := os.Chmod(parts, 0o755); err != nil {
		return "", err
	}
	if err := os.Rename(parts, filepath.Join(dir, "lib")); err != nil && !errors.Is(err, os.ErrExist) { // another test was faster
		if _, missing := os.Stat(filepath.Join(dir, "lib")); missing != nil {
			return "", err
		}
	}
	return dir, nil
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// tail keeps the end of what a server says.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b...)
	t.b = t.b[max(0, len(t.b)-4096):]
	return len(b), nil
}

// String returns it.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
