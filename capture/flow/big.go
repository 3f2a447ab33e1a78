package flow

// bigSegment is a segment that may not be fragmented and was retransmitted.
type bigSegment struct {
	seq, length uint32
	times       uint8 // retransmitted; 0 unused
}

// again notes that the segment of length bytes at seq was retransmitted. When less is sent where more was sent twice in vain, the
// sender found the path too narrow for the larger one.
func (f *sender) again(seq, length uint32) {
	if length == 0 {
		return
	}
	var room *bigSegment
	for i := range f.big {
		b := &f.big[i]
		switch {
		case b.times == 0:
			room = b
		case b.seq == seq && b.length == length:
			if b.times < 255 {
				b.times++
			}
			return
		case b.seq == seq && length < b.length && b.times >= 2:
			f.neverAcked(b.length)
			*b = bigSegment{}
			room = b
		}
	}
	if room != nil {
		*room, f.grown = bigSegment{seq, length, 1}, true
	}
}

// bigAcked drops the segments that an acknowledgement covers. One that ends inside a segment acknowledges a smaller one.
func (f *sender) bigAcked(ack uint32) {
	if !f.grown {
		return
	}
	for i := range f.big {
		b := &f.big[i]
		switch {
		case b.times == 0 || !after(ack, b.seq):
		case after(b.seq+b.length, ack):
			if b.times >= 2 {
				f.neverAcked(b.length)
			}
			*b = bigSegment{}
		default:
			*b = bigSegment{}
		}
	}
	f.grown = f.big != [2]bigSegment{}
}

func (f *sender) neverAcked(length uint32) {
	if f.bigUnacked == 0 || length < f.bigUnacked {
		f.bigUnacked = length
	}
}

// unacked returns the smallest segment that was retransmitted at least twice and never acknowledged; 0 none.
func (f *sender) unacked() uint32 {
	least := f.bigUnacked
	for _, b := range f.big {
		if b.times >= 2 && (least == 0 || b.length < least) {
			least = b.length
		}
	}
	return least
}
