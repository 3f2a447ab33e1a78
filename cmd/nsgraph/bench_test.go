package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkAnalyze is analyze as a whole, from the files to the five answers in JSON, over a simulated campus: 1,600 hosts, two capture points,
// and routed copies. Run it with
//
//	go test -run '^$' -bench Analyze -benchtime 3x ./cmd/nsgraph
//
// The files are in the page cache, because they have just been written. MiB-peak is the most that the process had resident, the simulator included.
func BenchmarkAnalyze(b *testing.B) {
	const packets = 2_000_000
	dir := b.TempDir()
	args := []string{"simulate", "campus", "--packets", strconv.Itoa(packets), "--scale", "20", "--duration", "1h", "-q", "-o", filepath.Join(dir, "campus.pcapng")}
	if code := run(context.Background(), args, nil, io.Discard, os.Stderr); code != exitOK {
		b.Fatalf("simulate: exit code %d", code)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.pcapng")) // one for each capture point
	if err != nil {
		b.Fatal(err)
	}
	var bytes int64
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			b.Fatal(err)
		}
		bytes += info.Size()
	}
	answer := filepath.Join(b.TempDir(), "report.json")
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		if code := run(context.Background(), append([]string{"analyze", "-q", "-o", "json", "--out", answer}, files...), nil, io.Discard, os.Stderr); code != exitOK {
			b.Fatalf("analyze: exit code %d", code)
		}
	}
	b.ReportMetric(packets*float64(b.N)/b.Elapsed().Seconds(), "packets/s")
	b.ReportMetric(peakMiB(), "MiB-peak")
	var r struct{ Captures []struct{ Packets int } }
	text, err := os.ReadFile(answer)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	n := 0
	for _, c := range r.Captures {
		n += c.Packets
	}
	if err != nil || n != packets {
		b.Errorf("the report tells %d packets, want %d: %v", n, packets, err)
	}
}

// peakMiB returns the largest resident memory of this process so far; 0 where the system does not tell.
func peakMiB() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(v)[0])
			return float64(kb) / 1024
		}
	}
	return 0
}
