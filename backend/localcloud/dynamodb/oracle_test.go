package dynamodb

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// The oracle is a second, naive reading of the documentation: it works on the JSON itself, with rationals for
// numbers, and shares nothing with the evaluator.

// look finds a path such as "m.a" or "l[1]" in a document.
func look(doc map[string]any, path string) *plain {
	path = strings.NewReplacer("[", ".[", "]", "").Replace(path)
	at := plain{"M", any(doc)}
	for _, s := range strings.Split(path, ".") {
		var next any
		if i, isIndex := strings.CutPrefix(s, "["); isIndex {
			var n int
			_, _ = fmt.Sscan(i, &n)
			if l, ok := at.v.([]any); ok && at.t == "L" && n < len(l) {
				next = l[n]
			}
		} else if m, ok := at.v.(map[string]any); ok && at.t == "M" {
			next = m[s]
		}
		if next == nil {
			return nil
		}
		at = plainOf(next)
	}
	return &at
}

// term is an operand: its text, and its value on a document, nil if it has none.
type term struct {
	text  string
	value func(doc map[string]any) *plain
	path  bool
}

// judgement is a condition: its text, and its truth on a document.
type judgement struct {
	text  string
	truth func(doc map[string]any) bool
}

var plainPaths = []string{"a", "b", "c", "m", "m.a", "m.b", "m.m.a", "l", "l[0]", "l[1]", "l[2].a", "gone"}

var scalars = rapid.OneOf(
	rapid.Map(rapid.SampledFrom([]string{"1", "1.0", "-2", "10", "1e1", "0.5"}),
		func(s string) any { return map[string]any{"N": s} }),
	rapid.Map(rapid.SampledFrom([]string{"", "a", "ab", "abc", "é", "1"}),
		func(s string) any { return map[string]any{"S": s} }),
	rapid.Map(rapid.SampledFrom([]string{"", "YQ==", "YWI=", "/w=="}),
		func(s string) any { return map[string]any{"B": s} }),
)

var sizes = rapid.Map(rapid.SampledFrom([]string{"0", "1", "2", "3"}),
	func(s string) any { return map[string]any{"N": s} })

func values(depth int) *rapid.Generator[any] {
	others := []*rapid.Generator[any]{
		scalars,
		rapid.SampledFrom([]any{map[string]any{"BOOL": true}, map[string]any{"BOOL": false}, map[string]any{"NULL": true},
			map[string]any{"SS": []any{"a", "ab"}}, map[string]any{"SS": []any{"ab", "a"}},
			map[string]any{"NS": []any{"1", "10"}}, map[string]any{"NS": []any{"1e1", "1.0"}}}),
	}
	if depth > 0 {
		others = append(others,
			rapid.Map(rapid.SliceOfN(values(depth-1), 0, 3), func(l []any) any { return map[string]any{"L": l} }),
			rapid.Map(documents(depth-1), func(m map[string]any) any { return map[string]any{"M": m} }))
	}
	return rapid.OneOf(others...)
}

func documents(depth int) *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		doc := map[string]any{}
		for _, name := range []string{"a", "b", "c", "m", "l"} {
			if rapid.IntRange(0, 4).Draw(t, "has "+name) > 0 {
				doc[name] = values(depth).Draw(t, name)
			}
		}
		return doc
	})
}

// world draws expressions over a set of constants.
type world struct {
	t         *rapid.T
	constants map[string]any
}

func (w *world) constant(of *rapid.Generator[any]) term {
	v := of.Draw(w.t, "constant")
	name := fmt.Sprintf(":v%d", len(w.constants))
	w.constants[name] = v
	p := plainOf(v)
	return term{text: name, value: func(map[string]any) *plain { return &p }}
}

func (w *world) path() term {
	p := rapid.SampledFrom(plainPaths).Draw(w.t, "path")
	return term{text: p, path: true, value: func(doc map[string]any) *plain { return look(doc, p) }}
}

