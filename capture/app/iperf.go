package app

// matchIperf knows what iperf sends: the digits that fill its buffers, and iperf3's cookie of 36 letters and digits.
func matchIperf(q *probe) verdict {
	b := q.b
	if !q.udp && len(b) >= 37 && b[36] == 0 && q.first && cookie(b[:36]) && (len(b) == 37 || q.dst == 5201) {
		return client
	}
	if len(b) < 60 {
		return no
	}
	for i := len(b) - 20; i < len(b); i++ {
		if b[i] < '0' || b[i] > '9' || b[i] != '0'+(b[i-1]-'0'+1)%10 {
			return no
		}
	}
	return client
}

// cookie reports whether b has nothing but the letters and digits that iperf3 draws from.
func cookie(b []byte) bool {
	for _, ch := range b {
		if !(ch >= 'a' && ch <= 'z' || ch >= '2' && ch <= '7') {
			return false
		}
	}
	return true
}
