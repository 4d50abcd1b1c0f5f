package iam

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// ask makes a call as the operator and returns the status and the answer.
func ask(t *testing.T, s *Service, action string, pairs ...string) (int, string) {
	t.Helper()
	form := url.Values{"Action": {action}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.Serve(context.Background(), w, &wire.Call{
		Service: "iam", Operation: action, Request: r, Body: []byte(form.Encode()), Now: time.Now().UTC(), RequestID: "r-1",
		Auth:      s,
		Principal: wire.Principal{AccountID: "123456789012", ARN: "arn:aws:iam::123456789012:user/operator", Root: true},
	})
	return w.Code, w.Body.String()
}

func must(t *testing.T, s *Service, action string, pairs ...string) string {
	t.Helper()
	status, body := ask(t, s, action, pairs...)
	if status != 200 {
		t.Fatalf("%s %v: %d %s", action, pairs, status, body)
	}
	return body
}

func refused(t *testing.T, s *Service, want, action string, pairs ...string) {
	t.Helper()
	if status, body := ask(t, s, action, pairs...); status == 200 || !strings.Contains(body, want) {
		t.Errorf("%s %v: %d %s, want %s", action, pairs, status, body, want)
	}
}

const (
	anyoneHere = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",` +
		`"Principal":{"AWS":"123456789012"}}}`
	administer = "arn:aws:iam::aws:policy/AdministratorAccess"
)

func allow(action string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"` + action + `","Resource":"*"}}`
}

func deny(action string) string {
	return strings.TrimSuffix(strings.Replace(allow("*"), `"Statement":{`, `"Statement":[{`, 1), "}") +
		`,{"Effect":"Deny","Action":"` + action + `","Resource":"*"}]}`
}

// TestRoleLife makes a role, changes all that it has, reads it after a restart, and deletes it.
func TestRoleLife(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	s, err := New(env(), st)
	if err != nil {
		t.Fatal(err)
	}
	made := must(t, s, "CreateRole", "RoleName", "mine", "Path", "/team/", "AssumeRolePolicyDocument", anyoneHere,
		"Description", "try",
		"MaxSessionDuration", "7200", "Tags.member.1.Key", "a", "Tags.member.1.Value", "1")
	for _, want := range []string{"<Arn>arn:aws:iam::123456789012:role/team/mine</Arn>", "<Path>/team/</Path>",
		"<MaxSessionDuration>7200<",
		"<Key>a</Key><Value>1</Value>", "<Description>try<"} {
		if !strings.Contains(made, want) {
			t.Errorf("%s is not in %s", want, made)
		}
	}
	refused(t, s, "EntityAlreadyExists", "CreateRole", "RoleName", "mine", "AssumeRolePolicyDocument", anyoneHere)
	refused(t, s, "MalformedPolicyDocument", "CreateRole", "RoleName", "bad", "AssumeRolePolicyDocument", allow("x:Y"))
	refused(t, s, "ValidationError", "CreateRole", "RoleName", "a b", "AssumeRolePolicyDocument", anyoneHere)
	refused(t, s, "ValidationError", "CreateRole", "RoleName", "long", "AssumeRolePolicyDocument", anyoneHere,
		"MaxSessionDuration", "50000")
	must(t, s, "PutRolePolicy", "RoleName", "mine", "PolicyName", "in", "PolicyDocument", allow("ec2:*"))
	must(t, s, "AttachRolePolicy", "RoleName", "mine", "PolicyArn", administer)
	refused(t, s, "NoSuchEntity", "AttachRolePolicy", "RoleName", "mine", "PolicyArn", "arn:aws:iam::aws:policy/None")
	must(t, s, "TagRole", "RoleName", "mine", "Tags.member.1.Key", "b", "Tags.member.1.Value", "2")
	must(t, s, "UntagRole", "RoleName", "mine", "TagKeys.member.1", "a")
	must(t, s, "UpdateRole", "RoleName", "mine", "Description", "changed")
	must(t, s, "UpdateAssumeRolePolicy", "RoleName", "mine", "PolicyDocument", anyoneHere)

	again, err := New(env(), st)
	if err != nil {
		t.Fatal(err)
	}
	if tags := must(t, again, "ListRoleTags", "RoleName", "mine"); strings.Contains(tags, "<Key>a<") ||
		!strings.Contains(tags, "<Key>b<") {
		t.Error(tags)
	}
	if got := must(t, again, "GetRole", "RoleName", "mine"); !strings.Contains(got, "changed") {
		t.Error(got)
	}
	if got := must(t, again, "ListRolePolicies", "RoleName", "mine"); !strings.Contains(got, "<member>in</member>") {
		t.Error(got)
	}
	if got := must(t, again, "ListAttachedRolePolicies", "RoleName", "mine"); !strings.Contains(got,
		"<PolicyName>AdministratorAccess</PolicyName>") {
		t.Error(got)
	}
	refused(t, again, "must detach all policies first", "DeleteRole", "RoleName", "mine")
	must(t, again, "DetachRolePolicy", "RoleName", "mine", "PolicyArn", administer)
	refused(t, again, "NoSuchEntity", "DetachRolePolicy", "RoleName", "mine", "PolicyArn", administer)
	refused(t, again, "must delete policies first", "DeleteRole", "RoleName", "mine")
	must(t, again, "DeleteRolePolicy", "RoleName", "mine", "PolicyName", "in")
	must(t, again, "DeleteRole", "RoleName", "mine")
	refused(t, again, "NoSuchEntity", "GetRole", "RoleName", "mine")
}

// TestLayersOfPermission: what identity policies, a permissions boundary and a session's policies allow together.
func TestLayersOfPermission(t *testing.T) {
	for name, each := range map[string]struct {
		identity, boundary, session string
		want                        bool
	}{
		"identity alone":           {allow("x:*"), "", "", true},
		"boundary allows too":      {allow("x:*"), allow("x:Y"), "", true},
		"boundary is silent":       {allow("x:*"), allow("z:*"), "", false},
		"boundary denies":          {allow("x:*"), deny("x:Y"), "", false},
		"boundary gives nothing":   {allow("z:*"), allow("x:*"), "", false},
		"session allows too":       {allow("x:*"), "", allow("x:Y"), true},
		"session is silent":        {allow("x:*"), "", allow("z:*"), false},
		"session denies":           {allow("x:*"), "", deny("x:Y"), false},
		"session gives nothing":    {allow("z:*"), "", allow("x:*"), false},
		"identity denies":          {deny("x:Y"), allow("*"), allow("*"), false},
		"all three":                {allow("x:*"), allow("x:*"), allow("x:*"), true},
		"boundary and not session": {allow("x:*"), allow("x:*"), allow("z:*"), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := service(t, "")
			must(t, s, "CreateRole", "RoleName", "r", "AssumeRolePolicyDocument", anyoneHere)
			must(t, s, "CreatePolicy", "PolicyName", "identity", "PolicyDocument", each.identity)
			must(t, s, "AttachRolePolicy", "RoleName", "r", "PolicyArn", "arn:aws:iam::123456789012:policy/identity")
			p := s.RolePrincipal("r", "s", nil)
			if each.boundary != "" {
				must(t, s, "CreatePolicy", "PolicyName", "edge", "PolicyDocument", each.boundary)
				must(t, s, "PutRolePermissionsBoundary", "RoleName", "r", "PermissionsBoundary",
					"arn:aws:iam::123456789012:policy/edge")
				refused(t, s, "DeleteConflict", "DeletePolicy", "PolicyArn", "arn:aws:iam::123456789012:policy/edge")
			}
			if each.session != "" {
				p.Policies = []string{each.session}
			}
			if got := s.Allowed(p, "x:Y", "r", nil); got != each.want {
				t.Errorf("allowed %t, want %t", got, each.want)
			}
			if each.boundary == "" {
				return
			}
			if got := must(t, s, "GetRole", "RoleName", "r"); !strings.Contains(got,
				"<PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/edge<") {
				t.Error(got)
			}
			must(t, s, "DeleteRolePermissionsBoundary", "RoleName", "r")
			must(t, s, "DeletePolicy", "PolicyArn", "arn:aws:iam::123456789012:policy/edge")
		})
	}
}

func TestRolesAsPrincipals(t *testing.T) {
	s := service(t, "")
	trust := strings.Replace(anyoneHere, "123456789012", RoleARN("123456789012", "caller"), 1)
	must(t, s, "CreateRole", "RoleName", "r", "AssumeRolePolicyDocument", trust)
	for who, want := range map[string]bool{
		"arn:aws:sts::123456789012:assumed-role/caller/s": true, "arn:aws:sts::123456789012:assumed-role/other/s": false,
		"arn:aws:sts::210987654321:assumed-role/caller/s": false, "arn:aws:iam::123456789012:user/caller": false,
	} {
		if got := s.Trusted("r", "AWS", who, "sts:AssumeRole", nil); got != want {
			t.Errorf("%s: trusted %t, want %t", who, got, want)
		}
	}
}

// TestShippedRolesAreBroughtUpToDate: an older program's documents in the store give way to this program's.
func TestShippedRolesAreBroughtUpToDate(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	s, err := New(env(), st)
	if err != nil {
		t.Fatal(err)
	}
	old := s.Allowed(s.RolePrincipal(UserRole, "s", nil), "dynamodb:DescribeTable",
		"arn:aws:dynamodb:us-east-1:123456789012:table/x", nil)
	if err := s.change(UserRole, false, func(r *role) {
		r.Trust, r.Policies = []byte(anyoneHere),
			map[string]json.RawMessage{"user": []byte(allow("old:Thing")), "gone": []byte(allow("old:Other"))}
	}); err != nil {
		t.Fatal(err)
	}
	again, err := New(env(), st)
	if err != nil {
		t.Fatal(err)
	}
	p := again.RolePrincipal(UserRole, "s", nil)
	if again.Allowed(p, "old:Thing", "*", nil) || again.Allowed(p, "old:Other", "*", nil) {
		t.Error("the older program's documents still count")
	}
	if got := again.Allowed(p, "dynamodb:DescribeTable", "arn:aws:dynamodb:us-east-1:123456789012:table/x",
		nil); got != old {
		t.Errorf("allowed %t, want %t", got, old)
	}
	amr := map[string][]string{"cognito-identity.amazonaws.com:amr": {"authenticated"}}
	if !again.Trusted(UserRole, "Federated", "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity", amr) {
		t.Error("the trust policy is the older program's")
	}
}
