package account

import (
	"strings"
	"testing"
)

// TestTagsReachTheStackAndItsInstances, and an update keeps those that the stack has.
func TestTagsReachTheStackAndItsInstances(t *testing.T) {
	had := strings.Replace(ourTag, "</Tags>", "<member><Key>team</Key><Value>red</Value></member></Tags>", 1)
	w := &wire{answers: map[string][]string{"CreateChangeSet": {"<Id>1</Id>"}, "DescribeChangeSet": {planned},
		"DescribeStacks": {stack("UPDATE_COMPLETE", had)}}}
	a := w.account(t)
	a.Tags = Tags{}
	if err := a.Tags.ParseTag("cost-center=42"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Plan(t.Context(), Parameters{}); err != nil {
		t.Fatal(err)
	}
	form := w.sent["CreateChangeSet"]
	if got := form.Get("Tags.member.2.Key") + form.Get("Tags.member.2.Value") +
		form.Get("Tags.member.3.Key"); got != "cost-center42team" {
		t.Errorf("the stack gets the tags %s of %v", got, form)
	}
	body := form.Get("TemplateBody")
	if n := strings.Count(body, `{"Key":"cost-center","Value":"42"}`); n != 2 {
		t.Errorf("%d of instance and disk get the tag", n)
	}
	if strings.Count(body, stackMark+`","Value":"stack"`) != 0 {
		t.Error("the instances get the stack's mark")
	}
}

// TestTagsThatTheLauncherUsesAreRefused, since another value would change what it does.
func TestTagsThatTheLauncherUsesAreRefused(t *testing.T) {
	for _, text := range []string{"pool=x", "owner=me", "gate-key=x", "aws:x=y", "AWS:x=y", "novalue", "=x"} {
		if err := (Tags{}).ParseTag(text); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

// TestEveryRoleHasTheBoundary, or an organisation that demands one refuses the stack.
func TestEveryRoleHasTheBoundary(t *testing.T) {
	for name, r := range template(t).at("Resources").(map[string]any) {
		if asMap(r)["Type"] == "AWS::IAM::Role" &&
			template(t).at("Resources", name, "Properties", "PermissionsBoundary") == nil {
			t.Errorf("%s has no boundary", name)
		}
	}
}
