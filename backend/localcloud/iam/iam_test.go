package iam

import (
	"maps"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

func env() wire.Env {
	return wire.Env{
		Region: "us-east-1", AccountID: "123456789012", Now: func() time.Time { return time.Now().UTC() },
		Rand: func(int64) int64 { return 0 }, NewID: func(n int) string { return "0" },
		Throttle: func() bool { return false },
	}
}

func service(t *testing.T, dir string) *Service {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	s, err := New(env(), st)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConditions(t *testing.T) {
	keys := map[string][]string{
		"ec2:ResourceTag/pool": {"avatar"}, "dynamodb:LeadingKeys": {"me", "me"}, "types": {"A", "TXT"}, "n": {"7"},
		"when": {"2026-03-01T12:00:00Z"}, "ip": {"10.1.2.3"}, "arn": {"arn:aws:ec2:us-east-1:1:instance/i-1"},
		"yes":   {"true"},
		"bytes": {"AQI="}, "six": {"2001:db8::1"},
	}
	for condition, want := range map[string]bool{
		`{"StringEquals":{"ec2:ResourceTag/pool":"avatar"}}`:                                    true,
		`{"StringEquals":{"EC2:resourcetag/POOL":"avatar"}}`:                                    true,
		`{"StringEquals":{"ec2:ResourceTag/pool":"Avatar"}}`:                                    false,
		`{"StringEquals":{"ec2:ResourceTag/pool":["x","avatar"]}}`:                              true,
		`{"StringEquals":{"ec2:ResourceTag/pool":"av*"}}`:                                       false,
		`{"StringEqualsIgnoreCase":{"ec2:ResourceTag/pool":"AVATAR"}}`:                          true,
		`{"StringEquals":{"absent":"x"}}`:                                                       false,
		`{"StringNotEquals":{"absent":"x"}}`:                                                    true,
		`{"StringNotEquals":{"ec2:ResourceTag/pool":"avatar"}}`:                                 false,
		`{"StringNotEquals":{"ec2:ResourceTag/pool":["x","y"]}}`:                                true,
		`{"StringEqualsIfExists":{"absent":"x"}}`:                                               true,
		`{"StringEqualsIfExists":{"ec2:ResourceTag/pool":"x"}}`:                                 false,
		`{"StringLike":{"ec2:ResourceTag/pool":"av?t*"}}`:                                       true,
		`{"StringNotLike":{"ec2:ResourceTag/pool":"av*"}}`:                                      false,
		`{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"me"}}`:                           true,
		`{"ForAllValues:StringEquals":{"types":"A"}}`:                                           false,
		`{"ForAllValues:StringEquals":{"absent":"A"}}`:                                          true,
		`{"ForAnyValue:StringEquals":{"types":"A"}}`:                                            true,
		`{"ForAnyValue:StringEquals":{"absent":"A"}}`:                                           false,
		`{"ForAnyValue:StringNotEquals":{"types":"A"}}`:                                         true,
		`{"ForAllValues:StringNotEquals":{"types":"A"}}`:                                        false,
		`{"Null":{"absent":"true"}}`:                                                            true,
		`{"Null":{"n":"true"}}`:                                                                 false,
		`{"Null":{"n":false}}`:                                                                  true,
		`{"Bool":{"yes":true}}`:                                                                 true,
		`{"Bool":{"yes":"false"}}`:                                                              false,
		`{"BoolIfExists":{"absent":"true"}}`:                                                    true,
		`{"NumericLessThan":{"n":"8"}}`:                                                         true,
		`{"NumericGreaterThanEquals":{"n":8}}`:                                                  false,
		`{"NumericNotEquals":{"n":"7.0"}}`:                                                      false,
		`{"DateLessThan":{"when":"2026-03-02T00:00:00Z"}}`:                                      true,
		`{"DateGreaterThan":{"when":"2026-03-02"}}`:                                             false,
		`{"IpAddress":{"ip":"10.0.0.0/8"}}`:                                                     true,
		`{"NotIpAddress":{"ip":["10.0.0.0/8","192.168.0.0/16"]}}`:                               false,
		`{"ArnLike":{"arn":"arn:aws:ec2:*:1:instance/*"}}`:                                      true,
		`{"ArnLike":{"arn":"arn:*/i-1"}}`:                                                       false,
		`{"ArnNotEquals":{"arn":"arn:aws:ec2:us-east-1:1:instance/i-1"}}`:                       false,
		`{"StringEquals":{"ec2:ResourceTag/pool":"${aws:PrincipalTag/team}"}}`:                  true,
		`{"StringEquals":{"ec2:ResourceTag/pool":"${aws:PrincipalTag/none}"}}`:                  false,
		`{"StringEquals":{"n":"${aws:PrincipalTag/none, '7'}"}}`:                                true,
		`{"StringLike":{"ec2:ResourceTag/pool":"${aws:PrincipalTag/star}"}}`:                    false,
		`{"BinaryEquals":{"bytes":"AQI="}}`:                                                     true,
		`{"BinaryEquals":{"bytes":"AQM="}}`:                                                     false,
		`{"BinaryEqualsIfExists":{"absent":"AQM="}}`:                                            true,
		`{"BinaryEquals":{"absent":"AQM="}}`:                                                    false,
		`{"NumericEquals":{"n":["1","7.00"]}}`:                                                  true,
		`{"NumericLessThanEquals":{"n":"7"}}`:                                                   true,
		`{"NumericGreaterThan":{"n":"6.9"}}`:                                                    true,
		`{"NumericGreaterThan":{"yes":"6.9"}}`:                                                  false,
		`{"NumericNotEqualsIfExists":{"n":"8"}}`:                                                true,
		`{"NumericLessThanIfExists":{"absent":"8"}}`:                                            true,
		`{"DateEquals":{"when":"2026-03-01T13:00:00+01:00"}}`:                                   true,
		`{"DateNotEquals":{"when":"2026-03-01T12:00:00Z"}}`:                                     false,
		`{"DateLessThanEquals":{"when":"1772366400"}}`:                                          true,
		`{"DateGreaterThanEquals":{"when":"2026-03-01T12:00:01Z"}}`:                             false,
		`{"DateGreaterThanIfExists":{"absent":"2026-03-01"}}`:                                   true,
		`{"IpAddress":{"six":"2001:db8::/32"}}`:                                                 true,
		`{"IpAddress":{"ip":"10.1.2.3"}}`:                                                       true,
		`{"NotIpAddress":{"absent":"10.0.0.0/8"}}`:                                              true,
		`{"NotIpAddressIfExists":{"ip":"10.0.0.0/8"}}`:                                          false,
		`{"IpAddressIfExists":{"absent":"10.0.0.0/8"}}`:                                         true,
		`{"ArnEquals":{"arn":"arn:aws:ec2:*:1:instance/i-?"}}`:                                  true,
		`{"ArnNotLike":{"arn":"arn:aws:ec2:*:2:*"}}`:                                            true,
		`{"ArnLikeIfExists":{"absent":"arn:aws:ec2:*:2:*"}}`:                                    true,
		`{"StringNotEqualsIgnoreCase":{"ec2:ResourceTag/pool":"AVATAR"}}`:                       false,
		`{"StringNotEqualsIfExists":{"ec2:ResourceTag/pool":"avatar"}}`:                         false,
		`{"ForAllValues:StringLike":{"types":["A*","T?T"]}}`:                                    true,
		`{"ForAnyValue:StringLikeIfExists":{"absent":"A"}}`:                                     true,
		`{"ForAllValues:StringEqualsIfExists":{"types":"A"}}`:                                   false,
		`{"ForAnyValue:NumericEquals":{"n":"7"}}`:                                               true,
		`{"ForAllValues:ArnLike":{"arn":"arn:aws:ec2:*:1:instance/*"}}`:                         true,
		`{"StringNotEquals":{"types":"A"}}`:                                                     false,
		`{"Null":{"absent":["true","false"]}}`:                                                  true,
		`{"StringEquals":{"yes":"true"},"Bool":{"yes":"false"}}`:                                false,
		`{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/r"}}`:              true,
		`{"StringEquals":{"aws:RequestedRegion":"us-east-1","aws:PrincipalTag/TEAM":"avatar"}}`: true,
	} {
		t.Run(condition, func(t *testing.T) {
			s := service(t, "")
			doc := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"x:Y","Resource":"*","Condition":` +
				condition + `}}`
			if err := s.PutRolePolicy("r", []byte(doc)); err != nil {
				t.Fatal(err)
			}
			p := s.RolePrincipal("r", "s", map[string]string{"team": "avatar", "star": "*"})
			if got := s.Allowed(p, "x:Y", "r", keys); got != want {
				t.Errorf("allowed %t, want %t", got, want)
			}
		})
	}
}

func TestDecision(t *testing.T) {
	const doc = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["ec2:Describe*","S3:get?bject"],"Resource":"*"},
		{"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:x:::mine/${aws:PrincipalTag/sub}/*"},
		{"Effect":"Allow","Action":"y:Do","NotResource":"arn:aws:y:::secret"},
		{"Effect":"Deny","Action":"ec2:DescribeTags","Resource":"*"}]}`
	s := service(t, "")
	if err := s.PutRolePolicy("r", []byte(doc)); err != nil {
		t.Fatal(err)
	}
	me := s.RolePrincipal("r", "s", map[string]string{"sub": "me"})
	star := s.RolePrincipal("r", "s", map[string]string{"sub": "*"})
	for name, each := range map[string]struct {
		p                wire.Principal
		action, resource string
		want             bool
	}{
		"wildcard action":           {me, "ec2:DescribeInstances", "*", true},
		"action without case":       {me, "EC2:describeinstances", "*", true},
		"question mark":             {me, "s3:GetObject", "*", true},
		"explicit deny wins":        {me, "ec2:DescribeTags", "*", false},
		"silence is no":             {me, "ec2:StopInstances", "*", false},
		"variable in resource":      {me, "z:Any", "arn:aws:x:::mine/me/file", true},
		"another's resource":        {me, "z:Any", "arn:aws:x:::mine/you/file", false},
		"a variable is no wildcard": {star, "z:Any", "arn:aws:x:::mine/you/file", false},
		"NotAction":                 {me, "iam:PassRole", "arn:aws:x:::mine/me/file", false},
		"resources have case":       {me, "z:Any", "ARN:aws:x:::mine/me/file", false},
		"NotResource, another":      {me, "y:Do", "arn:aws:y:::open", true},
		"NotResource, that one":     {me, "y:Do", "arn:aws:y:::secret", false},
		"no such role":              {wire.Principal{Role: "none", ARN: "a"}, "ec2:DescribeInstances", "*", false},
		"nobody":                    {wire.Principal{}, "ec2:DescribeInstances", "*", false},
		"the operator's own key":    {wire.Principal{Root: true}, "ec2:DescribeTags", "*", true},
		"a user without any policies": {wire.Principal{ARN: "arn:aws:iam::123456789012:user/x"}, "ec2:DescribeInstances", "*",
			false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.Allowed(each.p, each.action, each.resource, nil); got != each.want {
				t.Errorf("allowed %t, want %t", got, each.want)
			}
		})
	}
}

func TestMalformedDocuments(t *testing.T) {
	for name, doc := range map[string]string{
		"empty":           ``,
		"no statement":    `{"Version":"2012-10-17"}`,
		"unknown version": `{"Version":"2020-01-01","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		"unknown element": `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Conditions":{}}}`,
		"unknown operator": `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*",` +
			`"Condition":{"StringSame":{"a":"b"}}}}`,
		"null with a set": `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*",` +
			`"Condition":{"ForAnyValue:Null":{"a":"b"}}}}`,
		"effect":            `{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`,
		"both actions":      `{"Statement":{"Effect":"Allow","Action":"*","NotAction":"x","Resource":"*"}}`,
		"no resource":       `{"Statement":{"Effect":"Allow","Action":"*"}}`,
		"action of objects": `{"Statement":{"Effect":"Allow","Action":[{}],"Resource":"*"}}`,
		"text after":        `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}} {}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := service(t, "")
			if err := s.PutRolePolicy("r", []byte(doc)); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(env(), st)
	if err != nil {
		t.Fatal(err)
	}
	issued, err := s.Issue(s.RolePrincipal("r", "s", map[string]string{"sub": "me"}), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if issued.AccessKeyID[:4] != "ASIA" || issued.SessionToken == "" || len(issued.SecretAccessKey) != 40 {
		t.Errorf("issued %+v", issued)
	}
	old, err := s.Issue(s.RolePrincipal("r", "s", nil), -2*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.IssueKey(wire.Principal{ARN: "arn:aws:iam::123456789012:user/operator", Root: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	again := service(t, dir)
	secret, token, p, expires, ok := again.Lookup(issued.AccessKeyID)
	if !ok || secret != issued.SecretAccessKey || token != issued.SessionToken || !expires.Equal(issued.Expiration) ||
		p.Tags["sub"] != "me" || p.AccessKey != issued.AccessKeyID {
		t.Errorf("after reopening: %t %v %v", ok, p, expires)
	}
	if _, token, p, expires, ok := again.Lookup(key.AccessKeyID); !ok || token != "" || !p.Root || !expires.IsZero() {
		t.Error("the long-lived key is gone or changed")
	}
	if _, _, _, _, ok := again.Lookup(old.AccessKeyID); ok {
		t.Error("credentials that ended two hours ago are still kept")
	}
}

func TestTrust(t *testing.T) {
	s := service(t, "")
	const amr = "cognito-identity.amazonaws.com:amr"
	for name, each := range map[string]struct {
		role, kind, who, action string
		keys                    map[string][]string
		want                    bool
	}{
		"scheduler may stop":      {StopRole, "Service", "scheduler.amazonaws.com", "sts:AssumeRole", nil, true},
		"another service may not": {StopRole, "Service", "ec2.amazonaws.com", "sts:AssumeRole", nil, false},
		"a user may not be stopper": {StopRole, "AWS", "arn:aws:iam::123456789012:user/operator", "sts:AssumeRole", nil,
			false},
		"signed-in users": {UserRole, "Federated", "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity",
			map[string][]string{amr: {"authenticated"}}, true},
		"guests": {UserRole, "Federated", "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity",
			map[string][]string{amr: {"unauthenticated"}}, false},
		"own account":     {UserRole, "AWS", "arn:aws:iam::123456789012:user/operator", "sts:TagSession", nil, true},
		"another account": {UserRole, "AWS", "arn:aws:iam::210987654321:user/operator", "sts:AssumeRole", nil, false},
		"no such role":    {"none", "AWS", "arn:aws:iam::123456789012:user/operator", "sts:AssumeRole", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.Trusted(each.role, each.kind, each.who, each.action, each.keys); got != each.want {
				t.Errorf("trusted %t, want %t", got, each.want)
			}
		})
	}
}

// The documents that ship with the program, asked what a desktop does and what it must not do.
func TestUserPolicy(t *testing.T) {
	s := service(t, "")
	p := s.RolePrincipal(UserRole, "me", map[string]string{"sub": "abc", "username": "demo"})
	mine := map[string][]string{"ec2:ResourceTag/pool": {"avatar"}, "ec2:ResourceTag/owner": {"abc"}}
	theirs := map[string][]string{"ec2:ResourceTag/pool": {"avatar"}, "ec2:ResourceTag/owner": {"abcd"}}
	warm := map[string][]string{"ec2:ResourceTag/pool": {"avatar"}}
	tagging := func(resource map[string][]string, owner string, keys ...string) map[string][]string {
		out := map[string][]string{"aws:TagKeys": keys}
		maps.Copy(out, resource)
		if owner != "" {
			out["aws:RequestTag/owner"] = []string{owner}
		}
		return out
	}
	row := func(key string) map[string][]string { return map[string][]string{"dynamodb:LeadingKeys": {key}} }
	const table = "arn:aws:dynamodb:us-east-1:123456789012:table/avatar-"
	instance := "arn:aws:ec2:us-east-1:123456789012:instance/i-1"
	zone := "arn:aws:route53:::hostedzone/Z1"
	names := func(kind string, names ...string) map[string][]string {
		return map[string][]string{
			"route53:ChangeResourceRecordSetsRecordTypes":           {kind},
			"route53:ChangeResourceRecordSetsNormalizedRecordNames": names,
		}
	}
	for name, each := range map[string]struct {
		action, resource string
		keys             map[string][]string
		want             bool
	}{
		"stop own":             {"ec2:StopInstances", instance, mine, true},
		"stop another's":       {"ec2:StopInstances", instance, theirs, false},
		"start a warm one":     {"ec2:StartInstances", instance, warm, false},
		"terminate a warm one": {"ec2:TerminateInstances", instance, warm, false},
		"stop outside": {"ec2:StopInstances", instance, map[string][]string{"ec2:ResourceTag/owner": {"abc"}},
			false},
		"own session":        {"dynamodb:GetItem", table + "sessions", row("abc"), true},
		"another's session":  {"dynamodb:GetItem", table + "sessions", row("abcd"), false},
		"no key said":        {"dynamodb:GetItem", table + "sessions", nil, false},
		"all sessions":       {"dynamodb:Scan", table + "sessions", nil, false},
		"own history":        {"dynamodb:Query", table + "audit", row("abc"), true},
		"the pool's history": {"dynamodb:Query", table + "audit", row("pool"), false},
		"everybody's day":    {"dynamodb:Query", table + "audit/index/day-index", row("2026-11-24"), false},
		"the pool's lease":   {"dynamodb:PutItem", table + "leases", row("pool"), false},
		"claim": {"ec2:CreateTags", instance,
			tagging(warm, "abc", "Name", "owner", "epoch", "expire-at", "gate-key"), true},
		"claim for another": {"ec2:CreateTags", instance, tagging(warm, "abcd", "owner"), false},
		"rename a warm one": {"ec2:CreateTags", instance, tagging(warm, "", "Name"), false},
		"take another's":    {"ec2:CreateTags", instance, tagging(theirs, "abc", "owner"), false},
		"untag another's":   {"ec2:DeleteTags", instance, tagging(theirs, "", "owner"), false},
		"untag own":         {"ec2:DeleteTags", instance, tagging(mine, "", "owner"), true},
		"give own away":     {"ec2:CreateTags", instance, tagging(mine, "abcd", "owner"), false},
		"all tags off":      {"ec2:DeleteTags", instance, mine, false},
		"read rows": {"dynamodb:Query",
			"arn:aws:dynamodb:us-east-1:123456789012:table/avatar-instances/index/state-index", nil, true},
		"drop tables": {"dynamodb:DeleteTable",
			"arn:aws:dynamodb:us-east-1:123456789012:table/avatar-instances", nil, false},
		"point a name":   {"route53:ChangeResourceRecordSets", zone, names("A", "demo.avatar.localhost"), true},
		"point the apex": {"route53:ChangeResourceRecordSets", zone, names("A", "avatar.localhost"), false},
		"another type":   {"route53:ChangeResourceRecordSets", zone, names("TXT", "demo.avatar.localhost"), false},
		"another's name": {"route53:ChangeResourceRecordSets", zone, names("A", "demo2.avatar.localhost"), false},
		"own and another's": {"route53:ChangeResourceRecordSets", zone,
			names("A", "demo.avatar.localhost", "bob.avatar.localhost"), false},
		"one of two outside": {"route53:ChangeResourceRecordSets", zone,
			names("A", "demo.avatar.localhost", "evil.example"), false},
		"names not said": {"route53:ChangeResourceRecordSets", zone, nil, false},
		"pass the stop role": {"iam:PassRole", "arn:aws:iam::123456789012:role/avatar-launcher-stop",
			map[string][]string{"iam:PassedToService": {"scheduler.amazonaws.com"}}, true},
		"pass it to EC2": {"iam:PassRole", "arn:aws:iam::123456789012:role/avatar-launcher-stop",
			map[string][]string{"iam:PassedToService": {"ec2.amazonaws.com"}}, false},
		"leave the pool": {"ec2:DeleteTags", instance, tagging(mine, "", "pool"), false},
		"label own":      {"ec2:CreateTags", instance, tagging(mine, "", "Name", "expire-at"), true},
		"another label":  {"ec2:CreateTags", instance, tagging(mine, "", "Cost"), false},
		"give an instance its role": {"iam:PassRole", "arn:aws:iam::123456789012:role/avatar-launcher-instance",
			map[string][]string{"iam:PassedToService": {"ec2.amazonaws.com"}}, true},
		"disarm a stop": {"scheduler:DeleteSchedule",
			"arn:aws:scheduler:us-east-1:123456789012:schedule/avatar-launcher/i-1", nil, false},
		"read the log": {"kinesis:GetRecords", "arn:aws:kinesis:us-east-1:123456789012:stream/avatar-logs", nil,
			true},
		"write the log": {"kinesis:PutRecord", "arn:aws:kinesis:us-east-1:123456789012:stream/avatar-logs", nil,
			false},
		"arm a stop": {"scheduler:CreateSchedule",
			"arn:aws:scheduler:us-east-1:123456789012:schedule/avatar-launcher/i-1", nil, true},
		"in another group": {"scheduler:CreateSchedule", "arn:aws:scheduler:us-east-1:123456789012:schedule/default/i-1",
			nil, false},
		"users of the pool":    {"cognito-idp:ListUsers", "*", nil, false},
		"become an operator":   {"sts:AssumeRole", "arn:aws:iam::123456789012:role/avatar-launcher-operator", nil, false},
		"change one's own law": {"iam:PutRolePolicy", "*", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.Allowed(p, each.action, each.resource, each.keys); got != each.want {
				t.Errorf("allowed %t, want %t", got, each.want)
			}
		})
	}
}

// FuzzPolicy: no document makes the parser or the evaluation panic.
func FuzzPolicy(f *testing.F) {
	for _, name := range []string{"user", "keeper", "operator", "stop"} {
		doc, err := PolicyDocument(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc, "ec2:StopInstances", "arn:aws:ec2:us-east-1:1:instance/i-1", "avatar")
	}
	f.Add([]byte(`{"Statement":[{"Effect":"Allow","Action":"**?","Resource":"${${a}",`+
		`"Condition":{"ArnLike":{"k":"a:b:${*}"}}}]}`), "a", "", "::::::")
	f.Fuzz(func(t *testing.T, doc []byte, action, resource, value string) {
		p, err := ParsePolicy(doc)
		if err != nil {
			return
		}
		keys := map[string][]string{}
		for _, s := range p.Statements {
			for _, block := range s.Condition {
				for k := range block {
					keys[k] = []string{value}
				}
			}
		}
		evaluate([]*Policy{p}, &request{action: action, resource: resource, keys: keys})
	})
}
