package dynamodb

import (
	"slices"
	"strings"
)

// kind is an attribute's data type.
type kind uint8

const (
	kindS kind = iota + 1
	kindN
	kindB
	kindBOOL
	kindNULL
	kindL
	kindM
	kindSS
	kindNS
	kindBS
)

var kindNames = [...]string{"", "S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"}

func (k kind) String() string { return kindNames[k] }

// kindOf is the kind of a type descriptor ("SS"), 0 if there is none such.
func kindOf(name string) kind {
	return kind(max(0, slices.Index(kindNames[1:], name)+1))
}

// longName is the name of a type in the messages of ADD and DELETE.
func (k kind) longName() string {
	switch k {
	case kindS:
		return "STRING"
	case kindN:
		return "NUMBER"
	case kindB:
		return "BINARY"
	case kindBOOL:
		return "BOOLEAN"
	case kindL:
		return "LIST"
	case kindM:
		return "MAP"
	}
	return k.String()
}

func (k kind) isSet() bool { return k == kindSS || k == kindNS || k == kindBS }

// element is the kind of a set's members.
func (k kind) element() kind { return k - kindSS + kindS }

// ordered reports whether values of the kind can be compared by < and kin, and be keys.
func (k kind) ordered() bool { return k == kindS || k == kindN || k == kindB }

// value is one attribute value; it is never changed once it is part of an item that others can see. The zero
// value is no value.
type value struct {
	kind kind
	str  string // S: the text; B: the bytes
	num  number
	yes  bool    // BOOL
	list []value // L; SS, NS and BS hold their members here, sorted, each of the element kind
	m    item    // M
}

// item is a set of attributes by name: a whole item, a key, or a map within one.
type item map[string]value

func stringValue(s string) value { return value{kind: kindS, str: s} }

func numberValue(n number) value { return value{kind: kindN, num: n} }

func intValue(i int) value {
	n, _ := normal(i < 0, strings.TrimPrefix(itoa(i), "-"), len(strings.TrimPrefix(itoa(i), "-")))
	return numberValue(n)
}

// equal compares by value: numbers numerically, sets and maps without order, different types never.
func (v value) equal(w value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case kindS, kindB:
		return v.str == w.str
	case kindN:
		return v.num == w.num
	case kindBOOL:
		return v.yes == w.yes
	case kindM:
		return v.m.equal(w.m)
	}
	return slices.EqualFunc(v.list, w.list, value.equal)
}

func (i item) equal(j item) bool {
	if len(i) != len(j) {
		return false
	}
	for name, v := range i {
		if w, ok := j[name]; !ok || !v.equal(w) {
			return false
		}
	}
	return true
}

// compare orders two values of one ordered kind; text and binary by unsigned bytes.
func (v value) compare(w value) int {
	if v.kind == kindN {
		return v.num.compare(w.num)
	}
	return strings.Compare(v.str, w.str)
}

// size is the value's share of an item's size in bytes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func (v value) size() int {
	switch v.kind {
	case kindS, kindB:
		return len(v.str)
	case kindN:
		return v.num.size()
	case kindL:
		total := 3
		for _, w := range v.list {
			total += 1 + w.size()
		}
		return total
	case kindM:
		return 3 + len(v.m) + v.m.size()
	case kindSS, kindNS, kindBS:
		total := 0
		for _, w := range v.list {
			total += w.size()
		}
		return total
	}
	return 1
}

// size is the bytes of all names and values.
func (i item) size() int {
	total := 0
	for name, v := range i {
		total += len(name) + v.size()
	}
	return total
}

// clone copies the top level, so that attributes can be set without touching the original.
func (i item) clone() item {
	c := make(item, len(i)+1)
	for k, v := range i {
		c[k] = v
	}
	return c
}

// pick copies the named attributes that there are.
func (i item) pick(names ...string) item {
	out := make(item, len(names))
	for _, n := range names {
		if v, ok := i[n]; ok {
			out[n] = v
		}
	}
	return out
}

// sortMembers sorts a set's elements, which makes sets comparable element by element.
func sortMembers(list []value) {
	slices.SortFunc(list, value.compare)
}
