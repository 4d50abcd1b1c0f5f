package dynamodb

import (
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// placeholders are an operation's ExpressionAttributeNames and ExpressionAttributeValues, and which were used.
type placeholders struct {
	names  map[string]string
	values map[string]value
	used   map[string]bool
}

// newPlaceholders checks the form of the placeholders themselves.
func newPlaceholders(names map[string]string, values map[string]value) (*placeholders, *wire.Error) {
	p := &placeholders{names: names, values: values, used: map[string]bool{}}
	if names != nil && len(names) == 0 {
		return nil, invalid("ExpressionAttributeNames must not be empty")
	}
	if values != nil && len(values) == 0 {
		return nil, invalid("ExpressionAttributeValues must not be empty")
	}
	for _, key := range sortedKeys(names) {
		if !wellFormed(key, '#') {
			return nil, invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "%s"`, key)
		}
		if names[key] == "" {
			return nil, invalid("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", key)
		}
	}
	for _, key := range sortedKeys(values) {
		if !wellFormed(key, ':') {
			return nil, invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "%s"`, key)
		}
	}
	return p, nil
}

func wellFormed(key string, prefix byte) bool {
	return len(key) > 1 && key[0] == prefix && scan(key, 1, wordPart) == len(key)
}

func (p *placeholders) name(key string) (string, bool) {
	p.used[key] = true
	n, ok := p.names[key]
	return n, ok
}

func (p *placeholders) value(key string) (value, bool) {
	p.used[key] = true
	v, ok := p.values[key]
	return v, ok
}

// check refuses placeholders that no expression used; missing names the expression parameters that the
// operation takes and the request leaves out, for the message where there was none at all.
func (p *placeholders) check(anyExpression bool, takes ...string) *wire.Error {
	if !anyExpression {
		return p.checkNone(takes)
	}
	if unused := p.unused(sortedKeys(p.names)); unused != "" {
		return invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", unused)
	}
	if unused := p.unused(sortedKeys(p.values)); unused != "" {
		return invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", unused)
	}
	return nil
}

func (p *placeholders) checkNone(takes []string) *wire.Error {
	without := ""
	if len(takes) == 1 {
		without = ": " + takes[0] + " is null"
	} else if len(takes) > 1 {
		without = ": " + strings.Join(takes, " and ") + " are null"
	}
	if p.names != nil {
		return invalid("ExpressionAttributeNames can only be specified when using expressions%s", without)
	}
	if p.values != nil {
		return invalid("ExpressionAttributeValues can only be specified when using expressions%s", without)
	}
	return nil
}

func (p *placeholders) unused(keys []string) string {
	return strings.Join(slices.DeleteFunc(keys, func(k string) bool { return p.used[k] }), ", ")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
