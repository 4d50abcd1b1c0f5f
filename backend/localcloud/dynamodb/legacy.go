package dynamodb

import (
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// legacy are the parameters that came before expressions. They become the same conditions, updates and projections.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
type legacy struct {
	AttributesToGet     []string
	AttributeUpdates    map[string]*attributeUpdate
	Expected            map[string]*legacyCondition
	ConditionalOperator string
	KeyConditions       map[string]*legacyCondition
	QueryFilter         map[string]*legacyCondition
	ScanFilter          map[string]*legacyCondition
}

// parameter is a request's parameter, and whether the request has it.
type parameter struct {
	name  string
	given bool
}

// checkMix refuses a request with both an expression and a parameter that expressions replaced.
func checkMix(old, expressions []parameter) *wire.Error {
	names := func(all []parameter) string {
		var out []string
		for _, p := range all {
			if p.given {
				out = append(out, p.name)
			}
		}
		return strings.Join(out, ", ")
	}
	before, now := names(old), names(expressions)
	if before == "" || now == "" {
		return nil
	}
	return invalid("Can not use both expression and non-expression parameters in the same request: "+
		"Non-expression parameters: {%s} Expression parameters: {%s}", before, now)
}

// checkOperator checks ConditionalOperator, which joins the conditions of one filter or of Expected.
func (l *legacy) checkOperator(conditions map[string]*legacyCondition) *wire.Error {
	if l.ConditionalOperator == "" {
		return nil
	}
	if err := oneOf("conditionalOperator", l.ConditionalOperator, "OR", "AND"); err != nil {
		return err
	}
	switch len(conditions) {
	case 0:
		return invalid("ConditionalOperator cannot be used without Filter or Expected")
	case 1:
		return invalid("ConditionalOperator can only be used when Filter or Expected has at least two elements")
	}
	return nil
}

// checkAttributes checks AttributesToGet.
func (l *legacy) checkAttributes() *wire.Error {
	if l.AttributesToGet != nil && len(l.AttributesToGet) == 0 {
		return constraint("[]", "attributesToGet", "Member must have length greater than or equal to 1")
	}
	for i, name := range l.AttributesToGet {
		if slices.Contains(l.AttributesToGet[:i], name) {
			return badParameter("Duplicate value in attribute name: %s", name)
		}
	}
	return nil
}

// attributePaths are the paths of top-level attributes, nil for none.
func attributePaths(names []string) []path {
	var out []path
	for _, name := range names {
		out = append(out, attributePath(name))
	}
	return out
}

func attributePath(name string) path { return path{{name: name, index: noIndex}} }

// join puts conditions together by AND or OR, in the order of their attributes' names. It returns nil for none.
func join(conditions map[string]*legacyCondition, operator string) *node {
	kind := nodeAnd
	if operator == "OR" {
		kind = nodeOr
	}
	var out *node
	for _, name := range sortedKeys(conditions) {
		n := conditions[name].node(name)
		if out == nil {
			out = n
		} else {
			out = &node{kind: kind, args: []*node{out, n}}
		}
	}
	return out
}

// attributeUpdate is an element of AttributeUpdates.
type attributeUpdate struct {
	Action string
	Value  *value
}

// check is what AWS refuses about an update before it looks at the item.
func (u *attributeUpdate) check() *wire.Error {
	if err := oneOf("attributeUpdates.member.action", u.Action, "ADD", "PUT", "DELETE"); err != nil {
		return err
	}
	if u.Value == nil {
		if u.Action != "DELETE" {
			return badParameter("Only DELETE action is allowed when no attribute value is specified")
		}
		return nil
	}
	k := u.Value.kind
	switch {
	case u.Action == "DELETE" && !k.isSet():
		return badParameter("DELETE action with value is not supported for the type %s", k)
	case u.Action == "ADD" && !k.isSet() && k != kindN && k != kindL:
		return badParameter("ADD action is not supported for the type %s", k)
	}
	return nil
}

// legacyUpdate makes an update of AttributeUpdates. It returns nil if there are none.
func legacyUpdate(updates map[string]*attributeUpdate) (*update, *wire.Error) {
	if len(updates) == 0 {
		return nil, nil
	}
	out := &update{}
	for _, name := range sortedKeys(updates) {
		u := updates[name]
		if u == nil {
			u = &attributeUpdate{}
		}
		if err := u.check(); err != nil {
			return nil, err
		}
		a := action{section: "SET", path: attributePath(name)}
		switch {
		case u.Value == nil:
			a.section = "REMOVE"
		case u.Action == "ADD" || u.Action == "DELETE":
			a.section = u.Action
		}
		if u.Value != nil {
			a.operand = &node{kind: nodeValue, value: *u.Value}
		}
		out.actions = append(out.actions, a)
	}
	return out, nil
}
