package dynamodb

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// legacyTable makes the log table with items s = 1 to 5 of the partition "a".
func legacyTable(t *testing.T) *client {
	c := newClient(t, Options{})
	c.sessions()
	c.log("N")
	for i := 1; i <= 5; i++ {
		c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"N":"%d"},"n":{"N":"%d"},"text":{"S":"item%d"},
			"tags":{"SS":["t%d","all"]}}}`, i, i*10, i, i)
	}
	c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"N":"6"}}}`)
	return c
}

// sorts lists the sort keys of a Query's or Scan's items.
func sorts(out map[string]any) string {
	var s []any
	for _, it := range out["Items"].([]any) {
		s = append(s, it.(map[string]any)["s"].(map[string]any)["N"])
	}
	return fmt.Sprint(s)
}

func TestLegacyFilters(t *testing.T) {
	c := legacyTable(t)
	for _, tt := range []struct{ filter, want string }{
		{`{"n":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"30"}]}}`, "[3]"},
		{`{"n":{"ComparisonOperator":"NE","AttributeValueList":[{"N":"30"}]}}`, "[1 2 4 5 6]"},
		{`{"n":{"ComparisonOperator":"LT","AttributeValueList":[{"N":"30"}]}}`, "[1 2]"},
		{`{"n":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"30"}]}}`, "[1 2 3]"},
		{`{"n":{"ComparisonOperator":"GT","AttributeValueList":[{"N":"30"}]}}`, "[4 5]"},
		{`{"n":{"ComparisonOperator":"GE","AttributeValueList":[{"N":"30"}]}}`, "[3 4 5]"},
		{`{"n":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"20"},{"N":"40"}]}}`, "[2 3 4]"},
		{`{"n":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"20"},{"N":"50"}]}}`, "[2 5]"},
		{`{"n":{"ComparisonOperator":"NULL"}}`, "[6]"},
		{`{"n":{"ComparisonOperator":"NOT_NULL"}}`, "[1 2 3 4 5]"},
		{`{"text":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"S":"item1"}]}}`, "[1]"},
		{`{"text":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"S":"em2"}]}}`, "[2]"},
		{`{"tags":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"S":"t4"}]}}`, "[4]"},
		{`{"tags":{"ComparisonOperator":"NOT_CONTAINS","AttributeValueList":[{"S":"t4"}]}}`, "[1 2 3 5 6]"},
		{`{}`, "[1 2 3 4 5 6]"},
	} {
		const key = `"KeyConditions":{"p":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}}`
		if got := sorts(c.call("Query", `{"TableName":"log",%s,"QueryFilter":%s}`, key, tt.filter)); got != tt.want {
			t.Errorf("QueryFilter %s: %s, want %s", tt.filter, got, tt.want)
		}
		if got := sorts(c.call("Scan", `{"TableName":"log","ScanFilter":%s}`, tt.filter)); got != tt.want {
			t.Errorf("ScanFilter %s: %s, want %s", tt.filter, got, tt.want)
		}
	}
	both := `{"n":{"ComparisonOperator":"LT","AttributeValueList":[{"N":"20"}]},"text":{"ComparisonOperator":"EQ",` +
		`"AttributeValueList":[{"S":"item5"}]}}`
	for operator, want := range map[string]string{"OR": "[1 5]", "AND": "[]"} {
		if got := sorts(c.call("Scan", `{"TableName":"log","ConditionalOperator":"%s","ScanFilter":%s}`, operator,
			both)); got != want {
			t.Errorf("%s: %s, want %s", operator, got, want)
		}
	}
}

