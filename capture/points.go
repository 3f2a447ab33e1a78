package capture

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// points numbers the capture points of a run. It is safe for concurrent use.
type points struct {
	mu    sync.RWMutex
	names []string
	index map[string]uint16
}

const maxPoints = 1 << 16

func newPoints() *points { return &points{index: map[string]uint16{}} }

// id returns the number of a name. More points than can be numbered share the last.
func (p *points) id(name string) uint16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, ok := p.index[name]
	if !ok {
		if len(p.names) == maxPoints {
			return maxPoints - 1
		}
		i = uint16(len(p.names))
		p.names = append(p.names, name)
		p.index[name] = i
	}
	return i
}

// name returns the name of a number.
func (p *points) name(i uint16) string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if int(i) >= len(p.names) {
		return ""
	}
	return p.names[i]
}

// pointName names the capture point of an interface of a source: as the user said, as the interface is called, or after the file.
// distinct tells that an interface of another source has the same name and is another one.
func pointName(s *Source, iface string, distinct bool) string {
	switch {
	case s.Point != "":
		return s.Point
	case iface != "" && iface != "-" && distinct: // dumpcap calls a pipe "-"
		return iface + "@" + baseName(s.Path)
	case iface != "" && iface != "-":
		return iface
	case s.Path == "-":
		return "stdin"
	}
	return baseName(s.Path)
}

// name returns the name of the capture point of an interface of the input.
func (in *input) name(iface string) string { return pointName(in.src, iface, in.distinct) }

// namesake reports whether interfaces of two inputs have one name that nobody chose.
func (in *input) namesake(o *input) bool {
	if in == o || in.src.Point != "" || o.src.Point != "" {
		return false
	}
	return slices.ContainsFunc(in.seen, func(n string) bool { return n != "" && slices.Contains(o.seen, n) })
}

// baseName returns the file name without its extensions of capture and compression.
func baseName(path string) string {
	name := filepath.Base(path)
	for {
		switch ext := filepath.Ext(name); strings.ToLower(ext) {
		case ".pcap", ".pcapng", ".cap", ".ntar", ".dump", ".dmp", ".trace", ".gz", ".zst", ".zstd":
			if len(ext) < len(name) {
				name = strings.TrimSuffix(name, ext)
				continue
			}
		}
		return name
	}
}
