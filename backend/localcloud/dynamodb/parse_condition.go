package dynamodb

import "avatar-launcher/backend/localcloud/wire"

// parseCondition reads a condition, filter or key condition expression.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
func parseCondition(parameter, src string, vars *placeholders) (*node, *wire.Error) {
	return parse(parameter, src, vars, func(p *parser) *node {
		n := p.or()
		p.wantTruth(n)
		return n
	})
}

func (p *parser) or() *node {
	left := p.and()
	for p.peek().keyword("OR") {
		left = p.logical(nodeOr, left, p.and)
	}
	return left
}

func (p *parser) and() *node {
	left := p.not()
	for p.peek().keyword("AND") {
		left = p.logical(nodeAnd, left, p.not)
	}
	return left
}

func (p *parser) logical(kind nodeKind, left *node, next func() *node) *node {
	p.wantTruth(left)
	p.pos++
	p.operators++
	right := next()
	p.wantTruth(right)
	return &node{kind: kind, args: []*node{left, right}}
}

func (p *parser) not() *node {
	if !p.acceptKeyword("NOT") {
		return p.comparison()
	}
	p.operators++
	n := p.not()
	p.wantTruth(n)
	return &node{kind: nodeNot, args: []*node{n}}
}

// wantTruth refuses an operand where a condition belongs.
func (p *parser) wantTruth(n *node) {
	if n.kind == nodePath || n.kind == nodeValue {
		p.syntax()
	}
	if n.kind == nodeFunction && n.op == "size" {
		p.misused(n)
	}
}

func (p *parser) misused(n *node) {
	p.mistake(mistakeUse, "The function is not allowed to be used this way in an expression; function: %s", n.op)
}

// wantOperand refuses a condition where an operand belongs.
func (p *parser) wantOperand(n *node) *node {
	switch {
	case n.kind == nodeFunction && n.op != "size":
		p.misused(n)
	case n.kind != nodeFunction && !n.operand():
		p.syntax()
	}
	return n
}

func (p *parser) comparison() *node {
	left := p.primary()
	t := p.peek()
	switch {
	case t.kind == tokenPunct && comparators[t.text]:
		p.wantOperand(left)
		p.pos++
		return p.compare(t.text, left, p.wantOperand(p.primary()))
	case t.keyword("BETWEEN"):
		p.wantOperand(left)
		p.pos++
		low := p.wantOperand(p.primary())
		if !p.acceptKeyword("AND") {
			p.syntax()
		}
		return p.between(left, low, p.wantOperand(p.primary()))
	case t.keyword("IN"):
		p.wantOperand(left)
		p.pos++
		return p.in(left)
	}
	return left
}

func (p *parser) in(left *node) *node {
	p.expect("(")
	args := append([]*node{left}, listOf(p, p.operandArgument)...)
	p.expect(")")
	p.operators++
	if len(args)-1 > maxIn {
		p.mistake(mistakeOperand, "Incorrect number of operands for operator or function; operator or function: IN, "+
			"number of operands: %d", len(args)-1)
	}
	return &node{kind: nodeIn, op: "IN", args: args}
}

func (p *parser) operandArgument() *node { return p.wantOperand(p.primary()) }

// primary reads a path, a value, a function call, or anything in parentheses.
func (p *parser) primary() *node {
	t := p.peek()
	switch {
	case t.is("("):
		return p.parenthesized()
	case t.kind == tokenValue && len(t.text) > 1:
		p.pos++
		return p.attributeValue(t.text)
	case t.kind == tokenWord && p.tokens[p.pos+1].is("(") && !p.isKeyword(t.text):
		return p.function()
	}
	return &node{kind: nodePath, path: p.documentPath()}
}

func (p *parser) parenthesized() *node {
	p.expect("(")
	n := p.or()
	p.expect(")")
	if n.parens {
		p.mistake(mistakeParens, "The expression has redundant parentheses;")
	}
	n.parens = true
	if n.kind == nodePath && (p.peek().is(".") || p.peek().is("[")) {
		return &node{kind: nodePath, path: p.moreSteps(n.path)}
	}
	return n
}

func (p *parser) function() *node {
	n := &node{kind: nodeFunction, op: p.next().text}
	p.expect("(")
	n.args = listOf(p, p.operandArgument)
	p.expect(")")
	p.operators++
	p.checkFunction(n)
	return n
}

var comparators = map[string]bool{"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true}

func (p *parser) compare(op string, left, right *node) *node {
	p.operators++
	n := &node{kind: nodeCompare, op: op, args: []*node{left, right}}
	p.checkDistinct(op, n.args)
	if op != "=" && op != "<>" {
		p.checkOrdered(op, n.args)
	}
	return n
}

func (p *parser) between(v, low, high *node) *node {
	p.operators++
	n := &node{kind: nodeBetween, op: "BETWEEN", args: []*node{v, low, high}}
	p.checkOrdered("BETWEEN", n.args)
	if low.kind == nodeValue && high.kind == nodeValue {
		p.checkBounds(low.value, high.value)
	}
	return n
}
