package graph

import (
	"cmp"
	"slices"
	"sync"
)

// View is a part of a graph in memory, with the indexes that queries need. It does not change; it is safe for concurrent reading.
// Its slices are sorted by ID.
type View struct {
	Contents
	Batches  []BatchInfo
	Findings []Finding // all that the store holds, whatever the window, in their order; set by the store

	endpoint map[ID]*Endpoint
	service  map[ID]*Service
	vlan     map[ID]*VLAN
	subnet   map[ID]*Subnet
	named    map[ID]*Named
	mac      map[ID]*MAC
	device   map[ID]*Device
	point    map[ID]*CapturePoint
	capture  map[ID]*Capture
	stream   map[ID]*Stream

	group  sync.Once
	groups []Communication // filled by Communications
}

// NewView indexes c, which it keeps.
func NewView(c Contents, batches []BatchInfo) *View {
	return &View{
		Contents: c, Batches: batches,
		endpoint: index(c.Endpoints, func(n *Endpoint) ID { return n.ID }),
		service:  index(c.Services, func(n *Service) ID { return n.ID }),
		vlan:     index(c.VLANs, func(n *VLAN) ID { return n.ID }),
		subnet:   index(c.Subnets, func(n *Subnet) ID { return n.ID }),
		named:    index(c.Named, func(n *Named) ID { return n.ID }),
		mac:      index(c.MACs, func(n *MAC) ID { return n.ID }),
		device:   index(c.Devices, func(n *Device) ID { return n.ID }),
		point:    index(c.Points, func(n *CapturePoint) ID { return n.ID }),
		capture:  index(c.Captures, func(n *Capture) ID { return n.ID }),
		stream:   index(c.Streams, func(n *Stream) ID { return n.ID }),
	}
}

func index[T any](s []T, id func(*T) ID) map[ID]*T {
	m := make(map[ID]*T, len(s))
	for i := range s {
		m[id(&s[i])] = &s[i]
	}
	return m
}

// Endpoint and its like return the node of an ID, or nil.
func (v *View) Endpoint(id ID) *Endpoint { return v.endpoint[id] }

// Service returns the service of an ID, or nil.
func (v *View) Service(id ID) *Service { return v.service[id] }

// VLAN returns the VLAN of an ID, or nil.
func (v *View) VLAN(id ID) *VLAN { return v.vlan[id] }

// Subnet returns the subnet of an ID, or nil.
func (v *View) Subnet(id ID) *Subnet { return v.subnet[id] }

// NamedNode returns the zone, group, application, setting, protocol or name of an ID, or nil.
func (v *View) NamedNode(id ID) *Named { return v.named[id] }

// MAC returns the hardware address of an ID, or nil.
func (v *View) MAC(id ID) *MAC { return v.mac[id] }

// Device returns the device of an ID, or nil.
func (v *View) Device(id ID) *Device { return v.device[id] }

// Point returns the capture point of an ID, or nil.
func (v *View) Point(id ID) *CapturePoint { return v.point[id] }

// Capture returns the capture of an ID, or nil.
func (v *View) Capture(id ID) *Capture { return v.capture[id] }

// Stream returns the media stream of an ID, or nil.
func (v *View) Stream(id ID) *Stream { return v.stream[id] }

// Communication is what one client exchanged with one service in one application.
type Communication struct {
	Client      *Endpoint
	Service     *Service
	Application string
	Uses        []*Uses // one for each pair of VLANs, kind of evidence and interval, by ID
}

// Communications lists the USES whose ends are in the view by client, service and application, in this order. The view keeps the list.
func (v *View) Communications() []Communication {
	v.group.Do(func() { v.groups = v.communications() })
	return v.groups
}

func (v *View) communications() []Communication {
	type use struct {
		*Uses
		client  *Endpoint
		service *Service
	}
	uses := make([]use, 0, len(v.Uses))
	for i := range v.Uses {
		u := &v.Uses[i]
		if c, s := v.endpoint[u.Src], v.service[u.Dst]; c != nil && s != nil {
			uses = append(uses, use{u, c, s})
		}
	}
	slices.SortFunc(uses, func(a, b use) int {
		if c := cmp.Or(a.Src.Compare(b.Src), a.Dst.Compare(b.Dst)); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.Application, b.Application), a.ID.Compare(b.ID))
	})
	ordered := make([]*Uses, len(uses))
	var list []Communication
	first := 0
	for i, u := range uses {
		ordered[i] = u.Uses
		if n := len(list); n > 0 && list[n-1].Client == u.client && list[n-1].Service == u.service && list[n-1].Application == u.Application {
			list[n-1].Uses = ordered[first : i+1 : i+1]
			continue
		}
		first = i
		list = append(list, Communication{Client: u.client, Service: u.service, Application: u.Application, Uses: ordered[i : i+1 : i+1]})
	}
	return list
}
