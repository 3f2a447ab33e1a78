package graphtest

import (
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"

	"netscope.example/nsgraph/graph"
)

// Variant chooses the values of a full fixture.
type Variant int

// Variants.
const (
	Plain Variant = iota // every property has its own ordinary value
	Zero                 // every property is zero or empty
	Edge                 // largest, smallest, unicode, quotes, long lists
)

// Full returns a batch with every label, and every relationship type between every pair of labels that it joins; every property of every row is
// set by reflection, so that a property that is added later is tested at once.
func Full(v Variant) *graph.Batch {
	b := NewBatch(fmt.Sprintf("full-%d", v), 1_000)
	f := filler{variant: v}
	c := &b.b.Contents
	*c = graph.Contents{}
	at := map[graph.Label]graph.ID{}
	for _, k := range graph.Kinds() {
		if k.Rel {
			continue
		}
		row := k.Append(c)
		f.fill(row)
		id := graph.NewID(k.Name, "full", fmt.Sprint(v))
		at[graph.Label(k.Name)] = id
		*row.FieldByName("ID").Addr().Interface().(*graph.ID) = id
		if x := row.FieldByName("Batch"); x.IsValid() {
			x.Set(reflect.ValueOf(b.b.ID))
		}
	}
	c.Services[0].Endpoint = at[graph.LabelEndpoint]
	c.Captures[0].SHA256 = SHA(fmt.Sprintf("full-%d", v))
	for _, k := range graph.Kinds() {
		for _, src := range k.Src {
			for _, dst := range k.Dst {
				row := k.Append(c)
				f.fill(row)
				from, to := graph.Time(10), graph.Time(20)
				if v == Edge {
					from, to = graph.MinTime, graph.Forever
				}
				row.Field(0).Set(reflect.ValueOf(b.Rel(graph.Type(k.Name), at[src], at[dst], from, to)))
			}
		}
	}
	return b.Batch()
}

// filler sets fields to values that differ from each other.
type filler struct {
	variant Variant
	n       int64
}

func (f *filler) fill(row reflect.Value) {
	for i := range row.NumField() {
		name, ok := row.Type().Field(i).Tag.Lookup("graph")
		if ok && name != "-" {
			f.set(row.Field(i))
		}
	}
}

func (f *filler) set(v reflect.Value) {
	f.n++
	edge, odd := f.variant == Edge, f.n%2 == 1
	if f.variant == Zero {
		return
	}
	switch v.Interface().(type) {
	case graph.ID:
		v.Set(reflect.ValueOf(graph.NewID("fill", fmt.Sprint(f.n))))
		return
	case netip.Addr:
		a := netip.AddrFrom4([4]byte{10, 0, byte(f.n >> 8), byte(f.n)})
		if edge {
			a = netip.MustParseAddr("fe80::1%eth0")
		}
		v.Set(reflect.ValueOf(a))
		return
	case netip.Prefix:
		p := netip.MustParsePrefix("10.1.0.0/16")
		if edge {
			p = netip.MustParsePrefix("::/0")
		}
		v.Set(reflect.ValueOf(p))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text(edge))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		n := 1_600_000_000_000_000_000 + f.n
		if edge {
			n = math.MaxInt64
		}
		if edge && odd {
			n = math.MinInt64
		}
		v.SetInt(n)
	case reflect.Uint16:
		v.SetUint(uint64(f.n))
		if edge {
			v.SetUint(math.MaxUint16)
		}
	case reflect.Float64:
		x := float64(f.n) + 0.1
		if edge {
			x = math.MaxFloat64
		}
		if edge && odd {
			x = math.SmallestNonzeroFloat64
		}
		v.SetFloat(x)
	case reflect.Slice:
		n := 2
		if edge {
			n = 300
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.set(v.Index(i))
		}
	default:
		panic("graphtest: property of type " + v.Type().String())
	}
}

func (f *filler) text(edge bool) string {
	if !edge {
		return fmt.Sprintf("text %d", f.n)
	}
	texts := []string{
		"", " ", `"quoted" 'twice' \ back`, "zürich 東京 🦈 \u202e", "line\nbreak\ttab", "[]", "null", "0", "a\x01\x7f", strings.Repeat("x", 5000), "'; DROP TABLE x; --",
	}
	return texts[int(f.n)%len(texts)]
}

// Big returns a batch of n communications of 1,000 services.
func Big(name string, n int) *graph.Batch {
	b := NewBatch(name, 1)
	services := make([]graph.ID, 1000)
	for i := range services {
		services[i] = b.Service(netip.AddrFrom4([4]byte{10, 90, byte(i >> 8), byte(i)}).String(), "tcp", 443)
	}
	b.b.Uses = slices.Grow(b.b.Uses, n)
	clients := make([]graph.ID, 2000)
	for i := range clients {
		clients[i] = b.Endpoint(netip.AddrFrom4([4]byte{10, 10, byte(i >> 8), byte(i)}).String())
	}
	for i := range n {
		from := graph.Time(1_700_000_000_000_000_000 + int64(i)*1_000_000)
		b.Uses(clients[i%len(clients)], services[i%len(services)], from, from+1_000_000_000, func(u *graph.Uses) {
			u.PacketsUp, u.PacketsDown, u.BytesUp, u.BytesDown = int64(i), int64(i)+1, int64(i)*100, int64(i)*1000
			u.ServerNames = []string{"erp.corp.example"}
			u.DSCPUp, u.DSCPDown = []int64{0, 10, 1000}, []int64{0, 12, 9000}
			u.Step, u.At, u.AtUp, u.AtDown, u.AtPackets = 60, []int64{1_700_000_000}, []int64{1000}, []int64{9000}, []int64{22}
			u.Starts = []int64{1_700_000_000_000}
			u.Witness = []string{"sha:1,2,3"}
		})
	}
	return b.Batch()
}
