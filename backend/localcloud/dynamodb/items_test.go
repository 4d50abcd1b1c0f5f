package dynamodb

import (
	"strings"
	"testing"
)

func TestPutGetDelete(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	wantJSON(t, c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"N":"1.50"}}}`), `{}`)
	wantJSON(t, c.call("GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ConsistentRead":true}`),
		`{"Item":{"UserId":{"S":"u"},"x":{"N":"1.5"}}}`)
	wantJSON(t, c.call("GetItem",
		`{"TableName":"arn:aws:dynamodb:us-east-1:123456789012:table/sessions","Key":{"UserId":{"S":"u"}},`+
			`"ProjectionExpression":"#x","ExpressionAttributeNames":{"#x":"x"}}`), `{"Item":{"x":{"N":"1.5"}}}`)
	wantJSON(t, c.call("GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"nobody"}}}`), `{}`)
	wantJSON(t, c.call("PutItem",
		`{"TableName":"sessions","Item":{"UserId":{"S":"u"},"y":{"BOOL":false}},"ReturnValues":"ALL_OLD"}`),
		`{"Attributes":{"UserId":{"S":"u"},"x":{"N":"1.5"}}}`)
	wantJSON(t, c.call("DeleteItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ReturnValues":"ALL_OLD"}`),
		`{"Attributes":{"UserId":{"S":"u"},"y":{"BOOL":false}}}`)
	wantJSON(t, c.call("DeleteItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ReturnValues":"ALL_OLD"}`), `{}`)
}

func TestConditionalWrites(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	const absent = `"ConditionExpression":"attribute_not_exists(UserId)"`
	c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"N":"1"}},%s}`, absent)
	c.wantFail("ConditionalCheckFailedException: The conditional request failed", "PutItem",
		`{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"N":"2"}},%s}`, absent)
	_, out := c.fail("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"N":"2"}},`+
		`"ReturnValuesOnConditionCheckFailure":"ALL_OLD",%s}`, absent)
	wantJSON(t, out["Item"], `{"UserId":{"S":"u"},"x":{"N":"1"}}`)
	wantJSON(t, out["__type"], `"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"`)
	c.wantFail("ConditionalCheckFailedException: The conditional request failed", "DeleteItem",
		`{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ConditionExpression":"x > :one",`+
			`"ExpressionAttributeValues":{":one":{"N":"1"}}}`)
	c.wantFail("ConditionalCheckFailedException: The conditional request failed", "UpdateItem",
		`{"TableName":"sessions","Key":{"UserId":{"S":"v"}},"UpdateExpression":"SET x = :one",`+
			`"ConditionExpression":"attribute_exists(UserId)","ExpressionAttributeValues":{":one":{"N":"1"}}}`)
	wantJSON(t, c.call("Scan", `{"TableName":"sessions","Select":"COUNT"}`), `{"Count":1,"ScannedCount":1}`)
}

func TestReturnValues(t *testing.T) {
	for mode, want := range map[string]string{
		"NONE": `{}`,
		"ALL_OLD": `{"Attributes":{"UserId":{"S":"u"},"x":{"N":"1"},"m":{"M":{"a":{"N":"1"},"b":{"N":"2"}}},` +
			`"l":{"L":[{"N":"1"},{"N":"2"}]}}}`,
		"ALL_NEW": `{"Attributes":{"UserId":{"S":"u"},"x":{"N":"2"},"m":{"M":{"a":{"N":"9"},"b":{"N":"2"}}},` +
			`"l":{"L":[{"N":"1"},{"N":"9"}]},"y":{"N":"9"}}}`,
		"UPDATED_OLD": `{"Attributes":{"x":{"N":"1"},"m":{"M":{"a":{"N":"1"}}},"l":{"L":[{"N":"2"}]}}}`,
		"UPDATED_NEW": `{"Attributes":{"x":{"N":"2"},"m":{"M":{"a":{"N":"9"}}},"l":{"L":[{"N":"9"}]},"y":{"N":"9"}}}`,
	} {
		c := newClient(t, Options{})
		c.sessions()
		c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"N":"1"},"m":{"M":{"a":{"N":"1"},`+
			`"b":{"N":"2"}}},"l":{"L":[{"N":"1"},{"N":"2"}]}}}`)
		wantJSON(t, c.call("UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ReturnValues":"%s",
			"UpdateExpression":"ADD x :one SET m.a = :nine, y = :nine, l[1] = :nine",
			"ExpressionAttributeValues":{":one":{"N":"1"},":nine":{"N":"9"}}}`, mode), want)
	}
}

