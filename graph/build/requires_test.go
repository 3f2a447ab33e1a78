package build_test

import (
	"fmt"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/graph/build"
)

// during is a conversation of some milliseconds.
func during(client, server string, from, to fact.Time) *fact.Conversation {
	c := talk(vlan(10), client, server, start+from*second/1000)
	c.Last = start + to*second/1000
	return c
}

// n requests a second apart to the web server, each with one to its database inside.
func webAndDatabase(n int) []fact.Fact {
	facts := []fact.Fact{file()}
	for i := range fact.Time(n) {
		facts = append(facts, during(fmt.Sprintf("10.10.0.%d:1", 1+i%5), "10.90.0.5:443", 1000*i, 1000*i+200), during("10.90.0.5:2", "10.91.0.1:5432", 1000*i+50, 1000*i+100))
	}
	return facts
}

func TestRequires(t *testing.T) {
	b := sameInAnyOrder(t, build.Options{}, webAndDatabase(20)...)
	if len(b.Requires) != 1 {
		t.Fatalf("%d REQUIRES", len(b.Requires))
	}
	// log(1+20)/log(1+20) · 20/21
	if r := b.Requires[0]; r.Support != 20 || r.Parents != 20 || r.Confidence != 0.952381 {
		t.Errorf("%+v", r)
	}
	// More conversations than are kept: the sample shows the same.
	b = sameInAnyOrder(t, build.Options{}, webAndDatabase(4000)...)
	if len(b.Requires) != 1 || b.Requires[0].Confidence < 0.9 || b.Requires[0].Support < 50 {
		t.Errorf("sampled: %+v", b.Requires)
	}
}

// What the database's own host asks the web server cannot need the database in turn: it does not count.
func TestRequiresOfOthers(t *testing.T) {
	facts := webAndDatabase(20)
	for i := range fact.Time(30) {
		facts = append(facts, during("10.91.0.1:9", "10.90.0.5:443", 1000*i+400, 1000*i+500))
	}
	b, _ := batch(t, build.Options{}, facts...)
	if len(b.Requires) != 1 || b.Requires[0].Parents != 20 || b.Requires[0].Confidence != 0.952381 {
		t.Errorf("%+v", b.Requires)
	}
}

func TestRequiresNot(t *testing.T) {
	for name, change := range map[string]func([]fact.Fact) []fact.Fact{
		"too few":           func(f []fact.Fact) []fact.Fact { return f[:5] },
		"not nested":        func(f []fact.Fact) []fact.Fact { return shift(f, 500) },
		"by the clock":      func(f []fact.Fact) []fact.Fact { return reach(f, "10.91.0.1:123") },
		"secondary":         func(f []fact.Fact) []fact.Fact { return parent(f) },
		"never answered":    func(f []fact.Fact) []fact.Fact { return fail(f) },
		"called back":       func(f []fact.Fact) []fact.Fact { return callBack(f) },
		"from another host": func(f []fact.Fact) []fact.Fact { return from(f, "10.90.0.6:2") },
	} {
		if b, _ := batch(t, build.Options{}, change(webAndDatabase(20))...); len(b.Requires) != 0 {
			t.Errorf("%s: %+v", name, b.Requires)
		}
	}
}

// children applies f to the conversations with the database.
func children(facts []fact.Fact, f func(*fact.Conversation)) []fact.Fact {
	for _, x := range facts {
		if c, ok := x.(*fact.Conversation); ok && c.Server.Port() == 5432 {
			f(c)
		}
	}
	return facts
}

func shift(facts []fact.Fact, ms fact.Time) []fact.Fact {
	return children(facts, func(c *fact.Conversation) { c.First, c.Last = c.First+ms*second/1000, c.Last+ms*second/1000 })
}

func reach(facts []fact.Fact, server string) []fact.Fact {
	return children(facts, func(c *fact.Conversation) { c.Server = talk(vlan(10), "10.0.0.1:1", server, start).Server })
}

// callBack makes one client ask, whom the server asks in turn.
func callBack(facts []fact.Fact) []fact.Fact {
	for _, x := range facts {
		if c, ok := x.(*fact.Conversation); ok && c.Server.Port() == 443 {
			c.Client = talk(vlan(10), "10.10.0.1:1", "10.0.0.1:1", start).Client
		}
	}
	return reach(facts, "10.10.0.1:5432")
}

func from(facts []fact.Fact, client string) []fact.Fact {
	return children(facts, func(c *fact.Conversation) { c.Client = talk(vlan(10), client, "10.0.0.1:1", start).Client })
}

func parent(facts []fact.Fact) []fact.Fact {
	return children(facts, func(c *fact.Conversation) { c.Parent = "ftp" })
}

func fail(facts []fact.Fact) []fact.Fact {
	return children(facts, func(c *fact.Conversation) { c.Outcome, c.Down = fact.Unanswered, fact.Half{} })
}

// What two services of one host could both have asked for is shared between them; a parent that lives for an hour counts little.
func TestRequiresIsShared(t *testing.T) {
	facts := webAndDatabase(20)
	for i := range fact.Time(20) {
		facts = append(facts, during("10.10.0.9:1", "10.90.0.5:80", 1000*i, 1000*i+300))
	}
	facts = append(facts, during("10.10.0.9:2", "10.90.0.5:22", 0, 3_600_000))
	b := sameInAnyOrder(t, build.Options{}, facts...)
	if len(b.Requires) != 2 { // one SSH session is too few
		t.Fatalf("%d REQUIRES", len(b.Requires))
	}
	// Each of 20 parents gets a third: log(1+20/3)/log(21) · 20/21.
	for _, r := range b.Requires {
		if r.Support != 20 || r.Confidence != 0.637173 {
			t.Errorf("%+v", r)
		}
	}
}
