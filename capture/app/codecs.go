package app

// static are the payload types that RFC 3551, section 6, fixes. The clock rate of type 9 is 8000 although G.722 samples at 16000.
var static = [35]Codec{
	0: {"PCMU", 8000}, 3: {"GSM", 8000}, 4: {"G723", 8000}, 5: {"DVI4", 8000}, 6: {"DVI4", 16000}, 7: {"LPC", 8000}, 8: {"PCMA", 8000},
	9: {"G722", 8000}, 10: {"L16", 44100}, 11: {"L16", 44100}, 12: {"QCELP", 8000}, 13: {"CN", 8000}, 14: {"MPA", 90000},
	15: {"G728", 8000}, 16: {"DVI4", 11025}, 17: {"DVI4", 22050}, 18: {"G729", 8000}, 19: {"CN", 8000}, 25: {"CelB", 90000},
	26: {"JPEG", 90000}, 28: {"nv", 90000}, 31: {"H261", 90000}, 32: {"MPV", 90000}, 33: {"MP2T", 90000}, 34: {"H263", 90000},
}

// plausible reports whether pt is a payload type that RTP uses: fixed by RFC 3551, or dynamic.
func plausible(pt uint8) bool {
	return pt >= 96 || pt < uint8(len(static)) && static[pt].ClockRate > 0 || pt == 2
}
