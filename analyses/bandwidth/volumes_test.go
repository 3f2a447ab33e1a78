package bandwidth

import (
	"reflect"
	"slices"
	"testing"

	"netscope.example/nsgraph/analyses/fixture"
	"netscope.example/nsgraph/graph"
)

func all[R any](t *testing.T, q graph.Query[R], s graph.Querier, args map[string]any) []R {
	t.Helper()
	rows, err := q.All(t.Context(), s, graph.Params{Args: args})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestVolumesQuery(t *testing.T) {
	q := load(t, `
use 10.0.0.1 10.0.0.2 tcp/443 application=tls application_evidence=name established=2 bytes_up=1 bytes_down=2 packets_up=3 packets_down=4 retransmitted=5 retransmitted_bytes=6 payload_up=7 payload_down=8 rtt_count=2 rtt_min_ns=900 rtt_buckets=1,2 server_names=a,b at=5-9
use 10.0.0.1 10.0.0.2 tcp/443 application=tls application_evidence=name bytes_up=10 bytes_down=20 packets_up=30 packets_down=40 retransmitted=50 retransmitted_bytes=60 payload_up=70 payload_down=80 rtt_count=1 rtt_min_ns=500 rtt_buckets=3,1 server_names=b,c at=2-6
use 10.0.0.1 10.0.0.2 tcp/443 application=tls application_evidence=payload
use 10.0.0.1 10.0.0.2 tcp/443 application=tls application_evidence=name tunnel=gre
use 10.0.0.1 10.0.0.2 gre/0 carries=gre
`, 1, nil, nil)
	rows := all(t, Volumes, q, nil)
	if len(rows) != 4 {
		t.Fatalf("%+v", rows)
	}
	i := slices.IndexFunc(rows, func(r VolumesRow) bool { return r.Kind == "name" && r.Tunnel == "" })
	r := rows[i]
	if r.Conversations != 3 || r.BytesUp != 11 || r.BytesDown != 22 || r.Packets != 77 || r.Retransmitted != 55 || r.RetransmittedBytes != 66 || r.Payload != 165 ||
		r.RTTCount != 3 || r.RTTMin != 500 || len(r.RTTBuckets) != 4 || len(r.ServerNames) != 3 || len(r.Witness) != 2 || !slices.Equal(r.Points, []string{"core1"}) ||
		r.First != fixture.At(2) || r.Last != fixture.At(9) || r.Port != 443 || r.Transport != "tcp" || r.ServerAddress.String() != "10.0.0.2" {
		t.Errorf("%+v", r)
	}
}

func TestProtocolsQuery(t *testing.T) {
	q := load(t, "", 1, nil, func(b *graph.Batch) {
		capture := b.Captures[0].ID
		for i, n := range []string{"tcp", "udp", "arp"} {
			id := graph.NewNamedID(graph.LabelProtocol, n)
			b.Named = append(b.Named, graph.Named{ID: id, Label: graph.LabelProtocol, Name: n})
			rel := graph.Rel{ID: graph.NewID("CARRIED", n), Src: capture, Dst: id, From: fixture.At(0), To: fixture.At(9), Batch: b.ID}
			b.Carried = append(b.Carried, graph.Carried{Rel: rel, Packets: int64(i + 1), Bytes: int64(100 * (i + 1))})
			if n == "tcp" {
				rel.ID = graph.NewID("CARRIED", "again")
				b.Carried = append(b.Carried, graph.Carried{Rel: rel, Packets: 9, Bytes: 500})
			}
		}
	})
	rows := all(t, Protocols, q, nil)
	if want := []ProtocolsRow{{"arp", 3, 300}, {"tcp", 10, 600}, {"udp", 2, 200}}; !reflect.DeepEqual(rows, want) {
		t.Errorf("%+v", rows)
	}
	want := []Protocol{{"tcp", 600, 10, 0.545455}, {"arp", 300, 3, 0.272727}, {"udp", 200, 2, 0.181818}}
	if got := run(t, q, "").Protocols; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestTimelineQuery(t *testing.T) {
	q := load(t, `
use 10.0.0.1 10.0.0.2 tcp/443 application=tls at=0-60 step_s=10
use 10.0.0.1 10.0.0.2 udp/53 application=dns at=0-60 step_s=10
`, 1, nil, func(b *graph.Batch) {
		for i := range b.Uses {
			b.Uses[i].At, b.Uses[i].AtUp, b.Uses[i].AtDown, b.Uses[i].AtPackets = []int64{1200, 1210, 1260}, []int64{1, 2, 3}, []int64{10, 20, 30}, []int64{1, 1, 1}
		}
	})
	want := []TimelineRow{{1200, "dns", 33}, {1200, "tls", 33}, {1260, "dns", 33}, {1260, "tls", 33}}
	if rows := all(t, Timeline, q, map[string]any{"step": int64(60)}); !reflect.DeepEqual(rows, want) {
		t.Errorf("%+v", rows)
	}
}

// Shares and evidence by hand: 1000 bytes of tls (300 by name, 700 by payload), 400 of dns, 200 of nothing known.
func TestApplications(t *testing.T) {
	r := run(t, load(t, `
use 10.1.0.1 10.9.0.2 tcp/443 application=tls application_evidence=name bytes_up=100 bytes_down=200
use 10.1.0.2 10.9.0.2 tcp/443 application=tls application_evidence=payload bytes_up=300 bytes_down=400
use 10.1.0.1 10.9.0.3 udp/53 application=dns application_evidence=port bytes_up=100 bytes_down=100
use 10.1.0.1 10.9.0.3 udp/54 application=dns application_evidence=dns bytes_up=100 bytes_down=100
use 10.1.0.1 10.9.0.4 tcp/9 bytes_up=200 bytes_down=0
`, 1, nil, nil), "version: 1\napplications: [{name: shop, services: [tcp/443]}, {name: names, services: [\"app:dns\"]}]\n")
	want := []Application{
		{"tls", 1000, 16, 2, 0.625, Evidence{Payload: 700, Name: 300}}, {"dns", 400, 16, 2, 0.25, Evidence{DNS: 200, Port: 200}},
		{"unknown", 200, 8, 1, 0.125, Evidence{Unknown: 200}},
	}
	if !reflect.DeepEqual(r.Applications, want) || !reflect.DeepEqual(r.Declared, []Volume{{"shop", 1000}, {"names", 400}}) {
		t.Errorf("%+v, %+v", r.Applications, r.Declared)
	}
}

// What a group's members exchange among themselves is in both columns, and once in its share.
func TestGroups(t *testing.T) {
	const text = `
use 10.1.0.1 10.9.0.2 tcp/443 application=tls bytes_up=100 bytes_down=300
use 10.1.0.1 10.1.0.2 tcp/445 bytes_up=50 bytes_down=50
`
	r := run(t, load(t, text, 1, nil, nil), "version: 1\ngroups: [{name: staff, prefixes: [10.1.0.0/16]}, {name: rack, prefixes: [10.9.0.0/16]}, {name: idle, prefixes: [10.5.0.0/16]}]\n")
	want := []Group{{"staff", 200, 400, 1, []Volume{{"tls", 400}, {"unknown", 100}}}, {"rack", 300, 100, 0.8, []Volume{{"tls", 400}}}}
	if !reflect.DeepEqual(r.Groups, want) {
		t.Errorf("%+v", r.Groups)
	}
	r = run(t, load(t, text, 1, nil, nil), "version: 1\nzones: [{name: a, prefixes: [10.1.0.0/16]}]\n")
	if len(r.Groups) != 1 || r.Groups[0].Name != "a" || r.Groups[0].Out != 200 {
		t.Errorf("%+v", r.Groups)
	}
}

func TestNothing(t *testing.T) {
	r := run(t, load(t, "", 1, nil, nil), "")
	if r.Total != (Total{PeakFor: 1}) || r.Applications == nil || r.Protocols == nil || r.Groups == nil || r.Peaks == nil || r.Recommendations == nil || r.Timeline.Points == nil || r.Declared == nil ||
		len(r.Findings) != 0 || share(1, 0) != 0 {
		t.Errorf("%+v", r)
	}
}