func TestUpdateItemCreates(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	c.call("UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"bare"}}}`)
	wantJSON(t, c.call("UpdateItem",
		`{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"UpdateExpression":"ADD n :one",`+
			`"ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"ALL_NEW"}`),
		`{"Attributes":{"UserId":{"S":"u"},"n":{"N":"1"}}}`)
	wantJSON(t, c.call("GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"bare"}}}`),
		`{"Item":{"UserId":{"S":"bare"}}}`)
}

// TestRefused is the words for what is wrong with a request.
func TestRefused(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	c.log("N")
	c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}}}`)
	big := strings.Repeat("x", 400<<10)
	long := strings.Repeat("k", 2049)
	const param = "ValidationException: One or more parameter values were invalid: "
	const detected = "ValidationException: 1 validation error detected: "
	const detectedParam = detected + "One or more parameter values were invalid: "
	for _, tt := range []struct{ op, body, want string }{
		{"GetItem", `{"TableName":"nowhere","Key":{"a":{"S":"b"}}}`,
			"ResourceNotFoundException: Requested resource not found"},
		{"GetItem", `{"Key":{"a":{"S":"b"}}}`,
			"ValidationException: The parameter 'TableName' is required but was not present in the request"},
		{"GetItem", `{"TableName":"a b c"}`,
			"ValidationException: 1 validation error detected: Value 'a b c' at 'tableName' failed to satisfy constraint: " +
				"Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
		{"GetItem", `{"TableName":"ab"}`,
			"ValidationException: TableName must be at least 3 characters long and at most 255 characters long"},
		{"GetItem", `{"TableName":"sessions"}`,
			"ValidationException: 1 validation error detected: Value null at 'key' failed to satisfy constraint: Member must " +
				"not be null"},
		{"GetItem", `{"TableName":"sessions","Key":{}}`,
			"ValidationException: The provided key element does not match the schema"},
		{"GetItem", `{"TableName":"sessions","Key":{"UserId":{"N":"1"}}}`,
			"ValidationException: The provided key element does not match the schema"},
		{"GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"},"x":{"S":"u"}}}`,
			"ValidationException: The provided key element does not match the schema"},
		{"GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":""}}}`,
			"ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute cannot " +
				"contain an empty string value. Key: UserId"},
		{"GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"` + long + `"}}}`,
			param + "Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ExpressionAttributeNames":{"#a":"b"}}`,
			"ValidationException: ExpressionAttributeNames can only be specified when using expressions"},
		{"GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ReturnConsumedCapacity":"SOME"}`,
			"ValidationException: 1 validation error detected: Value 'SOME' at 'returnConsumedCapacity' failed to satisfy " +
				"constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"},
		{"PutItem", `{"TableName":"sessions"}`,
			"ValidationException: 1 validation error detected: Value null at 'item' failed to satisfy constraint: Member " +
				"must not be null"},
		{"PutItem", `{"TableName":"sessions","Item":{"x":{"S":"y"}}}`, param + "Missing the key UserId in the item"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"N":"1"}}}`,
			param + "Type mismatch for key UserId expected: S actual: N"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"State":{"N":"1"}}}`,
			param + "Type mismatch for Index Key State Expected: S Actual: N IndexName: by-state"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"State":{"S":""}}}`,
			"ValidationException: One or more parameter values are not valid. A value specified for a secondary index key is " +
				"not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: " +
				"by-state, IndexKey: State"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"S":"` + big + `"}}}`,
			"ValidationException: Item size has exceeded the maximum allowed size"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{}}}`,
			"ValidationException: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u","N":"1"}}}`,
			"ValidationException: Supplied AttributeValue has more than one datatypes set, must contain exactly one of the " +
				"supported datatypes"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"NULL":false}}}`,
			detectedParam + "Null attribute value types must have the value of true"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"SS":[]}}}`,
			detectedParam + "An string set  may not be empty"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"NS":["1","1.0"]}}}`,
			detectedParam + "Input collection [1, 1.0] contains duplicates."},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"N":"dog"}}}`,
			"ValidationException: The parameter cannot be converted to a numeric value: dog"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"N":1}}}`,
			"SerializationException: Unexpected value type in payload: N wants a string"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":` + strings.Repeat(`{"L":[`, 40) +
			strings.Repeat(`]}`, 40) + `}}`, "ValidationException: Nesting Levels have exceeded supported limits"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}},"ReturnValues":"ALL_NEW"}`,
			"ValidationException: ReturnValues can only be ALL_OLD or NONE"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}},"ConditionExpression":"x = :x",` +
			`"ExpressionAttributeValues":{":x":{"S":"y"},":z":{"S":"z"}}}`,
			detected + "Value provided in ExpressionAttributeValues unused in expressions: keys: {:z}"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}},"ConditionExpression":"#x = :x",` +
			`"ExpressionAttributeNames":{"#x":"x","#y":"y"},"ExpressionAttributeValues":{":x":{"S":"y"}}}`,
			detected + "Value provided in ExpressionAttributeNames unused in expressions: keys: {#y}"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}},"ExpressionAttributeValues":{":x":{"S":"y"}}}`,
			detected + "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}},"ConditionExpression":"x = :x",` +
			`"ExpressionAttributeValues":{}}`, detected + "ExpressionAttributeValues must not be empty"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}},"ConditionExpression":"x = :x",` +
			`"ExpressionAttributeValues":{"x":{"S":"y"}}}`,
			detected + `ExpressionAttributeValues contains invalid key: Syntax error; key: "x"`},
		{"UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"UpdateExpression":"SET UserId = :x",` +
			`"ExpressionAttributeValues":{":x":{"S":"y"}}}`,
			param + "Cannot update attribute UserId. This attribute is part of the key"},
		{"UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"UpdateExpression":"SET x = :x",` +
			`"ExpressionAttributeValues":{":x":{"S":"` + big + `"}}}`,
			"ValidationException: Item size to update has exceeded the maximum allowed size"},
		{"UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ExpressionAttributeValues":{":x":{"S":"y"}}}`,
			detected + "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and " +
				"ConditionExpression are null"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"L":[{"BS":[]}]}}}`,
			detectedParam + "Binary sets should not be empty"},
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}},"ConditionExpression":""}`,
			detected + "Invalid ConditionExpression: The expression can not be empty;"},
		{"UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"UpdateExpression":""}`,
			detected + "Invalid UpdateExpression: The expression can not be empty;"},
		{"DeleteItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ConditionExpression":"x = x"}`,
			detected + "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this " +
				"operator or function; operator: =, first operand: [x]"},
		{"TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"sessions","Item":{"UserId":{"S":"u"}},` +
			`"ConditionExpression":""}}]}`,
			"ValidationException: Invalid ConditionExpression: The expression can not be empty;"},
		{"TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"sessions","Item":{"UserId":{"S":"u"},` +
			`"x":{"SS":[]}}}}]}`, param + "An string set  may not be empty"},
		{"Query", `{"TableName":"sessions","KeyConditionExpression":"UserId = :x","ExpressionAttributeValues":{}}`,
			"ValidationException: ExpressionAttributeValues must not be empty"},
		{"Query", `{"TableName":"sessions","KeyConditionExpression":"UserId = :u",` +
			`"ExpressionAttributeValues":{":u":{"S":"u"}},"ProjectionExpression":"x","Select":"COUNT"}`,
			detected + "Cannot specify the ProjectionExpression when choosing to get only the Count"},
		{"Query", `{"TableName":"sessions","KeyConditionExpression":"UserId = :u",` +
			`"ExpressionAttributeValues":{":u":{"S":"u"}},"Select":"SPECIFIC_ATTRIBUTES"}`,
			detected + "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"},
		{"Scan", `{"TableName":"sessions","ProjectionExpression":"x","Select":"COUNT"}`,
			"ValidationException: Cannot specify the ProjectionExpression when choosing to get only the Count"},
		{"Query", `{"TableName":"sessions"}`,
			"ValidationException: Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
		{"Scan", `{"TableName":"sessions","Limit":0}`,
			"ValidationException: 1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member " +
				"must have value greater than or equal to 1"},
		{"Scan", `{"TableName":"sessions","IndexName":"none"}`,
			"ValidationException: The table does not have the specified index: none"},
		{"Scan", `{"TableName":"sessions","IndexName":"by-state","ConsistentRead":true}`,
			"ValidationException: Consistent reads are not supported on global secondary indexes"},
		{"Scan", `{"TableName":"sessions","Segment":1,"TotalSegments":1}`,
			"ValidationException: The Segment parameter is zero-based and must be less than parameter TotalSegments: " +
				"Segment: 1 is not less than TotalSegments: 1"},
		{"Scan", `{"TableName":"sessions","ExclusiveStartKey":{"x":{"S":"y"}}}`,
			"ValidationException: The provided starting key is invalid"},
		{"Scan", `{"TableName":"sessions","Select":"SPECIFIC_ATTRIBUTES"}`,
			"ValidationException: Must specify the AttributesToGet or ProjectionExpression when choosing to get " +
				"SPECIFIC_ATTRIBUTES"},
		{"Scan", `{"TableName":"sessions","IndexName":"keys","ProjectionExpression":"y"}`,
			param + "Global secondary index keys does not project [y]"},
		{"Scan", `{"TableName":"sessions","IndexName":"keys","Select":"ALL_ATTRIBUTES"}`,
			param + "Select type ALL_ATTRIBUTES is not supported for global secondary index keys because its projection type " +
				"is not ALL"},
		{"BatchGetItem", `{"RequestItems":{}}`,
			"ValidationException: 1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: " +
				"Member must have length greater than or equal to 1"},
		{"BatchGetItem", `{"RequestItems":{"sessions":{"Keys":[{"UserId":{"S":"u"}},{"UserId":{"S":"u"}}]}}}`,
			"ValidationException: Provided list of item keys contains duplicates"},
		{"BatchWriteItem", `{"RequestItems":{"sessions":[{"DeleteRequest":{"Key":{"UserId":{"S":"u"}}}},` +
			`{"PutRequest":{"Item":{"UserId":{"S":"u"}}}}]}}`,
			"ValidationException: Provided list of item keys contains duplicates"},
		{"BatchWriteItem", `{"RequestItems":{"sessions":[` + strings.Repeat(`{},`, 25) + `{}]}}`,
			"ValidationException: Too many items requested for the BatchWriteItem call"},
		{"TransactWriteItems", `{"TransactItems":[{}]}`,
			"ValidationException: TransactItems can only contain one of Check, Put, Update or Delete"},
		{"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"sessions","Key":{"UserId":{"S":"u"}}}},` +
			`{"Delete":{"TableName":"sessions","Key":{"UserId":{"S":"u"}}}}]}`,
			"ValidationException: Transaction request cannot include multiple operations on one item"},
		{"PutItem", `{"TableName":`, "SerializationException: unexpected end of JSON input"},
		{"PutItem", `{"TableName":7}`, "SerializationException: number cannot be converted to the type of TableName"},
		{"ExecuteNothing", `{}`, "UnknownOperationException: ExecuteNothing is not an operation of DynamoDB that the " +
			"embedded cloud has"},
	} {
		c.wantFail(tt.want, tt.op, tt.body)
	}
}