func TestLegacyKeyConditions(t *testing.T) {
	c := legacyTable(t)
	const hash = `"p":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}`
	for condition, want := range map[string]string{
		`"LT","AttributeValueList":[{"N":"3"}]`:                "[1 2]",
		`"GE","AttributeValueList":[{"N":"5"}]`:                "[5 6]",
		`"EQ","AttributeValueList":[{"N":"5"}]`:                "[5]",
		`"BETWEEN","AttributeValueList":[{"N":"2"},{"N":"3"}]`: "[2 3]",
	} {
		got := sorts(c.call("Query", `{"TableName":"log","KeyConditions":{%s,"s":{"ComparisonOperator":%s}}}`, hash,
			condition))
		if got != want {
			t.Errorf("%s: %s, want %s", condition, got, want)
		}
	}
	const refused = "ValidationException: "
	for conditions, want := range map[string]string{
		`{}`: refused + "Conditions can be of length 1 or 2 only",
		`{"s":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"5"}]}}`: refused +
			"Query condition missed key schema element: p",
		`{"p":{"ComparisonOperator":"LT","AttributeValueList":[{"S":"a"}]}}`: refused +
			"Query key condition not supported",
		`{` + hash + `,"s":{"ComparisonOperator":"NE","AttributeValueList":[{"N":"5"}]}}`: refused +
			"Attempted conditional constraint is not an indexable operation",
		`{` + hash + `,"other":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"5"}]}}`: refused +
			"Query key condition not supported",
	} {
		c.wantFail(want, "Query", `{"TableName":"log","KeyConditions":%s}`, conditions)
	}
	c.wantFail(refused+"QueryFilter can only contain non-primary key attributes: Primary key attribute: s", "Query",
		`{"TableName":"log","KeyConditions":{%s},"QueryFilter":{"s":{"ComparisonOperator":"NOT_NULL"}}}`, hash)
}

