package sts

import (
	"context"
	"encoding/xml"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

type reply struct {
	status  int
	body    string
	Account string `xml:"GetCallerIdentityResult>Account"`
	ARN     string `xml:"GetCallerIdentityResult>Arn"`
	Key     string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
	Expires string `xml:"AssumeRoleResult>Credentials>Expiration"`
	User    string `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	Code    string `xml:"Error>Code"`
}

func ask(t *testing.T, s *Service, i *iam.Service, p wire.Principal, form url.Values) reply {
	t.Helper()
	body := form.Encode()
	r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	w := httptest.NewRecorder()
	s.Serve(context.Background(), w, &wire.Call{
		Service: "sts", Operation: s.Operation(r, []byte(body)), Principal: p, Request: r, Body: []byte(body),
		Now: time.Now(), RequestID: "r-1", Auth: i,
	})
	out := reply{status: w.Code, body: w.Body.String()}
	if err := xml.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return out
}

// operator is the account's administrator.
var operator = wire.Principal{AccountID: "123456789012", ARN: "arn:aws:iam::123456789012:user/operator",
	AccessKey: "AKIAX", Root: true}

// newService returns an STS of an account of its own, and the account's IAM.
func newService(t *testing.T) (*Service, *iam.Service) {
	t.Helper()
	e := wire.Env{Region: "us-east-1", AccountID: "123456789012", Now: func() time.Time { return time.Now().UTC() }}
	i, err := iam.New(e, &store.Store{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(e, i)
	if err != nil {
		t.Fatal(err)
	}
	return s, i
}

func TestSTS(t *testing.T) {
	s, i := newService(t)
	user := i.RolePrincipal(iam.UserRole, "demo", nil)
	userRole := iam.RoleARN("123456789012", iam.UserRole)

	if got := ask(t, s, i, operator, url.Values{"Action": {"GetCallerIdentity"}}); got.ARN != operator.ARN ||
		got.Account != "123456789012" {
		t.Errorf("identity %+v", got)
	}
	assumed := ask(t, s, i, operator, url.Values{
		"Action": {"AssumeRole"}, "RoleArn": {userRole}, "RoleSessionName": {"try"}, "DurationSeconds": {"900"},
		"Tags.member.1.Key": {"username"}, "Tags.member.1.Value": {"demo"},
	})
	_, _, p, expires, ok := i.Lookup(assumed.Key)
	if !ok || p.Role != iam.UserRole || p.Tags["username"] != "demo" || expires.Format(time.RFC3339) != assumed.Expires ||
		assumed.User != "arn:aws:sts::123456789012:assumed-role/avatar-launcher-user/try" {
		t.Errorf("assumed %+v, principal %+v", assumed, p)
	}
	for name, each := range map[string]struct {
		p    wire.Principal
		form url.Values
		code string
	}{
		"role does not trust users": {operator,
			url.Values{"RoleArn": {iam.RoleARN("123456789012", iam.StopRole)}, "RoleSessionName": {"try"}}, "AccessDenied"},
		"caller may not": {user, url.Values{"RoleArn": {userRole}, "RoleSessionName": {"try"}}, "AccessDenied"},
		"no such role": {operator, url.Values{"RoleArn": {iam.RoleARN("123456789012", "none")}, "RoleSessionName": {"try"}},
			"AccessDenied"},
		"not an ARN":   {operator, url.Values{"RoleArn": {"x"}, "RoleSessionName": {"try"}}, "ValidationError"},
		"session name": {operator, url.Values{"RoleArn": {userRole}, "RoleSessionName": {"a b"}}, "ValidationError"},
		"too short": {operator, url.Values{"RoleArn": {userRole}, "RoleSessionName": {"try"}, "DurationSeconds": {"60"}},
			"ValidationError"},
	} {
		t.Run(name, func(t *testing.T) {
			each.form.Set("Action", "AssumeRole")
			if got := ask(t, s, i, each.p, each.form); got.Code != each.code || got.status < 400 {
				t.Errorf("code %q, want %q: %s", got.Code, each.code, got.body)
			}
		})
	}
	got := ask(t, s, i, operator, url.Values{"Action": {"AssumeRole"}, "RoleArn": {"x"}, "RoleSessionName": {"a b"}})
	if !strings.Contains(got.body, "roleSessionName") {
		t.Errorf("of a wrong session name and a wrong ARN, the name comes first: %s", got.body)
	}
	if got := ask(t, s, i, operator, url.Values{"Action": {"Nothing"}}); got.Code != "InvalidAction" {
		t.Errorf("code %q", got.Code)
	}
}

// TestSessionPolicies assumes a role with policies that narrow it.
func TestSessionPolicies(t *testing.T) {
	e := wire.Env{Region: "us-east-1", AccountID: "123456789012", Now: func() time.Time { return time.Now().UTC() }}
	i, err := iam.New(e, &store.Store{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(e, i)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.PutRole("r", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*",`+
		`"Principal":{"AWS":"123456789012"}}}`)); err != nil {
		t.Fatal(err)
	}
	if err := i.PutRolePolicy("r",
		[]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)); err != nil {
		t.Fatal(err)
	}
	operator := wire.Principal{AccountID: "123456789012", ARN: "arn:aws:iam::123456789012:user/operator",
		AccessKey: "AKIAX", Root: true}
	const stops = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:StopInstances","Resource":"*"}}`
	for name, each := range map[string]struct {
		form        url.Values
		code        string
		stop, query bool
	}{
		"none":     {url.Values{}, "", true, true},
		"a policy": {url.Values{"Policy": {stops}}, "", true, false},
		"an ARN": {url.Values{"PolicyArns.member.1.arn": {"arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"}}, "", false,
			true},
		"both": {url.Values{"Policy": {stops},
			"PolicyArns.member.1.arn": {"arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"}}, "", true, true},
		"malformed": {url.Values{"Policy": {"{}"}}, "MalformedPolicyDocument", false, false},
		"too large": {url.Values{"Policy": {stops + strings.Repeat(" ", 2048)}}, "PackedPolicyTooLarge", false, false},
		"too long":  {url.Values{"DurationSeconds": {"3601"}}, "ValidationError", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			each.form.Set("Action", "AssumeRole")
			each.form.Set("RoleArn", iam.RoleARN("123456789012", "r"))
			each.form.Set("RoleSessionName", "try")
			got := ask(t, s, i, operator, each.form)
			if got.Code != each.code {
				t.Fatalf("%q, want %q: %s", got.Code, each.code, got.body)
			}
			if each.code != "" {
				return
			}
			if packed := strings.Contains(got.body, "<PackedPolicySize>"); packed != (name != "none") {
				t.Errorf("a packed size: %t in %s", packed, got.body)
			}
			_, _, p, _, _ := i.Lookup(got.Key)
			if stop, query := i.Allowed(p, "ec2:StopInstances", "*", nil),
				i.Allowed(p, "dynamodb:Query", "*", nil); stop != each.stop || query != each.query {
				t.Errorf("stop %t and query %t, want %t and %t", stop, query, each.stop, each.query)
			}
		})
	}
}
