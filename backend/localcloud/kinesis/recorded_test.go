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
