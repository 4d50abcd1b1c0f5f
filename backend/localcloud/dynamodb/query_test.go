package dynamodb

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// keysOf joins one attribute of the answered items.
func keysOf(out map[string]any, name string) string {
	var keys []string
	for _, it := range out["Items"].([]any) {
		for _, v := range it.(map[string]any)[name].(map[string]any) {
			keys = append(keys, fmt.Sprint(v))
		}
	}
	return strings.Join(keys, " ")
}

func TestQuerySortKeyConditions(t *testing.T) {
	c := newClient(t, Options{})
	c.log("N")
	for _, n := range []string{"-10", "-9.5", "0", "2", "10", "10.25", "1e3"} {
		c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"N":"%s"}}}`, n)
		c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"other"},"s":{"N":"%s"}}}`, n)
	}
	for src, want := range map[string]string{
		"p = :p":                                 "-10 -9.5 0 2 10 10.25 1000",
		":p = p":                                 "-10 -9.5 0 2 10 10.25 1000",
		"p = :p AND s = :ten":                    "10",
		"p = :p AND s < :ten":                    "-10 -9.5 0 2",
		"p = :p AND s <= :ten":                   "-10 -9.5 0 2 10",
		"s > :ten AND p = :p":                    "10.25 1000",
		"p = :p AND :ten < s":                    "10.25 1000",
		"p = :p AND s >= :ten":                   "10 10.25 1000",
		"p = :p AND s BETWEEN :neg AND :ten":     "-9.5 0 2 10",
		"(p = :p) AND (s BETWEEN :neg AND :ten)": "-9.5 0 2 10",
	} {
		values := `":p":{"S":"a"}`
		if strings.Contains(src, ":ten") {
			values += `,":ten":{"N":"1e1"}`
		}
		if strings.Contains(src, ":neg") {
			values += `,":neg":{"N":"-9.5"}`
		}
		body := `{"TableName":"log","KeyConditionExpression":"` + src + `","ExpressionAttributeValues":{` + values + `}%s}`
		if got := keysOf(c.call("Query", body, ""), "s"); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
		back := strings.Fields(want)
		slices.Reverse(back)
		if got := keysOf(c.call("Query", body, `,"ScanIndexForward":false`), "s"); got != strings.Join(back, " ") {
			t.Errorf("%s backward: %s", src, got)
		}
		if got := pages(c, body, "s", ""); got != want {
			t.Errorf("%s in pages: %s, want %s", src, got, want)
		}
		if got := pages(c, body, "s", `,"ScanIndexForward":false`); got != strings.Join(back, " ") {
			t.Errorf("%s backward in pages: %s", src, got)
		}
	}
}

// pages reads two items at a time.
func pages(c *client, body, name, more string) string {
	var got []string
	next := ""
	for {
		out := c.call("Query", body, `,"Limit":2`+more+next)
		if k := keysOf(out, name); k != "" {
			got = append(got, k)
		}
		last, ok := out["LastEvaluatedKey"]
		if !ok {
			return strings.Join(got, " ")
		}
		next = `,"ExclusiveStartKey":` + string(mustJSON(last))
	}
}

