package dynamodb

import (
	"encoding/json"
	"strings"
	"testing"

	"avatar-launcher/backend/localcloud/wire"
)

const document = `{"id":{"S":"k"},"n":{"N":"5"},"f":{"N":"5.0"},"s":{"S":"hello"},"b":{"B":"aGk="},"yes":{"BOOL":true},
	"nothing":{"NULL":true},
	"l":{"L":[{"N":"1"},{"S":"two"},{"M":{"deep":{"N":"3"}}}]},"m":{"M":{"a":{"N":"1"},"b":{"M":{"c":{"S":"x"}}}}},
	"ss":{"SS":["a","b"]},"ns":{"NS":["1","2","3"]},"bs":{"BS":["aGk="]},"a.b":{"S":"dotted"},"é":{"S":"héé"}}`

const constants = `{":n5":{"N":"5.00"},":n1":{"N":"1"},":n9":{"N":"9"},":s":{"S":"hello"},":he":{"S":"he"},
	":lo":{"S":"lo"},":b":{"B":"aA=="},
	":yes":{"BOOL":true},":null":{"NULL":true},":l":{"L":[{"N":"7"}]},":m":{"M":{"c":{"S":"x"}}},":two":{"S":"two"},
	":N":{"S":"N"},":S":{"S":"S"},":bad":{"S":"DOG"},":a":{"S":"a"},":b2":{"SS":["b","z"]},":ss":{"SS":["b","a"]},
		":ns2":{"NS":["2"]},":zero":{"N":"0"}}`

const names = `{"#n":"n","#dot":"a.b","#m":"m","#status":"status","#e":"é","#b":"b"}`

func testVars(tb testing.TB) *placeholders {
	tb.Helper()
	var n map[string]string
	var v map[string]value
	if err := json.Unmarshal([]byte(names), &n); err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal([]byte(constants), &v); err != nil {
		tb.Fatal(err)
	}
	vars, err := newPlaceholders(n, v)
	if err != nil {
		tb.Fatal(err)
	}
	return vars
}

func testItem(tb testing.TB, src string) item {
	tb.Helper()
	var it item
	if err := json.Unmarshal([]byte(src), &it); err != nil {
		tb.Fatal(err)
	}
	return it
}

