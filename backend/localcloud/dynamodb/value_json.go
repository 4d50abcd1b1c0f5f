package dynamodb

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// maxDepth is how deep lists and maps may nest.
const maxDepth = 32

var (
	errManyTypes = invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the " +
		"supported datatypes")
	errNoType = invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
)

func itoa(i int) string { return strconv.Itoa(i) }

// decode reads a request's body into v; a wrong attribute value gives its own ValidationException.
func decode(body []byte, v any) *wire.Error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	var own *wire.Error
	if errors.As(err, &own) {
		return own
	}
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return serialization("%s cannot be converted to the type of %s", mismatch.Value, mismatch.Field)
	}
	return serialization("%s", err.Error())
}

// UnmarshalJSON reads {"S":"…"} and kin.
func (v *value) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return err
	}
	w, err := toValue(x, 1)
	if err != nil {
		return err
	}
	*v = w
	return nil
}

// toValue reads a decoded JSON object as an attribute value.
func toValue(x any, depth int) (value, *wire.Error) {
	object, ok := x.(map[string]any)
	if x == nil {
		return value{}, errNoType
	}
	if !ok {
		return value{}, serialization("Unexpected value type in payload")
	}
	var k kind
	var content any
	for name, c := range object {
		found := kindOf(name)
		if found == 0 || c == nil {
			continue
		}
		if k != 0 {
			return value{}, errManyTypes
		}
		k, content = found, c
	}
	if k == 0 {
		return value{}, errNoType
	}
	if depth > maxDepth {
		return value{}, invalid("Nesting Levels have exceeded supported limits")
	}
	return contentValue(k, content, depth)
}

func contentValue(k kind, content any, depth int) (value, *wire.Error) {
	switch k {
	case kindS, kindN, kindB:
		return scalar(k, content)
	case kindBOOL, kindNULL:
		yes, ok := content.(bool)
		if !ok {
			return value{}, serialization("Unexpected value type in payload: %s wants a boolean", k)
		}
		if k == kindNULL && !yes {
			return value{}, badParameter("Null attribute value types must have the value of true")
		}
		return value{kind: k, yes: yes}, nil
	case kindM:
		return mapValue(content, depth)
	}
	elements, ok := content.([]any)
	if !ok {
		return value{}, serialization("Unexpected value type in payload: %s wants a list", k)
	}
	if k == kindL {
		return listValue(elements, depth)
	}
	return setValue(k, elements)
}

func scalar(k kind, content any) (value, *wire.Error) {
	s, ok := content.(string)
	if !ok {
		return value{}, serialization("Unexpected value type in payload: %s wants a string", k)
	}
	switch k {
	case kindN:
		n, err := parseNumber(s)
		return numberValue(n), err
	case kindB:
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return value{}, serialization("Invalid Base64 in a binary value")
		}
		return value{kind: kindB, str: string(raw)}, nil
	}
	return stringValue(s), nil
}

func mapValue(content any, depth int) (value, *wire.Error) {
	object, ok := content.(map[string]any)
	if !ok {
		return value{}, serialization("Unexpected value type in payload: M wants a map")
	}
	m := make(item, len(object))
	for name, x := range object {
		v, err := toValue(x, depth+1)
		if err != nil {
			return value{}, err
		}
		m[name] = v
	}
	return value{kind: kindM, m: m}, nil
}

func listValue(elements []any, depth int) (value, *wire.Error) {
	list := make([]value, len(elements))
	for i, x := range elements {
		v, err := toValue(x, depth+1)
		if err != nil {
			return value{}, err
		}
		list[i] = v
	}
	return value{kind: kindL, list: list}, nil
}

func setValue(k kind, elements []any) (value, *wire.Error) {
	if len(elements) == 0 {
		return value{}, badParameter("%s", map[kind]string{
			kindSS: "An string set  may not be empty",
			kindNS: "An number set  may not be empty",
			kindBS: "Binary sets should not be empty",
		}[k])
	}
	list := make([]value, len(elements))
	given := make([]string, len(elements))
	for i, x := range elements {
		v, err := scalar(k.element(), x)
		if err != nil {
			return value{}, err
		}
		list[i], given[i] = v, x.(string)
	}
	sortMembers(list)
	if len(slices.CompactFunc(slices.Clone(list), value.equal)) != len(list) {
		return value{}, badParameter("Input collection [%s] contains duplicates.", strings.Join(given, ", "))
	}
	return value{kind: k, list: list}, nil
}

// MarshalJSON writes the value as DynamoDB answers it.
func (v value) MarshalJSON() ([]byte, error) { return v.append(nil), nil }

// MarshalJSON writes the attributes in the order of their names.
func (i item) MarshalJSON() ([]byte, error) { return i.append(nil), nil }

func (v value) append(b []byte) []byte {
	b = append(b, '{', '"')
	b = append(b, v.kind.String()...)
	b = append(b, '"', ':')
	switch v.kind {
	case kindS, kindN, kindB:
		b = v.appendScalar(b)
	case kindBOOL, kindNULL:
		b = strconv.AppendBool(b, v.yes)
	case kindM:
		b = v.m.append(b)
	default:
		b = append(b, '[')
		for i, w := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			if v.kind == kindL {
				b = w.append(b)
			} else {
				b = w.appendScalar(b)
			}
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func (v value) appendScalar(b []byte) []byte {
	switch v.kind {
	case kindN:
		return appendString(b, v.num.String())
	case kindB:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, []byte(v.str))
		return append(b, '"')
	}
	return appendString(b, v.str)
}

func (i item) append(b []byte) []byte {
	names := make([]string, 0, len(i))
	for name := range i {
		names = append(names, name)
	}
	slices.Sort(names)
	b = append(b, '{')
	for n, name := range names {
		if n > 0 {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
		b = i[name].append(b)
	}
	return append(b, '}')
}

func appendString(b []byte, s string) []byte {
	if unescaped(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic("dynamodb: a string that is not JSON: " + err.Error())
	}
	return append(b, quoted...)
}

// unescaped reports whether s stands for itself in JSON: printable ASCII without the characters that are escaped.
func unescaped(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}
