package graph

import (
	"iter"
	"reflect"
)

// Kind is one label or one relationship type: its name, and the rows of [Contents] that have it.
type Kind struct {
	Name  string
	Rel   bool         // a relationship type, else a label
	Row   reflect.Type // the struct that holds one
	Src   []Label      // where relationships of this type may begin
	Dst   []Label      // and end
	field int          // of Contents
	tag   int          // field of Row that must equal Name, -1 if all rows are of this kind
}

var kinds = makeKinds()

// Kinds lists the labels and relationship types that [Contents] can hold: labels first, in the order of its fields.
func Kinds() []Kind { return kinds }

func makeKinds() []Kind {
	hosts := []Label{LabelEndpoint, LabelDevice}
	endpoint, service := []Label{LabelEndpoint}, []Label{LabelService}
	points := []Label{LabelCapturePoint}
	places := []Label{LabelEndpoint, LabelSubnet, LabelVLAN, LabelDevice}
	seen := []Label{
		LabelEndpoint, LabelService, LabelVLAN, LabelSubnet, LabelMAC, LabelDevice, LabelCapture, LabelArtefact, LabelStream, LabelSetting,
	}
	c := reflect.TypeFor[Contents]()
	kind := func(field, name string, src, dst []Label) Kind {
		f, ok := c.FieldByName(field)
		if !ok {
			panic("graph: Contents has no field " + field)
		}
		k := Kind{Name: name, Rel: src != nil, Row: f.Type.Elem(), Src: src, Dst: dst, field: f.Index[0], tag: -1}
		for _, tag := range []string{"Label", "Type"} {
			if t, ok := k.Row.FieldByName(tag); ok {
				k.tag = t.Index[0]
			}
		}
		return k
	}
	node := func(field string, l Label) Kind { return kind(field, string(l), nil, nil) }
	rel := func(field string, t Type, src, dst []Label) Kind { return kind(field, string(t), src, dst) }
	return []Kind{
		node("Endpoints", LabelEndpoint), node("Services", LabelService), node("VLANs", LabelVLAN), node("Subnets", LabelSubnet),
		node("Named", LabelZone), node("Named", LabelGroup), node("Named", LabelApplication), node("Named", LabelSetting),
		node("Named", LabelProtocol), node("Named", LabelName), node("MACs", LabelMAC), node("Devices", LabelDevice),
		node("Points", LabelCapturePoint), node("Captures", LabelCapture), node("Artefacts", LabelArtefact), node("Streams", LabelStream),

		rel("Uses", TypeUses, endpoint, service),
		rel("Offers", TypeOffers, endpoint, service),
		rel("Requires", TypeRequires, service, service),
		rel("InVLAN", TypeInVLAN, hosts, []Label{LabelVLAN}),
		rel("Members", TypeInSubnet, places, []Label{LabelSubnet}),
		rel("Members", TypeInZone, places, []Label{LabelZone}),
		rel("Members", TypeInGroup, places, []Label{LabelGroup}),
		rel("Members", TypePartOf, []Label{LabelService, LabelEndpoint}, []Label{LabelApplication}),
		rel("Members", TypeReaches, []Label{LabelZone}, service),
		rel("Members", TypeRoutes, hosts, []Label{LabelSubnet, LabelVLAN}),
		rel("Members", TypeCarries, []Label{LabelDevice, LabelCapturePoint}, []Label{LabelVLAN}),
		rel("Members", TypeSends, endpoint, []Label{LabelStream}),
		rel("Members", TypeReceivedBy, []Label{LabelStream}, endpoint),
		rel("Members", TypeSeenAt, seen, points),
		rel("Members", TypeAbout, []Label{LabelArtefact}, append(seen, LabelCapturePoint)),
		rel("KnownAs", TypeKnownAs, hosts, []Label{LabelName}),
		rel("HasMAC", TypeHasMAC, hosts, []Label{LabelMAC}),
		rel("States", TypeStates, hosts, []Label{LabelSetting}),
		rel("ConnectedTo", TypeConnectedTo, hosts, hosts),
		rel("Copied", TypeCopied, points, points),
		rel("Carried", TypeCarried, []Label{LabelCapture}, []Label{LabelProtocol, LabelVLAN}),
	}
}

// Rows yields the rows of c of this kind, each a pointer to an element of c.
func (k Kind) Rows(c *Contents) iter.Seq[any] {
	return func(yield func(any) bool) {
		for v := range k.Values(c) {
			if !yield(v.Addr().Interface()) {
				return
			}
		}
	}
}

// Values yields the rows of c of this kind as addressable struct values.
func (k Kind) Values(c *Contents) iter.Seq[reflect.Value] {
	return func(yield func(reflect.Value) bool) {
		s := reflect.ValueOf(c).Elem().Field(k.field)
		for i := range s.Len() {
			v := s.Index(i)
			if k.tag >= 0 && v.Field(k.tag).String() != k.Name {
				continue
			}
			if !yield(v) {
				return
			}
		}
	}
}

// Append adds a zero row of this kind to c and returns it, addressable until the next Append.
func (k Kind) Append(c *Contents) reflect.Value {
	s := reflect.ValueOf(c).Elem().Field(k.field)
	n := s.Len()
	if n == s.Cap() {
		s.Grow(max(64, n/2))
	}
	s.SetLen(n + 1)
	v := s.Index(n)
	v.SetZero()
	if k.tag >= 0 {
		v.Field(k.tag).SetString(k.Name)
	}
	return v
}