func (w *world) size() term {
	p := w.path()
	return term{text: "size(" + p.text + ")", value: func(doc map[string]any) *plain {
		v := p.value(doc)
		if v == nil {
			return nil
		}
		n := 0
		switch x := v.v.(type) {
		case string:
			n = utf8.RuneCountInString(x)
			if v.t == "B" {
				n = len(bytesOf(x))
			} else if v.t != "S" {
				return nil
			}
		case []any:
			n = len(x)
		case map[string]any:
			n = len(x)
		default:
			return nil
		}
		return &plain{"N", fmt.Sprint(n)}
	}}
}

// operand draws a path, a constant or a size; one that differs from the other operand.
func (w *world) operand(constants *rapid.Generator[any], not string) term {
	for {
		var o term
		switch rapid.IntRange(0, 5).Draw(w.t, "operand") {
		case 0, 1, 2:
			o = w.path()
		case 3:
			o = w.size()
		default:
			o = w.constant(constants)
		}
		if !o.path || o.text != not {
			return o
		}
	}
}

func (w *world) condition(depth int) judgement {
	if depth > 0 {
		switch rapid.IntRange(0, 4).Draw(w.t, "connective") {
		case 0:
			a, b := w.condition(depth-1), w.condition(depth-1)
			return judgement{w.wrap(a) + " AND " + w.wrap(b), func(d map[string]any) bool { return a.truth(d) && b.truth(d) }}
		case 1:
			a, b := w.condition(depth-1), w.condition(depth-1)
			return judgement{w.wrap(a) + " or " + w.wrap(b), func(d map[string]any) bool { return a.truth(d) || b.truth(d) }}
		case 2:
			a := w.condition(depth - 1)
			return judgement{"NOT " + w.wrap(a), func(d map[string]any) bool { return !a.truth(d) }}
		}
	}
	switch rapid.IntRange(0, 5).Draw(w.t, "leaf") {
	case 0:
		return w.between()
	case 1:
		return w.in()
	case 2:
		return w.function()
	}
	return w.comparison()
}

func (w *world) wrap(j judgement) string { return "(" + j.text + ")" }

func (w *world) comparison() judgement {
	op := rapid.SampledFrom([]string{"=", "<>", "<", "<=", ">", ">="}).Draw(w.t, "op")
	of := scalars
	if op == "=" || op == "<>" {
		of = values(1)
	}
	a := w.operand(of, "")
	b := w.operand(of, a.text)
	if rapid.IntRange(0, 3).Draw(w.t, "sizes") == 0 { // by chance alone, sizes would hardly ever meet their like
		a, b = w.size(), w.constant(sizes)
	}
	return judgement{a.text + op + b.text, func(d map[string]any) bool {
		x, y := a.value(d), b.value(d)
		if op == "<>" {
			return x == nil || y == nil || !x.same(*y)
		}
		if x == nil || y == nil {
			return false
		}
		if op == "=" {
			return x.same(*y)
		}
		c, ok := x.order(*y)
		return ok && (c < 0 && op[0] == '<' || c > 0 && op[0] == '>' || c == 0 && len(op) == 2)
	}}
}

func (w *world) between() judgement {
	v, low, high := w.operand(scalars, ""), w.path(), w.operand(scalars, "")
	return judgement{v.text + " BETWEEN " + low.text + " AND " + high.text, func(d map[string]any) bool {
		x, l, h := v.value(d), low.value(d), high.value(d)
		if x == nil || l == nil || h == nil {
			return false
		}
		c1, ok1 := x.order(*l)
		c2, ok2 := x.order(*h)
		return ok1 && ok2 && c1 >= 0 && c2 <= 0
	}}
}