func TestLegacyExpected(t *testing.T) {
	c := legacyTable(t)
	for _, tt := range []struct {
		expected string
		holds    bool
	}{
		{`{"n":{"Value":{"N":"10"}}}`, true},
		{`{"n":{"Value":{"N":"11"}}}`, false},
		{`{"n":{"Exists":true,"Value":{"N":"10"}}}`, true},
		{`{"n":{"Exists":false}}`, false},
		{`{"none":{"Exists":false}}`, true},
		{`{"n":{"ComparisonOperator":"GT","AttributeValueList":[{"N":"9"}]}}`, true},
		{`{"n":{"ComparisonOperator":"GT","Value":{"N":"10"}}}`, false},
		{`{"n":{"Value":{"N":"10"}},"none":{"Exists":false}}`, true},
		{`{"n":{"Value":{"N":"10"}},"text":{"Value":{"S":"else"}}}`, false},
		{`{"n":{"Value":{"N":"10"}},"text":{"Value":{"S":"else"}}},"ConditionalOperator":"OR"`, true},
	} {
		for op, what := range map[string]string{
			"PutItem":    `"Item":{"p":{"S":"a"},"s":{"N":"1"},"n":{"N":"10"},"text":{"S":"item1"}}`,
			"UpdateItem": `"Key":{"p":{"S":"a"},"s":{"N":"1"}},"AttributeUpdates":{"x":{"Value":{"S":"y"}}}`,
			"DeleteItem": `"Key":{"p":{"S":"a"},"s":{"N":"1"}}`,
		} {
			body := `{"TableName":"log",` + what + `,"Expected":` + tt.expected + `}`
			c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"N":"1"},"n":{"N":"10"},"text":{"S":"item1"}}}`)
			if tt.holds {
				c.call(op, "%s", body)
			} else {
				c.wantFail("ConditionalCheckFailedException: The conditional request failed", op, "%s", body)
			}
		}
	}
}

func TestLegacyUpdates(t *testing.T) {
	c := legacyTable(t)
	const key = `"Key":{"p":{"S":"a"},"s":{"N":"1"}}`
	out := c.call("UpdateItem", `{"TableName":"log",%s,"ReturnValues":"ALL_NEW","AttributeUpdates":{"n":{"Action":"ADD",
		"Value":{"N":"5"}},
		"text":{"Action":"DELETE"},"tags":{"Action":"DELETE","Value":{"SS":["all"]}},"list":{"Action":"ADD",
			"Value":{"L":[{"S":"x"}]}},"new":{"Value":{"BOOL":true}}}}`, key)
	wantJSON(t, out["Attributes"],
		`{"p":{"S":"a"},"s":{"N":"1"},"n":{"N":"15"},"tags":{"SS":["t1"]},"list":{"L":[{"S":"x"}]},"new":{"BOOL":true}}`)
	out = c.call("UpdateItem", `{"TableName":"log",%s,"ReturnValues":"UPDATED_NEW",`+
		`"AttributeUpdates":{"list":{"Action":"ADD","Value":{"L":[{"S":"a"}]}}}}`, key)
	wantJSON(t, out["Attributes"], `{"list":{"L":[{"S":"x"},{"S":"a"}]}}`)
	const bad = "ValidationException: One or more parameter values were invalid: "
	for update, want := range map[string]string{
		`{"x":{"Action":"PUT"}}`: "ValidationException: 1 validation error detected: One or more " +
			"parameter values were invalid: Only DELETE action is allowed when no attribute value is specified",
		`{"x":{"Action":"ADD","Value":{"S":"y"}}}`: "ValidationException: 1 validation error detected: One or more " +
			"parameter values were invalid: ADD action is not supported for the type S",
		`{"x":{"Action":"DELETE","Value":{"S":"y"}}}`: "ValidationException: 1 validation error detected: One or more " +
			"parameter values were invalid: DELETE action with value is not supported for the type S",
		`{"s":{"Action":"PUT","Value":{"N":"7"}}}`: bad + "Cannot update attribute s. This attribute is part of the key",
		`{"x":{"Action":"REMOVE","Value":{"N":"7"}}}`: "ValidationException: 1 validation error detected: Value 'REMOVE' " +
			"at 'attributeUpdates.member.action' failed to satisfy constraint: Member must satisfy enum value set: [ADD, " +
			"PUT, DELETE]",
	} {
		c.wantFail(want, "UpdateItem", `{"TableName":"log",%s,"AttributeUpdates":%s}`, key, update)
	}
}

func TestLegacyAttributesToGet(t *testing.T) {
	c := legacyTable(t)
	const key = `{"p":{"S":"a"},"s":{"N":"1"}}`
	out := c.call("GetItem", `{"TableName":"log","Key":%s,"AttributesToGet":["n","a.b"]}`, key)
	wantJSON(t, out["Item"], `{"n":{"N":"10"}}`)
	out = c.call("BatchGetItem", `{"RequestItems":{"log":{"Keys":[%s],"AttributesToGet":["n"]}}}`, key)
	wantJSON(t, out["Responses"], `{"log":[{"n":{"N":"10"}}]}`)
	out = c.call("Scan", `{"TableName":"log","Limit":1,"AttributesToGet":["n"],"Select":"SPECIFIC_ATTRIBUTES"}`)
	wantJSON(t, out["Items"], `[{"n":{"N":"10"}}]`)
	c.wantFail("ValidationException: One or more parameter values were invalid: Duplicate value in attribute name: n",
		"GetItem",
		`{"TableName":"log","Key":%s,"AttributesToGet":["n","m","n"]}`, key)
	c.wantFail("ValidationException: Cannot specify the AttributesToGet when choosing to get only the Count", "Scan",
		`{"TableName":"log","AttributesToGet":["n"],"Select":"COUNT"}`)
}

func TestLegacyParametersAreNotMixedWithExpressions(t *testing.T) {
	c := legacyTable(t)
	const key = `"TableName":"log","Key":{"p":{"S":"a"},"s":{"N":"1"}}`
	mixed := func(old, now string) string {
		return "ValidationException: Can not use both expression and non-expression parameters in the same request: " +
			"Non-expression parameters: {" + old + "} Expression parameters: {" + now + "}"
	}
	for _, tt := range []struct{ op, body, want string }{
		{"GetItem", key + `,"AttributesToGet":["n"],"ProjectionExpression":"n"`,
			mixed("AttributesToGet", "ProjectionExpression")},
		{"PutItem", `"TableName":"log","Item":{},"Expected":{},"ConditionExpression":"n = n"`,
			mixed("Expected", "ConditionExpression")},
		{"UpdateItem", key + `,"AttributeUpdates":{},"Expected":{},"UpdateExpression":"REMOVE n",` +
			`"ConditionExpression":"n = n"`,
			mixed("AttributeUpdates, Expected", "UpdateExpression, ConditionExpression")},
		{"DeleteItem", key + `,"ConditionalOperator":"OR","ConditionExpression":"n = n"`,
			mixed("ConditionalOperator", "ConditionExpression")},
		{"Query", `"TableName":"log","KeyConditions":{},"QueryFilter":{},"FilterExpression":"n = n"`,
			mixed("QueryFilter, KeyConditions", "FilterExpression")},
		{"Scan", `"TableName":"log","ScanFilter":{},"AttributesToGet":["n"],"ProjectionExpression":"n"`,
			mixed("AttributesToGet, ScanFilter", "ProjectionExpression")},
		{"GetItem", key + `,"AttributesToGet":["n"],"ExpressionAttributeNames":{"#n":"n"}`,
			"ValidationException: ExpressionAttributeNames can only be specified when using expressions"},
	} {
		want := tt.want
		if slices.Contains([]string{"PutItem", "UpdateItem", "DeleteItem"}, tt.op) {
			want = strings.Replace(want, ": ", ": 1 validation error detected: ", 1)
		}
		c.wantFail(want, tt.op, "{%s}", tt.body)
	}
	// of other operations
	c.call("Scan", `{"TableName":"log","Expected":{},"KeyConditions":{},"FilterExpression":"attribute_exists(n)"}`)
}

func TestLegacyConditionsThatAWSRefuses(t *testing.T) {
	c := legacyTable(t)
	const bad = "ValidationException: 1 validation error detected: One or more parameter values were invalid: "
	for expected, want := range map[string]string{
		`{"n":{}}`:              bad + "Value must be provided when Exists is null for Attribute: n",
		`{"n":{"Exists":true}}`: bad + "Value must be provided when Exists is true for Attribute: n",
		`{"n":{"Exists":false,"Value":{"N":"1"}}}`: bad +
			"Value cannot be used when Exists is false for Attribute: n",
		`{"n":{"Value":{"N":"1"},"AttributeValueList":[{"N":"1"}]}}`: bad +
			"Value and AttributeValueList cannot be used together for Attribute: n",
		`{"n":{"Exists":true,"ComparisonOperator":"NULL"}}`: bad +
			"Exists and ComparisonOperator cannot be used together for Attribute: n",
		`{"n":{"AttributeValueList":[{"N":"1"}]}}`: bad +
			"AttributeValueList can only be used with a ComparisonOperator for Attribute: n",
		`{"n":{"ComparisonOperator":"EQ"}}`: bad +
			"Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: n",
		`{"n":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"},{"N":"2"}]}}`: bad +
			"Invalid number of argument(s) for the EQ ComparisonOperator",
		`{"n":{"ComparisonOperator":"NULL","AttributeValueList":[{"N":"1"}]}}`: bad +
			"Invalid number of argument(s) for the NULL ComparisonOperator",
		`{"n":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"1"},{"S":"2"}]}}`: bad +
			"AttributeValues inside AttributeValueList must be of same type",
		`{"n":{"ComparisonOperator":"LT","AttributeValueList":[{"SS":["1"]}]}}`: bad +
			"ComparisonOperator LT is not valid for SS AttributeValue type",
		`{"n":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"2"},{"N":"1"}]}}`: "ValidationException: 1 " +
			"validation error detected: The BETWEEN condition was provided a range where the lower bound is greater than the " +
			"upper bound",
		`{"n":{"Exists":false}},"ConditionalOperator":"OR"`: "ValidationException: 1 validation error detected: " +
			"ConditionalOperator can only be used when Filter or Expected has at least two elements",
		`{},"ConditionalOperator":"AND"`: "ValidationException: 1 validation error detected: ConditionalOperator cannot " +
			"be used without Filter or Expected",
	} {
		c.wantFail(want, "DeleteItem", `{"TableName":"log","Key":{"p":{"S":"a"},"s":{"N":"1"}},"Expected":%s}`, expected)
	}
}

