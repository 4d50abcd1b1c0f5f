package kinesis

import (
	"strings"
	"testing"
)

// TestRecordedRefusals holds what AWS was recorded to say of requests that are not valid: of every mistake at
// once, before it looks for the stream.
func TestRecordedRefusals(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	long := strings.Repeat("a", 129)
	const failed = "' failed to satisfy constraint: Member must "
	for _, each := range []struct {
		op, body string
		want     []string
	}{
		{"AddTagsToStream", `{}`, []string{"Value null at 'tags" + failed + "not be null",
			"Value null at 'streamName" + failed + "not be null"}},
		{"AddTagsToStream", `{"StreamName":"","Tags":{}}`, []string{
			"Value '{}' at 'tags" + failed + "have length greater than or equal to 1",
			"Value '' at 'streamName" + failed + "have length greater than or equal to 1",
			"Value '' at 'streamName" + failed + "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"}},
		{"AddTagsToStream", `{"StreamName":"none","Tags":{"a":"1","` + long + `":"3"}}`, []string{
			"Value '{a=1, " + long + "=3}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [" +
				"Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"}},
		{"RemoveTagsFromStream", `{"StreamName":"none","TagKeys":["a","` + long + `"]}`, []string{
			"Value '[a, " + long + "]' at 'tagKeys" + failed + "satisfy constraint: [Member must have length less than or " +
				"equal to 128, Member must have length greater than or equal to 1]"}},
		{"DescribeStream", `{"StreamName":"` + long + `","Limit":100000}`, []string{
			"Value '100000' at 'limit" + failed + "have value less than or equal to 10000",
			"Value '" + long + "' at 'streamName" + failed + "have length less than or equal to 128"}},
		{"PutRecords", `{"StreamName":"none","Records":[{"PartitionKey":"","Data":"","ExplicitHashKey":""}]}`, []string{
			"Value '' at 'records.1.member.partitionKey" + failed + "have length greater than or equal to 1",
			"Value '' at 'records.1.member.explicitHashKey" + failed + `satisfy regular expression pattern: 0|([1-9]\d{0,38})`}},
		{"GetShardIterator", `{"StreamName":"none","ShardId":"s","ShardIteratorType":"x"}`, []string{
			"Value 'x' at 'shardIteratorType" + failed + "satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, " +
				"AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"}},
		{"SplitShard", `{"StreamName":"none","ShardToSplit":"a","NewStartingHashKey":"01"}`, []string{
			"Value '01' at 'newStartingHashKey" + failed + `satisfy regular expression pattern: 0|([1-9]\d{0,38})`}},
	} {
		out, code := c.raw(each.op, each.body, nil)
		noun := []string{"", "1 validation error", "2 validation errors", "3 validation errors"}[len(each.want)]
		if text, _ := out["message"].(string); code != "ValidationException" ||
			text != noun+" detected: "+strings.Join(each.want, "; ") {
			t.Errorf("%s %s: %s %v", each.op, each.body, code, text)
		}
	}
	_, code := c.raw("PutRecords", `{"StreamName":"s","Records":[`+strings.Repeat(`{"PartitionKey":"","Data":""},`, 500)+
		`{"PartitionKey":"","Data":""}]}`, nil)
	if code != "ValidationException" {
		t.Errorf("too many records: %s", code)
	}
}

// TestRecordedSerialization holds what AWS was recorded to say of members of a wrong type.
func TestRecordedSerialization(t *testing.T) {
	c := newCloud(t, "", Options{})
	for body, want := range map[string]string{
		`{"StreamName":true}`: "class java.lang.Boolean can not be converted to an String",
		`{"StreamName":{}}`:   "Start of structure or map found where not expected.",
		`{"Tags":"x"}`:        "Expected map or null",
		`{"Tags":[]}`:         "Start of list found where not expected",
		`{"Tags":{"a":true}}`: "class java.lang.Boolean can not be converted to an String",
	} {
		if out, code := c.raw("AddTagsToStream", body, nil); code != "SerializationException" || out["Message"] != want {
			t.Errorf("%s: %s %v", body, code, out)
		}
	}
	for body, want := range map[string]string{
		`{"Records":"x"}`:             "Expected list or null",
		`{"Records":["x"]}`:           "Expected null",
		`{"Records":[{"Data":true}]}`: "class java.lang.Boolean can not be converted to a Blob",
		`{"Records":[{"Data":"23456"}]}`: "'23456' can not be converted to a Blob: Base64 encoded length is expected a " +
			"multiple of 4 bytes but found: 5",
		`{"Records":[{"Data":"=+/="}]}`: "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='",
		`{"Records":[{"Data":"+/+="}]}`: "'+/+=' can not be converted to a Blob: Invalid last non-pad " +
			"Base64 character dectected",
	} {
		if out, code := c.raw("PutRecords", body, nil); code != "SerializationException" || out["Message"] != want {
			t.Errorf("%s: %s %v", body, code, out)
		}
	}
	for body, want := range map[string]string{
		`{"MaxResults":"23"}`:              "class java.lang.String can not be converted to an Integer",
		`{"StreamCreationTimestamp":"23"}`: "class java.lang.String can not be converted to milliseconds since epoch",
	} {
		if out, code := c.raw("ListShards", body, nil); code != "SerializationException" || out["Message"] != want {
			t.Errorf("%s: %s %v", body, code, out)
		}
	}
}

