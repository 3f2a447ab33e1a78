package capture

import "netscope.example/nsgraph/capture/fact"

type trouble struct{}

func (t *trouble) see(c *fact.Conversation) {}

func (r *run) artefacts(yield func(fact.Fact) bool) {}
