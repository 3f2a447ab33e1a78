package fact

import (
	"slices"
	"testing"
)

func TestScopeCompare(t *testing.T) {
	want := []Scope{
		{}, {VLAN: VLANs{N: 1, ID: [3]uint16{2}}}, {VLAN: VLANs{N: 1, ID: [3]uint16{10}}}, {VLAN: VLANs{N: 1, ID: [3]uint16{10}, SVC: 1}},
		{VLAN: VLANs{N: 2, ID: [3]uint16{1, 1}}}, {Tunnel: GRE}, {Tunnel: VXLAN, VNI: 1}, {Tunnel: VXLAN, VNI: 5},
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Scope.Compare)
	if !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}