func TestQueryText(t *testing.T) {
	c := newClient(t, Options{})
	c.log("S")
	for _, s := range []string{"a", "ab", "abc", "b", "a\\u0000", "é"} {
		c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"S":"%s"}}}`, s)
	}
	query := func(cond, v string) string {
		return keysOf(c.call("Query",
			`{"TableName":"log","KeyConditionExpression":"p = :p AND %s","ExpressionAttributeValues":{":p":{"S":"a"},`+
				`":v":{"S":"%s"}}}`, cond, v), "s")
	}
	for _, tt := range []struct{ cond, v, want string }{
		{"begins_with(s, :v)", "a", "a a\x00 ab abc"}, {"begins_with(s, :v)", "ab", "ab abc"},
		{"begins_with(s, :v)", "z", ""},
		{"s > :v", "ab", "abc b é"}, {"s < :v", "ab", "a a\x00"}, {"s = :v", "a", "a"},
	} {
		if got := query(tt.cond, tt.v); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.cond, tt.v, got, tt.want)
		}
	}
}

func TestKeyConditionMistakes(t *testing.T) {
	c := newClient(t, Options{})
	c.log("N")
	for src, want := range map[string]string{
		"s = :n": "Query condition missed key schema element: p",
		"p > :p": "Query key condition not supported",
		"p = :n": "One or more parameter values were invalid: Condition parameter type does " +
			"not match schema type",
		"p = :p AND s = :p": "One or more parameter values were invalid: Condition parameter type does " +
			"not match schema type",
		"p = :p OR s = :n":               "Invalid operator used in KeyConditionExpression: OR",
		"p = :p AND NOT s = :n":          "Invalid operator used in KeyConditionExpression: NOT",
		"p = :p AND s <> :n":             "Invalid operator used in KeyConditionExpression: <>",
		"p = :p AND s IN (:n)":           "Invalid operator used in KeyConditionExpression: IN",
		"p = :p AND attribute_exists(s)": "Invalid operator used in KeyConditionExpression: attribute_exists",
		"p = :p AND p = :p":              "KeyConditionExpressions must only contain one condition per key",
		"p = :p AND x = :n":              "Query key condition not supported",
		"p = :p AND s.x = :n":            "KeyConditionExpressions cannot have conditions on nested attributes",
		"p = :p AND s BETWEEN :n AND :minus": "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound " +
			"to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:1}, upper bound operand: " +
			"AttributeValue: {N:-1}",
		"p = ": `Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "="`,
	} {
		values := ""
		for name, v := range map[string]string{":p": `{"S":"a"}`, ":n": `{"N":"1"}`, ":minus": `{"N":"-1"}`} {
			if strings.Contains(src, name) {
				values += `,"` + name + `":` + v
			}
		}
		if values != "" {
			values = `,"ExpressionAttributeValues":{` + values[1:] + `}`
		}
		got, _ := c.fail("Query", `{"TableName":"log","KeyConditionExpression":"%s"%s}`, src, values)
		if want = "ValidationException: " + want; got != want {
			t.Errorf("%s:\n got %s\nwant %s", src, got, want)
		}
	}
	c.wantFail("ValidationException: Filter Expression can only contain non-primary key attributes: Primary key "+
		"attribute: s", "Query",
		`{"TableName":"log","KeyConditionExpression":"p = :p","FilterExpression":"s = :n",`+
			`"ExpressionAttributeValues":{":p":{"S":"a"},":n":{"N":"1"}}}`)
	c.wantFail("ValidationException: The provided starting key is outside query boundaries based on provided conditions",
		"Query",
		`{"TableName":"log","KeyConditionExpression":"p = :p","ExclusiveStartKey":{"p":{"S":"b"},"s":{"N":"1"}},`+
			`"ExpressionAttributeValues":{":p":{"S":"a"}}}`)
}

// TestLimitBeforeFilter: Limit counts what is read, and a page may be empty and still not the last.
func TestLimitBeforeFilter(t *testing.T) {
	c := newClient(t, Options{})
	c.log("N")
	for i := range 6 {
		c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"N":"%d"},"odd":{"BOOL":%v}}}`, i, i%2 == 1)
	}
	const body = `{"TableName":"log","KeyConditionExpression":"p = :p","FilterExpression":"odd = :t",` +
		`"ExpressionAttributeValues":{":p":{"S":"a"},":t":{"BOOL":true}},"ProjectionExpression":"s","Limit":%d%s}`
	wantJSON(t, c.call("Query", body, 3, ""),
		`{"Count":1,"ScannedCount":3,"Items":[{"s":{"N":"1"}}],"LastEvaluatedKey":{"p":{"S":"a"},"s":{"N":"2"}}}`)
	wantJSON(t, c.call("Query", body, 1, ""),
		`{"Count":0,"ScannedCount":1,"Items":[],"LastEvaluatedKey":{"p":{"S":"a"},"s":{"N":"0"}}}`)
	wantJSON(t, c.call("Query", body, 9, `,"ExclusiveStartKey":{"p":{"S":"a"},"s":{"N":"3"}}`),
		`{"Count":1,"ScannedCount":2,"Items":[{"s":{"N":"5"}}]}`)
	// a Limit that is reached exactly at the end still gives a LastEvaluatedKey, and then an empty page
	wantJSON(t, c.call("Query", body, 6, "")["LastEvaluatedKey"], `{"p":{"S":"a"},"s":{"N":"5"}}`)
	wantJSON(t, c.call("Query", body, 6, `,"ExclusiveStartKey":{"p":{"S":"a"},"s":{"N":"5"}}`),
		`{"Count":0,"ScannedCount":0,"Items":[]}`)
}

func TestPageOfOneMegabyte(t *testing.T) {
	c := newClient(t, Options{})
	c.log("N")
	for i := range 12 {
		c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"N":"%d"},"x":{"S":"%s"}}}`, i,
			strings.Repeat("x", 100<<10))
	}
	out := c.call("Scan", `{"TableName":"log","FilterExpression":"s < :n","ExpressionAttributeValues":{":n":{"N":"0"}}}`)
	if out["ScannedCount"] != 11.0 || out["LastEvaluatedKey"] == nil {
		t.Errorf("%v", out)
	}
}

// TestSegments: parallel scans see every item once, page by page.
func TestSegments(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	for i := range 100 {
		c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u%d"}}}`, i)
	}
	seen := map[string]int{}
	for segment := range 7 {
		next := ""
		for {
			out := c.call("Scan", `{"TableName":"sessions","Limit":5,"Segment":%d,"TotalSegments":7%s}`, segment, next)
			for _, u := range strings.Fields(keysOf(out, "UserId")) {
				seen[u]++
			}
			last, ok := out["LastEvaluatedKey"].(map[string]any)
			if !ok {
				break
			}
			next = fmt.Sprintf(`,"ExclusiveStartKey":{"UserId":{"S":"%s"}}`, last["UserId"].(map[string]any)["S"])
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d items seen", len(seen))
	}
	for u, n := range seen {
		if n != 1 {
			t.Errorf("%s seen %d times", u, n)
		}
	}
}

