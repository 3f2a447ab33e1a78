package file

import (
	"fmt"
	"iter"
	"strings"
)

// Options of pcapng's Interface Description and Interface Statistics Blocks (draft-ietf-opsawg-pcapng, sections 4.2 and 4.6).
const (
	endOfOptions      = 0
	ifName            = 2
	ifTimeResolution  = 9
	ifFilter          = 11
	ifFCSLength       = 13
	ifTimeOffset      = 14
	statisticsReceive = 4
	statisticsDrop    = 5
	statisticsOSDrop  = 7
)

// describe reads an Interface Description Block.
func (g *pcapng) describe(b []byte) error {
	if len(b) < 8 {
		return fmt.Errorf("interface description of %d bytes", len(b))
	}
	if len(g.interfaces) >= maxInterfaces {
		return fmt.Errorf("more than %d interfaces", maxInterfaces)
	}
	i := Interface{LinkType: g.short(b), SnapLen: order(g.swapped, b[4:])}
	c := microseconds
	var offset int64
	for code, v := range g.options(b[8:]) {
		switch {
		case code == ifName:
			i.Name = text(v)
		case code == ifTimeResolution && len(v) == 1:
			c = newClock(v[0])
		case code == ifTimeOffset && len(v) == 8:
			offset = seconds(int64(g.long(v)))
		case code == ifFilter && len(v) >= 1 && v[0] == 0: // 0: a libpcap expression, 1: its bytecode
			i.Filter = text(v[1:])
		case code == ifFCSLength && len(v) == 1: // some write it with four bytes, and no FCS into the file
			i.FCS = int(v[0])
		}
	}
	c.offset = offset
	g.interfaces = append(g.interfaces, i)
	g.clocks = append(g.clocks, c)
	return nil
}

// statistics reads an Interface Statistics Block. Its counters are totals: the last block wins.
func (g *pcapng) statistics(b []byte) error {
	if len(b) < 12 {
		return fmt.Errorf("interface statistics of %d bytes", len(b))
	}
	n, err := g.index(order(g.swapped, b))
	if err != nil {
		return err
	}
	i := &g.interfaces[n]
	var dropped uint64
	for code, v := range g.options(b[12:]) {
		if len(v) < 8 {
			continue
		}
		switch code {
		case statisticsReceive:
			i.Received = g.long(v)
		case statisticsDrop, statisticsOSDrop:
			dropped += g.long(v)
		}
	}
	i.Dropped = dropped
	return nil
}

// index returns where the section's interface id is in Reader.Interfaces.
func (g *pcapng) index(id uint32) (int, error) {
	if known := len(g.interfaces) - g.section; uint64(id) >= uint64(known) {
		return 0, fmt.Errorf("interface %d, where the section has %d", id, known)
	}
	return g.section + int(id), nil
}

// options ranges over code and value, until the list ends or contradicts itself.
func (g *pcapng) options(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			code, n := g.short(b), int(g.short(b[2:]))
			if code == endOfOptions || n > len(b)-4 {
				return
			}
			if !yield(code, b[4:4+n]) {
				return
			}
			b = b[min(len(b), 4+(n+3)&^3):]
		}
	}
}

// text returns a string option without the zero bytes that some writers end it with.
func text(b []byte) string { return strings.ToValidUTF8(strings.TrimRight(string(b), "\x00"), "�") }