// TestRecordedShardIDs: of a shard's ID AWS reads the number alone, and says in full which one isn't there.
func TestRecordedShardIDs(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 2)
	for _, id := range []string{"shardId-000000000001", "shardId-1", "1", "anything-1"} {
		if _, code := c.call("GetShardIterator", m{"StreamName": "s", "ShardId": id, "ShardIteratorType": "LATEST"}); code != "" {
			t.Errorf("%s: %s", id, code)
		}
	}
	const in = " in stream s under account 123456789012"
	for _, each := range []struct{ op, body, want string }{
		{"GetShardIterator", `{"StreamName":"s","ShardId":"shardId-5","ShardIteratorType":"LATEST"}`,
			"Shard shardId-000000000005" + in + " does not exist"},
		{"GetShardIterator", `{"StreamName":"s","ShardId":"2147483648","ShardIteratorType":"LATEST"}`,
			"Could not find shard 2147483648" + in + "."},
		{"GetShardIterator", `{"StreamName":"s","ShardId":"ABKLFD8","ShardIteratorType":"LATEST"}`,
			"Could not find shard ABKLFD8" + in + "."},
		{"SplitShard", `{"StreamName":"s","ShardToSplit":"shardId-5","NewStartingHashKey":"2"}`,
			"Could not find shard shardId-000000000005" + in + "."},
		{"MergeShards", `{"StreamName":"s","ShardToMerge":"0","AdjacentShardToMerge":"2.14E4"}`,
			"Could not find shard 2.14E4" + in + "."},
	} {
		if out, code := c.raw(each.op, each.body, nil); code != "ResourceNotFoundException" || out["message"] != each.want {
			t.Errorf("%s %s: %s %v, want %s", each.op, each.body, code, out["message"], each.want)
		}
	}
}

// TestRecordedArguments holds what AWS was recorded to say of tags' characters, retention and a list of nothing.
func TestRecordedArguments(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	const invalid = "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @."
	for _, each := range []struct{ op, body, want string }{
		{"AddTagsToStream", `{"StreamName":"s","Tags":{"abc;def":"1"}}`, invalid},
		{"AddTagsToStream", `{"StreamName":"s","Tags":{"a":"abc\tdef"}}`, invalid},
		{"AddTagsToStream", `{"StreamName":"s","Tags":{"a":"abc,def"}}`, invalid},
		{"AddTagsToStream", `{"StreamName":"s","Tags":{"abc%def":"1"}}`, "Failed to add tags to stream s under account " +
			"123456789012 because some tags contained illegal characters. The allowed characters are Unicode letters, " +
			"white-spaces, '_',',','/','=','+','-','@'."},
		{"IncreaseStreamRetentionPeriod", `{"StreamName":"s","RetentionPeriodHours":23}`, "Minimum allowed retention period is " +
			"24 hours. Requested retention period (23 hours) is too short."},
		{"ListShards", `{}`, "Either NextToken or StreamName should be provided."},
	} {
		if out, code := c.raw(each.op, each.body, nil); code != "InvalidArgumentException" || out["message"] != each.want {
			t.Errorf("%s %s: %s %v, want %s", each.op, each.body, code, out["message"], each.want)
		}
	}
	c.must("AddTagsToStream", m{"StreamName": "s", "Tags": m{"ü b_./=+-@1": "x y"}})
}