func TestErrorNamespaces(t *testing.T) {
	c := newClient(t, Options{})
	for body, want := range map[string]string{
		`{}`:                  "com.amazon.coral.validate#ValidationException",
		`{`:                   "com.amazon.coral.service#SerializationException",
		`{"TableName":"abc"}`: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
	} {
		_, out := c.fail("DescribeTable", body)
		if out["__type"] != want {
			t.Errorf("%s: %v, want %s", body, out["__type"], want)
		}
	}
}

func TestBatch(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	wantJSON(t, c.call("BatchWriteItem",
		`{"ReturnConsumedCapacity":"TOTAL","RequestItems":{"sessions":[{"PutRequest":{"Item":{"UserId":{"S":"a"}}}},`+
			`{"PutRequest":{"Item":{"UserId":{"S":"b"}}}}]}}`),
		`{"UnprocessedItems":{},"ConsumedCapacity":[{"TableName":"sessions","CapacityUnits":2}]}`)
	c.call("BatchWriteItem", `{"RequestItems":{"sessions":[{"DeleteRequest":{"Key":{"UserId":{"S":"a"}}}}]}}`)
	wantJSON(t, c.call("BatchGetItem",
		`{"ReturnConsumedCapacity":"TOTAL","RequestItems":{"sessions":{"Keys":[{"UserId":{"S":"a"}},{"UserId":{"S":"b"}}],`+
			`"ConsistentRead":true}}}`),
		`{"Responses":{"sessions":[{"UserId":{"S":"b"}}]},"UnprocessedKeys":{},`+
			`"ConsumedCapacity":[{"TableName":"sessions","CapacityUnits":2}]}`)
}

