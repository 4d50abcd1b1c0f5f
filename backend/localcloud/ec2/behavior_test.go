package ec2

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTagLagDelaysWhatPoliciesSee launches, tags and retags an instance under a policy that asks for its owner tag.
func TestTagLagDelaysWhatPoliciesSee(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, 0, 0, nil)
		c.SetBehavior(Behavior{TagLag: 5 * time.Second})
		id := c.run(1, "TagSpecification.1.ResourceType", "instance", "TagSpecification.1.Tag.1.Key", "owner",
			"TagSpecification.1.Tag.1.Value", "alice")[0]
		owner := ""
		c.auth = policy(func(action, _ string, keys map[string][]string) bool {
			seen := strings.Join(keys["ec2:ResourceTag/owner"], ",")
			return action == "ec2:CreateTags" || seen == owner
		})
		may := func(who string, wanted bool) {
			t.Helper()
			owner = who
			status, _ := c.do("StopInstances", "InstanceId.1", id, "DryRun", "true")
			if got := status == 412; got != wanted {
				t.Errorf("%q may stop it: %t, want %t", who, got, wanted)
			}
		}
		may("alice", false) // the launch's own tags come late, too
		sleep(5 * time.Second)
		may("alice", true)
		c.ok("CreateTags", "ResourceId.1", id, "Tag.1.Key", "owner", "Tag.1.Value", "bob")
		sleep(2 * time.Second)
		c.ok("CreateTags", "ResourceId.1", id, "Tag.1.Key", "owner", "Tag.1.Value", "carol")
		sleep(3*time.Second - time.Millisecond)
		may("alice", true)
		sleep(time.Millisecond)
		may("bob", true)
		may("carol", false)
		sleep(2 * time.Second)
		may("carol", true)
		c.auth = nil
		e := c.ok("DescribeTags", "Filter.1.Name", "resource-id", "Filter.1.Value.1", id)
		if got := e.text("tagSet/item/value"); got != "carol" {
			t.Errorf("described: %s", got)
		}
	})
}

func TestNoDefaultVPC(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	c.SetBehavior(Behavior{NoDefaultVPC: true})
	launch := []string{"ImageId", DefaultImage, "InstanceType", "g5.2xlarge", "MinCount", "1", "MaxCount", "1"}
	c.fails(400, "VPCIdNotSpecified", "RunInstances", launch...)
	c.fails(400, "VPCIdNotSpecified", "DescribeSecurityGroups", "GroupName.1", "default")
	c.run(1, "SubnetId", c.SubnetIDs()[0])
	if got := c.ok("DescribeVpcs", "Filter.1.Name", "is-default", "Filter.1.Value.1",
		"true").texts("vpcSet/item/vpcId"); len(got) > 0 {
		t.Errorf("default VPCs: %v", got)
	}
	if got := c.ok("DescribeSubnets").text("subnetSet/item/defaultForAz"); got != "false,false,false" {
		t.Errorf("default subnets: %s", got)
	}
}

func TestSubnetAndGroupOfDifferentVPCs(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	if n := len(c.ok("DescribeVpcs").all("vpcSet/item")); n != 1 {
		t.Errorf("%d VPCs without being asked for", n)
	}
	c.SetBehavior(Behavior{SecondVPC: true})
	launch := []string{"ImageId", DefaultImage, "InstanceType", "g5.2xlarge", "MinCount", "1", "MaxCount", "1"}
	for _, network := range [][]string{
		{"SubnetId", OtherSubnet, "SecurityGroupId.1", DefaultSecurityGroup},
		{"SubnetId", c.SubnetIDs()[0], "SecurityGroupId.1", OtherGroup},
		{"SecurityGroupId.1", OtherGroup},
		{"NetworkInterface.1.SubnetId", OtherSubnet, "NetworkInterface.1.SecurityGroupId.1", DefaultSecurityGroup},
	} {
		c.fails(400, "InvalidParameter", "RunInstances", append(launch, network...)...)
	}
	id := c.run(1, "SubnetId", OtherSubnet)[0]
	const at = "reservationSet/item/instancesSet/item/"
	e := c.ok("DescribeInstances", "InstanceId.1", id)
	if vpc, group := e.text(at+"vpcId"), e.text(at+"groupSet/item/groupId"); vpc != OtherVPC || group != OtherGroup {
		t.Errorf("in %s with %s", vpc, group)
	}
	for vpc, wanted := range map[string]string{DefaultVPC: DefaultSecurityGroup, OtherVPC: OtherGroup} {
		e := c.ok("DescribeSecurityGroups", "Filter.1.Name", "vpc-id", "Filter.1.Value.1", vpc)
		if got := e.text("securityGroupInfo/item/groupId"); got != wanted {
			t.Errorf("groups of %s: %s", vpc, got)
		}
	}
}

func TestRootDeviceAndSnapshotOfAnImage(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	c.SetBehavior(Behavior{RootDevice: "/dev/xvda", SnapshotGiB: 200})
	const disks = "imagesSet/item/blockDeviceMapping/item/"
	e := c.ok("DescribeImages", "ImageId.1", DefaultImage)
	if got := e.text("imagesSet/item/rootDeviceName") + " " + e.text(disks+"ebs/volumeSize"); got != "/dev/xvda 200" {
		t.Errorf("the image: %s", got)
	}
	disk := func(device, size string) []string {
		return []string{"BlockDeviceMapping.1.DeviceName", device, "BlockDeviceMapping.1.Ebs.VolumeSize", size}
	}
	launch := []string{"ImageId", DefaultImage, "InstanceType", "g5.2xlarge", "MinCount", "1", "MaxCount", "1"}
	message := c.fails(400, "InvalidBlockDeviceMapping", "RunInstances", append(launch, disk("/dev/xvda", "199")...)...)
	snapshot := e.text(disks + "ebs/snapshotId")
	if wanted := "Volume of size 199GB is smaller than snapshot '" + snapshot +
		"', expect size >= 200GB"; message != wanted {
		t.Errorf("%s\nwant %s", message, wanted)
	}
	c.fails(400, "InvalidParameterValue", "RunInstances", append(launch, disk("/dev/xvda", "much")...)...)
	for device, wanted := range map[string]string{"/dev/xvda": "/dev/xvda", "/dev/sda1": "/dev/xvda,/dev/sda1"} {
		id := c.run(1, disk(device, "200")...)[0]
		e := c.ok("DescribeInstances", "InstanceId.1", id)
		const at = "reservationSet/item/instancesSet/item/"
		if got := e.text(at + "blockDeviceMapping/item/deviceName"); got != wanted ||
			e.text(at+"rootDeviceName") != "/dev/xvda" {
			t.Errorf("a mapping for %s: %s, root device %s", device, got, e.text(at+"rootDeviceName"))
		}
	}
}
