package app

import (
	"net/netip"
	"sync"
	"sync/atomic"

	"netscope.example/nsgraph/capture/fact"
)

// Expect is a secondary channel that a conversation announced: FTP data, the media of a call.
type Expect struct {
	Addr   netip.Addr // where the channel ends
	Port   uint16
	Peer   netip.Addr // the other end; the zero Addr: any
	App    string     // what it will speak: ftp-data, rtp
	Parent string     // what announced it: ftp, sip
	From   fact.Time
	Codecs map[uint8]Codec // of rtp, by payload type
}

// Codec is what a payload type means.
type Codec struct {
	Name      string
	ClockRate uint32 // hertz
}

// Limits of the announcements that are remembered.
const (
	maxAnnouncements = 65536
	announcementLife = fact.Time(4 * 3600 * 1e9) // a call that was announced may be on hold for long
	earlyMedia       = fact.Time(10 * 1e9)       // media may be seen before the packet that announces it
)

// Announcements remembers what was announced. It is safe for concurrent use.
type Announcements struct {
	some    atomic.Bool // anything was announced
	mu      sync.RWMutex
	m       map[netip.AddrPort][]Expect // ascending by From; few
	order   []netip.AddrPort            // oldest first
	reports map[source]report           // RTCP
	dropped uint64
}

// NewAnnouncements returns an empty table.
func NewAnnouncements() *Announcements {
	return &Announcements{m: map[netip.AddrPort][]Expect{}}
}

const maxPerPort = 8 // announcements of one address and port that are remembered

// Add remembers e. Codecs of an equal announcement are merged. The oldest gives way when the table is full.
func (a *Announcements) Add(e Expect) {
	if !e.Addr.IsValid() || e.Port == 0 {
		return
	}
	e.Addr = e.Addr.Unmap()
	k := netip.AddrPortFrom(e.Addr, e.Port)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.some.Store(true)
	l := a.m[k]
	for i := range l {
		o := &l[i]
		if o.App == e.App && o.Parent == e.Parent && o.Peer == e.Peer && sameCodecs(o.Codecs, e.Codecs) {
			o.From = min(o.From, e.From)
			return
		}
	}
	if l == nil {
		if len(a.order) >= maxAnnouncements {
			delete(a.m, a.order[0])
			a.order = a.order[1:]
			a.dropped++
		}
		a.order = append(a.order, k)
	}
	i := len(l)
	for i > 0 && l[i-1].From > e.From {
		i--
	}
	n := make([]Expect, 0, len(l)+1) // readers may hold l
	n = append(append(append(n, l[:i]...), e), l[i:]...)
	if len(n) > maxPerPort {
		n = n[1:]
	}
	a.m[k] = n
}

// Lookup returns what was announced last for addr and port at the time t: the latest before t, or one that came soon after.
func (a *Announcements) Lookup(addr netip.Addr, port uint16, t fact.Time) (Expect, bool) {
	if a.empty() {
		return Expect{}, false
	}
	k := netip.AddrPortFrom(addr.Unmap(), port)
	a.mu.RLock()
	defer a.mu.RUnlock()
	l := a.m[k]
	for i := len(l) - 1; i >= 0; i-- {
		if e := l[i]; e.From <= t && t-e.From <= announcementLife {
			return e, true
		}
	}
	for _, e := range l {
		if e.From > t && e.From-t <= earlyMedia {
			return e, true
		}
	}
	return Expect{}, false
}

// empty reports whether nothing was announced yet.
func (a *Announcements) empty() bool { return !a.some.Load() }

// Dropped returns how many announcements gave way.
func (a *Announcements) Dropped() uint64 {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.dropped
}

func sameCodecs(a, b map[uint8]Codec) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}