func TestConditions(t *testing.T) {
	it := testItem(t, document)
	for src, want := range map[string]bool{
		"n = :n5": true, "n = f": true, "n <> :n5": false, "n < :n9": true, "n <= :n5": true, "n > :n9": false,
		"n >= :n5": true,
		"#n = :n5": true, "n = :s": false, "n <> :s": true, "n < :s": false, "n > :s": false,
		// absent operands: only <> is true
		"absent = :n5": false, "absent <> :n5": true, "absent < :n5": false, "absent > :n5": false, "absent >= :n5": false,
		":n5 > absent": false, "absent = lost": false, "absent <> lost": true,
		"NOT absent = :n5": true, "absent BETWEEN :n1 AND :n9": false, "absent IN (:n5)": false, "NOT absent IN (:n5)": true,
		// logic and precedence
		"n = :n5 AND s = :he": false, "n = :n5 OR s = :he": true, "not n = :n9 and s = :s": true,
		"n = :n5 OR s = :he AND s = :lo": true, "(n = :n5 OR s = :he) AND s = :lo": false, "NOT NOT NOT NOT n = :n5": true,
		"NOT (n = :n5 AND s = :s)": false,
		// BETWEEN, IN
		"n BETWEEN :n1 AND :n9": true, "n between :n5 and :n5": true, "n BETWEEN :n9 AND :n9": false,
		"s BETWEEN :he AND :lo":            true,
		"n BETWEEN :n1 AND :n9 AND s = :s": true, "n IN (:n1, :n5)": true, "n IN (:n1, :s)": false, "s in (:n1,:s)": true,
		"n BETWEEN m.a AND :n9": true,
		// functions
		"attribute_exists(n)": true, "attribute_exists(absent)": false, "attribute_not_exists(absent)": true,
		"attribute_not_exists(m.b.c)": false,
		"attribute_exists(#dot)":      true, "attribute_exists(m.b.c)": true, "attribute_exists(l[2].deep)": true,
		"attribute_exists(l[9])": false,
		"attribute_exists(n.a)":  false, "attribute_exists(l.deep)": false,
		"attribute_type(n, :N)": true, "attribute_type(s, :N)": false, "attribute_type(absent, :N)": false,
		"attribute_type(:s, :S)": true,
		"begins_with(s, :he)":    true, "begins_with(s, :lo)": false, "begins_with(n, :he)": false,
		"begins_with(#b, :b)": true, "begins_with(:s, :he)": true,
		"contains(s, :lo)": true, "contains(ss, :a)": true, "contains(ss, :he)": false, "contains(l, :two)": true,
		"contains(l, :n1)":  true,
		"contains(ns, :n1)": true, "contains(ns, :n5)": false, "contains(n, :n5)": false, "contains(#b, :b)": true,
		"contains(absent, :a)": false,
		"size(s) = :n5":        true, "size(ss) < :n5": true, "size(l) > :n1": true, "size(m) >= :n1": true,
		"size(n) = :n1": false, "size(absent) = :zero": false,
		"size(absent) <> :zero": true, "size(#e) < :n5": true, "size(s) BETWEEN :n1 AND :n9": true, "size(s) IN (:n5)": true,
		"size(s) = size(s)": true,
		// documents
		"m.b = :m": true, "m.#b = :m": true, "l[0] = :n1": true, "l[1] = :two": true, "l [ 1 ] = :two": true,
		"m . a = :n1": true, "ss = :ss": true,
		"yes = :yes": true, "nothing = :null": true, "yes <> :null": true, "m.a < n": true,
		"(m).a = :n1": true, "(m.b).c <> :s": true,
	} {
		n, err := parseCondition(conditionExpression, src, testVars(t))
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := n.holds(it); got != want {
			t.Errorf("%s is %v", src, got)
		}
		n.holds(nil) // no item at all is fine too
	}
}