const byState = `{"TableName":"sessions","IndexName":"by-state","KeyConditionExpression":"#s = :s",` +
	`"ExpressionAttributeNames":{"#s":"State"},"ExpressionAttributeValues":{":s":{"S":"warm"}}%s}`

func TestSparseIndex(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	put := func(user, rest string) {
		c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"%s"}%s}}`, user, rest)
	}
	put("none", "")
	put("no-sort", `,"State":{"S":"warm"},"x":{"N":"1"},"y":{"N":"2"}`)
	put("b", `,"State":{"S":"warm"},"Created":{"N":"10"}`)
	put("a", `,"State":{"S":"warm"},"Created":{"N":"9"}`)
	put("c", `,"State":{"S":"cold"},"Created":{"N":"8"}`)
	if got := keysOf(c.call("Query", byState, ""), "UserId"); got != "a b" {
		t.Errorf("by-state: %s", got)
	}
	wantJSON(t, c.call("Query", byState, `,"Limit":1,"ProjectionExpression":"UserId"`),
		`{"Count":1,"ScannedCount":1,"Items":[{"UserId":{"S":"a"}}],"LastEvaluatedKey":{"UserId":{"S":"a"},`+
			`"State":{"S":"warm"},"Created":{"N":"9"}}}`)
	wantJSON(t, c.call("Query", byState,
		`,"Select":"COUNT","ExclusiveStartKey":{"UserId":{"S":"a"},"State":{"S":"warm"},"Created":{"N":"9"}}`),
		`{"Count":1,"ScannedCount":1}`)
	// the other index projects x but not y
	wantJSON(t, c.call("Scan", `{"TableName":"sessions","IndexName":"keys",
		"FilterExpression":"attribute_exists(x)"}`)["Items"],
		`[{"UserId":{"S":"no-sort"},"State":{"S":"warm"},"x":{"N":"1"}}]`)
	wantJSON(t, c.call("Scan", `{"TableName":"sessions","IndexName":"keys",
		"FilterExpression":"attribute_exists(y)"}`)["Items"], `[]`)
	c.call("UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"a"}},"UpdateExpression":"REMOVE #s",`+
		`"ExpressionAttributeNames":{"#s":"State"}}`)
	c.call("DeleteItem", `{"TableName":"sessions","Key":{"UserId":{"S":"b"}}}`)
	if got := keysOf(c.call("Query", byState, ""), "UserId"); got != "" {
		t.Errorf("by-state after removal: %s", got)
	}
}

func TestIndexLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{IndexLag: time.Second})
		c.sessions()
		c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"a"},"State":{"S":"warm"},"Created":{"N":"9"}}}`)
		if got := keysOf(c.call("Query", byState, ""), "UserId"); got != "" {
			t.Errorf("at once: %q", got)
		}
		time.Sleep(time.Second)
		c.call("DeleteItem", `{"TableName":"sessions","Key":{"UserId":{"S":"a"}}}`)
		if got := keysOf(c.call("Query", byState, ""), "UserId"); got != "a" {
			t.Errorf("after the lag: %q", got)
		}
		time.Sleep(time.Second)
		if got := keysOf(c.call("Query", byState, ""), "UserId"); got != "" {
			t.Errorf("after the deletion's lag: %q", got)
		}
	})
}

func TestLocalIndex(t *testing.T) {
	c := newClient(t, Options{IndexLag: time.Hour})
	c.log("S")
	c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"S":"x"},"other":{"N":"2"},"more":{"S":"m"}}}`)
	c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"S":"y"},"other":{"N":"1"}}}`)
	const q = `{"TableName":"log","IndexName":"local","ConsistentRead":true,"KeyConditionExpression":"p = :p",` +
		`"ExpressionAttributeValues":{":p":{"S":"a"}}%s}`
	wantJSON(t, c.call("Query", q, "")["Items"],
		`[{"p":{"S":"a"},"s":{"S":"y"},"other":{"N":"1"}},{"p":{"S":"a"},"s":{"S":"x"},"other":{"N":"2"}}]`)
	wantJSON(t, c.call("Query", q, `,"ProjectionExpression":"more"`)["Items"], `[{},{"more":{"S":"m"}}]`)
	wantJSON(t, c.call("Query", q, `,"Select":"ALL_ATTRIBUTES","ScanIndexForward":false,"Limit":1`)["Items"],
		`[{"p":{"S":"a"},"s":{"S":"x"},"other":{"N":"2"},"more":{"S":"m"}}]`)
}
