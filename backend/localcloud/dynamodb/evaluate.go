package dynamodb

import (
	"strings"
	"unicode/utf8"
)

// holds evaluates a condition on an item, which may be nil if there is none. An absent operand makes every
// comparison false except <>, and a comparison across types is false.
func (n *node) holds(it item) bool {
	switch n.kind {
	case nodeAnd:
		return n.args[0].holds(it) && n.args[1].holds(it)
	case nodeOr:
		return n.args[0].holds(it) || n.args[1].holds(it)
	case nodeNot:
		return !n.args[0].holds(it)
	case nodeFunction:
		return n.functionHolds(it)
	case nodeIn:
		v, ok := n.args[0].eval(it)
		for _, a := range n.args[1:] {
			if w, found := a.eval(it); ok && found && v.equal(w) {
				return true
			}
		}
		return false
	case nodeBetween:
		return compareNodes(">=", n.args[0], n.args[1], it) && compareNodes("<=", n.args[0], n.args[2], it)
	}
	return compareNodes(n.op, n.args[0], n.args[1], it)
}

func compareNodes(op string, left, right *node, it item) bool {
	v, ok1 := left.eval(it)
	w, ok2 := right.eval(it)
	equal := ok1 && ok2 && v.equal(w)
	switch op {
	case "=":
		return equal
	case "<>":
		return !equal
	}
	if !ok1 || !ok2 || v.kind != w.kind || !v.kind.ordered() {
		return false
	}
	return ordered(op, v.compare(w))
}

// ordered interprets the outcome of a three-way comparison.
func ordered(op string, c int) bool {
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	case ">=":
		return c >= 0
	}
	return c == 0
}

// eval finds an operand's value in a condition.
func (n *node) eval(it item) (value, bool) {
	switch n.kind {
	case nodeValue:
		return n.value, true
	case nodePath:
		return n.path.in(it)
	}
	v, ok := n.args[0].eval(it)
	if !ok {
		return value{}, false
	}
	return v.length()
}

// length is the size() of a value: text in characters, binary in bytes, documents and sets in members.
func (v value) length() (value, bool) {
	switch v.kind {
	case kindS:
		return intValue(utf8.RuneCountInString(v.str)), true
	case kindB:
		return intValue(len(v.str)), true
	case kindM:
		return intValue(len(v.m)), true
	case kindL, kindSS, kindNS, kindBS:
		return intValue(len(v.list)), true
	}
	return value{}, false
}

func (n *node) functionHolds(it item) bool {
	v, ok := n.args[0].eval(it)
	switch n.op {
	case "attribute_exists":
		return ok
	case "attribute_not_exists":
		return !ok
	}
	w, found := n.args[1].eval(it)
	if !ok || !found {
		return false
	}
	switch n.op {
	case "attribute_type":
		return v.kind.String() == w.str
	case "begins_with":
		return v.kind == w.kind && (v.kind == kindS || v.kind == kindB) && strings.HasPrefix(v.str, w.str)
	}
	return v.contains(w)
}

// contains finds a substring, a set's member, or a list's element.
func (v value) contains(w value) bool {
	if v.kind == kindS || v.kind == kindB {
		return v.kind == w.kind && strings.Contains(v.str, w.str)
	}
	if v.kind != kindL && !v.kind.isSet() {
		return false
	}
	for _, e := range v.list {
		if e.equal(w) {
			return true
		}
	}
	return false
}
