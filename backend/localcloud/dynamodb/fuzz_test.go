package dynamodb

import (
	"encoding/json"
	"testing"
)

// Every fuzz target has its seeds in testdata/fuzz too, where go test runs them.

func FuzzCondition(f *testing.F) {
	for _, s := range []string{"n = :n5", "NOT (n < :n9 OR attribute_exists(m.b[2])) AND size(s) IN (:n1, :n5)",
		"#n BETWEEN :n1 AND :n9", "((a))", "contains(l, :two", "a.b[0].c<>:s"} {
		f.Add(s)
	}
	it := testItem(f, document)
	f.Fuzz(func(t *testing.T, src string) {
		n, err := parseCondition(conditionExpression, src, testVars(t))
		if (n == nil) == (err == nil) && err == nil {
			t.Fatal("neither a condition nor an error")
		}
		if err == nil {
			not := &node{kind: nodeNot, args: []*node{n}}
			if n.holds(it) == not.holds(it) {
				t.Fatal("a condition equals its own negation")
			}
			n.holds(nil)
		}
		k, _, err := parseKeyCondition(src, testVars(t),
			keySchema{hash: keyAttribute{"s", kindS}, sort: keyAttribute{"n", kindN}})
		if err == nil {
			if low, high := k.bounds(); high != "" && low > high {
				// an empty range is fine, but only a contradiction gives one
				if k.op != "BETWEEN" && k.op != "<" {
					t.Fatalf("%s: bounds %q to %q", src, low, high)
				}
			}
		}
	})
}

func FuzzUpdate(f *testing.F) {
	for _, s := range []string{"SET n = n + :n1, m.b.c = if_not_exists(x, :s) REMOVE l[0], l[1]",
		"ADD n :n1 DELETE ss :ss", "SET l[9] = list_append(l, :l)", "SET n = (n - :n1)"} {
		f.Add(s)
	}
	before := testItem(f, document)
	f.Fuzz(func(t *testing.T, src string) {
		u, err := parseUpdate(src, testVars(t))
		if err != nil {
			return
		}
		it := testItem(t, document)
		_, _ = u.apply(it)
		if !it.equal(before) {
			t.Fatalf("%s changed the item that it was given", src)
		}
	})
}

func FuzzProjection(f *testing.F) {
	for _, s := range []string{"n, m.b.c, l[0]", "#dot, #m.a", "l[0][1]", "a b", ","} {
		f.Add(s)
	}
	it := testItem(f, document)
	f.Fuzz(func(t *testing.T, src string) {
		paths, err := parseProjection(src, testVars(t))
		if err != nil {
			return
		}
		if got := project(it, paths); got.size() > it.size() {
			t.Fatalf("%s projects more than there is", src)
		}
	})
}

func FuzzValue(f *testing.F) {
	for _, s := range []string{document, constants, `{"x":{"N":"1e-130"}}`, `{"x":{"L":[{"M":{"y":{"SS":["a"]}}}]}}`,
		`{"x":{"B":"!"}}`, `{"x":{"S":"\ud800"}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var it, again item
		if err := decode(body, &it); err != nil {
			return
		}
		if err := json.Unmarshal(it.append(nil), &again); err != nil || !it.equal(again) {
			t.Fatalf("%s decodes to %s (%v)", it.append(nil), again.append(nil), err)
		}
		if it.size() != again.size() {
			t.Fatalf("%s has two sizes", body)
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-1.50e3", "1e125", "9e-130", "+.5", "1e999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseNumber(s)
		if err != nil {
			return
		}
		again, err := parseNumber(n.String())
		if err != nil || again != n {
			t.Fatalf("%s prints as %s, which is %v (%v)", s, n, again, err)
		}
	})
}
