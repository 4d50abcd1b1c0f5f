package dynamodb

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

func TestTableLifecycle(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"}}}`)
	d := c.call("DescribeTable", `{"TableName":"sessions"}`)["Table"].(map[string]any)
	for k, want := range map[string]any{"TableStatus": "ACTIVE", "ItemCount": 1.0, "TableSizeBytes": 7.0,
		"TableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/sessions"} {
		if d[k] != want {
			t.Errorf("%s is %v, want %v", k, d[k], want)
		}
	}
	wantJSON(t, d["BillingModeSummary"].(map[string]any)["BillingMode"], `"PAY_PER_REQUEST"`)
	c.log("S")
	wantJSON(t, c.call("ListTables", `{"Limit":1}`), `{"TableNames":["log"],"LastEvaluatedTableName":"log"}`)
	wantJSON(t, c.call("ListTables", `{"ExclusiveStartTableName":"log"}`), `{"TableNames":["sessions"]}`)
	c.wantFail("ResourceInUseException: Table already exists: log", "CreateTable",
		`{"TableName":"log","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"p",`+
			`"AttributeType":"S"}],"KeySchema":[{"AttributeName":"p","KeyType":"HASH"}]}`)
	wantJSON(t, c.call("DeleteTable", `{"TableName":"sessions"}`)["TableDescription"].(map[string]any)["TableStatus"],
		`"DELETING"`)
	c.wantFail("ResourceNotFoundException: Requested resource not found: Table: sessions not found", "DescribeTable",
		`{"TableName":"sessions"}`)
	c.sessions()
	wantJSON(t, c.call("Scan", `{"TableName":"sessions"}`)["Items"], `[]`)
}

func TestCreateTableRefused(t *testing.T) {
	c := newClient(t, Options{})
	const key = `"KeySchema":[{"AttributeName":"p","KeyType":"HASH"}]`
	const def = `"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"}]`
	const demand = `"BillingMode":"PAY_PER_REQUEST"`
	for body, want := range map[string]string{
		key + "," + def: "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both " +
			"be specified when BillingMode is PROVISIONED",
		key + "," + def + "," + demand +
			`,"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}`: "One or more parameter values were " +
			"invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
		key + "," + demand: "One or more parameter values were invalid: Some index key attributes are not defined in " +
			"AttributeDefinitions. Keys: [p], AttributeDefinitions: []",
		key + "," + demand + `,"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"q",` +
			`"AttributeType":"S"}]`: "One or more parameter values were invalid: Number of attributes in KeySchema does not " +
			"exactly match number of attributes defined in AttributeDefinitions",
		demand + "," + def + `,"KeySchema":[{"AttributeName":"p",
			"KeyType":"RANGE"}]`: "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
		demand + "," + def + `,"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"p",
			"KeyType":"RANGE"}]`: "Both the Hash Key and the Range Key element in the KeySchema have the same name",
		key + "," + def + "," + demand + `,"GlobalSecondaryIndexes":[{"IndexName":"idx",` + key +
			`,"Projection":{}}]`: "One or more parameter values were invalid: Unknown ProjectionType: null",
		key + "," + def + "," + demand +
			`,"StreamSpecification":{"StreamEnabled":true}`: "DynamoDB Streams are not available in the embedded cloud",
	} {
		c.wantFail("ValidationException: "+want, "CreateTable", `{"TableName":"abc",`+body+`}`)
	}
}

