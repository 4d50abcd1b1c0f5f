package ec2

import (
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

var launchArgs = []string{"ImageId", DefaultImage, "InstanceType", "g5.2xlarge", "MinCount", "1", "MaxCount", "1"}

func with(base []string, more ...string) []string {
	return append(append([]string{}, base...), more...)
}

func TestClientTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, 0, 0, nil)
		first := c.ok("RunInstances", with(launchArgs, "ClientToken", "claim-7")...)
		again := c.ok("RunInstances", with(launchArgs, "ClientToken", "claim-7")...)
		id := first.text("instancesSet/item/instanceId")
		if got := again.text("instancesSet/item/instanceId"); got != id {
			t.Errorf("the same token launched %s beside %s", got, id)
		}
		c.fails(400, "IdempotentParameterMismatch", "RunInstances",
			with(launchArgs, "ClientToken", "claim-7", "EbsOptimized", "true")...)
		if n := len(c.Instances()); n != 1 {
			t.Errorf("%d instances", n)
		}
		c.fails(400, "InvalidParameterValue", "RunInstances", with(launchArgs, "ClientToken", strings.Repeat("x", 65))...)
		c.ok("TerminateInstances", "InstanceId.1", id)
		c.fails(400, "IdempotentInstanceTerminated", "RunInstances", with(launchArgs, "ClientToken", "claim-7")...)
		sleep(24 * time.Hour)
		c.ok("RunInstances", with(launchArgs, "ClientToken", "claim-7")...)
		if got := len(c.tokens); got != 1 {
			t.Errorf("%d tokens are kept", got)
		}
	})
}

