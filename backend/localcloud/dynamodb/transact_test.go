package dynamodb

import (
	"testing"
	"testing/synctest"
	"time"
)

// claim is the launcher's own transaction: the instance warm → claimed, the session absent → present.
const claim = `{"TransactItems":[
	{"Update":{"TableName":"sessions","Key":{"UserId":{"S":"i-1"}},"UpdateExpression":"SET #s = :claimed ADD Epoch :one",
		"ConditionExpression":"#s = :warm","ReturnValuesOnConditionCheckFailure":"ALL_OLD",
		"ExpressionAttributeNames":{"#s":"State"},"ExpressionAttributeValues":{":claimed":{"S":"claimed"},
			":warm":{"S":"warm"},":one":{"N":"1"}}}},
	{"Put":{"TableName":"sessions","Item":{"UserId":{"S":"demo"},"InstanceId":{"S":"i-1"}},
		"ConditionExpression":"attribute_not_exists(UserId)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}},
	{"ConditionCheck":{"TableName":"sessions","Key":{"UserId":{"S":"pool"}},
		"ConditionExpression":"attribute_not_exists(closed)"}}]%s}`

func warm(c *client) {
	c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"i-1"},"State":{"S":"warm"}}}`)
}

func TestTransaction(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	warm(c)
	wantJSON(t, c.call("TransactWriteItems", claim, ""), `{}`)
	wantJSON(t, c.call("TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"sessions","Key":{"UserId":{"S":"i-1"}},
		"ProjectionExpression":"Epoch, #s","ExpressionAttributeNames":{"#s":"State"}}},
		{"Get":{"TableName":"sessions","Key":{"UserId":{"S":"nobody"}}}},{"Get":{"TableName":"sessions",
			"Key":{"UserId":{"S":"demo"}}}}]}`),
		`{"Responses":[{"Item":{"Epoch":{"N":"1"},"State":{"S":"claimed"}}},{},{"Item":{"UserId":{"S":"demo"},`+
			`"InstanceId":{"S":"i-1"}}}]}`)

	got, out := c.fail("TransactWriteItems", claim, "")
	if want := "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific " +
		"reasons [ConditionalCheckFailed, ConditionalCheckFailed, None]"; got != want {
		t.Errorf("%s", got)
	}
	wantJSON(t, out["CancellationReasons"], `[
		{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{"UserId":{"S":"i-1"},
			"State":{"S":"claimed"},"Epoch":{"N":"1"}}},
		{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{"UserId":{"S":"demo"},
			"InstanceId":{"S":"i-1"}}},
		{"Code":"None"}]`)
}

// TestTransactionIsAllOrNothing: one failing action leaves no trace of the others.
func TestTransactionIsAllOrNothing(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	warm(c)
	c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"pool"},"closed":{"BOOL":true}}}`)
	got, _ := c.fail("TransactWriteItems", claim, "")
	if want := "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific " +
		"reasons [None, None, ConditionalCheckFailed]"; got != want {
		t.Errorf("%s", got)
	}
	wantJSON(t, c.call("Scan", `{"TableName":"sessions","FilterExpression":"UserId <> :p",`+
		`"ExpressionAttributeValues":{":p":{"S":"pool"}}}`)["Items"], `[{"UserId":{"S":"i-1"},"State":{"S":"warm"}}]`)
}

// TestTransactionValidationByPosition: what depends on the stored item or the schema is a reason, not a refusal.
func TestTransactionValidationByPosition(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	warm(c)
	for action, message := range map[string]string{
		`{"Delete":{"TableName":"sessions","Key":{"Wrong":{"S":"x"}}}}`: "The provided key element does not match the schema",
		`{"Update":{"TableName":"sessions","Key":{"UserId":{"S":"i-1"}},"UpdateExpression":"SET a.b = :x",` +
			`"ExpressionAttributeValues":{":x":{"S":"x"}}}}`: "The document path provided in the update expression is " +
			"invalid for update",
		`{"Update":{"TableName":"sessions","Key":{"UserId":{"S":"i-1"}},"UpdateExpression":"ADD Created :x",` +
			`"ExpressionAttributeValues":{":x":{"SS":["x"]}}}}`: "One or more parameter values were invalid: Type mismatch " +
			"for Index Key Created Expected: N Actual: SS IndexName: by-state",
		`{"Put":{"TableName":"sessions","Item":{"x":{"S":"x"}}}}`: "One or more parameter values were invalid: Missing " +
			"the key UserId in the item",
	} {
		_, out := c.fail("TransactWriteItems",
			`{"TransactItems":[{"Put":{"TableName":"sessions","Item":{"UserId":{"S":"fine"}}}},%s]}`, action)
		b := out["CancellationReasons"].([]any)[1].(map[string]any)
		if b["Code"] != "ValidationError" || b["Message"] != message {
			t.Errorf("%s: %v", action, b)
		}
	}
	wantJSON(t, c.call("GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"fine"}}}`), `{}`)
}

func TestClientRequestToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{})
		c.sessions()
		const add = `{"ClientRequestToken":"%s","ReturnConsumedCapacity":"%s",` +
			`"TransactItems":[{"Update":{"TableName":"sessions","Key":{"UserId":{"S":"n"}},"UpdateExpression":"ADD n :x",` +
			`"ExpressionAttributeValues":{":x":{"N":"%d"}}}}]}`
		n := func() any {
			return c.call("GetItem", `{"TableName":"sessions",
				"Key":{"UserId":{"S":"n"}}}`)["Item"].(map[string]any)["n"].(map[string]any)["N"]
		}
		c.call("TransactWriteItems", add, "one", "NONE", 1)
		c.call("TransactWriteItems", add, "one", "TOTAL", 1)
		if n() != "1" {
			t.Errorf("done again: %v", n())
		}
		if got, _ := c.fail("TransactWriteItems", add, "one", "NONE", 2); got != "IdempotentParameterMismatchException: "+
			"Request token was used with different parameters" {
			t.Errorf("%s", got)
		}
		c.call("TransactWriteItems", add, "two", "NONE", 1)
		if n() != "2" {
			t.Errorf("another token: %v", n())
		}
		time.Sleep(10 * time.Minute)
		c.call("TransactWriteItems", add, "one", "NONE", 2)
		if n() != "4" {
			t.Errorf("an old token: %v", n())
		}
	})
}

// TestFailedTransactionFreesItsToken: a retry with the same token after a failure is evaluated again.
func TestFailedTransactionFreesItsToken(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	c.fail("TransactWriteItems", claim, `,"ClientRequestToken":"t"`)
	warm(c)
	c.call("TransactWriteItems", claim, `,"ClientRequestToken":"t"`)
	c.call("TransactWriteItems", claim, `,"ClientRequestToken":"t"`)
}
