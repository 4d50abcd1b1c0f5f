package dynamodb

import "slices"

// What AWS refuses before it looks at any item: wrong functions, wrong operand counts, constants of a wrong type.

var conditionArity = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2, "size": 1,
}

var updateArity = map[string]int{"if_not_exists": 2, "list_append": 2}

func (p *parser) checkFunction(n *node) {
	arity, ok := conditionArity[n.op]
	if _, elsewhere := updateArity[n.op]; elsewhere {
		p.mistake(mistakeFunction, "The function is not allowed in a condition expression; function: %s", n.op)
		return
	}
	if !ok {
		p.mistake(mistakeFunction, "Invalid function name; function: %s", n.op)
		return
	}
	if !p.checkArity(n, arity) {
		return
	}
	p.checkDistinct(n.op, n.args)
	switch n.op {
	case "attribute_exists", "attribute_not_exists":
		p.checkPath(n)
	case "begins_with":
		p.checkPrefix(n)
	case "attribute_type":
		p.checkTypeName(n)
	case "size":
		if k := n.args[0].constantKind(); k == kindN || k == kindBOOL || k == kindNULL {
			p.wrongType(n.op, k.String())
		}
	}
}

// checkPrefix checks the types of begins_with's constants.
func (p *parser) checkPrefix(n *node) {
	for _, a := range n.args {
		if k := a.constantKind(); k != 0 && k != kindS && k != kindB {
			p.wrongType(n.op, k.String())
		}
	}
}

func (p *parser) checkArity(n *node, arity int) bool {
	if len(n.args) == arity {
		return true
	}
	p.mistake(mistakeOperand, "Incorrect number of operands for operator or function; operator or function: %s, number "+
		"of operands: %d", n.op, len(n.args))
	return false
}

func (p *parser) checkPath(n *node) {
	if n.args[0].kind != nodePath {
		p.mistake(mistakeType, "Operator or function requires a document path; operator or function: %s", n.op)
	}
}

func (p *parser) checkTypeName(n *node) {
	v := n.args[1]
	switch {
	case v.kind != nodeValue:
		p.wrongType(n.op, "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
	case v.value.kind != kindS:
		p.wrongType(n.op, v.value.kind.String())
	case !slices.Contains(kindNames[1:], v.value.str):
		p.mistake(mistakeType, "Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
			v.value.str)
	}
}

func (p *parser) wrongType(op, kind string) {
	p.mistake(mistakeType, "Incorrect operand type for operator or function; operator or function: %s, operand type: %s",
		op, kind)
}

// constantKind is the type that is known before any item is read, 0 if there is none.
func (n *node) constantKind() kind {
	switch {
	case n.kind == nodeValue:
		return n.value.kind
	case n.kind == nodeFunction && n.op == "size", n.kind == nodeArithmetic:
		return kindN
	case n.kind == nodeFunction && n.op == "list_append":
		return kindL
	}
	return 0
}

// checkOrdered refuses constants that have no order.
func (p *parser) checkOrdered(op string, args []*node) {
	for _, a := range args {
		if a.kind == nodeValue && !a.value.kind.ordered() {
			p.wrongType(op, a.value.kind.String())
		}
	}
}

// checkDistinct refuses an operator between a path and itself.
func (p *parser) checkDistinct(op string, args []*node) {
	if len(args) == 2 && args[0].kind == nodePath && args[1].kind == nodePath && args[0].path.equal(args[1].path) {
		p.mistake(mistakeDistinct, "The first operand must be distinct from the remaining operands for this operator or "+
			"function; operator: %s, first operand: %s", op, args[0].path)
	}
}

func (p *parser) checkBounds(low, high value) {
	const bounds = "lower bound operand: AttributeValue: %s, upper bound operand: AttributeValue: %s"
	switch {
	case low.kind != high.kind:
		p.mistake(mistakeType, "The BETWEEN operator requires same data type for lower and upper bounds; "+bounds,
			low.brief(), high.brief())
	case low.kind.ordered() && low.compare(high) > 0:
		p.mistake(mistakeType, "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "+
			bounds, low.brief(), high.brief())
	}
}

// brief is {N:5}, as AWS prints a value in a message.
func (v value) brief() string {
	text := v.str
	if v.kind == kindN {
		text = v.num.String()
	}
	return "{" + v.kind.String() + ":" + text + "}"
}

func (p *parser) checkUpdateFunction(n *node) {
	arity, ok := updateArity[n.op]
	if _, elsewhere := conditionArity[n.op]; elsewhere {
		p.mistake(mistakeFunction, "The function is not allowed in an update expression; function: %s", n.op)
		return
	}
	if !ok {
		p.mistake(mistakeFunction, "Invalid function name; function: %s", n.op)
		return
	}
	if !p.checkArity(n, arity) {
		return
	}
	if n.op == "if_not_exists" {
		p.checkPath(n)
		return
	}
	p.checkConstants(n, kindL)
}

// checkConstants refuses constants of another type than the operator works on.
func (p *parser) checkConstants(n *node, want kind) {
	for _, a := range n.args {
		if k := a.constantKind(); k != 0 && k != want {
			p.wrongType(n.op, k.String())
		}
	}
}
