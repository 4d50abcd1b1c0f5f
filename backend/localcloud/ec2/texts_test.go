package ec2

import (
	"testing"
)

// TestLaunchTemplateErrors: what is said of a launch template that a request does not name well.
func TestLaunchTemplateErrors(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.ok("CreateLaunchTemplate", "LaunchTemplateName", "avatar", "LaunchTemplateData.InstanceType",
		"t3.micro").text("launchTemplate/launchTemplateId")
	for _, tt := range []struct {
		operation, code, message string
		args                     []string
	}{
		{"ModifyLaunchTemplate", "InvalidParameterCombination",
			"Either provide launch template ID or launch template name to modify the template.",
			[]string{"LaunchTemplateId", id, "LaunchTemplateName", "avatar", "SetDefaultVersion", "1"}},
		{"ModifyLaunchTemplate", "MissingParameter",
			"The request must contain the parameter launchTemplateId or launchTemplateName",
			[]string{"SetDefaultVersion", "1"}},
		{"ModifyLaunchTemplate", "InvalidLaunchTemplateId.VersionNotFound",
			"The launch template version 9 is not found for the specified launch template.",
			[]string{"LaunchTemplateId", id, "SetDefaultVersion", "9"}},
		{"DescribeLaunchTemplateVersions", "InvalidLaunchTemplateId.VersionNotFound",
			"Could not find the specified version 9 for the launch template with ID " + id + ".",
			[]string{"LaunchTemplateId", id, "LaunchTemplateVersion.1", "9"}},
		{"DescribeLaunchTemplateVersions", "InvalidLaunchTemplateName.NotFoundException",
			"The specified launch template, with template name other, does not exist.", []string{"LaunchTemplateName", "other"}},
		{"DescribeLaunchTemplateVersions", "MissingParameter", allTemplates, nil},
		{"DescribeLaunchTemplateVersions", "InvalidParameterValue", allTemplates, []string{"LaunchTemplateVersion.1", "1"}},
		{"DescribeLaunchTemplates", "InvalidLaunchTemplateName.NotFoundException",
			"At least one of the launch templates specified in the request does not exist.",
			[]string{"LaunchTemplateName.1", "other"}},
		{"DescribeImages", "InvalidAMIID.NotFound", "The image id '[ami-abcd1234]' does not exist",
			[]string{"ImageId.1", "ami-abcd1234"}},
		{"DescribeImages", "InvalidAMIID.NotFound", "The image ids '[ami-abcd1234, ami-1234abcd]' do not exist",
			[]string{"ImageId.1", "ami-abcd1234", "ImageId.2", "ami-1234abcd"}},
		{"DescribeImages", "InvalidAMIID.Malformed", `Invalid id: "not_an_ami_id" (expecting "ami-...")`,
			[]string{"ImageId.1", "ami-abcd1234", "ImageId.2", "not_an_ami_id"}},
		{"CreateLaunchTemplate", "InvalidLaunchTemplateName.MalformedException",
			"A launch template name must be between 3 and 128 characters, " +
				"and may contain letters, numbers, and the following characters: - ( ) . / _.",
			[]string{"LaunchTemplateName", "a b c", "LaunchTemplateData.InstanceType", "t3.micro"}},
		{"CreateLaunchTemplate", "InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.",
			[]string{"LaunchTemplateName", "avatar", "LaunchTemplateData.InstanceType", "t3.micro"}},
	} {
		if got := c.fails(400, tt.code, tt.operation, tt.args...); got != tt.message {
			t.Errorf("%s %v: %q, want %q", tt.operation, tt.args, got, tt.message)
		}
	}
}

func TestZonesHaveLongNames(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	e := c.ok("DescribeAvailabilityZones", "Filter.1.Name", "zone-name", "Filter.1.Value.1", "us-east-1a")
	if got := e.text("availabilityZoneInfo/item/groupLongName"); got != "US East (N. Virginia) 1" {
		t.Errorf("%q", got)
	}
}

func TestHasVPC(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	if !c.HasVPC(DefaultVPC) || c.HasVPC("vpc-0") || c.HasVPC(OtherVPC) {
		t.Error("the VPCs are others")
	}
}
