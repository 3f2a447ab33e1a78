package analyses

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns s for people: names come from packets that strangers write, and control and format characters would reach a terminal. White space
// becomes a blank, all else that does not print, and what is not UTF-8, the replacement character.
func Printable(s string) string {
	ok := utf8.ValidString(s)
	for i := 0; ok && i < len(s); i++ {
		ok = s[i] >= ' ' && s[i] < 0x7f
	}
	if ok {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsPrint(r) && r != utf8.RuneError:
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return utf8.RuneError
	}, s)
}
