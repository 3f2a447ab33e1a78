package app

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
)

func namesOf(c *Classifier) (out []string) {
	c.Facts(func(f fact.Fact) bool {
		if n, ok := f.(*fact.Name); ok {
			out = append(out, fmt.Sprintf("%s %s %s to %s ttl %d x%d %v", n.IP, n.Name, n.Evidence, n.Client, n.TTL, n.Count, n.Packets.Packets))
		}
		return true
	})
	return out
}

func TestNames(t *testing.T) {
	// www.example asks CNAME a.example, A 10.0.0.5 and AAAA 2001:db8::5.
	answer := "1234 8180 0001 0003 0000 0000 03 577777 07 6578616d706c65 00 0001 0001" +
		"c00c 0005 0001 0000003c 0004 01 61 c010  c029 0001 0001 0000003c 0004 0a000005  c029 001c 0001 0000001e 0010 20010db8000000000000000000000005"
	for _, test := range []struct {
		what  string
		proto fact.Transport
		port  uint16
		talk  []said
		want  []string
	}{
		{"dns", fact.UDP, 53, []said{{0, samplesOf("dns")[0]}, {1, x(answer)}, {1, x(answer)}}, []string{
			"10.0.0.5 a.example dns to 10.0.0.1 ttl 60 x2 [2 3]", "10.0.0.5 www.example dns to 10.0.0.1 ttl 60 x2 [2 3]",
			"2001:db8::5 a.example dns to 10.0.0.1 ttl 30 x2 [2 3]", "2001:db8::5 www.example dns to 10.0.0.1 ttl 30 x2 [2 3]"}},
		{"dns over tcp, cut anywhere", fact.TCP, 53, []said{{0, x("001d") + x("1234 0100 0001 0000 0000 0000 03 777777 07 6578616d706c65 00 0001 0001")},
			{1, x("0059") + x(answer)[:20]}, {1, x(answer)[20:]}}, []string{
			"10.0.0.5 a.example dns to 10.0.0.1 ttl 60 x1 [3]", "10.0.0.5 www.example dns to 10.0.0.1 ttl 60 x1 [3]",
			"2001:db8::5 a.example dns to 10.0.0.1 ttl 30 x1 [3]", "2001:db8::5 www.example dns to 10.0.0.1 ttl 30 x1 [3]"}},
		{"mdns", fact.UDP, 5353, []said{{0, x("0000 8400 0000 0001 0000 0000 02 7063 05 6c6f63616c 00 0001 8001 00000078 0004 0a000007")}}, []string{
			"10.0.0.7 pc.local mdns to 10.9.0.2 ttl 120 x1 [1]"}},
		{"llmnr", fact.UDP, 5355, []said{{1, x("1234 8000 0001 0001 0000 0000 02 7063 00 0001 0001 c00c 0001 0001 0000001e 0004 0a000008")}}, []string{
			"10.0.0.8 pc llmnr to 10.0.0.1 ttl 30 x1 [1]"}},
		{"nbns registration", fact.UDP, 137, []said{{0, x("1234 2910 0001 0000 0000 0001 20") + "FAEDCACACACACACACACACACACACACAAA" + x("00 0020 0001 c00c 0020 0001 000493e0 0006 0000 0a000009")}}, []string{
			"10.0.0.9 pc nbns to invalid IP ttl 0 x1 [1]"}},
		{"nbns registration of a group", fact.UDP, 137, []said{{0, x("1234 2910 0001 0000 0000 0001 20") + "FAEDCACACACACACACACACACACACACAAA" + x("00 0020 0001 c00c 0020 0001 000493e0 0006 8000 0a000009")}}, nil},
		{"nbns answer", fact.UDP, 137, []said{{1, x("1234 8580 0000 0001 0000 0000 20") + "FAEDCACACACACACACACACACACACACACA" + x("00 0020 0001 000493e0 0006 6000 0a00000a")}}, []string{
			"10.0.0.10 pc nbns to invalid IP ttl 0 x1 [1]"}},
		{"host of http", fact.TCP, 80, []said{{0, "GET / HTTP/1.1\r\nHost: Shop.Example:80\r\n\r\n"}}, []string{
			"10.9.0.2 shop.example http to 10.0.0.1 ttl 0 x1 [1]"}},
		{"an address is no name", fact.TCP, 80, []said{{0, "GET / HTTP/1.1\r\nHost: 10.9.0.2\r\n\r\n"}}, nil},
		{"an answer of bytes that are no message", fact.UDP, 53, []said{{0, samplesOf("dns")[0]}, {1, x("1234 8180 ffff ffff ffff ffff c00c")}}, nil},
	} {
		k := newTalk(New(Options{}), test.proto, 40000, test.port)
		for _, w := range test.talk {
			k.say(w.side, []byte(w.b))
		}
		k.close()
		if got := namesOf(k.c); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %s\nwant %s", test.what, strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
		}
		if got := namesOf(k.c); got != nil {
			t.Errorf("%s: told twice: %v", test.what, got)
		}
	}
}

// TestNamesBounded: more names than are kept are counted.
func TestNamesBounded(t *testing.T) {
	c := New(Options{MaxNames: 2})
	p := newTalk(c, fact.UDP, 1, 53).packet(0, nil)
	for i := range 5 {
		c.names.add(p, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), []byte("a"), "dns", netip.Addr{}, 0)
	}
	if !c.Full() || c.Drops().Names != 3 || len(namesOf(c)) != 2 || c.Full() {
		t.Errorf("drops %+v", c.Drops())
	}
	c.names.add(p, netip.IPv4Unspecified(), []byte("a"), "dns", netip.Addr{}, 0)
	if len(namesOf(c)) != 0 {
		t.Error("0.0.0.0 has a name")
	}
}

func TestHostname(t *testing.T) {
	for s, want := range map[string]bool{"a": true, "a.b-c_d.1": true, "": false, "1.2.3.4": false, "a b": false, "a\x00": false, strings.Repeat("a", 254): false, "ä": false} {
		if got := hostname([]byte(s)); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
	if got := text([]byte("a\x1b[31m\xff " + strings.Repeat("x", 200))); len(got) > 128 || strings.Contains(got, "\x1b") || strings.Contains(got, "\xff") {
		t.Errorf("%q is not printable", got)
	}
}
