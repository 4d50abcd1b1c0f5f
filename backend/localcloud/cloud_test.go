package localcloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/sigv4"
)

// open opens a cloud that the test closes.
func open(t testing.TB, o Options) *Cloud {
	t.Helper()
	c, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// caller signs and sends API requests through the in-process transport.
type caller struct {
	t                  testing.TB
	c                  *Cloud
	key, secret, token string
	region             string
	now                func() time.Time
}

func operatorOf(t testing.TB, c *Cloud) caller {
	out := c.Outputs()
	return caller{t: t, c: c, key: out.OperatorAccessKeyID, secret: out.OperatorSecretAccessKey, region: out.Region,
		now: c.Now}
}

type result struct {
	status int
	body   string
	header http.Header
	err    error
}

// request makes a signed request; with an empty key it stays unsigned.
func (k caller) request(service, operation string, body string) *http.Request {
	k.t.Helper()
	url, contentType := "http://localcloud/", "application/x-www-form-urlencoded; charset=utf-8"
	switch service {
	case "ec2":
		body = "Action=" + operation + "&Version=2016-11-15&" + body
	case "sts":
		body = "Action=" + operation + "&Version=2011-06-15&" + body
	case "route53":
		url += "2013-04-01/hostedzone"
	case "scheduler":
		url += "schedules"
	}
	r, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	if service == "route53" || service == "scheduler" {
		r.Method, r.Body, body = "GET", nil, ""
	}
	r.Header.Set("Content-Type", contentType)
	if target, ok := targets[service]; ok {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", target+"."+operation)
	}
	if k.key != "" {
		sigv4.Sign(r, []byte(body), k.key, k.secret, k.token, k.region, service, k.now())
	}
	return r
}

func (k caller) do(r *http.Request) result {
	res, err := k.c.Transport().RoundTrip(r)
	if err != nil {
		return result{err: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return result{status: res.StatusCode, body: string(body), header: res.Header, err: err}
}

func (k caller) call(service, operation, body string) result {
	k.t.Helper()
	return k.do(k.request(service, operation, body))
}

// must makes a call that succeeds and decodes its JSON.
func (k caller) must(service, operation, body string) map[string]any {
	k.t.Helper()
	got := k.call(service, operation, body)
	if got.err != nil || got.status != 200 {
		k.t.Fatalf("%s %s: %d %v %s", service, operation, got.status, got.err, got.body)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(got.body), &out); err != nil {
		k.t.Fatal(err)
	}
	return out
}

// apis is one harmless operation a service.
var apis = []struct{ service, operation, body string }{
	{"ec2", "DescribeInstances", ""},
	{"sts", "GetCallerIdentity", ""},
	{"dynamodb", "ListTables", "{}"},
	{"kinesis", "ListStreams", "{}"},
	{"cognito-idp", "ListUserPools", `{"MaxResults":1}`},
	{"cognito-identity", "ListIdentityPools", `{"MaxResults":1}`},
	{"route53", "ListHostedZones", ""},
	{"scheduler", "ListSchedules", ""},
}

func plain(t testing.TB, method, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStateSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	c, err := Open(Options{Dir: dir, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	k := operatorOf(t, c)
	k.must("dynamodb", "PutItem", `{"TableName":"avatar-leases","Item":{"LeaseId":{"S":"pool"},"Version":{"N":"3"}}}`)
	if got := k.call("ec2", "RunInstances",
		"LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=1&MaxCount=1"); got.status != 200 {
		t.Fatal(got.body)
	}
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("second opening: %v, want ErrInUse", err)
	}
	first := c.Outputs()
	ids := c.ec2.Load().Instances()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, Options{Dir: dir, Seed: 7})
	out := again.Outputs()
	if out.UserPoolID != first.UserPoolID || out.OperatorSecretAccessKey != first.OperatorSecretAccessKey ||
		out.DemoUsers[0] != first.DemoUsers[0] {
		t.Error("the outputs have changed")
	}
	k.c = again // the same key signs
	if item := k.must("dynamodb", "GetItem",
		`{"TableName":"avatar-leases","Key":{"LeaseId":{"S":"pool"}}}`); item["Item"] == nil {
		t.Error("the item is gone")
	}
	if now := again.ec2.Load().Instances(); len(now) != 1 || now[0].ID != ids[0].ID {
		t.Errorf("instances %v", now)
	}
	if got := k.call("ec2", "RunInstances",
		"LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=1&MaxCount=1"); got.status != 200 ||
		len(again.ec2.Load().Instances()) != 2 {
		t.Errorf("a launch after reopening with the same seed: %d %s", got.status, got.body)
	}
}

func TestAnotherRegionIsRefused(t *testing.T) {
	dir := t.TempDir()
	c, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: dir, Region: "eu-west-1"}); err == nil || !strings.Contains(err.Error(), "us-east-1") {
		t.Errorf("opened as another region: %v", err)
	}
	open(t, Options{Dir: dir}) // the refused opening has let go of the state
}

// bootedInstance launches an instance and waits until its avatar answers.
func bootedInstance(t testing.TB, c *Cloud) (id, address string) {
	t.Helper()
	k := operatorOf(t, c)
	if got := k.call("ec2", "RunInstances",
		"LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=1&MaxCount=1"); got.status != 200 {
		t.Fatal(got.body)
	}
	for range 100 {
		for _, in := range c.ec2.Load().Instances() {
			if c.sim.Answering(in.ID) {
				return in.ID, in.PublicIP
			}
		}
		time.Sleep(time.Second)
	}
	t.Fatal("the instance does not answer")
	return "", ""
}

func TestInstancesAreReachedByAddressAndByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1, BootWarm: 4 * time.Second, BootCold: 25 * time.Second})
		k := operatorOf(t, c)
		begun := time.Now()
		id, address := bootedInstance(t, c)
		if took := time.Since(begun); took < 20*time.Second || took > 30*time.Second {
			t.Errorf("a first boot took %v", took)
		}
		page := k.do(plain(t, "GET", "http://"+address+":8080/"))
		if page.status != 200 || !strings.Contains(page.body, id) {
			t.Errorf("page by address: %d", page.status)
		}
		for name, value := range map[string]string{"demo": address, "parked": c.Outputs().ParkingAddress,
			"stale": "127.80.200.200"} {
			k.point(name+".avatar.localhost", value)
			time.Sleep(time.Second)
		}
		for host, want := range map[string]int{"demo": 200, "DEMO": 200, "parked": 502, "stale": 503, "nobody": 404} {
			if got := k.do(plain(t, "GET", "http://"+host+".avatar.localhost/")); got.status != want {
				t.Errorf("%s: %d, want %d", host, got.status, want)
			}
		}
		if err := c.KillInstance(id); err != nil {
			t.Fatal(err)
		}
		if got := k.do(plain(t, "GET", "http://"+address+":8080/")); !errors.Is(got.err, syscall.ECONNREFUSED) {
			t.Errorf("a killed instance: %d %v", got.status, got.err)
		}
		if got := k.do(plain(t, "GET", "http://demo.avatar.localhost/")); got.status != 503 {
			t.Errorf("its name: %d", got.status)
		}
	})
}

