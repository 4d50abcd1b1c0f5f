package dynamodb

import (
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

// keyCondition is what a Query asks of the key: the partition, and optionally a range of the sort key.
type keyCondition struct {
	hash   value  // of the first attribute of the partition key
	prefix string // of the tree keys: the partition, and all sort attributes but the last one asked about
	op     string // "", a comparator, BETWEEN, or begins_with
	low    value
	high   value // BETWEEN only
}

// parseKeyCondition reads a key condition expression for one schema.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
func parseKeyCondition(src string, vars *placeholders, schema keySchema) (*keyCondition, *node, *wire.Error) {
	n, err := parseCondition(keyConditionExpression, src, vars)
	if err != nil {
		return nil, nil, err
	}
	return keyConditionOf(n, schema)
}

// keyConditionOf reads a parsed key condition for one schema.
func keyConditionOf(n *node, schema keySchema) (*keyCondition, *node, *wire.Error) {
	terms, err := conjunction(n)
	if err != nil {
		return nil, n, err
	}
	byName := map[string]*keyCondition{}
	for _, t := range terms {
		name, k, err := t.keyTerm()
		if err != nil {
			return nil, n, err
		}
		if byName[name] != nil {
			return nil, n, invalid("KeyConditionExpressions must only contain one condition per key")
		}
		byName[name] = k
	}
	k, err := schema.condition(byName)
	return k, n, err
}

// conjunction splits a AND b AND …, the only connective that a key condition has.
func conjunction(n *node) ([]*node, *wire.Error) {
	switch n.kind {
	case nodeAnd:
		left, err := conjunction(n.args[0])
		if err != nil {
			return nil, err
		}
		right, err := conjunction(n.args[1])
		return append(left, right...), err
	case nodeOr:
		return nil, invalid("Invalid operator used in KeyConditionExpression: OR")
	case nodeNot:
		return nil, invalid("Invalid operator used in KeyConditionExpression: NOT")
	case nodeIn:
		return nil, invalid("Invalid operator used in KeyConditionExpression: IN")
	case nodeCompare:
		if n.op == "<>" {
			return nil, invalid("Invalid operator used in KeyConditionExpression: <>")
		}
	case nodeFunction:
		if n.op != "begins_with" {
			return nil, invalid("Invalid operator used in KeyConditionExpression: %s", n.op)
		}
	}
	return []*node{n}, nil
}

var mirrored = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// keyTerm reads one comparison of a key attribute with constants.
func (n *node) keyTerm() (string, *keyCondition, *wire.Error) {
	left, right, op := n.args[0], n.args[1], n.op
	if n.kind == nodeCompare && left.kind == nodeValue && right.kind == nodePath {
		left, right, op = right, left, mirrored[op]
	}
	if left.kind == nodePath && right.kind == nodePath {
		return "", nil, invalid("Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple " +
			"attribute names used in one condition")
	}
	if left.kind != nodePath || right.kind != nodeValue {
		return "", nil, invalid("Invalid condition in KeyConditionExpression: %s operator must have one operand that is a "+
			"key attribute and constants beside it", op)
	}
	if len(left.path) > 1 {
		return "", nil, invalid("KeyConditionExpressions cannot have conditions on nested attributes")
	}
	k := &keyCondition{op: op, low: right.value}
	if n.kind == nodeBetween {
		if n.args[2].kind != nodeValue {
			return "", nil, invalid("Invalid condition in KeyConditionExpression: BETWEEN operator must have constants as " +
				"its bounds")
		}
		k.high = n.args[2].value
	}
	return left.path.top(), k, nil
}

// condition puts the terms together for the schema: equality of every attribute of the partition key, and conditions on
// the sort attributes from the first on without a gap, of which only the last may be other than equality.
func (s keySchema) condition(terms map[string]*keyCondition) (*keyCondition, *wire.Error) {
	enc := ""
	for _, a := range s.hashes() {
		t, err := a.equality(terms)
		if err != nil {
			return nil, err
		}
		enc += ordering(t.low)
	}
	k := &keyCondition{hash: terms[s.hash.name].low, prefix: partition(enc)}
	left := len(terms) - len(s.hashes())
	for _, a := range s.sorts() {
		if left == 0 {
			return k, nil
		}
		t := terms[a.name]
		if t == nil && len(s.moreSort) > 0 && s.anyOf(terms) {
			return nil, invalid("Query condition missed key schema element: %s", a.name)
		}
		if t == nil {
			return nil, errKeyCondition
		}
		if err := a.accepts(t); err != nil {
			return nil, err
		}
		left--
		if left == 0 {
			k.op, k.low, k.high = t.op, t.low, t.high
			return k, nil
		}
		if t.op != "=" {
			return nil, errKeyCondition
		}
		k.prefix += ordering(t.low)
	}
	if left > 0 {
		return nil, errKeyCondition
	}
	return k, nil
}

var errKeyCondition = invalid("Query key condition not supported")

// anyOf reports whether the terms have one of the sort attributes.
func (s keySchema) anyOf(terms map[string]*keyCondition) bool {
	return slices.ContainsFunc(s.sorts(), func(a keyAttribute) bool { return terms[a.name] != nil })
}

// equality is the term of an attribute of the partition key.
func (a keyAttribute) equality(terms map[string]*keyCondition) (*keyCondition, *wire.Error) {
	t := terms[a.name]
	if t == nil {
		return nil, invalid("Query condition missed key schema element: %s", a.name)
	}
	if t.op != "=" {
		return nil, errKeyCondition
	}
	return t, a.accepts(t)
}

func (a keyAttribute) accepts(k *keyCondition) *wire.Error {
	if k.low.kind != a.kind || k.op == "BETWEEN" && k.high.kind != a.kind {
		return badParameter("Condition parameter type does not match schema type")
	}
	if a.kind != kindN && k.low.str == "" && k.op != "begins_with" && k.op != "BETWEEN" {
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "+
			"an empty string value. Key: %s", a.name)
	}
	return nil
}

// bounds is the half-open range of tree keys that satisfy the condition.
func (k *keyCondition) bounds() (low, high string) {
	p := k.prefix
	low, high = p, after(p)
	if k.op == "" {
		return low, high
	}
	at := p + ordering(k.low)
	switch k.op {
	case "=":
		return at, after(at)
	case "<":
		return low, at
	case "<=":
		return low, after(at)
	case ">":
		return after(at), high
	case ">=":
		return at, high
	case "BETWEEN":
		return at, after(p + ordering(k.high))
	}
	at = p + escaped(k.low.str)
	return at, after(at)
}
