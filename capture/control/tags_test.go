package control

import (
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/capture/wire"
)

func TestInvalidTags(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame string // behind the source MAC
		want  string
	}{
		{"4095", "\x81\x00\x0f\xff\x88\x99\x00\x00", "VLAN id 4095"},
		{"four tags", "\x81\x00\x00\x01\x81\x00\x00\x02\x81\x00\x00\x03\x81\x00\x00\x04\x88\x99\x00\x00", "more than 3 tags"},
		{"nine tags", strings.Repeat("\x81\x00\x00\x01", 9) + "\x88\x99\x00\x00", "more than 3 tags"},
		{"4095 and half an IP header", "\x81\x00\x0f\xff\x08\x00\x45\x00", "VLAN id 4095"},
		{"nine priority tags", strings.Repeat("\x81\x00\xa0\x00", 9) + "\x88\x99\x00\x00", ""},
		{"half a tag", "\x81\x00\x00", "truncated tag"},
		{"no tag behind its type", "\x81\x00", "truncated tag"},
		{"three tags", "\x81\x00\x00\x01\x81\x00\x00\x02\x81\x00\x00\x03\x88\x99\x00\x00", ""},
		{"a priority tag", "\x81\x00\xa0\x00\x88\x99\x00\x00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := []byte("\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x07" + c.frame)
			const ethernet = 1 // LINKTYPE_ETHERNET
			p := wire.NewDecoder(wire.Options{}).Decode(nil, ethernet, &file.Packet{Data: b, Number: 1, Length: uint32(len(b))})[0]
			if Wants(&p) != (c.want != "") {
				t.Errorf("Wants says %v", Wants(&p))
			}
			d := New(Options{})
			d.Feed(&p)
			got := ""
			for f := range d.Facts {
				if s, ok := f.(*fact.Statement); ok && s.Setting == "vlan.invalid_tag" && s.Speaker == "02:00:00:00:00:07" {
					got = s.Value
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