func TestConditionMistakes(t *testing.T) {
	for src, want := range map[string]string{
		"":                          "The expression can not be empty;",
		"  ":                        "The expression can not be empty;",
		"n =":                       `Syntax error; token: "<EOF>", near: "="`,
		"n = :n5 AND":               `Syntax error; token: "<EOF>", near: "AND"`,
		"n := :n5":                  `Syntax error; token: ":", near: "n :="`,
		"n = :n5 x":                 `Syntax error; token: "x", near: ":n5 x"`,
		"n":                         `Syntax error; token: "<EOF>", near: "n"`,
		"@":                         `Syntax error; token: "@", near: "@"`,
		"n == :n5":                  `Syntax error; token: "=", near: "== :n5"`,
		"_n = :n5":                  `Syntax error; token: "_n", near: "_n ="`,
		"l[x] = :n5":                `Syntax error; token: "x", near: "[x]"`,
		"l[-1] = :n5":               `Syntax error; token: "-", near: "[-1"`,
		"(n = :n5":                  `Syntax error; token: "<EOF>", near: ":n5"`,
		"(n = :n5) = :n5":           `Syntax error; token: "=", near: ") = :n5"`,
		"AND = :n5":                 `Syntax error; token: "AND", near: "AND ="`,
		"status = :s":               "Attribute name is a reserved keyword; reserved keyword: status",
		"m.name = :s":               "Attribute name is a reserved keyword; reserved keyword: name",
		"((n = :n5))":               "The expression has redundant parentheses;",
		"((n)) = :n5":               "The expression has redundant parentheses;",
		"dog(n) = :n5":              "Invalid function name; function: dog",
		"dog(n)":                    "Invalid function name; function: dog",
		"Size(s) = :n5":             "Invalid function name; function: Size",
		"if_not_exists(n, s) = :n5": "The function is not allowed in a condition expression; function: if_not_exists",
		"size(n)":                   "The function is not allowed to be used this way in an expression; function: size",
		"attribute_exists(n) = :n5": "The function is not allowed to be used this way in an expression; function: " +
			"attribute_exists",
		"contains(s, begins_with(s, :s))": "The function is not allowed to be used this way in an expression; function: " +
			"begins_with",
		"#x = :n5": "An expression attribute name used in the document path is not defined; attribute name: #x",
		"n = :x":   "An expression attribute value used in expression is not defined; attribute value: :x",
		"size(n, s) = :n5": "Incorrect number of operands for operator or function; operator or function: size, " +
			"number of operands: 2",
		"contains(s)": "Incorrect number of operands for operator or function; operator or function: " +
			"contains, number of operands: 1",
		"attribute_exists(:s)": "Operator or function requires a document path; operator or function: attribute_exists",
		"begins_with(s, :n5)": "Incorrect operand type for operator or function; operator or function: begins_with, " +
			"operand type: N",
		"attribute_type(n, s)": "Incorrect operand type for operator or function; operator or function: " +
			"attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
		"attribute_type(n, :n5)": "Incorrect operand type for operator or function; operator or function: " +
			"attribute_type, operand type: N",
		"attribute_type(n, :bad)": "Invalid attribute type name found; type: DOG, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
		"n < :l":                  "Incorrect operand type for operator or function; operator or function: <, operand type: L",
		":yes > n": "Incorrect operand type for operator or function; operator or function: >, operand " +
			"type: BOOL",
		"size(:n5) = :n5": "Incorrect operand type for operator or function; operator or function: size, " +
			"operand type: N",
		"n = n": "The first operand must be distinct from the remaining operands for this operator or " +
			"function; operator: =, first operand: [n]",
		"contains(m.b, m.b)": "The first operand must be distinct from the remaining " +
			"operands for this operator or function; operator: contains, first operand: [m, b]",
		"n BETWEEN :n9 AND :n1": "The BETWEEN operator requires upper bound to be greater than " +
			"or equal to lower bound; lower bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:1}",
		"n BETWEEN :n9 AND :s": "The BETWEEN operator requires same data type for lower and " +
			"upper bounds; lower bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {S:hello}",
		"n IN (" + strings.Repeat(":n1,", 100) +
			":n1)": "Incorrect number of operands for operator or function; operator or function: IN, number of operands: 101",
		"n = :n1" + strings.Repeat(" OR n = :n1", 200): "The expression contains too many operators; operator count: 401",
		"n = :n1" + strings.Repeat(" ", 4096) +
			"AND n=s": "Expression size has exceeded the maximum allowed size; expression size: 4110",
	} {
		_, err := parseCondition(conditionExpression, src, testVars(t))
		wantMistake(t, src, err, "Invalid ConditionExpression: "+want)
	}
}

func wantMistake(t *testing.T, src string, err *wire.Error, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want %s", src, want)
	} else if err.Message != want {
		t.Errorf("%s:\n got %s\nwant %s", src, err.Message, want)
	}
}

func TestProjections(t *testing.T) {
	for src, want := range map[string]string{
		"n":               `{"n":{"N":"5"}}`,
		"n, s":            `{"n":{"N":"5"},"s":{"S":"hello"}}`,
		"absent":          `{}`,
		"m.a":             `{"m":{"M":{"a":{"N":"1"}}}}`,
		"m.a, m.b.c":      `{"m":{"M":{"a":{"N":"1"},"b":{"M":{"c":{"S":"x"}}}}}}`,
		"l[2].deep, l[0]": `{"l":{"L":[{"N":"1"},{"M":{"deep":{"N":"3"}}}]}}`,
		"l[7]":            `{}`,
		"m.x, n":          `{"n":{"N":"5"}}`,
		"#dot":            `{"a.b":{"S":"dotted"}}`,
		"n.a":             `{}`,
	} {
		paths, err := parseProjection(src, testVars(t))
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		wantJSON(t, project(testItem(t, document), paths), want)
	}
	for src, want := range map[string]string{
		"":    "The expression can not be empty;",
		"n,":  `Syntax error; token: "<EOF>", near: ","`,
		"n n": `Syntax error; token: "n", near: "n n"`,
		":n5": `Syntax error; token: ":n5", near: ":n5"`,
		"n, n": "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: " +
			"[n], path two: [n]",
		"m, m.b[1]": "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: " +
			"[m], path two: [m, b, [1]]",
		"m.a, m[0]": "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: " +
			"[m, a], path two: [m, [0]]",
		"size":       "Attribute name is a reserved keyword; reserved keyword: size",
		"#undefined": "An expression attribute name used in the document path is not defined; attribute name: #undefined",
	} {
		_, err := parseProjection(src, testVars(t))
		wantMistake(t, src, err, "Invalid ProjectionExpression: "+want)
	}
}

