package dynamodb

import (
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

var sections = []string{"SET", "REMOVE", "ADD", "DELETE"}

// parseUpdate reads an update expression.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
func parseUpdate(src string, vars *placeholders) (*update, *wire.Error) {
	return parse(updateExpression, src, vars, func(p *parser) *update {
		u := &update{}
		var seen []string
		for {
			section := strings.ToUpper(p.peek().text)
			if p.peek().kind != tokenWord || !slices.Contains(sections, section) {
				p.syntax()
			}
			p.pos++
			if slices.Contains(seen, section) {
				p.mistake(mistakeSection, `The "%s" section can only be used once in an update expression;`, section)
			}
			seen = append(seen, section)
			u.actions = append(u.actions, listOf(p, func() action { return p.action(section) })...)
			if p.peek().kind == tokenEnd {
				p.checkOverlap(u.paths())
				return u
			}
		}
	})
}

func (p *parser) action(section string) action {
	a := action{section: section, path: p.documentPath()}
	p.operators++
	switch section {
	case "SET":
		p.expect("=")
		a.operand = p.setValue()
	case "ADD", "DELETE":
		t := p.peek()
		if t.kind != tokenValue || len(t.text) < 2 {
			p.syntax()
		}
		p.pos++
		a.operand = p.attributeValue(t.text)
		p.checkSetOperator(section, a.operand)
	}
	return a
}

// checkSetOperator: ADD takes a number or a set, DELETE a set.
func (p *parser) checkSetOperator(section string, n *node) {
	if n.kind != nodeValue || n.value.kind.isSet() || section == "ADD" && n.value.kind == kindN {
		return
	}
	p.mistake(mistakeType, "Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: %s",
		section, n.value.kind.longName(), "ALLOWED_FOR_"+section+"_OPERAND")
}

// setValue reads operand, or operand + operand, or operand - operand.
func (p *parser) setValue() *node {
	if p.peek().is("(") && p.arithmeticAhead() {
		p.expect("(")
		n := p.setValue()
		p.expect(")")
		return n
	}
	left := p.updateOperand()
	t := p.peek()
	if !t.is("+") && !t.is("-") {
		return left
	}
	p.pos++
	p.operators++
	n := &node{kind: nodeArithmetic, op: t.text, args: []*node{left, p.updateOperand()}}
	p.checkConstants(n, kindN)
	return n
}

// arithmeticAhead reports whether the parenthesis at the current token encloses the whole value, so that what is
// inside may be arithmetic: (a + b), but not (a) + b.
func (p *parser) arithmeticAhead() bool {
	depth := 0
	for _, t := range p.tokens[p.pos:] {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth == 1 && (t.is("+") || t.is("-")):
			return true
		}
		if depth == 0 {
			return false
		}
	}
	return false
}

func (p *parser) updateOperand() *node {
	t := p.peek()
	switch {
	case t.is("("):
		p.pos++
		n := p.updateOperand()
		p.expect(")")
		return n
	case t.kind == tokenValue && len(t.text) > 1:
		p.pos++
		return p.attributeValue(t.text)
	case t.kind == tokenWord && p.tokens[p.pos+1].is("(") && !p.isKeyword(t.text):
		return p.updateFunction()
	}
	return &node{kind: nodePath, path: p.documentPath()}
}

func (p *parser) updateFunction() *node {
	n := &node{kind: nodeFunction, op: p.next().text}
	p.expect("(")
	n.args = listOf(p, p.updateOperand)
	p.expect(")")
	p.operators++
	p.checkUpdateFunction(n)
	return n
}
