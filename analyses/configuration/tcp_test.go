package configuration

import (
	"testing"

	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/intent"
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
	if f := r.Findings[0].Evidence[0].Filter; f != "ip.addr == 192.0.2.1 && tcp" {
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
	with(536, 8_000).finds(t)    // it costs nothing
	with(1360, 900_000).finds(t) // a tunnel's
	with(0, 900_000).finds(t)    // the handshake was not captured
}

func TestWindowLimited(t *testing.T) {
	// 65,536 bytes in 60 ms are 8.7 Mbit/s.
	limited := func(change func(*graph.Uses)) func(*graph.Uses) {
		return func(u *graph.Uses) {
			u.Handshakes, u.PayloadDown, u.WindowMaxUp, u.ScaleUp, u.ScaleDown, u.RTTCount, u.RTTMin = 1, 6_000_000, 65_536, 8, 7, 4, 60_000_000
			u.WindowUseUp = 920
			change(u)
		}
	}
	const want = "medium tcp-window-limited: 10.0.0.5 offers a receive window of at most 65536 bytes to 192.0.2.1: in 60.0 ms it caps what comes at 8.7 Mbit/s, and no more came (6000000 bytes received)"
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, limited(func(*graph.Uses) {})).finds(t, want)
	newWorld().uses("10.0.0.5", "192.0.2.1", 443, limited(func(u *graph.Uses) { u.WindowUseUp, u.WindowFullUp = 300, 30 })).finds(t, want)
	newWorld().uses("192.0.2.1", "10.0.0.5", 443, limited(func(u *graph.Uses) {
		u.PayloadUp, u.PayloadDown, u.WindowUseUp, u.WindowUseDown, u.WindowMaxDown, u.WindowMaxUp = u.PayloadDown, 0, 0, 920, u.WindowMaxUp, 0
	})).finds(t, want)
	for name, change := range map[string]func(*graph.Uses){
		"near":                  func(u *graph.Uses) { u.RTTMin = 1_000_000 },
		"a large window":        func(u *graph.Uses) { u.WindowMaxUp = 4_000_000 },
		"slower than it may be": func(u *graph.Uses) { u.WindowUseUp = 740 },
		"faster by far":         func(u *graph.Uses) { u.WindowUseUp = 1900 },
		"seldom full":           func(u *graph.Uses) { u.WindowUseUp, u.WindowFullUp = 300, 9 },
		"a slow receiver":       func(u *graph.Uses) { u.ZeroWindowsUp = 1 },
		"handshake not seen":    func(u *graph.Uses) { u.Handshakes, u.ScaleUp = 0, -2 },
		"little":                func(u *graph.Uses) { u.PayloadDown = 60_000 },
	} {
		t.Run(name, func(t *testing.T) { newWorld().uses("10.0.0.5", "192.0.2.1", 443, limited(change)).finds(t) })
	}
	t.Run("no scaling says it already", func(t *testing.T) {
		newWorld().uses("10.0.0.5", "192.0.2.1", 443, limited(func(u *graph.Uses) { u.ScaleUp = -1 })).finds(t,
			"low tcp-no-scaling: 10.0.0.5 offers no window scaling: 65,535 bytes in 60.0 ms cap what it receives from 192.0.2.1 at 8.7 Mbit/s (6000000 bytes received)")
	})
	t.Run("a slow link is declared", func(t *testing.T) {
		w := newWorld().uses("10.0.0.5", "192.0.2.1", 443, limited(func(*graph.Uses) {}))
		w.in.Links = []intent.LinkSpec{{Point: "wan", CapacityMbps: 8}}
		w.finds(t)
	})
}
