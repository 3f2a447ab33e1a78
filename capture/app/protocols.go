package app

// protocols returns the table: who is looked for, in this order. A name is lower case, and what intent files call it.
func protocols() []protocol {
	return []protocol{
		{"tls", tcp | anew, matchTLS, readTLS},
		{"http", tcp | anew, matchHTTP, readHTTP},
		{"dns", tcp | udp, matchDNS, readDNS},
		{"ssh", tcp, matchSSH, readSSH},
		{"rtcp", udp, matchRTCP, readRTCP},
		{"rtp", udp, matchRTP, readRTP},
	}
}