func TestUpdateTableIndexes(t *testing.T) {
	c := newClient(t, Options{IndexLag: time.Hour})
	c.log("S")
	c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"S":"x"},"k":{"S":"v"}}}`)
	c.call("UpdateTable", `{"TableName":"log","AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}],`+
		`"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"by-k","KeySchema":[{"AttributeName":"k",`+
		`"KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}}]}`)
	wantJSON(t, c.call("Query", `{"TableName":"log","IndexName":"by-k","KeyConditionExpression":"k = :v",`+
		`"ExpressionAttributeValues":{":v":{"S":"v"}}}`)["Items"], `[{"p":{"S":"a"},"s":{"S":"x"},"k":{"S":"v"}}]`)
	c.wantFail("ValidationException: One or more parameter values were invalid: Type mismatch for Index Key k "+
		"Expected: S Actual: N IndexName: by-k", "PutItem",
		`{"TableName":"log","Item":{"p":{"S":"a"},"s":{"S":"x"},"k":{"N":"1"}}}`)
	c.call("UpdateTable", `{"TableName":"log","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-k"}}]}`)
	c.wantFail("ValidationException: The table does not have the specified index: by-k", "Scan",
		`{"TableName":"log","IndexName":"by-k"}`)
	c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"a"},"s":{"S":"x"},"k":{"N":"1"}}}`)

	c.call("UpdateTable", `{"TableName":"log","DeletionProtectionEnabled":true}`)
	c.wantFail("ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable "+
		"deletion protection first.", "DeleteTable", `{"TableName":"log"}`)
	c.call("UpdateTable", `{"TableName":"log","DeletionProtectionEnabled":false,"BillingMode":"PAY_PER_REQUEST"}`)
	c.call("DeleteTable", `{"TableName":"log"}`)
}

// TestTableDescriptions: which members the answers of the table operations have.
func TestTableDescriptions(t *testing.T) {
	c := newClient(t, Options{})
	const index = `"GlobalSecondaryIndexes":[{"IndexName":"idx","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],` +
		`"Projection":{"ProjectionType":"ALL"}%s}]`
	const table = `{"TableName":"%s",%s,"KeySchema":[{"AttributeName":"p","KeyType":"HASH"}],` +
		`"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"k","AttributeType":"S"}],`
	const five = `"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}`
	const three = `,"ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":2}`
	warm := func(d map[string]any) []any {
		return []any{d["WarmThroughput"], d["GlobalSecondaryIndexes"].([]any)[0].(map[string]any)["WarmThroughput"]}
	}
	for name, tt := range map[string]struct{ billing, index, want string }{
		"provisioned": {five, three,
			`[{"ReadUnitsPerSecond":5,"WriteUnitsPerSecond":5,"Status":"ACTIVE"},{"ReadUnitsPerSecond":3,` +
				`"WriteUnitsPerSecond":2,"Status":"ACTIVE"}]`},
		"demand": {`"BillingMode":"PAY_PER_REQUEST"`, "",
			`[{"ReadUnitsPerSecond":12000,"WriteUnitsPerSecond":4000,"Status":"ACTIVE"},{"ReadUnitsPerSecond":12000,` +
				`"WriteUnitsPerSecond":4000,"Status":"ACTIVE"}]`},
	} {
		made := c.call("CreateTable", fmt.Sprintf(table, name, tt.billing)+fmt.Sprintf(index, tt.index)+
			"}")["TableDescription"].(map[string]any)
		wantJSON(t, warm(made), `[null,null]`)
		wantJSON(t, warm(c.call("DescribeTable", `{"TableName":"%s"}`, name)["Table"].(map[string]any)), tt.want)
		gone := c.call("DeleteTable", `{"TableName":"%s"}`, name)["TableDescription"].(map[string]any)
		wantJSON(t, warm(gone), `[null,null]`)
		for _, member := range []string{"AttributeDefinitions", "KeySchema", "CreationDateTime"} {
			if made[member] == nil || gone[member] != nil {
				t.Errorf("%s: %s is %v when made and %v when deleted", name, member, made[member], gone[member])
			}
		}
	}
}

func TestEncryptionKeys(t *testing.T) {
	c := newClient(t, Options{})
	describe := func() any {
		return c.call("DescribeTable", `{"TableName":"abc"}`)["Table"].(map[string]any)["SSEDescription"]
	}
	const arn = "arn:aws:kms:us-east-1:123456789012:"
	for spec, want := range map[string]string{
		`{"Enabled":false}`: "",
		`{"Enabled":true}`:  arn + "key/" + managedKey,
		`{"Enabled":true,"SSEType":"KMS","KMSMasterKeyId":"id"}`: arn + "key/id",
		`{"Enabled":true,"KMSMasterKeyId":"alias/mine"}`:         arn + "alias/mine",
		`{"Enabled":true,"KMSMasterKeyId":"` + arn + `key/x"}`:   arn + "key/x",
	} {
		c.call("CreateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"p",
			"KeyType":"HASH"}],
			"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"}],"SSESpecification":%s}`, spec)
		if want == "" {
			wantJSON(t, describe(), `null`)
		} else {
			wantJSON(t, describe(), `{"Status":"ENABLED","SSEType":"KMS","KMSMasterKeyArn":"`+want+`"}`)
		}
		c.call("UpdateTable", `{"TableName":"abc","SSESpecification":{"Enabled":false}}`)
		wantJSON(t, describe(), `null`)
		c.call("DeleteTable", `{"TableName":"abc"}`)
	}
}

func TestTagsAndBackups(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	const arn = `"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/sessions"`
	c.call("TagResource", `{`+arn+`,"Tags":[{"Key":"b","Value":"2"},{"Key":"a","Value":"1"}]}`)
	c.call("UntagResource", `{`+arn+`,"TagKeys":["b"]}`)
	wantJSON(t, c.call("ListTagsOfResource", `{`+arn+`}`), `{"Tags":[{"Key":"a","Value":"1"}]}`)
	c.wantFail("ResourceNotFoundException: Requested resource not found: ResourcArn: nothing not found",
		"ListTagsOfResource", `{"ResourceArn":"nothing"}`)
	wantJSON(t, c.call("DescribeContinuousBackups", `{"TableName":"sessions"}`),
		`{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED",`+
			`"PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}}`)
	out := c.call("UpdateContinuousBackups",
		`{"TableName":"sessions","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}`)
	recovery := out["ContinuousBackupsDescription"].(map[string]any)["PointInTimeRecoveryDescription"].(map[string]any)
	wantJSON(t, recovery["PointInTimeRecoveryStatus"], `"ENABLED"`)
	c.wantFail("TableNotFoundException: Requested resource not found: Table: nowhere not found",
		"DescribeContinuousBackups", `{"TableName":"nowhere"}`)
}

