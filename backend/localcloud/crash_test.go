package localcloud

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/sigv4"
)

// crashDir names the state directory for the process that is to be killed.
const crashDir = "LOCALCLOUD_CRASH_DIR"

// durable are kinds of writes, one a service that keeps state, with how to see later that one was kept.
var durable = map[string]struct {
	write func(k caller, id string) bool
	kept  func(k caller, id string) bool
}{
	"dynamodb": {
		func(k caller, id string) bool {
			return k.call("dynamodb", "PutItem", `{"TableName":"avatar-leases","Item":{"LeaseId":{"S":"`+id+`"}}}`).status == 200
		},
		func(k caller, id string) bool {
			return k.must("dynamodb", "GetItem", `{"TableName":"avatar-leases","Key":{"LeaseId":{"S":"`+id+`"}}}`)["Item"] != nil
		},
	},
	"transaction": {
		func(k caller, id string) bool {
			return k.call("dynamodb", "TransactWriteItems", `{"TransactItems":[
				{"Put":{"TableName":"avatar-leases","Item":{"LeaseId":{"S":"`+id+`"}}}},
				{"Put":{"TableName":"avatar-sessions","Item":{"UserId":{"S":"`+id+`"}}}}]}`).status == 200
		},
		func(k caller, id string) bool {
			return k.must("dynamodb", "GetItem", `{"TableName":"avatar-leases","Key":{"LeaseId":{"S":"`+id+
				`"}}}`)["Item"] != nil &&
				k.must("dynamodb", "GetItem", `{"TableName":"avatar-sessions","Key":{"UserId":{"S":"`+id+`"}}}`)["Item"] != nil
		},
	},
	"kinesis": {
		func(k caller, id string) bool {
			data := base64.StdEncoding.EncodeToString([]byte(id))
			return k.call("kinesis", "PutRecord", `{"StreamName":"avatar-logs","PartitionKey":"k","Data":"`+data+
				`"}`).status == 200
		},
		func(k caller, id string) bool { return k.streamed()[id] },
	},
	"ec2": {
		func(k caller, id string) bool {
			return k.call("ec2", "CreateLaunchTemplate",
				"LaunchTemplateName="+id+"&LaunchTemplateData.InstanceType=t3.micro").status == 200
		},
		func(k caller, id string) bool {
			return k.call("ec2", "DescribeLaunchTemplates", "LaunchTemplateName.1="+id).status == 200
		},
	},
	"cognito-idp": {
		func(k caller, id string) bool {
			return k.call("cognito-idp", "CreateGroup", `{"UserPoolId":"`+k.c.Outputs().UserPoolID+`","GroupName":"`+id+
				`"}`).status == 200
		},
		func(k caller, id string) bool {
			return k.call("cognito-idp", "GetGroup", `{"UserPoolId":"`+k.c.Outputs().UserPoolID+`","GroupName":"`+id+
				`"}`).status == 200
		},
	},
	"route53": {
		func(k caller, id string) bool { k.point(id+"."+zoneName, "192.0.2.7"); return true },
		func(k caller, id string) bool {
			got := k.do(k.signed("route53", "GET", "2013-04-01/hostedzone/"+k.c.Outputs().ZoneID+"/rrset?maxitems=1&name="+id+
				"."+zoneName+"&type=A"))
			return strings.Contains(got.body, "<Name>"+id+"."+zoneName+".</Name>")
		},
	},
	"scheduler": {
		func(k caller, id string) bool {
			k.schedule(id, "2099-01-01T00:00:00", "i-0123456789abcdef0")
			return true
		},
		func(k caller, id string) bool {
			return k.do(k.signed("scheduler", "GET", "schedules/"+id+"?groupName="+groupName)).status == 200
		},
	},
}

// signed is a request without a body to a REST service.
func (k caller) signed(service, method, path string) *http.Request {
	k.t.Helper()
	r, err := http.NewRequest(method, "http://localcloud/"+path, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	sigv4.Sign(r, nil, k.key, k.secret, k.token, k.region, service, k.now())
	return r
}

// streamed is what the log stream holds.
func (k caller) streamed() map[string]bool {
	k.t.Helper()
	it := k.must("kinesis", "GetShardIterator",
		`{"StreamName":"avatar-logs","ShardId":"shardId-000000000000","ShardIteratorType":"TRIM_HORIZON"}`)["ShardIterator"]
	out := map[string]bool{}
	for {
		got := k.call("kinesis", "GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, it))
		var page struct {
			Records           []struct{ Data []byte }
			NextShardIterator string
		}
		if err := json.Unmarshal([]byte(got.body), &page); err != nil {
			k.t.Fatal(err)
		}
		for _, r := range page.Records {
			out[string(r.Data)] = true
		}
		if len(page.Records) == 0 {
			return out
		}
		it = page.NextShardIterator
	}
}

// TestCrashVictim is the process that TestNoAcknowledgedWriteIsLost kills: it writes to every service at once and says
// what was acknowledged.
func TestCrashVictim(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		t.Skip("is run by TestNoAcknowledgedWriteIsLost")
	}
	c, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan string)
	for kind, d := range durable {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%s-%d-%d", kind, os.Getpid(), n)
				if !d.write(operatorOf(t, c), id) {
					failed <- id
					return
				}
				fmt.Printf("\nkept %s %s\n", kind, id)
			}
		}()
	}
	t.Fatal("not written: ", <-failed)
}

// TestNoAcknowledgedWriteIsLost kills the cloud's process in the middle of its writes, again and again on one state.
func TestNoAcknowledgedWriteIsLost(t *testing.T) {
	dir := t.TempDir()
	said := map[string][]string{}
	for range 3 {
		for kind, ids := range killed(t, dir, 150) {
			said[kind] = append(said[kind], ids...)
		}
		c, err := Open(Options{Dir: dir})
		if err != nil {
			t.Fatalf("the state does not open after a kill: %v", err)
		}
		k := operatorOf(t, c)
		records := k.streamed()
		for kind, d := range durable {
			if len(said[kind]) == 0 {
				t.Errorf("nothing was written to %s", kind)
			}
			for _, id := range said[kind] {
				if kept := kind == "kinesis" && records[id] || kind != "kinesis" && d.kept(k, id); !kept {
					t.Errorf("%s was acknowledged and is lost", id)
				}
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killed runs the victim until it has said so many writes, kills it without warning, and returns what it said by kind.
func killed(t *testing.T, dir string, writes int) map[string][]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestCrashVictim$", "-test.count=1")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, n := map[string][]string{}, 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		// A line that the kill cut short names no write.
		if f := strings.Fields(lines.Text()); len(f) == 3 && f[0] == "kept" && strings.Count(f[2], "-") >= 2 {
			said[f[1]] = append(said[f[1]], f[2])
			if n++; n == writes {
				_ = cmd.Process.Kill()
			}
		}
	}
	if err := cmd.Wait(); err == nil || n < writes {
		t.Fatalf("the victim ended by itself after %d writes: %v", n, err)
	}
	return said
}