// TestBatchGetStopsAtItsSize: 16 MB, the rest as UnprocessedKeys.
func TestBatchGetStopsAtItsSize(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	var keys []string
	for i := range 50 {
		c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u%d"},"x":{"S":"%s"}}}`, i,
			strings.Repeat("x", 390<<10))
		keys = append(keys, `{"UserId":{"S":"u`+itoa(i)+`"}}`)
	}
	out := c.call("BatchGetItem", `{"RequestItems":{"sessions":{"Keys":[%s]}}}`, strings.Join(keys, ","))
	got := len(out["Responses"].(map[string]any)["sessions"].([]any))
	rest := len(out["UnprocessedKeys"].(map[string]any)["sessions"].(map[string]any)["Keys"].([]any))
	if got != 43 || rest != 7 {
		t.Errorf("%d answered, %d not processed", got, rest)
	}
}

func TestConsumedCapacity(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	put := func(body string) any {
		return c.call("PutItem", `{"TableName":"sessions","ReturnConsumedCapacity":"INDEXES","Item":{"UserId":{"S":"u"},%s}}`,
			body)["ConsumedCapacity"]
	}
	wantJSON(t, put(`"x":{"S":"`+strings.Repeat("x", 1500)+`"}`),
		`{"TableName":"sessions","CapacityUnits":2,"Table":{"CapacityUnits":2}}`)
	wantJSON(t, put(`"State":{"S":"warm"},"Created":{"N":"1"}`),
		`{"TableName":"sessions","CapacityUnits":4,"Table":{"CapacityUnits":2},`+
			`"GlobalSecondaryIndexes":{"by-state":{"CapacityUnits":1},"keys":{"CapacityUnits":1}}}`)
	wantJSON(t, put(`"State":{"S":"cold"},"Created":{"N":"1"}`),
		`{"TableName":"sessions","CapacityUnits":5,"Table":{"CapacityUnits":1},`+
			`"GlobalSecondaryIndexes":{"by-state":{"CapacityUnits":2},"keys":{"CapacityUnits":2}}}`)
	wantJSON(t, c.call("GetItem",
		`{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ReturnConsumedCapacity":"TOTAL"}`)["ConsumedCapacity"],
		`{"TableName":"sessions","CapacityUnits":0.5}`)
	wantJSON(t, c.call("TransactGetItems",
		`{"TransactItems":[{"Get":{"TableName":"sessions","Key":{"UserId":{"S":"u"}}}}],
			"ReturnConsumedCapacity":"TOTAL"}`)["ConsumedCapacity"], `[{"TableName":"sessions","CapacityUnits":2,
			"ReadCapacityUnits":2}]`)
}

// TestBatchWriteOfAnItemWithoutTheKey has a sentence of its own, which PutItem does not have.
func TestBatchWriteOfAnItemWithoutTheKey(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	for _, request := range []string{
		`{"PutRequest":{"Item":{"x":{"S":"y"}}}}`, `{"PutRequest":{"Item":{"UserId":{"N":"1"}}}}`,
		`{"DeleteRequest":{"Key":{"x":{"S":"y"}}}}`,
	} {
		c.wantFail("ValidationException: The provided key element does not match the schema", "BatchWriteItem",
			`{"RequestItems":{"sessions":[%s]}}`, request)
	}
}
