package dynamodb

// nodeKind says what an expression's node is.
type nodeKind uint8

const (
	nodePath nodeKind = iota
	nodeValue
	nodeFunction // name(args…)
	nodeCompare  // args[0] op args[1]
	nodeBetween  // args[0] BETWEEN args[1] AND args[2]
	nodeIn       // args[0] IN (args[1:]…)
	nodeAnd
	nodeOr
	nodeNot
	nodeArithmetic // args[0] op args[1], op + or -; update expressions only
)

// node is a condition or an operand, with its names and values already put in.
type node struct {
	kind   nodeKind
	op     string // comparator, arithmetic operator, or function name
	path   path
	value  value
	args   []*node
	parens bool // written in parentheses
}

// operand reports whether the node has a value rather than a truth.
func (n *node) operand() bool {
	switch n.kind {
	case nodePath, nodeValue, nodeArithmetic:
		return true
	case nodeFunction:
		return !booleanFunctions[n.op]
	}
	return false
}

var booleanFunctions = map[string]bool{
	"attribute_exists": true, "attribute_not_exists": true, "attribute_type": true, "begins_with": true, "contains": true,
}

// paths calls fn for every document path in the expression.
func (n *node) paths(fn func(path)) {
	if n == nil {
		return
	}
	if n.kind == nodePath {
		fn(n.path)
	}
	for _, a := range n.args {
		a.paths(fn)
	}
}

// action is one clause of an update expression.
type action struct {
	section string // SET, REMOVE, ADD, DELETE
	path    path
	operand *node // nil for REMOVE
}

// update is a parsed update expression.
type update struct{ actions []action }

// paths lists what the update touches, in the order written.
func (u *update) paths() []path {
	if u == nil {
		return nil
	}
	out := make([]path, len(u.actions))
	for i, a := range u.actions {
		out[i] = a.path
	}
	return out
}
