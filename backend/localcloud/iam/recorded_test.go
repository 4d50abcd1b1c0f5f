package iam

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestRecordedAnswers holds what AWS was recorded to answer of roles and policies: IDs, documents, and which of a
// role's members the lists leave out.
func TestRecordedAnswers(t *testing.T) {
	s := service(t, "")
	trust := strings.ReplaceAll(anyoneHere, ":{", ": {")
	made := must(t, s, "CreateRole", "RoleName", "r", "Path", "/p/", "AssumeRolePolicyDocument", trust,
		"PermissionsBoundary", administer, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	for _, part := range []string{"<PermissionsBoundary>", "<Tags><member><Key>k</Key>"} {
		if !strings.Contains(made, part) {
			t.Errorf("no %s in %s", part, made)
		}
		if list := must(t, s, "ListRoles", "PathPrefix", "/p/"); strings.Contains(list, part) {
			t.Errorf("%s in the list %s", part, list)
		}
	}
	if id := regexp.MustCompile(`<RoleId>AROA[A-Z0-9]{17}</RoleId>`); !id.MatchString(made) {
		t.Errorf("no role's ID in %s", made)
	}
	var answer struct {
		Document string `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"`
	}
	if err := xml.Unmarshal([]byte(must(t, s, "GetRole", "RoleName", "r")), &answer); err != nil {
		t.Fatal(err)
	}
	if doc, err := url.PathUnescape(answer.Document); err != nil || !json.Valid([]byte(doc)) || doc != trust {
		t.Errorf("the trust policy is encoded as %s: %v", answer.Document, err)
	}
	if n := strings.Count(must(t, s, "ListRoles", "PathPrefix", "/p/"), "<RoleName>"); n != 1 {
		t.Errorf("%d roles at /p/", n)
	}
}

// TestRecordedPolicies: CreatePolicy answers tags and no description, GetPolicy both, ListPolicies neither.
func TestRecordedPolicies(t *testing.T) {
	s := service(t, "")
	made := must(
		t,
		s,
		"CreatePolicy",
		"PolicyName",
		"mine",
		"Path",
		"/q/",
		"PolicyDocument",
		allow("ec2:*"),
		"Description",
		"what it is for",
		"Tags.member.1.Key",
		"k",
		"Tags.member.1.Value",
		"v",
	)
	got := must(t, s, "GetPolicy", "PolicyArn", "arn:aws:iam::123456789012:policy/q/mine")
	list := must(t, s, "ListPolicies", "PathPrefix", "/q/")
	for i, want := range []struct{ description, tags bool }{{false, true}, {true, true}, {false, false}} {
		body := []string{made, got, list}[i]
		if strings.Contains(body, "<Description>") != want.description || strings.Contains(body, "<Tags>") != want.tags {
			t.Errorf("answer %d is to have a description %t and tags %t: %s", i, want.description, want.tags, body)
		}
	}
	if n := strings.Count(must(t, s, "ListPolicies"), "<PolicyName>"); n != len(awsManaged)+1 {
		t.Errorf("%d policies", n)
	}
	for scope, want := range map[string]int{"Local": 1, "AWS": len(awsManaged)} {
		if n := strings.Count(must(t, s, "ListPolicies", "Scope", scope), "<PolicyName>"); n != want {
			t.Errorf("%d policies in %s, want %d", n, scope, want)
		}
	}
}

// TestListsByPages reads the roles one at a time.
func TestListsByPages(t *testing.T) {
	s := service(t, "")
	var names []string
	marker := ""
	for range 10 {
		var out struct {
			Truncated bool     `xml:"ListRolesResult>IsTruncated"`
			Marker    string   `xml:"ListRolesResult>Marker"`
			Names     []string `xml:"ListRolesResult>Roles>member>RoleName"`
		}
		if err := xml.Unmarshal([]byte(must(t, s, "ListRoles", "MaxItems", "1", "Marker", marker)), &out); err != nil {
			t.Fatal(err)
		}
		names, marker = append(names, out.Names...), out.Marker
		if !out.Truncated {
			break
		}
	}
	if strings.Join(
		names,
		" ",
	) != "avatar-launcher-keeper avatar-launcher-operator avatar-launcher-stop avatar-launcher-user" {
		t.Errorf("roles %v", names)
	}
	refused(
		t,
		s,
		"Value &#39;0&#39; at &#39;maxItems&#39; failed to satisfy constraint: Member must have value greater than "+
			"or equal to 1",
		"ListRoles",
		"MaxItems",
		"0",
	)
	refused(t, s, "Member must have value less than or equal to 1000", "ListRoles", "MaxItems", "1001")
	refused(t, s, "Invalid Marker.", "ListRoles", "Marker", "%")
}

// TestARoleMadeAgainHasAnotherID, so that what trusted the old one does not trust the new one.
func TestARoleMadeAgainHasAnotherID(t *testing.T) {
	s := service(t, "")
	must(t, s, "CreateRole", "RoleName", "r", "AssumeRolePolicyDocument", anyoneHere)
	first := s.RoleID("r")
	must(t, s, "TagRole", "RoleName", "r", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	if again := s.RoleID("r"); again != first {
		t.Errorf("a change gave it the ID %s, it was %s", again, first)
	}
	must(t, s, "DeleteRole", "RoleName", "r")
	must(t, s, "CreateRole", "RoleName", "r", "AssumeRolePolicyDocument", anyoneHere)
	if again := s.RoleID("r"); again == first || again == "" {
		t.Errorf("the new role's ID is %q, the old one's was %q", again, first)
	}
}