func (w *world) in() judgement {
	v := w.operand(values(1), "")
	var among []term
	var texts []string
	for range rapid.IntRange(1, 4).Draw(w.t, "among") {
		m := w.operand(values(1), "")
		among, texts = append(among, m), append(texts, m.text)
	}
	return judgement{v.text + " IN (" + strings.Join(texts, ", ") + ")", func(d map[string]any) bool {
		x := v.value(d)
		return slices.ContainsFunc(among, func(m term) bool {
			y := m.value(d)
			return x != nil && y != nil && x.same(*y)
		})
	}}
}

func (w *world) function() judgement {
	p := w.path()
	switch rapid.IntRange(0, 4).Draw(w.t, "function") {
	case 0:
		return judgement{"attribute_exists(" + p.text + ")", func(d map[string]any) bool { return p.value(d) != nil }}
	case 1:
		return judgement{"attribute_not_exists(" + p.text + ")", func(d map[string]any) bool { return p.value(d) == nil }}
	case 2:
		k := w.constant(rapid.Map(rapid.SampledFrom(kindNames[1:]), func(s string) any { return map[string]any{"S": s} }))
		return judgement{"attribute_type(" + p.text + ", " + k.text + ")", func(d map[string]any) bool {
			x := p.value(d)
			return x != nil && x.t == k.value(d).v
		}}
	case 3:
		prefix := w.constant(scalars.Filter(func(x any) bool { return plainOf(x).t != "N" }))
		return judgement{"begins_with(" + p.text + ", " + prefix.text + ")", func(d map[string]any) bool {
			x, y := p.value(d), prefix.value(d)
			if x == nil || x.t != y.t {
				return false
			}
			if x.t == "B" {
				return strings.HasPrefix(bytesOf(x.v), bytesOf(y.v))
			}
			return x.t == "S" && strings.HasPrefix(x.v.(string), y.v.(string))
		}}
	}
	y := w.operand(values(1), p.text)
	return judgement{"contains(" + p.text + ", " + y.text + ")", func(d map[string]any) bool {
		x, part := p.value(d), y.value(d)
		if x == nil || part == nil {
			return false
		}
		switch x.t {
		case "S":
			return part.t == "S" && strings.Contains(x.v.(string), part.v.(string))
		case "B":
			return part.t == "B" && strings.Contains(bytesOf(x.v), bytesOf(part.v))
		case "L":
			return slices.ContainsFunc(x.v.([]any), func(e any) bool { return plainOf(e).same(*part) })
		case "SS", "NS":
			return slices.ContainsFunc(x.v.([]any), func(e any) bool { return plain{x.t[:1], e}.same(*part) })
		}
		return false
	}}
}

// TestEvaluatorAgainstOracle draws documents and conditions, and compares the two readings.
func TestEvaluatorAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documents(2).Draw(t, "document")
		var it item
		if err := json.Unmarshal(mustJSON(doc), &it); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			compareReadings(t, doc, it)
		}
	})
}

func compareReadings(t *rapid.T, doc map[string]any, it item) {
	w := &world{t: t, constants: map[string]any{}}
	j := w.condition(3)
	var constants map[string]value
	if err := json.Unmarshal(mustJSON(w.constants), &constants); err != nil {
		t.Fatal(err)
	}
	n, err := parseCondition(filterExpression, j.text, &placeholders{values: constants, used: map[string]bool{}})
	if err != nil {
		t.Fatalf("%s: %v", j.text, err)
	}
	if got, want := n.holds(it), j.truth(doc); got != want {
		t.Fatalf("%s is %v, the oracle says %v\nitem %s\nvalues %s", j.text, got, want, mustJSON(doc), mustJSON(w.constants))
	}
}

// TestValuesSurviveJSON: what was decoded encodes to the same value.
func TestValuesSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v, again value
		if err := json.Unmarshal(mustJSON(values(3).Draw(t, "value")), &v); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(v.append(nil), &again); err != nil || !v.equal(again) {
			t.Fatalf("%s decodes to %s (%v)", v.append(nil), again.append(nil), err)
		}
	})
}
