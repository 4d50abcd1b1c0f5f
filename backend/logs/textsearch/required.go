package textsearch

import (
	"bytes"
	"regexp/syntax"
	"strings"
)

// required returns texts that every match of a pattern contains, ignoring case.
func required(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return requiredLiterals(re.Simplify())
}

// requiredLiterals returns the literals of re that every match contains.
func requiredLiterals(re *syntax.Regexp) (all []string) {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return strings.FieldsFunc(string(re.Rune), foldsBeyondASCII)
		}
		return []string{string(re.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiterals(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			all = append(all, requiredLiterals(sub)...)
		}
	}
	return all
}

// foldsBeyondASCII reports whether r is an ASCII letter that a pattern ignoring case also finds as a character beyond
// ASCII: the Kelvin sign for k, the long s for s. A literal that ignores case is compared as ASCII.
func foldsBeyondASCII(r rune) bool { return r == 'k' || r == 'K' || r == 's' || r == 'S' }

// rarest returns the text that is least frequent in sample, the longest of equals, "" if texts is empty.
func rarest(texts []string, sample []byte) (best string) {
	folded := appendFold(nil, string(sample[:min(len(sample), 64<<10)]))
	least := len(folded) + 1
	for _, s := range texts {
		n := bytes.Count(folded, appendFold(nil, s))
		if n < least || n == least && len(s) > len(best) {
			best, least = s, n
		}
	}
	return best
}
