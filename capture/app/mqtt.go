package app

import "bytes"

// mqttLength reads the remaining length (MQTT 3.1.1, section 2.2.3).
func mqttLength(b []byte) (n, size int) {
	for i := range min(4, len(b)) {
		n |= int(b[i]&0x7f) << (7 * i)
		if b[i]&0x80 == 0 {
			return n, i + 1
		}
	}
	return 0, 0
}

// matchMQTT knows a CONNECT with the protocol's name, and a CONNACK.
func matchMQTT(q *probe) verdict {
	b := q.b
	if len(b) < 4 {
		if len(b) == 0 || b[0] == 0x10 || b[0] == 0x20 {
			return maybe
		}
		return no
	}
	n, size := mqttLength(b[1:])
	switch {
	case size == 0:
	case b[0] == 0x10:
		body := b[1+size:]
		if len(body) < 8 {
			return maybe
		}
		if bytes.HasPrefix(body, []byte("\x00\x04MQTT")) || bytes.HasPrefix(body, []byte("\x00\x06MQIsdp")) {
			return client
		}
	case b[0] == 0x20 && n >= 2 && n < 128 && len(b) == 1+size+n && b[1+size] <= 1:
		if code := b[2+size]; (code <= 5 || code >= 0x80) && (q.src == 1883 || bytes.Contains(q.other(), []byte("\x00\x04MQTT"))) {
			return server
		}
	}
	return no
}

// readMQTT takes version and user of a CONNECT.
func readMQTT(_ *Classifier, d *dialog, m *message) bool {
	if m.side != d.clientSide(m.side) {
		return false
	}
	n, size := mqttLength(m.b[1:])
	if len(m.b) < 1+size+n && n < 4096 {
		return true
	}
	r := cursor{b: m.b[1+size:]}
	r.skip(int(r.u16()))
	level, flags := r.u8(), r.u8()
	r.skip(2)
	if level == 5 {
		k, s := mqttLength(r.b)
		r.skip(s + k)
	}
	r.skip(int(r.u16())) // client identifier
	if flags&4 != 0 {    // will
		if level == 5 {
			k, s := mqttLength(r.b)
			r.skip(s + k)
		}
		r.skip(int(r.u16()))
		r.skip(int(r.u16()))
	}
	if flags&0x80 != 0 {
		d.user(r.take(int(r.u16())))
	}
	switch level {
	case 3:
		d.info.Version = "MQTTv3.1"
	case 4:
		d.info.Version = "MQTTv3.1.1"
	case 5:
		d.info.Version = "MQTTv5"
	}
	return false
}
