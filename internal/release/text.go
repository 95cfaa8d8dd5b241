package release

import "strings"

// word makes a value one field: no spaces, no bar.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == '|' || r == '=' {
			return '_'
		}
		return r
	}, s)
}

// cut shortens s to at most n bytes without cutting a character in two.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
