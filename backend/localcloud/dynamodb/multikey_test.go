package dynamodb

import (
	"fmt"
	"strings"
	"testing"

	"avatar-launcher/backend/localcloud/store"
)

// matches makes a table with an index whose key has two hash and three range attributes, and five items of which one
// lacks an attribute of the index.
func matches(c *client) {
	c.tb.Helper()
	c.call("CreateTable", `{"TableName":"matches","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"cup","AttributeType":"S"},
			{"AttributeName":"region","AttributeType":"S"},
			{"AttributeName":"round","AttributeType":"N"},{"AttributeName":"bracket","AttributeType":"S"},
				{"AttributeName":"game","AttributeType":"N"}],
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"GlobalSecondaryIndexes":[{"IndexName":"by-cup","Projection":{"ProjectionType":"KEYS_ONLY"},"KeySchema":[
			{"AttributeName":"cup","KeyType":"HASH"},{"AttributeName":"region","KeyType":"HASH"},
			{"AttributeName":"round","KeyType":"RANGE"},{"AttributeName":"bracket","KeyType":"RANGE"},{"AttributeName":"game",
				"KeyType":"RANGE"}]}]}`)
	for _, m := range []struct{ id, region, round, bracket, match string }{
		{"e", "eu", "10", "low", "1"}, {"d", "eu", "2", "up", "1"}, {"b", "eu", "2", "low", "2"},
		{"c", "eu", "2", "low", "10"},
		{"a", "eu", "-1", "up", "1"}, {"x", "us", "2", "low", "2"},
	} {
		c.call("PutItem", `{"TableName":"matches","Item":{"id":{"S":"%s"},"cup":{"S":"c"},"region":{"S":"%s"},`+
			`"round":{"N":"%s"},"bracket":{"S":"%s"},"game":{"N":"%s"},"note":{"S":"n"}}}`,
			m.id, m.region, m.round, m.bracket, m.match)
	}
	c.call("PutItem", `{"TableName":"matches","Item":{"id":{"S":"none"},"cup":{"S":"c"},"region":{"S":"eu"},`+
		`"round":{"N":"2"},"game":{"N":"2"}}}`)
}

// byCup is a Query of the index with the values that its condition names.
func byCup(condition string) string {
	values := map[string]string{":c": "S\":\"c", ":eu": "S\":\"eu", ":two": "N\":\"2", ":ten": "N\":\"10",
		":low": "S\":\"low", ":l": "S\":\"lo"}
	var used []string
	for _, word := range strings.FieldsFunc(condition, func(r rune) bool { return strings.ContainsRune(" (),", r) }) {
		if v, ok := values[word]; ok && !strings.Contains(strings.Join(used, ","), `"`+word+`"`) {
			used = append(used, fmt.Sprintf(`"%s":{"%s"}`, word, v))
		}
	}
	return `{"TableName":"matches","IndexName":"by-cup","ExpressionAttributeNames":{"#r":"region"},` +
		`"KeyConditionExpression":"` + condition +
		`","ExpressionAttributeValues":{` + strings.Join(used, ",") + `}%s}`
}