func TestUpdates(t *testing.T) {
	for src, want := range map[string]string{
		"SET n = :n9":                                   `{"n":{"N":"9"}}`,
		"set n = n + :n1, x = n":                        `{"n":{"N":"6"},"x":{"N":"5"}}`,
		"SET n = :n1 - n":                               `{"n":{"N":"-4"}}`,
		"SET n = (n + :n1)":                             `{"n":{"N":"6"}}`,
		"SET n = (n) + (:n1)":                           `{"n":{"N":"6"}}`,
		"SET x = if_not_exists(x, :n1)":                 `{"x":{"N":"1"}}`,
		"SET n = if_not_exists(n, :n1) + :n1":           `{"n":{"N":"6"}}`,
		"SET n = if_not_exists(n, absent)":              `{"n":{"N":"5"}}`,
		"SET x = list_append(:l, :l)":                   `{"x":{"L":[{"N":"7"},{"N":"7"}]}}`,
		"SET x = list_append(if_not_exists(x, :l), :l)": `{"x":{"L":[{"N":"7"},{"N":"7"}]}}`,
		"SET m.b.c = :n1":                               `{"m":{"M":{"a":{"N":"1"},"b":{"M":{"c":{"N":"1"}}}}}}`,
		"SET m.fresh = :n1": `{"m":{"M":{"a":{"N":"1"},"b":{"M":{"c":{"S":"x"}}},` +
			`"fresh":{"N":"1"}}}}`,
		"SET l[1] = :n1": `{"l":{"L":[{"N":"1"},{"N":"1"},{"M":{"deep":{"N":"3"}}}]}}`,
		"SET l[99] = :n9, l[50] = :n5": `{"l":{"L":[{"N":"1"},{"S":"two"},{"M":{"deep":{"N":"3"}}},{"N":"5"},
			{"N":"9"}]}}`,
		"SET l[2].deep = l[0]":             `{"l":{"L":[{"N":"1"},{"S":"two"},{"M":{"deep":{"N":"1"}}}]}}`,
		"REMOVE n":                         `{"n":null}`,
		"REMOVE absent, l[0], l[1]":        `{"l":{"L":[{"M":{"deep":{"N":"3"}}}]}}`,
		"REMOVE l[9]":                      `{}`,
		"REMOVE m.b.c, m.zzz":              `{"m":{"M":{"a":{"N":"1"},"b":{"M":{}}}}}`,
		"ADD n :n1":                        `{"n":{"N":"6"}}`,
		"ADD x :n1, ss :b2":                `{"x":{"N":"1"},"ss":{"SS":["a","b","z"]}}`,
		"ADD x :b2":                        `{"x":{"SS":["b","z"]}}`,
		"ADD m.a :n1, m.hits :n1":          `{"m":{"M":{"a":{"N":"2"},"hits":{"N":"1"},"b":{"M":{"c":{"S":"x"}}}}}}`,
		"DELETE ss :b2":                    `{"ss":{"SS":["a"]}}`,
		"DELETE ss :ss":                    `{"ss":null}`,
		"DELETE ns :ns2, absent :ss":       `{"ns":{"NS":["1","3"]}}`,
		"SET x = n REMOVE n ADD y :n1":     `{"x":{"N":"5"},"n":null,"y":{"N":"1"}}`,
		"REMOVE n SET x = n DELETE ss :b2": `{"x":{"N":"5"},"n":null,"ss":{"SS":["a"]}}`,
		"SET x = y, y = :n1":               "The provided expression refers to an attribute that does not exist in the item",
		"SET x = s + :n1":                  "An operand in the update expression has an incorrect data type",
		"SET x = list_append(s, :l)":       "An operand in the update expression has an incorrect data type",
		"ADD s :n1":                        "An operand in the update expression has an incorrect data type",
		"ADD ss :ns2":                      "An operand in the update expression has an incorrect data type",
		"DELETE n :ss":                     "An operand in the update expression has an incorrect data type",
		"SET absent.x = :n1":               "The document path provided in the update expression is invalid for update",
		"SET n.x = :n1":                    "The document path provided in the update expression is invalid for update",
		"SET n[0] = :n1":                   "The document path provided in the update expression is invalid for update",
		"SET m[0] = :n1":                   "The document path provided in the update expression is invalid for update",
		"REMOVE absent.x":                  "The document path provided in the update expression is invalid for update",
	} {
		u, err := parseUpdate(src, testVars(t))
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		before := testItem(t, document)
		got, err := u.apply(before)
		if !before.equal(testItem(t, document)) {
			t.Errorf("%s changed the item that it was given", src)
		}
		if err != nil {
			wantMistake(t, src, err, want)
			continue
		}
		wantItem := testItem(t, document)
		var changes map[string]*value
		if err := json.Unmarshal([]byte(want), &changes); err != nil {
			t.Errorf("%s: no error, want %s", src, want)
			continue
		}
		for k, v := range changes {
			delete(wantItem, k)
			if v != nil {
				wantItem[k] = *v
			}
		}
		if !got.equal(wantItem) {
			t.Errorf("%s:\n got %s\nwant %s", src, got.append(nil), wantItem.append(nil))
		}
	}
}