func TestRunInstancesRefusals(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	long := base64.StdEncoding.EncodeToString(make([]byte, 16<<10+1))
	for _, tc := range []struct {
		name, code string
		change     []string
	}{
		{"no image", "MissingParameter", []string{"ImageId", ""}},
		{"malformed image", "InvalidAMIID.Malformed", []string{"ImageId", "avatar"}},
		{"unknown image", "InvalidAMIID.NotFound", []string{"ImageId", "ami-0123456789abcdef0"}},
		{"unknown type", "InvalidParameterValue", []string{"InstanceType", "g5.huge"}},
		{"none", "InvalidParameterValue", []string{"MinCount", "0"}},
		{"not a number", "InvalidParameterValue", []string{"MinCount", "one"}},
		{"fewer than least", "InvalidParameterValue", []string{"MinCount", "2"}},
		{"too many", "InstanceLimitExceeded", []string{"MaxCount", "1001"}},
		{"unknown subnet", "InvalidSubnetID.NotFound", []string{"SubnetId", "subnet-1"}},
		{"unknown zone", "InvalidParameterValue", []string{"Placement.AvailabilityZone", "us-east-1z"}},
		{"zone against subnet", "InvalidParameterValue",
			[]string{"SubnetId", c.SubnetIDs()[0], "Placement.AvailabilityZone", "us-east-1b"}},
		{"unknown group", "InvalidGroup.NotFound", []string{"SecurityGroupId.1", "sg-1"}},
		{"user data not base64", "InvalidUserData.Malformed", []string{"UserData", "#!/bin/sh"}},
		{"user data too long", "InvalidParameterValue", []string{"UserData", long}},
		{"shutdown behaviour", "InvalidParameterValue", []string{"InstanceInitiatedShutdownBehavior", "sleep"}},
		{"two profiles", "InvalidParameterCombination",
			[]string{"IamInstanceProfile.Name", "a", "IamInstanceProfile.Arn", "b"}},
		{"no such template", "InvalidLaunchTemplateName.NotFoundException",
			[]string{"LaunchTemplate.LaunchTemplateName", "none"}},
		{"reserved tag", "InvalidParameterValue", []string{"TagSpecification.1.ResourceType", "instance",
			"TagSpecification.1.Tag.1.Key", "aws:x", "TagSpecification.1.Tag.1.Value", ""}},
		{"odd resource", "InvalidParameterValue", []string{"TagSpecification.1.ResourceType", "cat"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c.t = t
			c.fails(400, tc.code, "RunInstances", with(launchArgs, tc.change...)...)
		})
	}
	if n := len(c.Instances()); n != 0 {
		t.Errorf("%d instances after refusals", n)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.run(1)[0]
	c.fails(412, "DryRunOperation", "RunInstances", with(launchArgs, "DryRun", "true")...)
	for _, op := range []string{"StopInstances", "RebootInstances", "TerminateInstances", "StartInstances"} {
		c.fails(412, "DryRunOperation", op, "InstanceId.1", id, "DryRun", "true")
	}
	c.fails(412, "DryRunOperation", "DescribeInstances", "DryRun", "true")
	c.fails(412, "DryRunOperation", "CreateTags", "ResourceId.1", id, "Tag.1.Key", "a", "DryRun", "true")
	if c.state(id) != running || len(c.Instances()) != 1 {
		t.Error("a dry run did something")
	}
}

func TestCapacityIsPerZoneAndForStartsToo(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	sn := c.SubnetIDs()
	c.SetCapacity("us-east-1a", "g5.2xlarge", 2)
	ids := c.run(2, "SubnetId", sn[0])
	c.fails(500, "InsufficientInstanceCapacity", "RunInstances", with(launchArgs, "SubnetId", sn[0])...)
	c.run(1, "SubnetId", sn[1])
	c.ok("StopInstances", "InstanceId.1", ids[0])
	c.run(1, "SubnetId", sn[0])
	c.fails(500, "InsufficientInstanceCapacity", "StartInstances", "InstanceId.1", ids[0])
	c.SetCapacity("us-east-1a", "g5.2xlarge", -1)
	c.ok("StartInstances", "InstanceId.1", ids[0])

	c.SetCapacity("us-east-1a", "", 0)
	c.SetCapacity("us-east-1b", "", 0)
	in, _ := c.Instance(c.run(1)[0])
	if in.Zone != "us-east-1c" {
		t.Errorf("a launch that names no zone went to %s", in.Zone)
	}
	e := c.ok("RunInstances", with(launchArgs, "MaxCount", "3", "SubnetId", sn[2])...)
	if n := len(e.all("instancesSet/item")); n != 3 {
		t.Errorf("%d launched", n)
	}
	c.SetCapacity("us-east-1c", "", 6)
	e = c.ok("RunInstances", with(launchArgs, "MaxCount", "5", "SubnetId", sn[2])...)
	if n := len(e.all("instancesSet/item")); n != 2 {
		t.Errorf("%d launched where there was room for 2", n)
	}
}

func TestQuotaCountsVCPUsByFamily(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	c.SetVCPUQuota(16)
	ids := c.run(2)
	c.fails(400, "VcpuLimitExceeded", "RunInstances", launchArgs...)
	c.ok("RunInstances", with(launchArgs, "InstanceType", "t3.micro")...)
	c.ok("StopInstances", "InstanceId.1", ids[0])
	c.ok("RunInstances", launchArgs...)
	c.fails(400, "VcpuLimitExceeded", "StartInstances", "InstanceId.1", ids[0])
	c.SetVCPUQuota(-1)
	c.ok("StartInstances", "InstanceId.1", ids[0])
}

func TestLaunchTemplates(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	e := c.ok("CreateLaunchTemplate", "LaunchTemplateName", "avatar", "VersionDescription", "first",
		"LaunchTemplateData.ImageId", DefaultImage, "LaunchTemplateData.InstanceType", "g5.xlarge",
		"LaunchTemplateData.SecurityGroupId.1", DefaultSecurityGroup,
		"LaunchTemplateData.IamInstanceProfile.Name", "avatar-instance",
		"LaunchTemplateData.UserData", "aGVsbG8=",
		"LaunchTemplateData.TagSpecification.1.ResourceType", "instance",
		"LaunchTemplateData.TagSpecification.1.Tag.1.Key", "pool", "LaunchTemplateData.TagSpecification.1.Tag.1.Value",
		"main",
		"LaunchTemplateData.TagSpecification.1.Tag.2.Key", "Name", "LaunchTemplateData.TagSpecification.1.Tag.2.Value",
		"template")
	id := e.text("launchTemplate/launchTemplateId")
	c.fails(400, "InvalidLaunchTemplateName.AlreadyExistsException", "CreateLaunchTemplate", "LaunchTemplateName",
		"avatar",
		"LaunchTemplateData.ImageId", DefaultImage)
	c.ok("CreateLaunchTemplateVersion", "LaunchTemplateId", id, "SourceVersion", "1",
		"LaunchTemplateData.InstanceType", "g5.2xlarge")

	for _, tc := range []struct {
		version, override, want string
	}{{"", "", "g5.xlarge"}, {"$Latest", "", "g5.2xlarge"}, {"2", "", "g5.2xlarge"},
		{"$Default", "g6.xlarge", "g6.xlarge"}} {
		args := []string{"MinCount", "1", "MaxCount", "1", "LaunchTemplate.LaunchTemplateName", "avatar",
			"TagSpecification.1.ResourceType", "instance", "TagSpecification.1.Tag.1.Key", "Name",
			"TagSpecification.1.Tag.1.Value", "request"}
		if tc.version != "" {
			args = append(args, "LaunchTemplate.Version", tc.version)
		}
		if tc.override != "" {
			args = append(args, "InstanceType", tc.override)
		}
		e := c.ok("RunInstances", args...)
		in, _ := c.Instance(e.text("instancesSet/item/instanceId"))
		if in.Type != tc.want || in.UserData != "hello" || in.Tags["pool"] != "main" || in.Tags["Name"] != "request" {
			t.Errorf("version %q: %+v", tc.version, in)
		}
		if got := e.text(
			"instancesSet/item/iamInstanceProfile/arn"); got != "arn:aws:iam::123456789012:instance-profile/avatar-instance" {
			t.Errorf("profile %q", got)
		}
	}
	c.fails(400, "InvalidLaunchTemplateId.VersionNotFound", "RunInstances", "MinCount", "1", "MaxCount", "1",
		"LaunchTemplate.LaunchTemplateId", id, "LaunchTemplate.Version", "9")

	e = c.ok("DescribeLaunchTemplateVersions", "LaunchTemplateId", id, "LaunchTemplateVersion.1", "$Latest")
	if got := e.text(
		"launchTemplateVersionSet/item/launchTemplateData/tagSpecificationSet/item/tagSet/item/value"); got != "main,template" {
		t.Errorf("version 2 inherits tags %q", got)
	}
	c.ok("ModifyLaunchTemplate", "LaunchTemplateId", id, "SetDefaultVersion", "2")
	e = c.ok("DescribeLaunchTemplates", "Filter.1.Name", "launch-template-name", "Filter.1.Value.1", "ava*")
	if got := e.text("launchTemplates/item/defaultVersionNumber"); got != "2" {
		t.Errorf("default version %q", got)
	}
	c.ok("DeleteLaunchTemplate", "LaunchTemplateName", "avatar")
	c.fails(400, "InvalidLaunchTemplateId.NotFound", "DescribeLaunchTemplates", "LaunchTemplateId.1", id)
}

// policy allows what the function does.
type policy func(action, resource string, keys map[string][]string) bool

func (f policy) Allowed(_ wire.Principal, action, resource string, keys map[string][]string) bool {
	return f(action, resource, keys)
}

// TestInstancesOfATemplateSayWhich: by two tags of EC2's own, which nobody changes and no policy is asked about.
func TestInstancesOfATemplateSayWhich(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	template := c.ok("CreateLaunchTemplate", "LaunchTemplateName", "avatar", "LaunchTemplateData.ImageId", DefaultImage,
		"LaunchTemplateData.InstanceType", "g5.xlarge").text("launchTemplate/launchTemplateId")
	id := c.ok("RunInstances", "MinCount", "1", "MaxCount", "1", "LaunchTemplate.LaunchTemplateName",
		"avatar").text("instancesSet/item/instanceId")
	c.ok("CreateTags", "ResourceId.1", id, "Tag.1.Key", "owner", "Tag.1.Value", "alice")
	c.ok("DeleteTags", "ResourceId.1", id)
	c.ok("DeleteTags", "ResourceId.1", id, "Tag.1.Key", "aws:ec2launchtemplate:id")
	want := map[string]string{"aws:ec2launchtemplate:id": template, "aws:ec2launchtemplate:version": "1"}
	if in, _ := c.Instance(id); !maps.Equal(in.Tags, want) {
		t.Errorf("tags %v", in.Tags)
	}
	c.fails(400, "InvalidParameterValue", "CreateTags", "ResourceId.1", id, "Tag.1.Key", "aws:ec2launchtemplate:version",
		"Tag.1.Value", "2")
	if got := c.ok("DescribeInstances", "Filter.1.Name", "tag:aws:ec2launchtemplate:id", "Filter.1.Value.1",
		template).texts("reservationSet/item/instancesSet/item/instanceId"); len(got) != 1 {
		t.Errorf("found %v by the template's tag", got)
	}
}

func TestOnlyTheOwnerMayStart(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	mine := c.run(1, "TagSpecification.1.ResourceType", "instance", "TagSpecification.1.Tag.1.Key", "owner",
		"TagSpecification.1.Tag.1.Value", "alice")[0]
	theirs := c.run(1)[0]
	prefix := "arn:aws:ec2:us-east-1:123456789012:instance/"
	c.auth = policy(func(action, resource string, keys map[string][]string) bool {
		owner := keys["ec2:ResourceTag/owner"]
		return action == "ec2:StopInstances" && strings.HasPrefix(resource, prefix) && len(owner) == 1 && owner[0] == "alice"
	})
	c.ok("StopInstances", "InstanceId.1", mine)
	c.fails(403, "UnauthorizedOperation", "StopInstances", "InstanceId.1", theirs)
	c.fails(403, "UnauthorizedOperation", "StopInstances", "InstanceId.1", mine, "InstanceId.2", theirs)
	c.fails(403, "UnauthorizedOperation", "StopInstances", "InstanceId.1", "i-0123456789abcdef0")
	c.fails(403, "UnauthorizedOperation", "StopInstances", "InstanceId.1", theirs, "DryRun", "true")
	c.fails(403, "UnauthorizedOperation", "DescribeInstances")
	c.fails(403, "UnauthorizedOperation", "RunInstances", launchArgs...)
	if c.state(theirs) != running {
		t.Error("a refused stop stopped it")
	}
}

func TestLaunchAsksForEveryPermission(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	asked := map[string]map[string][]string{}
	c.auth = policy(func(action, resource string, keys map[string][]string) bool {
		asked[action+" "+resource] = keys
		return true
	})
	c.run(1, "SubnetId", c.SubnetIDs()[0], "IamInstanceProfile.Name", "avatar-instance", "TagSpecification.1.ResourceType",
		"instance", "TagSpecification.1.Tag.1.Key", "pool", "TagSpecification.1.Tag.1.Value", "main")
	const arn = "arn:aws:ec2:us-east-1:123456789012:"
	for _, want := range []string{
		"ec2:RunInstances arn:aws:ec2:us-east-1::image/" + DefaultImage, "ec2:RunInstances " + arn + "instance/*",
		"ec2:RunInstances " + arn + "subnet/" + c.SubnetIDs()[0], "ec2:RunInstances " + arn + "volume/*",
		"ec2:RunInstances " + arn + "network-interface/*", "ec2:RunInstances " + arn + "security-group/" +
			DefaultSecurityGroup,
		"ec2:CreateTags " + arn + "instance/*", "iam:PassRole arn:aws:iam::123456789012:role/avatar-instance",
	} {
		if _, ok := asked[want]; !ok {
			t.Errorf("not asked for: %s", want)
		}
	}
	keys := asked["ec2:CreateTags "+arn+"instance/*"]
	if keys["ec2:CreateAction"][0] != "RunInstances" || keys["aws:RequestTag/pool"][0] != "main" ||
		keys["aws:TagKeys"][0] != "pool" {
		t.Errorf("keys %v", keys)
	}
}
