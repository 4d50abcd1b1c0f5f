package dynamodb

import (
	"fmt"

	"avatar-launcher/backend/localcloud/wire"
)

// legacyCondition is an element of Expected, KeyConditions, QueryFilter or ScanFilter. Value and Exists belong to
// Expected alone.
type legacyCondition struct {
	ComparisonOperator string
	AttributeValueList []value
	Value              *value
	Exists             *bool
}

// legacyOperators are the comparison operators and how each is written in an expression.
var legacyOperators = map[string]string{
	"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "BETWEEN": "BETWEEN", "IN": "IN",
	"BEGINS_WITH": "begins_with", "CONTAINS": "contains", "NOT_CONTAINS": "contains",
	"NULL": "attribute_not_exists", "NOT_NULL": "attribute_exists",
}

// checkConditions checks the elements of a filter or of Expected, which is where Value and Exists may be.
func checkConditions(member string, conditions map[string]*legacyCondition) *wire.Error {
	for _, name := range sortedKeys(conditions) {
		c := conditions[name]
		if c == nil {
			return constraint("null", member+"."+name+".member", "Member must not be null")
		}
		if c.ComparisonOperator != "" && legacyOperators[c.ComparisonOperator] == "" {
			return constraint(c.ComparisonOperator, member+"."+name+".member.comparisonOperator",
				"Member must satisfy enum value set: "+
					"[IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]")
		}
		if member != "expected" && c.ComparisonOperator == "" {
			return constraint("null", member+"."+name+".member.comparisonOperator", "Member must not be null")
		}
		if err := c.checkForm(name); err != nil {
			return err
		}
		if err := c.checkValues(); err != nil {
			return err
		}
	}
	return nil
}

// checkForm checks which members are used together.
func (c *legacyCondition) checkForm(name string) *wire.Error {
	op := c.ComparisonOperator
	switch {
	case c.AttributeValueList != nil && c.Value != nil:
		return badParameter("Value and AttributeValueList cannot be used together for Attribute: %s", name)
	case op != "" && c.Exists != nil:
		return badParameter("Exists and ComparisonOperator cannot be used together for Attribute: %s", name)
	case op != "" && op != "NULL" && op != "NOT_NULL" && c.AttributeValueList == nil && c.Value == nil:
		return badParameter("Value or AttributeValueList must be used with ComparisonOperator: %s for Attribute: %s", op,
			name)
	case op != "":
		return nil
	case c.AttributeValueList != nil:
		return badParameter("AttributeValueList can only be used with a ComparisonOperator for Attribute: %s", name)
	}
	exists := c.Exists == nil || *c.Exists
	switch {
	case exists && c.Value == nil:
		given := "null"
		if c.Exists != nil {
			given = fmt.Sprint(*c.Exists)
		}
		return badParameter("Value must be provided when Exists is %s for Attribute: %s", given, name)
	case !exists && c.Value != nil:
		return badParameter("Value cannot be used when Exists is false for Attribute: %s", name)
	}
	return nil
}

// values are the operands, whichever member has them.
func (c *legacyCondition) values() []value {
	if c.Value != nil {
		return []value{*c.Value}
	}
	return c.AttributeValueList
}

// checkValues checks the number and the types of the operands.
func (c *legacyCondition) checkValues() *wire.Error {
	op, values := c.ComparisonOperator, c.values()
	n := len(values)
	var right bool
	switch op {
	case "":
		return nil
	case "NULL", "NOT_NULL":
		right = n == 0
	case "IN":
		right = n > 0
	case "BETWEEN":
		right = n == 2
	default:
		right = n == 1
	}
	if !right {
		return badParameter("Invalid number of argument(s) for the %s ComparisonOperator", op)
	}
	for _, v := range values {
		if v.kind != values[0].kind {
			return badParameter("AttributeValues inside AttributeValueList must be of same type")
		}
		if !comparable(op, v.kind) {
			return badParameter("ComparisonOperator %s is not valid for %s AttributeValue type", op, v.kind)
		}
	}
	if op == "BETWEEN" && values[0].compare(values[1]) > 0 {
		return invalid("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
	}
	return nil
}

// comparable reports whether an operator takes operands of a type.
func comparable(op string, k kind) bool {
	switch op {
	case "LT", "LE", "GT", "GE", "BETWEEN", "IN":
		return k.ordered()
	case "BEGINS_WITH":
		return k == kindS || k == kindB
	case "CONTAINS", "NOT_CONTAINS":
		return k.ordered() || k == kindBOOL || k == kindNULL
	}
	return true
}

// node is the condition as an expression would have it.
func (c *legacyCondition) node(name string) *node {
	op := c.ComparisonOperator
	switch {
	case op == "" && c.Value != nil:
		op = "EQ"
	case op == "":
		op = "NULL"
	}
	out := &node{kind: nodeCompare, op: legacyOperators[op], args: []*node{{kind: nodePath, path: attributePath(name)}}}
	for _, v := range c.values() {
		out.args = append(out.args, &node{kind: nodeValue, value: v})
	}
	switch op {
	case "BETWEEN":
		out.kind = nodeBetween
	case "IN":
		out.kind = nodeIn
	case "BEGINS_WITH", "CONTAINS", "NOT_CONTAINS", "NULL", "NOT_NULL":
		out.kind = nodeFunction
	}
	if op == "NOT_CONTAINS" {
		return &node{kind: nodeNot, args: []*node{out}}
	}
	return out
}

// keyNode is KeyConditions as a key condition expression would have it.
func keyNode(conditions map[string]*legacyCondition, schema keySchema) (*node, *wire.Error) {
	if n := len(conditions); n < 1 || n > max(2, len(schema.attributes())) {
		return nil, invalid("Conditions can be of length 1 or 2 only")
	}
	for _, name := range sortedKeys(conditions) {
		switch conditions[name].ComparisonOperator {
		case "NE", "IN", "CONTAINS", "NOT_CONTAINS", "NULL", "NOT_NULL":
			return nil, invalid("Attempted conditional constraint is not an indexable operation")
		}
	}
	return join(conditions, "AND"), nil
}
