package app

import "encoding/binary"

// matchADB knows a message of the Android debug bridge: a command, its arguments, and the command's complement.
func matchADB(q *probe) verdict {
	b := q.b
	if len(b) < 24 {
		if len(b) < 4 || oneOf(string(b[:4]), "CNXN AUTH STLS OPEN OKAY WRTE CLSE SYNC") {
			return maybe
		}
		return no
	}
	if !oneOf(string(b[:4]), "CNXN AUTH STLS OPEN OKAY WRTE CLSE SYNC") || binary.LittleEndian.Uint32(b[20:]) != ^le32(b, 0) {
		return no
	}
	return q.towards(5555)
}
