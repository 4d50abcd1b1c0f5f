package dynamodb

import (
	"slices"
	"strconv"
	"strings"
)

// step is one element of a document path: an attribute's name, or a list index where name is empty and index ≥ 0.
type step struct {
	name  string
	index int
}

const noIndex = -1

// path is a document path such as a.b[3]; its first step is always a name.
type path []step

// String is the form in AWS's messages: [a, b, [3]].
func (p path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		parts[i] = s.name
		if s.index != noIndex {
			parts[i] = "[" + strconv.Itoa(s.index) + "]"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (p path) equal(q path) bool { return slices.Equal(p, q) }

// top is the name of the top-level attribute.
func (p path) top() string { return p[0].name }

// in finds the path's value in an item.
func (p path) in(it item) (value, bool) {
	v, ok := it[p[0].name]
	for _, s := range p[1:] {
		if !ok {
			return value{}, false
		}
		v, ok = v.child(s)
	}
	return v, ok
}

// child is the value one step down.
func (v value) child(s step) (value, bool) {
	if s.index == noIndex {
		if v.kind != kindM {
			return value{}, false
		}
		w, ok := v.m[s.name]
		return w, ok
	}
	if v.kind != kindL || s.index >= len(v.list) {
		return value{}, false
	}
	return v.list[s.index], true
}

// overlap reports whether one of two paths is the other or leads to it.
func overlap(p, q path) bool {
	n := min(len(p), len(q))
	return slices.Equal(p[:n], q[:n])
}

// conflict reports whether two paths treat one place as a list and as a map.
func conflict(p, q path) bool {
	for i := range min(len(p), len(q)) {
		if p[i] == q[i] {
			continue
		}
		return (p[i].index == noIndex) != (q[i].index == noIndex)
	}
	return false
}

// project copies what the paths lead to, keeping the documents' shape; lists close up over what was left out.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
func project(it item, paths []path) item {
	v, ok := projectValue(value{kind: kindM, m: it}, paths)
	if !ok {
		return item{}
	}
	return v.m
}

func projectValue(v value, paths []path) (value, bool) {
	children := map[step][]path{}
	for _, p := range paths {
		if len(p) == 0 {
			return v, true
		}
		children[p[0]] = append(children[p[0]], p[1:])
	}
	out := value{kind: v.kind}
	steps := make([]step, 0, len(children))
	for s := range children {
		steps = append(steps, s)
	}
	slices.SortFunc(steps, func(a, b step) int { return a.index - b.index })
	for _, s := range steps {
		child, ok := v.child(s)
		if !ok {
			continue
		}
		if child, ok = projectValue(child, children[s]); !ok {
			continue
		}
		if s.index != noIndex {
			out.list = append(out.list, child)
			continue
		}
		if out.m == nil {
			out.m = item{}
		}
		out.m[s.name] = child
	}
	return out, out.m != nil || out.list != nil
}