func TestUpdateMistakes(t *testing.T) {
	for src, want := range map[string]string{
		"":                       "The expression can not be empty;",
		"n = :n1":                `Syntax error; token: "n", near: "n ="`,
		"SET":                    `Syntax error; token: "<EOF>", near: "SET"`,
		"SET n":                  `Syntax error; token: "<EOF>", near: "n"`,
		"SET n = :n1,":           `Syntax error; token: "<EOF>", near: ","`,
		"SET n = :n1 s = :s":     `Syntax error; token: "s", near: ":n1 s ="`,
		"SET n = n * :n1":        `Syntax error; token: "*", near: "n * :n1"`,
		"SET n = n + :n1 + :n1":  `Syntax error; token: "+", near: ":n1 + :n1"`,
		"ADD n n":                `Syntax error; token: "n", near: "n n"`,
		"SET n = :n1 SET s = :s": `The "SET" section can only be used once in an update expression;`,
		"SET status = :s":        "Attribute name is a reserved keyword; reserved keyword: status",
		"SET #x = :s": "An expression attribute name used in the document path is not defined; " +
			"attribute name: #x",
		"SET n = :x":      "An expression attribute value used in expression is not defined; attribute value: :x",
		"SET n = dog(n)":  "Invalid function name; function: dog",
		"SET n = size(n)": "The function is not allowed in an update expression; function: size",
		"SET n = if_not_exists(n)": "Incorrect number of operands for operator or function; operator or function: " +
			"if_not_exists, number of operands: 1",
		"SET n = if_not_exists(:s,n)": "Operator or function requires a document path; operator or function: if_not_exists",
		"SET n = :s + :n1": "Incorrect operand type for operator or function; operator or function: +, " +
			"operand type: S",
		"SET n = list_append(l, :s)": "Incorrect operand type for operator or function; operator or function: " +
			"list_append, operand type: S",
		"SET n = :n1 REMOVE n": "Two document paths overlap with each other; must remove or rewrite one of these " +
			"paths; path one: [n], path two: [n]",
		"SET m.a = :n1, m = :m": "Two document paths overlap with each other; must remove or rewrite one of these " +
			"paths; path one: [m, a], path two: [m]",
		"SET m.a = :n1, m[1] = :m": "Two document paths conflict with each other; must remove or rewrite one of these " +
			"paths; path one: [m, a], path two: [m, [1]]",
		"DELETE n :n1": "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, " +
			"typeSet: ALLOWED_FOR_DELETE_OPERAND",
		"ADD n :s": "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: " +
			"ALLOWED_FOR_ADD_OPERAND",
	} {
		_, err := parseUpdate(src, testVars(t))
		wantMistake(t, src, err, "Invalid UpdateExpression: "+want)
	}
}
