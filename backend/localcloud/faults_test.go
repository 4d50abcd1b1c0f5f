package localcloud

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/sigv4"
)

// sign signs a request for DynamoDB again, after a change.
func (k caller) sign(r *http.Request, body string) {
	sigv4.Sign(r, []byte(body), k.key, k.secret, k.token, k.region, "dynamodb", k.now())
}

func TestADroppedAnswerHasHadItsEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		k := operatorOf(t, c)
		for kind, want := range map[string]bool{FaultDropAfter: true, FaultDropBefore: false} {
			if _, err := c.AddFault(Fault{Service: "dynamodb", Operation: "PutItem", Kind: kind, Count: 1}); err != nil {
				t.Fatal(err)
			}
			if got := k.call("dynamodb", "PutItem", `{"TableName":"avatar-leases","Item":{"LeaseId":{"S":"`+kind+
				`"}}}`); got.err == nil {
				t.Errorf("%s: answered %d", kind, got.status)
			}
			item := k.must("dynamodb", "GetItem", `{"TableName":"avatar-leases","Key":{"LeaseId":{"S":"`+kind+`"}}}`)["Item"]
			if (item != nil) != want {
				t.Errorf("%s: the item is there: %t, want %t", kind, item != nil, want)
			}
		}
		calls := c.Calls()
		if n := len(calls); n != 4 || calls[0].Fault == "" || calls[n-1].Operation != "GetItem" || calls[n-1].Status != 200 {
			t.Errorf("the journal: %+v", calls)
		}
	})
}

// TestTheJournalSaysWhyACallWasRefused reads the reason in JSON and in XML, and which attempt of the SDK's it was.
func TestTheJournalSaysWhyACallWasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		for _, r := range []struct{ target, path, body, code, part string }{
			{"AWSCognitoIdentityProviderService.RespondToAuthChallenge", "/", `{"ClientId":"` + c.Outputs().ClientID +
				`","ChallengeName":"PASSWORD_VERIFIER","ChallengeResponses":{"USERNAME":"demo",` +
				`"PASSWORD_CLAIM_SECRET_BLOCK":"used"}}`,
				"NotAuthorizedException", "Invalid session"},
			{"", "/", "Action=DescribeInstances&Version=2016-11-15", "MissingAuthenticationToken", "Authentication"},
		} {
			req, err := http.NewRequest(http.MethodPost, "http://localcloud"+r.path, strings.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Amz-Sdk-Request", "attempt=2; max=3")
			if r.target != "" {
				req.Header.Set("X-Amz-Target", r.target)
			}
			res, err := c.Transport().RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			calls := c.Calls()
			got := calls[len(calls)-1]
			if got.ErrorCode != r.code || !strings.Contains(got.Message, r.part) || got.Attempt != "attempt=2; max=3" {
				t.Errorf("the journal has %+v, want %s with %q", got, r.code, r.part)
			}
		}
	})
}

func TestASeedRepeatsItsFaults(t *testing.T) {
	run := func(seed uint64) (hits string) {
		synctest.Test(t, func(t *testing.T) {
			c := open(t, Options{Seed: seed})
			k := operatorOf(t, c)
			if _, err := c.AddFault(Fault{Kind: FaultError, Share: 0.5, Latency: time.Second}); err != nil {
				t.Fatal(err)
			}
			for range 40 {
				if k.call("dynamodb", "ListTables", "{}").status == 200 {
					hits += "."
				} else {
					hits += "x"
				}
			}
		})
		return hits
	}
	first := run(5)
	if again := run(5); again != first {
		t.Errorf("%s and then %s", first, again)
	}
	if other := run(6); other == first {
		t.Errorf("another seed gives the same: %s", other)
	}
}

func TestPausedStreamHoldsRecordsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		k := operatorOf(t, c)
		read := func() int {
			it := k.must("kinesis", "GetShardIterator",
				`{"StreamName":"avatar-logs","ShardId":"shardId-000000000000",
					"ShardIteratorType":"TRIM_HORIZON"}`)["ShardIterator"].(string)
			records, _ := k.must("kinesis", "GetRecords", `{"ShardIterator":"`+it+`"}`)["Records"].([]any)
			return len(records)
		}
		if err := c.PauseStream(); err != nil {
			t.Fatal(err)
		}
		if err := c.kinesis.PutRecord(streamName, "i-1", []byte("x")); err != nil {
			t.Fatal(err)
		}
		if n := read(); n != 0 {
			t.Errorf("%d records while paused", n)
		}
		if err := c.ResumeStream(); err != nil {
			t.Fatal(err)
		}
		if n := read(); n != 1 {
			t.Errorf("%d records after resuming", n)
		}
	})
}

func TestAFaultOfSomeCallsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		k := operatorOf(t, c)
		if _, err := c.AddFault(Fault{Service: "dynamodb", Contains: "avatar-audit", Kind: FaultError}); err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int{"avatar-audit": 500, "avatar-leases": 200} {
			if got := k.call("dynamodb", "DescribeTable", `{"TableName":"`+table+`"}`).status; got != want {
				t.Errorf("%s answers with %d, want %d", table, got, want)
			}
		}
		if hits := c.Faults()[0].Hits; hits != 1 {
			t.Errorf("the fault has met %d calls", hits)
		}
	})
}
