package app

// begins returns a matcher of what a side's first bytes alone show. Where both sides say the same, port tells who the server is; 0: nothing does.
func begins(with string, yes verdict, port uint16) func(q *probe) verdict {
	return func(q *probe) verdict {
		switch n := min(len(q.b), len(with)); {
		case string(q.b[:n]) != with[:n], n < len(with) && q.udp:
			return no
		case n < len(with):
			return maybe
		case yes == either && port != 0:
			return q.towards(port)
		}
		return yes
	}
}
