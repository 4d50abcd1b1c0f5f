package dynamodb

import (
	"encoding/base64"
	"math/big"
	"reflect"
	"slices"
	"strings"
)

// plain is an attribute value as JSON has it: {"S": "x"} is plain{"S", "x"}.
type plain struct {
	t string
	v any
}

func plainOf(x any) plain {
	for t, v := range x.(map[string]any) {
		return plain{t, v}
	}
	panic("no type")
}

func rat(s any) *big.Rat {
	r, ok := new(big.Rat).SetString(s.(string))
	if !ok {
		panic(s)
	}
	return r
}

func bytesOf(s any) string {
	b, err := base64.StdEncoding.DecodeString(s.(string))
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (p plain) same(q plain) bool {
	if p.t != q.t {
		return false
	}
	switch p.t {
	case "N":
		return rat(p.v).Cmp(rat(q.v)) == 0
	case "L":
		return slices.EqualFunc(p.v.([]any), q.v.([]any), func(a, b any) bool { return plainOf(a).same(plainOf(b)) })
	case "M":
		a, b := p.v.(map[string]any), q.v.(map[string]any)
		for k := range a {
			if b[k] == nil || !plainOf(a[k]).same(plainOf(b[k])) {
				return false
			}
		}
		return len(a) == len(b)
	case "SS", "NS":
		a, b := p.v.([]any), q.v.([]any)
		for _, x := range a {
			if !slices.ContainsFunc(b, func(y any) bool { return plain{p.t[:1], x}.same(plain{p.t[:1], y}) }) {
				return false
			}
		}
		return len(a) == len(b)
	}
	return reflect.DeepEqual(p.v, q.v)
}

// order compares, and reports whether the two can be compared.
func (p plain) order(q plain) (int, bool) {
	if p.t != q.t {
		return 0, false
	}
	switch p.t {
	case "N":
		return rat(p.v).Cmp(rat(q.v)), true
	case "S":
		return strings.Compare(p.v.(string), q.v.(string)), true
	case "B":
		return strings.Compare(bytesOf(p.v), bytesOf(q.v)), true
	}
	return 0, false
}
