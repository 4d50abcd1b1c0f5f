package dynamodb

import (
	"cmp"
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

var (
	errUpdatePath   = invalid("The document path provided in the update expression is invalid for update")
	errNoAttribute  = invalid("The provided expression refers to an attribute that does not exist in the item")
	errWrongOperand = invalid("An operand in the update expression has an incorrect data type")
)

// change is an action with its operand evaluated on the item as it was.
type change struct {
	action
	value value
}

// apply returns the item after the update; it is left alone itself. Every operand is read from the item as it was
// before, so that the actions' order does not matter; list elements are removed from the back, so that the
// indexes of one expression all mean the list as it was.
func (u *update) apply(it item) (item, *wire.Error) {
	if u == nil {
		return it, nil
	}
	changes := make([]change, 0, len(u.actions))
	for _, a := range u.actions {
		c := change{action: a}
		var err *wire.Error
		if a.operand != nil {
			if c.value, err = a.operand.compute(it); err != nil {
				return nil, err
			}
		}
		changes = append(changes, c)
	}
	slices.SortStableFunc(changes, inOrder)
	doc := value{kind: kindM, m: it}
	for _, c := range changes {
		var err *wire.Error
		if doc, err = c.at(doc, c.path); err != nil {
			return nil, err
		}
	}
	return doc.m, nil
}

// inOrder puts SET before REMOVE, appended list elements in the order of their indexes, and removals from the back.
func inOrder(a, b change) int {
	if c := cmp.Compare(slices.Index(sections, a.section), slices.Index(sections, b.section)); c != 0 {
		return c
	}
	c := cmp.Compare(a.path[len(a.path)-1].index, b.path[len(b.path)-1].index)
	if a.section == "REMOVE" {
		c = -c
	}
	return c
}

// at rebuilds the document around the place that the path leads to; what it does not touch is shared.
func (c change) at(v value, p path) (value, *wire.Error) {
	if len(p) > 1 {
		child, ok := v.child(p[0])
		if !ok {
			return value{}, errUpdatePath
		}
		child, err := c.at(child, p[1:])
		if err != nil {
			return value{}, err
		}
		return v.with(p[0], child), nil
	}
	if s := p[0]; s.index == noIndex && v.kind != kindM || s.index != noIndex && v.kind != kindL {
		return value{}, errUpdatePath
	}
	old, exists := v.child(p[0])
	switch c.section {
	case "SET":
		return v.with(p[0], c.value), nil
	case "REMOVE":
		if !exists {
			return v, nil
		}
		return v.without(p[0]), nil
	case "ADD":
		sum, err := addTo(old, exists, c.value)
		return v.with(p[0], sum), err
	}
	return c.subtract(v, p[0], old, exists)
}

func (c change) subtract(v value, s step, old value, exists bool) (value, *wire.Error) {
	if !exists {
		return v, nil
	}
	if old.kind != c.value.kind {
		return value{}, errWrongOperand
	}
	left := slices.DeleteFunc(slices.Clone(old.list), c.value.contains)
	if len(left) == 0 {
		return v.without(s), nil
	}
	return v.with(s, value{kind: old.kind, list: left}), nil
}

// with copies a map or list and sets one child; an index past the end appends.
func (v value) with(s step, child value) value {
	if s.index == noIndex {
		v.m = v.m.clone()
		v.m[s.name] = child
		return v
	}
	v.list = slices.Clone(v.list)
	if s.index < len(v.list) {
		v.list[s.index] = child
	} else {
		v.list = append(v.list, child)
	}
	return v
}

func (v value) without(s step) value {
	if s.index == noIndex {
		v.m = v.m.clone()
		delete(v.m, s.name)
		return v
	}
	v.list = slices.Delete(slices.Clone(v.list), s.index, s.index+1)
	return v
}

// addTo is ADD: a number's sum, or a set's union; an absent attribute counts as zero or empty.
func addTo(old value, exists bool, v value) (value, *wire.Error) {
	switch {
	case !exists:
		return v, nil
	case old.kind != v.kind:
		return value{}, errWrongOperand
	case v.kind == kindL: // only AttributeUpdates adds to lists
		return value{kind: kindL, list: slices.Concat(old.list, v.list)}, nil
	case v.kind == kindN:
		n, err := old.num.add(v.num)
		return numberValue(n), err
	}
	union := slices.Concat(old.list, v.list)
	sortMembers(union)
	return value{kind: v.kind, list: slices.CompactFunc(union, value.equal)}, nil
}

// compute evaluates an operand of an update expression on the item as it was.
func (n *node) compute(it item) (value, *wire.Error) {
	switch {
	case n.kind == nodeValue:
		return n.value, nil
	case n.kind == nodePath:
		if v, ok := n.path.in(it); ok {
			return v, nil
		}
		return value{}, errNoAttribute
	case n.op == "if_not_exists":
		if v, ok := n.args[0].path.in(it); ok {
			return v, nil
		}
		return n.args[1].compute(it)
	}
	left, err := n.args[0].compute(it)
	if err != nil {
		return value{}, err
	}
	right, err := n.args[1].compute(it)
	if err != nil {
		return value{}, err
	}
	return combine(n.op, left, right)
}

func combine(op string, left, right value) (value, *wire.Error) {
	want := kindN
	if op == "list_append" {
		want = kindL
	}
	if left.kind != want || right.kind != want {
		return value{}, errWrongOperand
	}
	switch op {
	case "list_append":
		return value{kind: kindL, list: slices.Concat(left.list, right.list)}, nil
	case "-":
		right.num = right.num.negated()
	}
	n, err := left.num.add(right.num)
	return numberValue(n), err
}