// point sets an A record.
func (k caller) point(name, address string) {
	k.t.Helper()
	body := `<ChangeResourceRecordSetsRequest ` +
		`xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Changes><Change>` +
		`<Action>UPSERT</Action><ResourceRecordSet><Name>` + name +
		`</Name><Type>A</Type><TTL>5</TTL><ResourceRecords><ResourceRecord>` +
		`<Value>` + address + `</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>` +
		`</Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`
	r, err := http.NewRequest("POST", "http://localcloud/2013-04-01/hostedzone/"+k.c.Outputs().ZoneID+"/rrset",
		strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	sigv4.Sign(r, []byte(body), k.key, k.secret, k.token, "us-east-1", "route53", k.now())
	if got := k.do(r); got.status != 200 {
		k.t.Fatalf("%d %v %s", got.status, got.err, got.body)
	}
}

func TestScheduleStopsAnInstanceWithTheRightsOfItsRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1, BootWarm: 4 * time.Second, BootCold: 25 * time.Second})
		k := operatorOf(t, c)
		id, _ := bootedInstance(t, c)
		if got := k.call("ec2", "RunInstances",
			"ImageId=ami-0a7a7a20000000002&InstanceType=t3.micro&MinCount=1&MaxCount=1"); got.status != 200 {
			t.Fatal(got.body)
		}
		var foreign string
		for _, in := range c.ec2.Load().Instances() {
			if in.ID != id {
				foreign = in.ID
			}
		}
		at := c.Now().Add(2 * time.Minute).Format("2006-01-02T15:04:05")
		for _, target := range []string{id, foreign} {
			k.schedule(target, at, target)
		}
		time.Sleep(4 * time.Minute)
		if in, _ := c.ec2.Load().Instance(id); in.State != "stopped" {
			t.Errorf("the pool's instance is %s", in.State)
		}
		if in, _ := c.ec2.Load().Instance(foreign); in.State != "running" {
			t.Errorf("an instance outside the pool is %s: the role must not stop it", in.State)
		}
	})
}