// TestTimeToLive: an expired item is readable until it is deleted later, and one that was given more time stays.
func TestTimeToLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{TTLDelay: 5 * time.Minute})
		c.sessions()
		const spec = `{"TableName":"sessions","TimeToLiveSpecification":{"AttributeName":"PurgeAt","Enabled":%v}}`
		put := func(user string, in time.Duration) {
			c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"%s"},"PurgeAt":{"N":"%d"}}}`, user,
				time.Now().Add(in).Unix())
		}
		users := func() any {
			got := map[string]bool{}
			for _, u := range strings.Fields(keysOf(c.call("Scan", `{"TableName":"sessions"}`), "UserId")) {
				got[u] = true
			}
			return got
		}
		put("before", time.Hour) // before time to live is on
		wantJSON(t, c.call("UpdateTimeToLive", spec, true),
			`{"TimeToLiveSpecification":{"AttributeName":"PurgeAt","Enabled":true}}`)
		c.wantFail("ValidationException: TimeToLive is already enabled", "UpdateTimeToLive", spec, true)
		wantJSON(t, c.call("DescribeTimeToLive", `{"TableName":"sessions"}`),
			`{"TimeToLiveDescription":{"AttributeName":"PurgeAt","TimeToLiveStatus":"ENABLED"}}`)
		put("soon", time.Minute)
		put("extended", time.Minute)
		put("ancient", -6*365*24*time.Hour)
		c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"text"},"PurgeAt":{"S":"1"}}}`)

		time.Sleep(2 * time.Minute)
		put("extended", time.Hour)
		wantJSON(t, users(), `{"before":true,"soon":true,"extended":true,"ancient":true,"text":true}`)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		wantJSON(t, users(), `{"before":true,"extended":true,"ancient":true,"text":true}`)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		wantJSON(t, users(), `{"ancient":true,"text":true}`)
		c.call("UpdateTimeToLive", spec, false)
		wantJSON(t, c.call("DescribeTimeToLive", `{"TableName":"sessions"}`),
			`{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}`)
	})
}