// TestIndexOfSeveralAttributes asks for ranges of an index with several hash and range attributes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html
func TestIndexOfSeveralAttributes(t *testing.T) {
	c := newClient(t, Options{})
	matches(c)
	const both = "cup = :c AND #r = :eu"
	for condition, want := range map[string]string{
		both:                                          "a b c d e",
		both + " AND round = :two":                    "b c d",
		both + " AND round > :two":                    "e",
		both + " AND round <= :two":                   "a b c d",
		"round = :two AND " + both:                    "b c d",
		both + " AND round = :two AND bracket = :low": "b c",
		both + " AND round = :two AND begins_with(bracket, :l)":                      "b c",
		both + " AND round = :two AND bracket = :low AND game > :two":                "c",
		both + " AND round = :two AND bracket = :low AND game BETWEEN :two AND :ten": "b c",
	} {
		body := byCup(condition)
		if got := keysOf(c.call("Query", body, ""), "id"); got != want {
			t.Errorf("%s: %s, want %s", condition, got, want)
		}
		if got := pages(c, body, "id", ""); got != want {
			t.Errorf("%s in pages: %s, want %s", condition, got, want)
		}
	}
	for condition, want := range map[string]string{
		"cup = :c":                                  "Query condition missed key schema element: region",
		"cup = :c AND #r > :eu":                     "Query key condition not supported",
		both + " AND bracket = :low":                "Query condition missed key schema element: round",
		both + " AND round > :two AND bracket = :l": "Query key condition not supported",
		both + " AND note = :l":                     "Query key condition not supported",
		both + " AND round = :low": "One or more parameter values were invalid: Condition parameter type " +
			"does not match schema type",
	} {
		body := byCup(condition)
		if !strings.Contains(condition, "#r") {
			body = strings.Replace(body, `"ExpressionAttributeNames":{"#r":"region"},`, "", 1)
		}
		c.wantFail("ValidationException: "+want, "Query", body, "")
	}
	wantJSON(t, c.call("Query", byCup(both+" AND round > :two"), "")["Items"],
		`[{"id":{"S":"e"},"cup":{"S":"c"},"region":{"S":"eu"},"round":{"N":"10"},"bracket":{"S":"low"},"game":{"N":"1"}}]`)
	wantJSON(t, c.call("Query", byCup(both), `,"Limit":1`)["LastEvaluatedKey"],
		`{"id":{"S":"a"},"cup":{"S":"c"},"region":{"S":"eu"},"round":{"N":"-1"},"bracket":{"S":"up"},"game":{"N":"1"}}`)
	c.wantFail("ValidationException: The provided starting key is invalid", "Query", byCup(both),
		`,"ExclusiveStartKey":{"id":{"S":"a"},"cup":{"S":"c"},"region":{"S":"eu"},"round":{"N":"-1"}}`)
	c.wantFail("ValidationException: One or more parameter values were invalid: Type mismatch for Index Key game "+
		"Expected: N Actual: S IndexName: by-cup",
		"PutItem", `{"TableName":"matches","Item":{"id":{"S":"y"},"game":{"S":"1"}}}`)
	if n := c.call("Scan", `{"TableName":"matches","IndexName":"by-cup","Select":"COUNT"}`)["Count"]; n != 6.0 {
		t.Errorf("%v items in the index, want 6", n)
	}
}

// TestIndexOfSeveralAttributesReopened: the index is the same after the state is read again.
func TestIndexOfSeveralAttributesReopened(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	matches(openClient(t, st, Options{}))
	got := keysOf(openClient(t, st, Options{}).call("Query", byCup("cup = :c AND #r = :eu AND round = :two"), ""), "id")
	if got != "b c d" {
		t.Errorf("%q, want b c d", got)
	}
}

func TestIndexKeysRefused(t *testing.T) {
	c := newClient(t, Options{})
	schema := func(kinds string) (string, string) {
		var elements, attributes []string
		for i, k := range strings.Fields(kinds) {
			kind := map[byte]string{'H': "HASH", 'R': "RANGE"}[k[0]]
			name := fmt.Sprintf("a%d", i)
			if len(k) > 1 {
				name = k[1:]
			}
			elements = append(elements, fmt.Sprintf(`{"AttributeName":"%s","KeyType":"%s"}`, name, kind))
			attributes = append(attributes, fmt.Sprintf(`{"AttributeName":"%s","AttributeType":"S"}`, name))
		}
		return strings.Join(elements, ","), strings.Join(attributes, ",")
	}
	create := func(kinds string) string {
		elements, attributes := schema(kinds)
		if !strings.Contains(attributes, `"a0"`) {
			attributes = `{"AttributeName":"a0","AttributeType":"S"},` + attributes
		}
		return `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a0","KeyType":"HASH"}],` +
			`"AttributeDefinitions":[` + attributes +
			`],"GlobalSecondaryIndexes":[{"IndexName":"idx","Projection":{"ProjectionType":"ALL"},"KeySchema":[` + elements +
			`]}]}`
	}
	for kinds, want := range map[string]string{
		"R":             "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
		"H R H":         "Invalid KeySchema: HASH key types must come before RANGE key types",
		"H H H H H":     "Invalid KeySchema: Only 4 elements of key type HASH are allowed",
		"H R R R R R":   "Invalid KeySchema: Only 4 elements of key type RANGE are allowed",
		"H Ra1 Rb2 Ra1": "",
	} {
		got, _ := c.fail("CreateTable", create(kinds))
		if want == "" {
			want = "One or more parameter values were invalid: Duplicate AttributeName found: a1"
		}
		if got != "ValidationException: "+want {
			t.Errorf("%s: %s, want %s", kinds, got, want)
		}
	}
	c.call("CreateTable", create("H H H H R R R R"))
	c.wantFail("ValidationException: Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
		"CreateTable",
		`{"TableName":"two","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a","KeyType":"HASH"},
			{"AttributeName":"b","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"}]}`)
}