// schedule arms a stop.
func (k caller) schedule(name, at, instance string) {
	k.t.Helper()
	body, err := json.Marshal(object{
		"GroupName": groupName, "ScheduleExpression": "at(" + at + ")", "FlexibleTimeWindow": object{"Mode": "OFF"},
		"ActionAfterCompletion": "DELETE", "ClientToken": name,
		"Target": object{"Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "RoleArn": k.c.Outputs().StopRoleARN,
			"Input": `{"InstanceIds":["` + instance + `"]}`},
	})
	if err != nil {
		k.t.Fatal(err)
	}
	r, err := http.NewRequest("POST", "http://localcloud/schedules/"+name, bytes.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	sigv4.Sign(r, body, k.key, k.secret, k.token, k.region, "scheduler", k.now())
	if got := k.do(r); got.status != 200 {
		k.t.Fatalf("%d %v %s", got.status, got.err, got.body)
	}
}

func TestTransportHonoursContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		k := operatorOf(t, c)
		if _, err := c.AddFault(Fault{Service: "dynamodb", Kind: FaultLatency, Latency: time.Hour}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		got := k.do(k.request("dynamodb", "ListTables", "{}").WithContext(ctx))
		if !errors.Is(got.err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("%v after %v", got.err, time.Since(begun))
		}
	})
}

func TestEventStreamsComeAsTheyAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		k := operatorOf(t, c)
		arn := "arn:aws:kinesis:us-east-1:" + AccountID + ":stream/avatar-logs"
		consumer := k.must("kinesis", "RegisterStreamConsumer",
			`{"StreamARN":"`+arn+`","ConsumerName":"c"}`)["Consumer"].(map[string]any)["ConsumerARN"].(string)
		time.Sleep(time.Minute)
		res, err := c.Transport().RoundTrip(k.request("kinesis", "SubscribeToShard",
			`{"ConsumerARN":"`+consumer+`","ShardId":"shardId-000000000000","StartingPosition":{"Type":"LATEST"}}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.kinesis.PutRecord(streamName, "i-1", []byte("hello from the stream")); err != nil {
			t.Fatal(err)
		}
		seen, buffer := "", make([]byte, 4096)
		for !strings.Contains(seen, "SubscribeToShardEvent") || !strings.Contains(seen, "aGVsbG8gZnJvbSB0aGUgc3RyZWFt") {
			n, err := res.Body.Read(buffer)
			seen += string(buffer[:n])
			if err != nil {
				t.Fatalf("%v after %q", err, seen)
			}
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
	})
}