// TestReopen: everything acknowledged is there after a restart, tokens and time to live included.
func TestReopen(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	c := openClient(t, st, Options{})
	c.sessions()
	c.log("N")
	warm(c)
	c.call("TransactWriteItems", claim, `,"ClientRequestToken":"t"`)
	c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"\u0000é"},"s":{"N":"-1.5"},"all":{"M":{"b":{"B":"AP8="},`+
		`"l":{"L":[{"NULL":true},{"BOOL":false}]},"ns":{"NS":["2","1"]},"bs":{"BS":["/w==","AA=="]}}}}}`)
	c.call("PutItem", `{"TableName":"log","Item":{"p":{"S":"gone"},"s":{"N":"1"}}}`)
	c.call("DeleteItem", `{"TableName":"log","Key":{"p":{"S":"gone"},"s":{"N":"1.0"}}}`)
	c.call("UpdateTimeToLive", `{"TableName":"sessions","TimeToLiveSpecification":{"AttributeName":"PurgeAt",`+
		`"Enabled":true}}`)
	read := func(c *client) []any {
		return []any{
			c.call("Scan", `{"TableName":"sessions"}`), c.call("Scan", `{"TableName":"log"}`), c.call("Query", byState, ""),
			c.call("DescribeTable", `{"TableName":"sessions"}`), c.call("DescribeTimeToLive", `{"TableName":"sessions"}`),
		}
	}
	before := read(c)
	again := openClient(t, st, Options{})
	wantJSON(t, read(again), string(mustJSON(before)))
	again.call("TransactWriteItems", claim, `,"ClientRequestToken":"t"`)
	again.call("DeleteTable", `{"TableName":"log"}`)
	wantJSON(t, openClient(t, st, Options{}).call("ListTables", `{}`), `{"TableNames":["sessions"]}`)
}

// recorder is an authorizer that remembers what it was asked, and allows what its function says.
type recorder struct {
	asked []request
	allow func(request) bool
}

type request struct {
	action, resource string
	keys             map[string][]string
}

func (r *recorder) Allowed(_ wire.Principal, action, resource string, keys map[string][]string) bool {
	q := request{action, resource, maps.Clone(keys)}
	r.asked = append(r.asked, q)
	return r.allow(q)
}

// TestAuthorization: which action on which ARN with which keys every operation asks for, and what a denial says.
func TestAuthorization(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	const table = "arn:aws:dynamodb:us-east-1:123456789012:table/sessions"
	for _, tt := range []struct{ op, body, action, resource, keys string }{
		{"PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u"},"x":{"S":"y"}},"ReturnValues":"ALL_OLD"}`, "PutItem",
			table, `{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId","x"],"dynamodb:ReturnValues":["ALL_OLD"]}`},
		{"GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"ProjectionExpression":"x.y"}`, "GetItem", table,
			`{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId","x"]}`},
		{"UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}},"UpdateExpression":"SET a = b",` +
			`"ConditionExpression":"attribute_exists(c)"}`, "UpdateItem", table,
			`{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId","a","b","c"]}`},
		{"DeleteItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u"}}}`, "DeleteItem", table,
			`{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId"]}`},
		{"Query", `{"TableName":"sessions","KeyConditionExpression":"UserId = :u",` +
			`"ExpressionAttributeValues":{":u":{"S":"u"}}}`, "Query", table,
			`{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId"]}`},
		{"Scan", `{"TableName":"sessions","IndexName":"by-state","Select":"COUNT"}`, "Scan", table + "/index/by-state",
			`{"dynamodb:Select":["COUNT"]}`},
		{"BatchGetItem", `{"RequestItems":{"sessions":{"Keys":[{"UserId":{"S":"u"}}]}}}`, "BatchGetItem", table,
			`{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId"]}`},
		{"BatchWriteItem", `{"RequestItems":{"sessions":[{"DeleteRequest":{"Key":{"UserId":{"S":"u"}}}}]}}`, "BatchWriteItem",
			table, `{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId"]}`},
		{"TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"sessions","Key":{"UserId":{"S":"u"}},` +
			`"ConditionExpression":"attribute_exists(c)"}}]}`, "ConditionCheckItem", table,
			`{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId","c"],` +
				`"dynamodb:EnclosingOperation":["TransactWriteItems"]}`},
		{"TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"sessions","Key":{"UserId":{"S":"u"}}}}]}`, "GetItem",
			table, `{"dynamodb:LeadingKeys":["u"],"dynamodb:Attributes":["UserId"],` +
				`"dynamodb:EnclosingOperation":["TransactGetItems"]}`},
		{"DescribeTable", `{"TableName":"sessions"}`, "DescribeTable", table, `{}`},
		{"ListTables", `{}`, "ListTables", "*", `{}`},
		{"PutItem", `{"TableName":"nowhere","Item":{"UserId":{"S":"u"}}}`, "PutItem",
			strings.Replace(table, "sessions", "nowhere", 1), `{"dynamodb:Attributes":["UserId"]}`},
	} {
		r := &recorder{allow: func(request) bool { return false }}
		c.auth = r
		want := "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/user/demo is not authorized to " +
			"perform: dynamodb:" + tt.action + " on resource: " + tt.resource +
			" because no identity-based policy allows the dynamodb:" + tt.action + " action"
		c.wantFail(want, tt.op, tt.body)
		if len(r.asked) != 1 || r.asked[0].action != "dynamodb:"+tt.action || r.asked[0].resource != tt.resource {
			t.Errorf("%s asked %v", tt.op, r.asked)
			continue
		}
		wantJSON(t, r.asked[0].keys, tt.keys)
	}
}

// TestStoreFails: a write that the store does not take is refused and not shown.
func TestStoreFails(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := openClient(t, st, Options{})
	c.sessions()
	warm(c)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	for op, body := range map[string]string{
		"PutItem":            `{"TableName":"sessions","Item":{"UserId":{"S":"i-1"}}}`,
		"TransactWriteItems": strings.Replace(claim, "%s", `,"ClientRequestToken":"t"`, 1),
		"DeleteTable":        `{"TableName":"sessions"}`,
	} {
		if w := c.raw(op, body); w.Code != 500 || !strings.Contains(w.Body.String(), "InternalServerError") {
			t.Errorf("%s: %d %s", op, w.Code, w.Body)
		}
	}
	wantJSON(t, c.call("Scan", `{"TableName":"sessions"}`)["Items"], `[{"UserId":{"S":"i-1"},"State":{"S":"warm"}}]`)
}
