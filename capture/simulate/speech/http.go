package speech

import (
	"encoding/base64"
	"fmt"
)

// http is HTTP/1.1 (RFC 9112).
func http(p Params) *Dialogue {
	auth := ""
	if p.Clear && p.User != "" {
		auth = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(p.User+":"+p.Password)) + "\r\n"
	}
	agent := or(p.Version, "nginx/1.24.0")
	n := 0
	return &Dialogue{Exchange: func(req, resp int) []Step {
		n++
		head := fmt.Sprintf("GET /page/%d HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n%s\r\n", n, or(p.Name, "localhost"), auth)
		if req > len(head)+40 {
			body := req - len(head)
			head = fmt.Sprintf("POST /form/%d HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n%sContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", n, or(p.Name, "localhost"), auth, body)
			q := says(head)
			q.Block, q.Fill = prose, body
			return []Step{q, httpAnswer(agent, resp)}
		}
		return []Step{says(head), httpAnswer(agent, resp)}
	}}
}

func httpAnswer(agent string, n int) Step {
	a := answers(fmt.Sprintf("HTTP/1.1 200 OK\r\nServer: %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", agent, n))
	a.Block, a.Fill, a.Work = prose, n, true
	return a
}

// rtsp is RTSP 1.0 (RFC 2326).
func rtsp(p Params) *Dialogue {
	n := 0
	return &Dialogue{Exchange: func(int, int) []Step {
		n++
		return []Step{says(fmt.Sprintf("OPTIONS rtsp://%s/stream RTSP/1.0\r\nCSeq: %d\r\n\r\n", or(p.Name, "camera"), n)),
			work(answers(fmt.Sprintf("RTSP/1.0 200 OK\r\nCSeq: %d\r\nPublic: DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE\r\n\r\n", n)))}
	}}
}
