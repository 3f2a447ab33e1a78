package capture

import (
	"path/filepath"
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
func pointName(s *Source, iface string) string {
	switch {
	case s.Point != "":
		return s.Point
	case iface != "" && iface != "-": // dumpcap calls a pipe so
		return iface
	case s.Path == "-":
		return "stdin"
	}
	return baseName(s.Path)
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
