package dependency

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"netscope.example/nsgraph/analyses"
	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
	"netscope.example/nsgraph/graph/diff"
)

func siteless(t *testing.T) *analyses.Site {
	t.Helper()
	s, err := analyses.NewSite(t.Context(), load(t, ""), graph.Params{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// view reads one side of a comparison, whose captures cover 0 to 600 s of the fixture.
func view(t *testing.T, name, text string) *graph.View {
	t.Helper()
	b, err := fixture.Read(name, text)
	if err != nil {
		t.Fatal(err)
	}
	c := &b.Captures[0]
	c.First, c.Last, c.Packets = fixture.At(0), fixture.At(600), 1000
	return graph.Select(&b.Contents, []graph.BatchInfo{b.Info()}, graph.Params{})
}

// often is used all the time.
const often = " established=20 conversations=20 at=0-600 starts=1700000000000,1700000060000,1700000120000,1700000180000,1700000240000,1700000300000,1700000360000,1700000420000,1700000480000,1700000540000"

// always is on both sides, so that both see the networks.
const always = "use 10.0.0.1 10.9.0.1 udp/53 application=dns" + often + "\n"

// Of a hundred clients that are seldom heard, one or two are silent by chance; alone, the same silence is a finding.
func TestVanishedByChance(t *testing.T) {
	const seldom = "use 10.0.0.2 10.9.0.1 udp/53 application=dns established=3 conversations=3 at=0-600 starts=1700000000000,1700000240000,1700000540000\n"
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, "use 10.0.1.%d 10.9.0.1 udp/53 application=dns%s\n", i, often)
	}
	for others, want := range map[string]int{"": 1, many.String(): 0} {
		r, err := diff.Diff(view(t, "before", always+others+seldom), view(t, "after", always+others), diff.Options{})
		if err != nil {
			t.Fatal(err)
		}
		vanished := 0
		for _, f := range Changes(r) {
			if f.Rule == "dependency/vanished" {
				vanished++
			}
		}
		if vanished != want || r.Counts.Vanished == 0 {
			t.Errorf("%d findings of %d that vanished beside %d, want %d", vanished, r.Counts.Vanished, r.Counts.Unchanged, want)
		}
	}
}

func TestChanges(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"nothing", "", "", nil},
		{"a new service, one client", "", "use 10.0.0.1 10.9.0.2 tcp/443 application=tls" + often, []string{
			"low appeared 1: dependency 10.0.0.1 -> 10.9.0.2 tcp/443: first seen at 2023-11-14T22:13:20.000000000Z, not seen in the old window",
			"low service-appeared 1: service 10.9.0.2 tcp/443: first seen at 2023-11-14T22:13:20.000000000Z, not seen in the old window"}},
		{"a service gone, two clients", "use 10.0.0.1 10.9.0.2 tcp/443" + often + "\nuse 10.0.0.2 10.9.0.2 tcp/443" + often + "\nuse 10.0.0.2 10.9.0.1 udp/53 application=dns" + often,
			"use 10.0.0.2 10.9.0.1 udp/53 application=dns" + often, []string{
				"medium service-vanished 1: service 10.9.0.2 tcp/443: seen in 10 of 20 parts of the old window, last at 2023-11-14T22:23:20.000000000Z, not seen in the new one",
				"medium vanished 1: 2 dependencies vanished with their service: 10.0.0.1 -> 10.9.0.2 tcp/443 and 1 more"}},
		{"a client gone", "use 10.0.0.2 10.9.0.1 udp/53 application=dns" + often, "", []string{
			"medium vanished 1: dependency 10.0.0.2 -> 10.9.0.1 udp/53: x"}},
		{"another application", "use 10.0.0.1 10.9.0.2 tcp/443 application=tls" + often, "use 10.0.0.1 10.9.0.2 tcp/443 application=http" + often, []string{
			"low service-changed 0.95: service 10.9.0.2 tcp/443: application was tls, is http"}},
		{"another name is no change of a service", "use 10.0.0.1 10.9.0.2 tcp/443 server_names=a.example" + often, "use 10.0.0.1 10.9.0.2 tcp/443 server_names=b.example" + often, nil},
		{"moved", "use 10.0.0.1 10.9.0.2 tcp/443 certificate=c1" + often, "use 10.0.0.1 10.9.0.3 tcp/443 certificate=c1" + often, []string{
			"low service-moved 0.9: service 10.9.0.2 tcp/443 is now 10.9.0.3 tcp/443: same certificate"}},
		{"another port", "use 10.0.0.1 10.9.0.2 tcp/443 certificate=c1" + often, "use 10.0.0.1 10.9.0.2 tcp/8443 certificate=c1" + often, []string{
			"low service-changed 0.9: service 10.9.0.2 tcp/443 is now 10.9.0.2 tcp/8443: same certificate"}},
		{"seen once: it cannot be told", "use 10.0.0.1 10.9.0.2 tcp/443 at=5-6", "", nil},
		{"an endpoint that only speaks", "", "host 10.0.0.77 02:00:00:00:00:77 10 at=0-600", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := diff.Diff(view(t, "before", always+c.old), view(t, "after", always+c.new), diff.Options{})
			if err != nil {
				t.Fatal(err)
			}
			fs := Changes(r)
			for i := range fs { // the sentence is diff's own
				if fs[i].Rule == "dependency/vanished" && len(fs[i].Subjects) == 1 {
					head, _, _ := strings.Cut(fs[i].Text, ": ")
					fs[i].Text = head + ": x"
				}
			}
			finds(t, fs, ChangeRules(), c.want...)
		})
	}
}

func TestChangesTogether(t *testing.T) {
	const old = "use 10.0.0.1 10.9.0.2 tcp/443" + often + "\nuse 10.0.0.2 10.9.0.2 tcp/443" + often
	r, err := diff.Diff(view(t, "before", always+old), view(t, "after", always), diff.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fs := Changes(r)
	i := slices.IndexFunc(fs, func(f analyses.Finding) bool { return f.Rule == "dependency/vanished" })
	if f := fs[i]; f.Count != 2 || len(f.Subjects) != 2 || f.Subjects[0].Label != "10.0.0.1 -> 10.9.0.2 tcp/443" || f.Subjects[1].Label != "10.0.0.2 -> 10.9.0.2 tcp/443" ||
		f.Subjects[0].Kind != "dependency" || len(f.Evidence) != 2 || f.First != fixture.At(0) || f.Last != fixture.At(600) {
		t.Errorf("%+v", f)
	}
	if fs := Changes(diff.Report{}); fs == nil || len(fs) != 0 {
		t.Errorf("%+v", fs)
	}
}
