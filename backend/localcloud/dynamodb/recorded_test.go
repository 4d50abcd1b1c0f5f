package dynamodb

import (
	"fmt"
	"testing"
)

var sprintf = fmt.Sprintf

// TestRecordedRefusals holds requests that AWS was recorded to refuse, and what it said.
func TestRecordedRefusals(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	const oneError = "1 validation error detected: "
	enum := func(member string) string {
		return oneError + "Value 'SORT' at '" + member +
			"' failed to satisfy constraint: Member must satisfy enum value set: " +
			"[HASH, RANGE]"
	}
	const schema = `{"TableName":"sorted","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[` +
		`{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],"KeySchema":[` +
		`{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"%s"}]%s}`
	const index = `,"%s":[{"IndexName":"index","KeySchema":[{"AttributeName":"n/a","KeyType":"HASH"},` +
		`{"AttributeName":"other","KeyType":"SORT"}],"Projection":{"ProjectionType":"ALL"}}]`
	for _, tt := range []struct{ want, operation, body string }{
		// Names that are not used come before conditions that do not fit the key.
		{"Value provided in ExpressionAttributeNames unused in expressions: keys: {#count}", "Query",
			`{"TableName":"sessions","KeyConditionExpression":"(#0 = x)","ExpressionAttributeNames":{"#0":"UserId","#count":"n"}}`},
		{"Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one " +
			"condition", "Query", `{"TableName":"sessions","KeyConditionExpression":"UserId = x"}`},
		// So does an empty expression.
		{"Invalid FilterExpression: The expression can not be empty;", "Query",
			`{"TableName":"sessions","KeyConditionExpression":"UserId = x","FilterExpression":""}`},
		{"One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string " +
			"value. Key: UserId", "TransactWriteItems", `{"TransactItems":[{"Update":{"TableName":"sessions",` +
			`"Key":{"UserId":{"S":""}},"UpdateExpression":"SET a = :v","ExpressionAttributeValues":{":v":{"N":"0"}}}}]}`},
		{oneError + "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName", "Query",
			`{"TableName":"sessions","KeyConditionExpression":"UserId = :u","ExpressionAttributeValues":{":u":{"S":"a"}},` +
				`"Select":"ALL_PROJECTED_ATTRIBUTES"}`},
		{"ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName", "Scan",
			`{"TableName":"sessions","Select":"ALL_PROJECTED_ATTRIBUTES"}`},
		{enum("keySchema.2.member.keyType"), "CreateTable", sprintf(schema, "SORT", "")},
		{enum("globalSecondaryIndexes.1.member.keySchema.2.member.keyType"), "CreateTable",
			sprintf(schema, "RANGE", sprintf(index, "GlobalSecondaryIndexes"))},
		{"2 validation errors detected: Value 'X' at 'attributeDefinitions.1.member.attributeType' failed to satisfy " +
			"constraint: Member must satisfy enum value set: [B, N, S]; Value 'SORT' at 'keySchema.1.member.keyType' failed to " +
			"satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]", "CreateTable", `{"TableName":"sorted",` +
			`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"X"}],` +
			`"KeySchema":[{"AttributeName":"pk","KeyType":"SORT"}]}`},
		{enum("localSecondaryIndexes.1.member.keySchema.2.member.keyType"), "CreateTable",
			sprintf(schema, "RANGE", sprintf(index, "LocalSecondaryIndexes"))},
	} {
		c.wantFail("ValidationException: "+tt.want, tt.operation, tt.body)
	}
}

// TestKeyConditionsOfSeveralAttributes asks an index of several attributes by the parameter that came
// before expressions.
func TestKeyConditionsOfSeveralAttributes(t *testing.T) {
	c := newClient(t, Options{})
	matches(c)
	const is = `{"ComparisonOperator":"%s","AttributeValueList":[{"%s":"%s"}]}`
	ask := func(more string) string {
		return `{"TableName":"matches","IndexName":"by-cup","KeyConditions":{"cup":` + sprintf(is, "EQ", "S", "c") +
			`,"region":` + sprintf(is, "EQ", "S", "eu") + more + `}}`
	}
	if got := keysOf(c.call("Query",
		ask(`,"round":`+sprintf(is, "EQ", "N", "2")+`,"bracket":`+sprintf(is, "EQ", "S", "low")+
			`,"game":`+sprintf(is, "GT", "N", "2"))), "id"); got != "c" {
		t.Errorf("%q", got)
	}
	c.wantFail("ValidationException: Query condition missed key schema element: round", "Query",
		ask(`,"bracket":`+sprintf(is, "EQ", "S", "low")))
}