func TestPartiQLAndResourcePoliciesAreRefusedByAWSCodes(t *testing.T) {
	c := legacyTable(t)
	const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/log"
	const null = "ValidationException: 1 validation error detected: Value null at '%s' failed to satisfy constraint: " +
		"Member must not be null"
	const partiQL = "ValidationException: Statement wasn't well formed, can't be processed: PartiQL is not part of the " +
		"embedded cloud"
	for _, tt := range []struct{ op, body, want string }{
		{"ExecuteStatement", `{}`, fmt.Sprintf(null, "statement")},
		{"ExecuteStatement", `{"Statement":"SELECT * FROM log"}`, partiQL},
		{"BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT * FROM log"}]}`, partiQL},
		{"ExecuteTransaction", `{"TransactStatements":[{"Statement":"SELECT * FROM log"}]}`, partiQL},
		{"GetResourcePolicy", `{"ResourceArn":"` + arn + `"}`,
			"PolicyNotFoundException: Resource-based policy not found for the provided ResourceArn: " + arn},
		{"GetResourcePolicy", `{"ResourceArn":"` + arn + `2"}`, "ResourceNotFoundException: Requested resource not found"},
		{"PutResourcePolicy", `{"ResourceArn":"` + arn + `"}`, fmt.Sprintf(null, "policy")},
		{"PutResourcePolicy", `{"ResourceArn":"` + arn + `","Policy":"{}"}`,
			"ValidationException: Invalid policy document: resource-based policies are not part of the embedded cloud"},
	} {
		c.wantFail(tt.want, tt.op, "%s", tt.body)
	}
	c.call("DeleteResourcePolicy", `{"ResourceArn":"`+arn+`"}`)
}
