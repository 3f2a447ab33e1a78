package flow

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// expert is what tshark's expert information counts in one capture.
type expert struct{ retransmitted, outOfOrder, lost, zeroWindows, windowFull int }

// tsharkExpert reads the counts of all captures from the table beside them.
func tsharkExpert(t *testing.T) map[string]*expert {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(os.Getenv("NSGRAPH_CAPTURES"), "groundtruth", "tshark_expert.tsv"))
	if err != nil {
		t.Skip("no table of tshark's expert information beside the captures")
	}
	m := map[string]*expert{}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		n, err := strconv.Atoi(f[2])
		if err != nil || f[4] != "TCP" {
			continue
		}
		if m[f[0]] == nil {
			m[f[0]] = &expert{}
		}
		e := m[f[0]]
		switch f[5] {
		case "This frame is a (suspected) retransmission":
			e.retransmitted += n
		case "This frame is a (suspected) out-of-order segment":
			e.outOfOrder += n
		case "ACKed segment that wasn't captured (common at capture start)":
			e.lost += n
		case "TCP Zero Window segment":
			e.zeroWindows += n
		case "TCP window specified by the receiver is now completely full":
			e.windowFull += n
		}
	}
	return m
}

// TestSequenceAnalysisLikeTshark holds what late segments were taken for against tshark. It need not agree everywhere: three islands
// are remembered where tshark takes the next segment for lost, and zero windows are counted as times, not as segments.
func TestSequenceAnalysisLikeTshark(t *testing.T) {
	paths := captures(t)
	want := tsharkExpert(t)
	var files, same, sum, sumWant int
	for _, path := range paths {
		w := want[filepath.Base(path)]
		if w == nil {
			continue
		}
		l, _ := conversations(t, path, Options{}, nil)
		var got expert
		for _, c := range l {
			if c.TCP == nil {
				continue
			}
			u, d := &c.TCP.Up, &c.TCP.Down
			got.retransmitted += int(u.Retransmitted + d.Retransmitted)
			got.outOfOrder += int(u.OutOfOrder + d.OutOfOrder)
			got.lost += int(u.Lost + d.Lost)
			got.zeroWindows += int(u.ZeroWindows + d.ZeroWindows)
			got.windowFull += int(u.WindowFull + d.WindowFull)
		}
		files++
		sum += got.retransmitted
		sumWant += w.retransmitted
		if got.retransmitted == w.retransmitted && got.outOfOrder == w.outOfOrder {
			same++
		}
		if got != *w {
			t.Logf("%s: got %+v, tshark %+v", filepath.Base(path), got, *w)
		}
	}
	t.Logf("%d of %d files equal in retransmissions and order; %d retransmissions, tshark %d", same, files, sum, sumWant)
	if same*100 < files*95 || sum*100 < sumWant*92 || sum > sumWant {
		t.Errorf("%d of %d files equal, %d retransmissions against %d", same, files, sum, sumWant)
	}
}
