package iam

import "strings"

// symbol is one rune of a pattern; wild is '*' or '?' where it stands for others.
type symbol struct {
	r    rune
	wild bool
}

// pattern is a policy string after its variables are replaced. What a variable brought in is literal: a user
// named "*" matches nobody but himself.
type pattern []symbol

// expand replaces the policy variables of s (IAM User Guide, "IAM policy elements: Variables and tags"): ${key},
// ${key, 'default'}, and ${*}, ${?}, ${$} for the characters themselves. It is false where a variable has no
// value, in which case the string matches nothing.
func expand(s string, variables bool, value func(key string) (string, bool)) (pattern, bool) {
	var out pattern
	for s != "" {
		start := strings.Index(s, "${")
		end := strings.IndexByte(s, '}')
		if !variables || start < 0 || end < start {
			return out.glob(s), true
		}
		out = out.glob(s[:start])
		text, ok := variable(s[start+2:end], value)
		if !ok {
			return nil, false
		}
		out = out.literal(text)
		s = s[end+1:]
	}
	return out, true
}

func variable(name string, value func(string) (string, bool)) (string, bool) {
	switch name {
	case "*", "?", "$":
		return name, true
	}
	key, fallback, hasFallback := strings.Cut(name, ",")
	if v, ok := value(strings.TrimSpace(key)); ok {
		return v, true
	}
	return strings.Trim(strings.TrimSpace(fallback), "'"), hasFallback
}

func (p pattern) glob(s string) pattern {
	for _, r := range s {
		p = append(p, symbol{r: r, wild: r == '*' || r == '?'})
	}
	return p
}

func (p pattern) literal(s string) pattern {
	for _, r := range s {
		p = append(p, symbol{r: r})
	}
	return p
}

// text is the pattern with its wildcards taken literally, as StringEquals reads it.
func (p pattern) text() string {
	var b strings.Builder
	for _, s := range p {
		b.WriteRune(s.r)
	}
	return b.String()
}

// match reports whether the whole of s fits, in time linear in both for each star (no exponential blow-up).
func (p pattern) match(s string) bool {
	in := []rune(s)
	i, j, star, mark := 0, 0, -1, 0
	for i < len(in) {
		switch {
		case j < len(p) && p[j].wild && p[j].r == '*':
			star, mark = j, i
			j++
		case j < len(p) && (p[j].r == in[i] && !p[j].wild || p[j].wild && p[j].r == '?'):
			i++
			j++
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	for j < len(p) && p[j].wild && p[j].r == '*' {
		j++
	}
	return j == len(p)
}
