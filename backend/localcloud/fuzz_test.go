package localcloud

import (
	"net/http"
	"strings"
	"testing"

	"avatar-launcher/backend/localcloud/sigv4"
)

// FuzzFrontDoor sends an operator's signed but senseless requests: every service refuses them in its own terms, and
// none panics (which would be InternalFailure).
func FuzzFrontDoor(f *testing.F) {
	c, err := Open(Options{Seed: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = c.Close() })
	for _, api := range apis {
		f.Add(api.service, "POST", "/", api.operation, api.body)
	}
	f.Add("dynamodb", "POST", "/", "UpdateItem",
		`{"TableName":"avatar-leases","Key":{"LeaseId":{"S":"a"}},"UpdateExpression":"SET a = :v",`+
			`"ExpressionAttributeValues":{":v":{"N":"1e400"}}}`)
	f.Add("dynamodb", "POST", "/", "Query",
		`{"TableName":"avatar-instances","IndexName":"state-index","KeyConditionExpression":"#s = :s and `+
			`begins_with(InstanceId, :i)"}`)
	f.Add("dynamodb", "POST", "/", "TransactWriteItems", `{"TransactItems":[{"Put":null},{}]}`)
	f.Add("kinesis", "POST", "/", "GetRecords", `{"ShardIterator":"AAAA"}`)
	f.Add("kinesis", "POST", "/", "PutRecords",
		`{"StreamName":"avatar-logs","Records":[{"Data":"AA==","ExplicitHashKey":"-1"}]}`)
	f.Add("cognito-idp", "POST", "/", "RespondToAuthChallenge",
		`{"ChallengeName":"PASSWORD_VERIFIER","ChallengeResponses":{"PASSWORD_CLAIM_SECRET_BLOCK":"x"}}`)
	f.Add("cognito-identity", "POST", "/", "GetCredentialsForIdentity",
		`{"IdentityId":"us-east-1:x","Logins":{"a":"b.c.d"}}`)
	f.Add(
		"route53",
		"POST",
		"/2013-04-01/hostedzone/Z1/rrset",
		"",
		`<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change/></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`,
	)
	f.Add("scheduler", "PUT", "/schedules/%2e%2e", "", `{"ScheduleExpression":"cron(0 0 ? * 8#6 *)"}`)
	f.Add("ec2", "POST", "/", "RunInstances", "MinCount=99999999999999999999&MaxCount=1&TagSpecification.1.Tag.x.Key=")
	f.Fuzz(func(t *testing.T, service, method, path, operation, body string) {
		if service == "ec2" || service == "sts" || service == "iam" {
			body = "Action=" + operation + "&" + body
		}
		r, err := http.NewRequest(method, "http://localcloud/", strings.NewReader(body))
		if err != nil || c.services[service] == nil {
			t.Skip()
		}
		r.URL.Path = path
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if target, ok := targets[service]; ok {
			r.Header.Set("X-Amz-Target", target+"."+operation)
		}
		k := operatorOf(t, c)
		sigv4.Sign(r, []byte(body), k.key, k.secret, "", k.region, service, c.Now())
		if got := k.do(r); got.err != nil || got.status >= 500 {
			t.Errorf("%s %s %s: %d %v %s", service, method, operation, got.status, got.err, got.body)
		}
	})
}
