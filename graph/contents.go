package graph

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Relation returns r; all relationships have it through their embedded Rel.
func (r *Rel) Relation() *Rel { return r }

// rel is what generic code needs of relationship rows.
type rel[T any] interface {
	*T
	Relation() *Rel
}

// Compare orders identifiers by their bytes, which is also the order of their texts.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// Sort brings c into the order that a Batch needs: each slice by ID, without doubles.
func (c *Contents) Sort() {
	c.Endpoints = sortNodes(c.Endpoints, func(n *Endpoint) ID { return n.ID })
	c.Services = sortNodes(c.Services, func(n *Service) ID { return n.ID })
	c.VLANs = sortNodes(c.VLANs, func(n *VLAN) ID { return n.ID })
	c.Subnets = sortNodes(c.Subnets, func(n *Subnet) ID { return n.ID })
	c.Named = sortNodes(c.Named, func(n *Named) ID { return n.ID })
	c.MACs = sortNodes(c.MACs, func(n *MAC) ID { return n.ID })
	c.Devices = sortNodes(c.Devices, func(n *Device) ID { return n.ID })
	c.Points = sortNodes(c.Points, func(n *CapturePoint) ID { return n.ID })
	c.Captures = sortNodes(c.Captures, func(n *Capture) ID { return n.ID })
	c.Artefacts = sortNodes(c.Artefacts, func(n *Artefact) ID { return n.ID })
	c.Streams = sortNodes(c.Streams, func(n *Stream) ID { return n.ID })
	c.Uses = sortRels(c.Uses)
	c.Offers = sortRels(c.Offers)
	c.Requires = sortRels(c.Requires)
	c.InVLAN = sortRels(c.InVLAN)
	c.Members = sortRels(c.Members)
	c.KnownAs = sortRels(c.KnownAs)
	c.HasMAC = sortRels(c.HasMAC)
	c.States = sortRels(c.States)
	c.ConnectedTo = sortRels(c.ConnectedTo)
	c.Copied = sortRels(c.Copied)
	c.Carried = sortRels(c.Carried)
}

// sortNodes sorts positions and moves each row once: rows are large.
func sortNodes[T any](s []T, id func(*T) ID) []T {
	sorted := true
	for i := 1; i < len(s) && sorted; i++ {
		sorted = id(&s[i-1]).Compare(id(&s[i])) < 0
	}
	if sorted {
		return s
	}
	type place struct {
		id ID
		at int
	}
	places := make([]place, len(s))
	for i := range s {
		places[i] = place{id(&s[i]), i}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(a.id.Compare(b.id), cmp.Compare(a.at, b.at)) })
	out := make([]T, 0, len(s))
	for i, p := range places {
		if i == 0 || p.id != places[i-1].id {
			out = append(out, s[p.at])
		}
	}
	return out
}

func sortRels[T any, P rel[T]](s []T) []T {
	return sortNodes(s, func(r *T) ID { return P(r).Relation().ID })
}

// Add appends the rows of d to c; Sort brings them into order.
func (c *Contents) Add(d *Contents) {
	to, from := reflect.ValueOf(c).Elem(), reflect.ValueOf(d).Elem()
	for i := range to.NumField() {
		to.Field(i).Set(reflect.AppendSlice(to.Field(i), from.Field(i)))
	}
}

// Len returns the numbers of nodes and of relationships.
func (c *Contents) Len() (nodes, rels int) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Type.Elem().Field(0).Type == reflect.TypeFor[Rel]() {
			rels += v.Field(i).Len()
		} else {
			nodes += v.Field(i).Len()
		}
	}
	return nodes, rels
}

// Labels returns the label of each node in c.
func (c *Contents) Labels() map[ID]Label {
	n, _ := c.Len()
	m := make(map[ID]Label, n)
	for _, k := range Kinds() {
		if k.Rel {
			continue
		}
		for v := range k.Values(c) {
			m[v.Field(0).Interface().(ID)] = Label(k.Name)
		}
	}
	return m
}

// ErrInvalid says that a batch is not one: see [Batch.Check].
var ErrInvalid = errors.New("graph: invalid batch")

// Check reports the first fault of b: no ID, rows out of order or doubled, a row of another batch, an unknown label or type, a relationship whose
// ends are not in b or of labels that its type does not join, an interval that ends before it begins. Stores refuse such a batch.
func (b *Batch) Check() error {
	if b.ID.IsZero() {
		return fmt.Errorf("%w: it has no ID", ErrInvalid)
	}
	return b.check(b.ID, nil)
}

// CheckIntent is Check for the layer that the intent declares; known gives the labels of nodes that the store has already.
func (c *Contents) CheckIntent(known func(ID) (Label, bool)) error {
	if len(c.Captures)+len(c.Artefacts)+len(c.Streams) > 0 {
		return fmt.Errorf("%w: captures, artefacts and streams are not declared", ErrInvalid)
	}
	return c.check(ID{}, known)
}

func (c *Contents) check(batch ID, known func(ID) (Label, bool)) error {
	labels := c.Labels()
	label := func(id ID) Label {
		l, ok := labels[id]
		if !ok && known != nil {
			l, _ = known(id)
		}
		return l
	}
	v := reflect.ValueOf(c).Elem()
	total := 0
	for _, k := range Kinds() {
		for row := range k.Values(c) {
			total++
			if err := k.check(row, batch, label); err != nil {
				return fmt.Errorf("%w: %s: %w", ErrInvalid, k.Name, err)
			}
		}
	}
	for i := range v.NumField() {
		s := v.Field(i)
		total -= s.Len()
		for j := 1; j < s.Len(); j++ {
			if rowID(s.Index(j-1)).Compare(rowID(s.Index(j))) >= 0 {
				return fmt.Errorf("%w: %s %d and %d are not in the order of their IDs", ErrInvalid, v.Type().Field(i).Name, j-1, j)
			}
		}
	}
	if total != 0 {
		return fmt.Errorf("%w: %d rows of unknown labels or types", ErrInvalid, -total)
	}
	return nil
}

func rowID(v reflect.Value) ID {
	if r, ok := v.Field(0).Addr().Interface().(*Rel); ok {
		return r.ID
	}
	return *v.Field(0).Addr().Interface().(*ID)
}

func (k Kind) check(row reflect.Value, batch ID, label func(ID) Label) error {
	id := rowID(row)
	if id.IsZero() {
		return errors.New("a row without ID")
	}
	if !k.Rel {
		if f := row.FieldByName("Batch"); f.IsValid() && f.Interface().(ID) != batch {
			return fmt.Errorf("%s is of batch %s, want %s", id, f.Interface(), batch)
		}
		return nil
	}
	r := row.Field(0).Addr().Interface().(*Rel)
	switch src, dst := label(r.Src), label(r.Dst); {
	case r.Batch != batch:
		return fmt.Errorf("%s is of batch %s, want %s", id, r.Batch, batch)
	case !slices.Contains(k.Src, src):
		return fmt.Errorf("%s begins at %s (label %q), want one of %v", id, r.Src, src, k.Src)
	case !slices.Contains(k.Dst, dst):
		return fmt.Errorf("%s ends at %s (label %q), want one of %v", id, r.Dst, dst, k.Dst)
	case r.From >= r.To:
		return fmt.Errorf("%s holds from %s to %s", id, r.From, r.To)
	}
	return nil
}
