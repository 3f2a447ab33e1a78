// Package simulate plays networks that know the truth about themselves: captures of them show what a capture point would have
// seen, and beside them stands what really happened.
//
// A scenario (see [Scenario]; [Parse], [Load], [List]) declares switches, routers, links, hosts, services, what people do with them, faults, and capture
// points. [Scenario.Run] plays it: a discrete-event simulation in which every frame passes the queues of its links, so that delay, loss, retransmission
// and congestion are outcomes. The transport is a small TCP of its own (handshake, options, congestion window, retransmission, SACK, delayed
// acknowledgement, zero window); what applications say comes from package speech, what frames look like from package frame. Equal seeds give equal
// bytes. [Truth] tells of every conversation its real endpoints, application, cause, policy verdict and fate, of every queue its treatment of each
// class, of every capture point its faults, and which findings must be raised and which must not.
//
// The library holds a branch office, a campus, a data centre, overlapping tenants, voice over a congested link, a migration, and for every rule
// of the analyses a network that raises it and a look-alike that must stay silent, also for rules that are not judged yet.
//
// What is left out: congestion control other than NewReno, TCP's urgent data, IPv6 fragments, routing protocols that compute routes (the tables are
// those that a converged protocol would have, before and, after the time that the protocol takes, behind a link's failure; what the protocols say decides
// nothing), wireless links.
package simulate
