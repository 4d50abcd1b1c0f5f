package localcloud

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/sigv4"
)

// BenchmarkHTTP is one signed call over a connection of loopback, as the check `clouds` of build/bench asks: the same
// request again and again. Run it with -cpuprofile to see where a call's time goes, whatever else the machine does.
func BenchmarkHTTP(b *testing.B) {
	c := open(b, Options{Seed: 1, Dir: b.TempDir()})
	if err := c.Listen("", ""); err != nil {
		b.Fatal(err)
	}
	k := operatorOf(b, c)
	k.must("dynamodb", "PutItem", `{"TableName":"avatar-sessions","Item":{"UserId":{"S":"u"},"Epoch":{"N":"1"}}}`)
	k.call("ec2", "RunInstances", "LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=5&MaxCount=5")
	record := `{"PartitionKey":"k","Data":"` + strings.Repeat("eHh4", 67) + `"},`
	for _, call := range []struct{ service, target, body string }{
		{"dynamodb", "DynamoDB_20120810.GetItem",
			`{"TableName": "avatar-sessions", "Key": {"UserId": {"S": "u"}}, "ConsistentRead": true}`},
		{"dynamodb", "DynamoDB_20120810.PutItem",
			`{"TableName": "avatar-sessions", "Item": {"UserId": {"S": "u"}, "State": {"S": "warm"}, "Epoch": {"N": "1"}}}`},
		{"kinesis", "Kinesis_20131202.GetShardIterator",
			`{"StreamName": "avatar-logs", "ShardId": "shardId-000000000000", "ShardIteratorType": "LATEST"}`},
		{"kinesis", "Kinesis_20131202.PutRecords",
			`{"StreamName": "avatar-logs", "Records": [` + strings.TrimSuffix(strings.Repeat(record, 10), ",") + `]}`},
	} {
		b.Run(call.target, func(b *testing.B) { replay(b, c, k, call.service, call.target, call.body) })
	}
}

// replay sends one signed request again and again.
func replay(b *testing.B, c *Cloud, k caller, service, target, body string) {
	r, err := http.NewRequest(http.MethodPost, c.Endpoint()+"/", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("User-Agent", "Boto3/1.44.8 md/Botocore#1.44.8 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11.2")
	r.Header.Set("Amz-Sdk-Invocation-Id", "0f5b1a0c-6c0f-4f0e-9d6f-2a0f6d0c3a0b")
	r.Header.Set("Amz-Sdk-Request", "attempt=1")
	sigv4.Sign(r, []byte(body), k.key, k.secret, "", "us-east-1", service, time.Now())
	var raw bytes.Buffer
	if err := r.Write(&raw); err != nil {
		b.Fatal(err)
	}
	conn, err := net.Dial("tcp", r.URL.Host)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(raw.Bytes()); err != nil {
			b.Fatal(err)
		}
		answer, err := http.ReadResponse(in, r)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status, err)
		}
	}
}
