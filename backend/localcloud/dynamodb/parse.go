package dynamodb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// Limits of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxExpression = 4096 // bytes
	maxOperators  = 300
	maxIn         = 100
)

// The parameters that hold expressions, as AWS's messages name them.
const (
	conditionExpression    = "ConditionExpression"
	filterExpression       = "FilterExpression"
	keyConditionExpression = "KeyConditionExpression"
	projectionExpression   = "ProjectionExpression"
	updateExpression       = "UpdateExpression"
)

// Mistakes that leave the syntax whole, in the order in which AWS reports them.
const (
	mistakeParens = iota
	mistakeReserved
	mistakeFunction
	mistakeUse
	mistakeSection
	mistakeName
	mistakeValue
	mistakeOverlap
	mistakeConflict
	mistakeOperand
	mistakeDistinct
	mistakeType
	mistakes
)

// parser reads one expression. Methods panic with a *wire.Error at a syntax error; parse recovers it.
type parser struct {
	parameter string
	src       string
	tokens    []token
	pos       int
	vars      *placeholders
	operators int
	mistakes  [mistakes]string
}

// parse runs a grammar over a whole expression.
func parse[T any](parameter, src string, vars *placeholders, grammar func(*parser) T) (out T, err *wire.Error) {
	p := &parser{parameter: parameter, src: src, vars: vars}
	if strings.TrimSpace(src) == "" {
		return out, p.errorf("The expression can not be empty;")
	}
	if len(src) > maxExpression {
		return out, p.errorf("Expression size has exceeded the maximum allowed size; expression size: %d", len(src))
	}
	p.tokens = lex(src)
	defer func() {
		if r := recover(); r != nil {
			own, ok := r.(*wire.Error)
			if !ok {
				panic(r)
			}
			err = own
		}
	}()
	out = grammar(p)
	if p.peek().kind != tokenEnd {
		p.syntax()
	}
	if i := slices.IndexFunc(p.mistakes[:], func(m string) bool { return m != "" }); i >= 0 {
		return out, p.errorf("%s", p.mistakes[i])
	}
	if p.operators > maxOperators {
		return out, p.errorf("The expression contains too many operators; operator count: %d", p.operators)
	}
	return out, nil
}

func (p *parser) errorf(format string, args ...any) *wire.Error {
	return invalid("Invalid "+p.parameter+": "+format, args...)
}

// mistake keeps the first message of its rank.
func (p *parser) mistake(rank int, format string, args ...any) {
	if p.mistakes[rank] == "" {
		p.mistakes[rank] = fmt.Sprintf(format, args...)
	}
}

// syntax reports the current token and its neighbours.
func (p *parser) syntax() {
	t := p.peek()
	from, to := t, t
	if p.pos > 0 {
		from = p.tokens[p.pos-1]
	}
	if p.pos+1 < len(p.tokens) {
		to = p.tokens[p.pos+1]
	}
	panic(p.errorf(`Syntax error; token: "%s", near: "%s"`, t.text, p.src[from.start:to.end]))
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) next() token {
	t := p.tokens[p.pos]
	if t.kind != tokenEnd {
		p.pos++
	}
	return t
}

func (p *parser) accept(punct string) bool {
	if p.peek().is(punct) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(punct string) {
	if !p.accept(punct) {
		p.syntax()
	}
}

func (p *parser) acceptKeyword(word string) bool {
	if p.peek().keyword(word) {
		p.pos++
		return true
	}
	return false
}

// listOf reads one or more, separated by commas.
func listOf[T any](p *parser, one func() T) []T {
	out := []T{one()}
	for p.accept(",") {
		out = append(out, one())
	}
	return out
}

// documentPath reads a document path.
func (p *parser) documentPath() path {
	return p.moreSteps(path{p.nameStep()})
}

func (p *parser) moreSteps(out path) path {
	for {
		switch {
		case p.accept("."):
			out = append(out, p.nameStep())
		case p.accept("["):
			t := p.peek()
			i, err := strconv.Atoi(t.text)
			if t.kind != tokenInt || err != nil {
				p.syntax()
			}
			p.pos++
			p.expect("]")
			out = append(out, step{index: i})
		default:
			return out
		}
	}
}

func (p *parser) nameStep() step {
	t := p.peek()
	switch {
	case t.kind == tokenName && len(t.text) > 1:
		p.pos++
		return step{name: p.attributeName(t.text), index: noIndex}
	case t.kind == tokenWord && letter(t.text[0]) && !p.isKeyword(t.text):
		p.pos++
		if isReserved(t.text) {
			p.mistake(mistakeReserved, "Attribute name is a reserved keyword; reserved keyword: %s", t.text)
		}
		return step{name: t.text, index: noIndex}
	}
	p.syntax()
	return step{}
}

// isKeyword reports whether the grammar itself uses the word.
func (p *parser) isKeyword(word string) bool {
	switch p.parameter {
	case projectionExpression:
		return false
	case updateExpression:
		return slices.Contains(sections, strings.ToUpper(word))
	}
	switch strings.ToUpper(word) {
	case "AND", "OR", "NOT", "BETWEEN", "IN":
		return true
	}
	return false
}

func (p *parser) attributeName(placeholder string) string {
	name, ok := p.vars.name(placeholder)
	if !ok {
		p.mistake(mistakeName, "An expression attribute name used in the document path is not defined; attribute name: %s",
			placeholder)
	}
	return name
}

func (p *parser) attributeValue(placeholder string) *node {
	v, ok := p.vars.value(placeholder)
	if !ok {
		p.mistake(mistakeValue, "An expression attribute value used in expression is not defined; attribute value: %s",
			placeholder)
		return &node{kind: nodePath, path: path{{name: placeholder, index: noIndex}}}
	}
	return &node{kind: nodeValue, value: v}
}

// parseProjection reads a projection expression.
func parseProjection(src string, vars *placeholders) ([]path, *wire.Error) {
	return parse(projectionExpression, src, vars, func(p *parser) []path {
		paths := listOf(p, p.documentPath)
		p.checkOverlap(paths)
		return paths
	})
}

// checkOverlap refuses paths of which one contains the other.
func (p *parser) checkOverlap(paths []path) {
	for i, a := range paths {
		for _, b := range paths[:i] {
			switch {
			case overlap(a, b):
				p.mistake(mistakeOverlap, "Two document paths overlap with each other; must remove or rewrite one of these "+
					"paths; path one: %s, path two: %s", b, a)
			case conflict(a, b):
				p.mistake(mistakeConflict,
					"Two document paths conflict with each other; must remove or rewrite one of these paths; path one: %s, "+
						"path two: %s", b, a)
			}
		}
	}
}
