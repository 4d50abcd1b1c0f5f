package sts

import (
	"net/url"
	"strings"
	"testing"

	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/wire"
)

// TestTransitiveTags holds what AWS was recorded to refuse of session tags, and that chained sessions inherit them.
func TestTransitiveTags(t *testing.T) {
	s, i := newService(t)
	for _, role := range []string{"first", "second"} {
		if err := i.PutRole(role, []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow",`+
			`"Action":["sts:AssumeRole","sts:TagSession"],"Principal":{"AWS":"123456789012"}}}`)); err != nil {
			t.Fatal(err)
		}
		if err := i.PutRolePolicy(role,
			[]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`)); err != nil {
			t.Fatal(err)
		}
	}
	assume := func(p wire.Principal, role string, more ...string) reply {
		form := url.Values{
			"Action":          {"AssumeRole"},
			"RoleArn":         {iam.RoleARN("123456789012", role)},
			"RoleSessionName": {"try"},
		}
		for n := 0; n < len(more); n += 2 {
			form.Set(more[n], more[n+1])
		}
		return ask(t, s, i, p, form)
	}
	tag := []string{"Tags.member.1.Key", "Team", "Tags.member.1.Value", "a"}
	began := assume(operator, "first", append(tag, "TransitiveTagKeys.member.1", "Team")...)
	_, _, session, _, ok := i.Lookup(began.Key)
	if !ok {
		t.Fatal(began.body)
	}
	for text, got := range map[string]reply{
		"The specified transitive tag key must be included in the requested tags.": assume(operator, "first",
			append(tag, "TransitiveTagKeys.member.1", "Other")...),
		"Duplicate tag keys found. Please note that Tag keys are case insensitive.": assume(operator, "first",
			append(tag, "Tags.member.2.Key", "team", "Tags.member.2.Value", "b")...),
		"One of the specified transitive tag keys can&#39;t be set because it conflicts with a transitive tag key from the " +
			"calling session.": assume(session, "second", "Tags.member.1.Key", "team", "Tags.member.1.Value", "b"),
	} {
		if got.Code != "InvalidParameterValue" || !strings.Contains(got.body, text) {
			t.Errorf("want %s, got %s", text, got.body)
		}
	}
	chained := assume(session, "second", "Tags.member.1.Key", "Other", "Tags.member.1.Value", "b")
	_, _, p, _, ok := i.Lookup(chained.Key)
	if !ok || p.Tags["Team"] != "a" || p.Tags["Other"] != "b" || len(p.TransitiveTags) != 1 {
		t.Errorf("the chained session is %+v: %s", p, chained.body)
	}
}

// TestRecordedTexts holds the texts of requests that are not valid.
func TestRecordedTexts(t *testing.T) {
	s, i := newService(t)
	role := iam.RoleARN("123456789012", iam.UserRole)
	const begin = "1 validation error detected: Value &#39;"
	for _, each := range []struct{ arn, session, seconds, want string }{
		{"nothing-valid-in-here", "try", "", ">nothing-valid-in-here is invalid<"},
		{"arn::b:::something/test-role", "try", "", ">arn::b:::something/test-role is invalid<"},
		{"arn:a:a::aaaaaaaaaa:", "try", "", ">arn:a:a::aaaaaaaaaa: is invalid<"},
		{role, "Session1:2", "", begin + "Session1:2&#39; at &#39;roleSessionName&#39; failed to satisfy constraint: Member must " +
			`satisfy regular expression pattern: [\w+=,.@-]*<`},
		{role, "a", "", begin + "a&#39; at &#39;roleSessionName&#39; failed to satisfy constraint: Member must have length " +
			"greater than or equal to 2<"},
		{role, "try", "899", begin + "899&#39; at &#39;durationSeconds&#39; failed to satisfy constraint: Member must have value " +
			"greater than or equal to 900<"},
		{role, "try", "43201", begin + "43201&#39; at &#39;durationSeconds&#39; failed to satisfy constraint: Member must have " +
			"value less than or equal to 43200<"},
	} {
		got := ask(t, s, i, operator, url.Values{
			"Action": {
				"AssumeRole",
			}, "RoleArn": {each.arn}, "RoleSessionName": {each.session}, "DurationSeconds": {each.seconds}})
		if got.Code != "ValidationError" || !strings.Contains(got.body, each.want) {
			t.Errorf("want %s, got %s", each.want, got.body)
		}
	}
}
