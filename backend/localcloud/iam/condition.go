package iam

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// operator is a condition operator taken apart: its set prefix, its base and whether it ends in IfExists.
type operator struct {
	set      string // "", "ForAllValues", "ForAnyValue"
	base     string // lower case, without Not
	negated  bool
	ifExists bool
}

// comparison tells whether one value of the request fits one pattern of the policy.
type comparison func(value string, p pattern) bool

var comparisons = map[string]comparison{
	"stringequals":           func(v string, p pattern) bool { return v == p.text() },
	"stringequalsignorecase": func(v string, p pattern) bool { return strings.EqualFold(v, p.text()) },
	"stringlike":             func(v string, p pattern) bool { return p.match(v) },
	"arnequals":              matchARN,
	"arnlike":                matchARN,
	"bool":                   func(v string, p pattern) bool { return strings.EqualFold(v, p.text()) },
	"binaryequals":           func(v string, p pattern) bool { return sameBytes(v, p.text()) },
	"ipaddress":              matchAddress,

	"numericequals":            numeric(func(c int) bool { return c == 0 }),
	"numericlessthan":          numeric(func(c int) bool { return c < 0 }),
	"numericlessthanequals":    numeric(func(c int) bool { return c <= 0 }),
	"numericgreaterthan":       numeric(func(c int) bool { return c > 0 }),
	"numericgreaterthanequals": numeric(func(c int) bool { return c >= 0 }),
	"dateequals":               dated(func(c int) bool { return c == 0 }),
	"datelessthan":             dated(func(c int) bool { return c < 0 }),
	"datelessthanequals":       dated(func(c int) bool { return c <= 0 }),
	"dategreaterthan":          dated(func(c int) bool { return c > 0 }),
	"dategreaterthanequals":    dated(func(c int) bool { return c >= 0 }),
}

func parseOperator(name string) (operator, error) {
	op := operator{}
	rest := name
	if set, after, ok := strings.Cut(name, ":"); ok {
		op.set, rest = set, after
	}
	if op.set != "" && op.set != "ForAllValues" && op.set != "ForAnyValue" {
		return op, fmt.Errorf("condition operator %q is not known", name)
	}
	rest, op.ifExists = strings.CutSuffix(rest, "IfExists")
	op.base = strings.ToLower(rest)
	for _, kind := range []string{"string", "arn", "numeric", "date"} {
		if after, ok := strings.CutPrefix(op.base, kind+"not"); ok {
			op.base, op.negated = kind+after, true
		}
	}
	if op.base == "notipaddress" {
		op.base, op.negated = "ipaddress", true
	}
	if _, ok := comparisons[op.base]; !ok && (op.base != "null" || op.ifExists || op.set != "") {
		return op, fmt.Errorf("condition operator %q is not known", name)
	}
	return op, nil
}

// holds evaluates one key of a Condition block. Rules for absent keys and for sets: IAM User Guide, "Condition
// operators" and "Multivalued context keys".
func holds(name, key string, values words, r *request, variables bool) bool {
	op, err := parseOperator(name)
	if err != nil {
		return false // refused when the document was parsed; never an accidental allow
	}
	have := r.keys[strings.ToLower(key)]
	if op.base == "null" {
		return slices.ContainsFunc(values,
			func(v string) bool { return strings.EqualFold(v, strconv.FormatBool(len(have) == 0)) })
	}
	if len(have) == 0 {
		return absent(op)
	}
	fits := func(v string) bool {
		matched := slices.ContainsFunc(values, func(text string) bool {
			p, ok := expand(text, variables, r.value)
			return ok && comparisons[op.base](v, p)
		})
		return matched != op.negated
	}
	switch {
	case op.set == "ForAllValues", op.set == "" && op.negated:
		return !slices.ContainsFunc(have, func(v string) bool { return !fits(v) })
	default:
		return slices.ContainsFunc(have, fits)
	}
}

func absent(op operator) bool {
	switch op.set {
	case "ForAllValues":
		return true
	case "ForAnyValue":
		return op.ifExists
	}
	return op.ifExists || op.negated
}

// matchARN compares the six parts of two ARNs each for itself, so that a wildcard does not reach over a colon
// of the first five.
func matchARN(value string, p pattern) bool {
	have := strings.SplitN(value, ":", 6)
	want := make([]pattern, 1, 6)
	for _, s := range p {
		if s.r == ':' && len(want) < 6 {
			want = append(want, nil)
			continue
		}
		want[len(want)-1] = append(want[len(want)-1], s)
	}
	if len(have) != len(want) {
		return false
	}
	for i := range have {
		if !want[i].match(have[i]) {
			return false
		}
	}
	return true
}

// sameBytes compares two texts in base64 by what they encode.
func sameBytes(a, b string) bool {
	x, errX := base64.StdEncoding.DecodeString(a)
	y, errY := base64.StdEncoding.DecodeString(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func matchAddress(value string, p pattern) bool {
	address, err := netip.ParseAddr(value)
	if err != nil {
		return false
	}
	text := p.text()
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Contains(address)
	}
	one, err := netip.ParseAddr(text)
	return err == nil && one == address
}

func numeric(holds func(int) bool) comparison {
	return func(value string, p pattern) bool {
		a, errA := strconv.ParseFloat(value, 64)
		b, errB := strconv.ParseFloat(p.text(), 64)
		switch {
		case errA != nil || errB != nil:
			return false
		case a < b:
			return holds(-1)
		case a > b:
			return holds(1)
		}
		return holds(0)
	}
}

func dated(holds func(int) bool) comparison {
	return func(value string, p pattern) bool {
		a, okA := instant(value)
		b, okB := instant(p.text())
		return okA && okB && holds(a.Compare(b))
	}
}

func instant(s string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
