package configuration

import (
	"testing"

	"netscope.example/nsgraph/graph"
)

// slow is a download of 5 MB over 40 ms by a client that offers no scaling.
func slow(change func(*graph.Uses)) func(*graph.Uses) {
	return func(u *graph.Uses) {
		u.PayloadDown, u.RTTCount, u.RTTMin, u.ScaleUp, u.ScaleDown = 5_000_000, 10, 40e6, -1, -1
		if change != nil {
			change(u)
		}
	}
}

func TestNoScaling(t *testing.T) {
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, slow(nil)).finds(t,
		"low tcp-no-scaling: 10.0.0.5 offers no window scaling: 65,535 bytes in 40.0 ms cap what it receives from 192.0.2.1 at 13.1 Mbit/s (5000000 bytes received)")
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, slow(func(u *graph.Uses) { u.ScaleUp, u.PayloadUp = 7, 9_000_000 })).finds(t,
		"low tcp-no-scaling: 192.0.2.1 offers no window scaling: 65,535 bytes in 40.0 ms cap what it receives from 10.0.0.5 at 13.1 Mbit/s (9000000 bytes received)")
	for name, change := range map[string]func(*graph.Uses){
		"handshake not captured": func(u *graph.Uses) { u.Handshakes, u.ScaleUp, u.ScaleDown = 0, -2, -2 },
		"a short path":           func(u *graph.Uses) { u.RTTMin = 5e6 },
		"little data":            func(u *graph.Uses) { u.PayloadDown = 200_000 },
		"many small answers":     func(u *graph.Uses) { u.Handshakes, u.Conversations = 100, 100 },
		"scaling of zero":        func(u *graph.Uses) { u.ScaleUp, u.ScaleDown = 0, 0 },
		"no round trip seen":     func(u *graph.Uses) { u.RTTCount = 0 },
	} {
		t.Run(name, func(t *testing.T) { newWorld().uses("10.0.0.5", "192.0.2.1", 443, slow(change)).finds(t) })
	}
}

func TestZeroWindow(t *testing.T) {
	closed := func(u *graph.Uses) { u.ZeroWindowsDown, u.ZeroWindowDownMs, u.ScaleUp, u.ScaleDown = 4, 23_700, 7, 7 }
	w := newWorld().uses("10.0.0.5", "192.0.2.1", 443, closed)
	r := w.finds(t, "medium tcp-zero-window: 192.0.2.1 keeps its receive window closed for 23.7 s in all (4 times) against 10.0.0.5, want it open")
	if f := r.Findings[0].Evidence[0].Filter; f != "tcp.window_size == 0 && ip.src == 192.0.2.1" {
		t.Errorf("filter %q", f)
	}
	newWorld().uses("10.0.0.5", "192.0.2.1", 9100, closed).finds(t) // a printer
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, func(u *graph.Uses) { u.ZeroWindowsUp, u.ZeroWindowUpMs = 3, 40 }).finds(t)
}

func TestDefaultMSS(t *testing.T) {
	with := func(mss, payload int64) *world {
		return newWorld().uses("10.0.0.5", "192.0.2.1", 443, func(u *graph.Uses) {
			u.MSSUp, u.MSSDown, u.PayloadDown, u.ScaleUp, u.ScaleDown = mss, 1460, payload, 7, 7
		})
	}
	with(536, 900_000).finds(t, "low tcp-mss-default: 10.0.0.5 offers MSS 536 to 192.0.2.1, the default of a host that does not know its MTU (900000 bytes received)")
	with(536, 9_000).finds(t)    // it costs nothing
	with(1360, 900_000).finds(t) // a tunnel's
	with(0, 900_000).finds(t)    // the handshake was not captured
}
