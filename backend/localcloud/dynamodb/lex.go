package dynamodb

import "strings"

type tokenKind uint8

const (
	tokenEnd   tokenKind = iota
	tokenWord            // identifier or keyword
	tokenName            // #placeholder
	tokenValue           // :placeholder
	tokenInt             // list index
	tokenPunct           // operator or bracket
	tokenBad             // what no grammar has
)

// token is one lexeme of an expression, with its place in the source for error messages.
type token struct {
	kind       tokenKind
	text       string
	start, end int
}

// is reports whether the token is the given operator or bracket.
func (t token) is(punct string) bool { return t.kind == tokenPunct && t.text == punct }

// keyword reports whether the token is the given keyword, in any case.
func (t token) keyword(word string) bool {
	return t.kind == tokenWord && strings.EqualFold(t.text, word)
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

func wordPart(c byte) bool { return letter(c) || digit(c) || c == '_' }

// lex splits an expression; the last token is tokenEnd.
func lex(src string) []token {
	var tokens []token
	for i := 0; i < len(src); {
		if strings.IndexByte(" \t\r\n", src[i]) >= 0 {
			i++
			continue
		}
		t := lexOne(src, i)
		tokens = append(tokens, t)
		i = t.end
	}
	end := 0
	if len(tokens) > 0 {
		end = tokens[len(tokens)-1].end
	}
	return append(tokens, token{kind: tokenEnd, text: "<EOF>", start: end, end: end})
}

func lexOne(src string, start int) token {
	c := src[start]
	t := token{start: start, end: start + 1}
	switch {
	case letter(c) || c == '_':
		t.kind = tokenWord
		t.end = scan(src, t.end, wordPart)
	case c == '#':
		t.kind = tokenName
		t.end = scan(src, t.end, wordPart)
	case c == ':':
		t.kind = tokenValue
		t.end = scan(src, t.end, wordPart)
	case digit(c):
		t.kind = tokenInt
		t.end = scan(src, t.end, digit)
	case strings.HasPrefix(src[start:], "<>"), strings.HasPrefix(src[start:], "<="), strings.HasPrefix(src[start:], ">="):
		t.kind, t.end = tokenPunct, start+2
	case strings.IndexByte("()[],.=<>+-", c) >= 0:
		t.kind = tokenPunct
	default:
		t.kind = tokenBad
	}
	t.text = src[t.start:t.end]
	return t
}

func scan(src string, i int, more func(byte) bool) int {
	for i < len(src) && more(src[i]) {
		i++
	}
	return i
}
