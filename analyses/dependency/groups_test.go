package dependency

import (
	"fmt"
	"reflect"
	"testing"
)

// trio writes three hosts of a network that all talk to each other often.
func trio(net string) string {
	s := ""
	for i := 1; i <= 3; i++ {
		for j := 1; j <= 3; j++ {
			if i != j {
				s += fmt.Sprintf("use 10.%s.0.%d 10.%[1]s.0.%[3]d tcp/80 established=20\n", net, i, j)
			}
		}
	}
	return s
}

func TestGroupsAndWaves(t *testing.T) {
	g := trio("1") + trio("2") + trio("3") + "use 10.1.0.1 10.2.0.1 tcp/81\nuse 10.1.0.2 10.2.0.2 tcp/81\nuse 10.2.0.1 10.3.0.1 tcp/81\n"
	for i := 1; i <= 3; i++ { // a resolver that everybody uses joins no group
		g += clients(3, fmt.Sprintf("use 10.%d.0.%%d 10.9.0.3 udp/53 application=dns established=500", i))
	}
	r := run(t, "", g, Options{})
	want := []Group{
		{"group 1", []string{"10.1.0.1", "10.1.0.2", "10.1.0.3"}}, {"group 2", []string{"10.2.0.1", "10.2.0.2", "10.2.0.3"}}, {"group 3", []string{"10.3.0.1", "10.3.0.2", "10.3.0.3"}},
	}
	if !reflect.DeepEqual(r.Groups, want) {
		t.Fatalf("%+v", r.Groups)
	}
	// the resolver never moves: each group that moved cuts its three dependencies on it
	waves := []Wave{{1, want[2].Members, 1 + 3}, {2, want[1].Members, 2 + 6}, {3, want[0].Members, 9}}
	if !reflect.DeepEqual(r.Waves, waves) {
		t.Errorf("%+v, want %+v", r.Waves, waves)
	}
	for range 3 { // equal graphs, equal groups
		if again := run(t, "", g, Options{}); !reflect.DeepEqual(again.Groups, r.Groups) || !reflect.DeepEqual(again.Waves, r.Waves) {
			t.Fatal("another answer")
		}
	}
}

func TestGroupLabels(t *testing.T) {
	r := run(t, "", "use 10.0.0.1@tenant 10.0.0.2@tenant tcp/80\nuse 10.0.0.3 10.0.0.3 tcp/80", Options{})
	if len(r.Groups) != 1 || !reflect.DeepEqual(r.Groups[0].Members, []string{"tenant 10.0.0.1", "tenant 10.0.0.2"}) || len(r.Waves) != 1 || r.Waves[0].Cut != 0 {
		t.Errorf("%+v, %+v", r.Groups, r.Waves)
	}
	m := &mapping{}
	if m.site = siteless(t); m.hostLabel([16]byte{1}) != "04000000000000000000000000" {
		t.Error(m.hostLabel([16]byte{1}))
	}
}
