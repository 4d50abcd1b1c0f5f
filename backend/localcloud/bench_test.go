package localcloud

import (
	"fmt"
	"runtime"
	"testing"
)

// BenchmarkCall is one signed call by the in-process transport, front door and policies included: what a simulated
// launcher's calls cost the cloud.
func BenchmarkCall(b *testing.B) {
	c := open(b, Options{Seed: 1})
	k := operatorOf(b, c)
	if got := k.call("ec2", "RunInstances",
		"LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=15&MaxCount=15"); got.status != 200 {
		b.Fatal(got.body)
	}
	id := c.ec2.Load().Instances()[0].ID
	k.must("dynamodb", "PutItem", `{"TableName":"avatar-sessions","Item":{"UserId":{"S":"u"},"Epoch":{"N":"1"}}}`)
	for range 100 {
		k.must("kinesis", "PutRecord",
			`{"StreamName":"avatar-logs","PartitionKey":"k","Data":"eyJ2IjoxLCJtc2ciOiJoZWFydGJlYXQifQ=="}`)
	}
	iterator := k.must("kinesis", "GetShardIterator",
		`{"StreamName":"avatar-logs","ShardId":"shardId-000000000000","ShardIteratorType":"TRIM_HORIZON"}`)["ShardIterator"]
	for _, call := range []struct{ service, operation, body string }{
		{"sts", "GetCallerIdentity", ""},
		{"ec2", "DescribeInstances", ""},
		{"ec2", "DescribeInstanceStatus", ""},
		{"ec2", "StartInstances", "InstanceId.1=" + id},
		{"ec2", "CreateTags", "ResourceId.1=" + id + "&Tag.1.Key=owner&Tag.1.Value=ann"},
		{"dynamodb", "GetItem", `{"TableName":"avatar-sessions","Key":{"UserId":{"S":"u"}},"ConsistentRead":true}`},
		{"dynamodb", "UpdateItem", `{"TableName":"avatar-sessions","Key":{"UserId":{"S":"u"}},"UpdateExpression":"SET ` +
			`LastActivity = :t","ConditionExpression":"Epoch = :e","ExpressionAttributeValues":{":t":{"N":"7"},":e":{"N":"1"}}}`},
		{"dynamodb", "TransactWriteItems",
			`{"TransactItems":[{"Put":{"TableName":"avatar-leases","Item":{"LeaseId":{"S":"a"}}}},` +
				`{"Update":{"TableName":"avatar-sessions","Key":{"UserId":{"S":"u"}},"UpdateExpression":"SET LastActivity = :t",` +
				`"ExpressionAttributeValues":{":t":{"N":"7"}}}}]}`},
		{"kinesis", "GetRecords", fmt.Sprintf(`{"ShardIterator":%q,"Limit":100}`, iterator)},
		{"kinesis", "PutRecord", `{"StreamName":"avatar-logs","PartitionKey":"k",` +
			`"Data":"eyJ2IjoxLCJtc2ciOiJoZWFydGJlYXQifQ=="}`},
		{"cognito-idp", "ListUsers", `{"UserPoolId":"` + c.Outputs().UserPoolID + `","Limit":10}`},
		{"route53", "ListHostedZones", ""},
		{"scheduler", "ListSchedules", ""},
	} {
		b.Run(call.service+"/"+call.operation, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := k.call(call.service, call.operation, call.body); got.status != 200 {
					b.Fatal(got.body)
				}
			}
		})
	}
}

// BenchmarkSignIn is a whole sign-in: SRP on both sides, tokens, an identity, credentials.
func BenchmarkSignIn(b *testing.B) {
	c := open(b, Options{Seed: 1})
	password := passwordOf(b, c, "demo")
	for b.Loop() {
		if _, got := signIn(b, c, "demo", password); got.status != 200 {
			b.Fatal(got.body)
		}
	}
}

// BenchmarkThousandInstances launches a thousand instances that boot, write their logs and answer, and reports what
// each of them takes of the memory.
func BenchmarkThousandInstances(b *testing.B) {
	const instances = 1000
	for b.Loop() {
		c, err := Open(Options{Seed: 1})
		if err != nil {
			b.Fatal(err)
		}
		k := operatorOf(b, c)
		before := heap()
		if got := k.call("ec2", "RunInstances",
			fmt.Sprintf("LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=%d&MaxCount=%[1]d",
				instances)); got.status != 200 {
			b.Fatal(got.body)
		}
		b.ReportMetric(float64(heap()-before)/instances, "B/instance")
		for _, in := range c.ec2.Load().Instances() {
			if !c.sim.Answering(in.ID) {
				b.Fatalf("%s does not answer", in.ID)
			}
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(0, "ns/op") // the launch is not what this is about
}

// BenchmarkOpen opens a cloud that keeps nothing, one in a new folder and one in a folder that has been used.
func BenchmarkOpen(b *testing.B) {
	one := func(b *testing.B, o Options) {
		c, err := Open(o)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			one(b, Options{WithoutUsers: true})
		}
	})
	b.Run("newFolder", func(b *testing.B) {
		for b.Loop() {
			one(b, Options{WithoutUsers: true, Dir: b.TempDir()})
		}
	})
	b.Run("usedFolder", func(b *testing.B) {
		dir := b.TempDir()
		one(b, Options{Dir: dir})
		for b.Loop() {
			one(b, Options{Dir: dir})
		}
	})
	b.Run("withDemoUsers", func(b *testing.B) {
		for b.Loop() {
			one(b, Options{})
		}
	})
}

// heap is what is in use after a collection, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
