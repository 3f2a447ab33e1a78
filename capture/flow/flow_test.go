package flow

import (
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/wire"
)

const (
	cl = "10.0.0.1:40000"
	sv = "10.0.0.2:443"
)

// handshake is the three packets of a handshake with a round trip of 10 ms to the server and 2 ms to the client.
func handshake(ms int64, client, server string) []*pk {
	return []*pk{
		tcpPacket(ms, client, server, wire.SYN, 1000, 0, 0),
		tcpPacket(ms+10, server, client, wire.SYN|wire.ACK, 5000, 1001, 0),
		tcpPacket(ms+12, client, server, wire.ACK, 1001, 5001, 0),
	}
}

func TestTCPConversation(t *testing.T) {
	c := one(t, append(handshake(0, cl, sv),
		tcpPacket(20, cl, sv, wire.ACK|wire.PSH, 1001, 5001, 100).dscp(46),
		tcpPacket(31, sv, cl, wire.ACK, 5001, 1101, 1000),
		tcpPacket(33, cl, sv, wire.ACK, 1101, 6001, 0),
		tcpPacket(40, cl, sv, wire.ACK|wire.FIN, 1101, 6001, 0),
		tcpPacket(51, sv, cl, wire.ACK|wire.FIN, 6001, 1102, 0),
		tcpPacket(53, cl, sv, wire.ACK, 1102, 6002, 0))...)
	if c.Client.String() != cl || c.Server.String() != sv || c.Direction != fact.ByHandshake || c.Certainty != 1 {
		t.Errorf("client %v server %v by %v, %v", c.Client, c.Server, c.Direction, c.Certainty)
	}
	if c.Up.Packets != 6 || c.Up.Bytes != 6*54+100 || c.Up.Payload != 100 || c.Down.Packets != 3 || c.Down.Bytes != 3*54+1000 {
		t.Errorf("up %+v down %+v", c.Up, c.Down)
	}
	if len(c.Up.DSCP) != 2 || c.Up.DSCP[0] != (fact.DSCPCount{DSCP: 0, Packets: 5, Bytes: 270}) || c.Up.DSCP[1] != (fact.DSCPCount{DSCP: 46, Packets: 1, Bytes: 154}) {
		t.Errorf("DSCP %v", c.Up.DSCP)
	}
	i := c.TCP
	if !i.SYN || !i.SYNACK || !i.Handshake || !i.Data || i.ISN != 1000 || i.SYNs != 1 || i.ClosedBy != "client" || c.Outcome != fact.Established {
		t.Errorf("%+v, %v", i, c.Outcome)
	}
	// The SYN and the request wait 10 and 11 ms for the server, the SYN-ACK and the answer 2 ms each for the client.
	if r := i.Up.RTT; r.Count != 2 || r.Min != 10e6 || r.Max != 11e6 || r.Sum != 21e6 {
		t.Errorf("RTT up %+v", r)
	}
	if r := i.Down.RTT; r.Count != 2 || r.Min != 2e6 || r.Max != 2e6 {
		t.Errorf("RTT down %+v", r)
	}
	if len(c.Buckets) != 1 || c.Buckets[0].Up != (fact.Count{Packets: 6, Bytes: 424}) || c.Buckets[0].At != 1_699_999_980e9 {
		t.Errorf("buckets %v", c.Buckets)
	}
}
