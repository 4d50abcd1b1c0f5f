package ec2

import (
	"strings"
	"testing"

	"avatar-launcher/backend/localcloud/store"
)

// ownVPC makes a VPC of 10.0.0.0/16.
func (c *cloud) ownVPC(args ...string) string {
	c.t.Helper()
	return c.ok("CreateVpc", append([]string{"CidrBlock", "10.0.0.0/16"}, args...)...).text("vpc/vpcId")
}

func TestVPCLife(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	e := c.ok("CreateVpc", "CidrBlock", "10.0.1.7/16", "TagSpecification.1.ResourceType", "vpc",
		"TagSpecification.1.Tag.1.Key", "project", "TagSpecification.1.Tag.1.Value", "test")
	id := e.text("vpc/vpcId")
	for path, want := range map[string]string{
		"vpc/state": "pending", "vpc/cidrBlock": "10.0.0.0/16", "vpc/isDefault": "false", "vpc/instanceTenancy": "default",
		"vpc/cidrBlockAssociationSet/item/cidrBlockState/state": "associated", "vpc/tagSet/item/key": "project",
	} {
		if got := e.text(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if len(e.all("vpc/ipv6CidrBlockAssociationSet")) != 1 || len(e.all("vpc/ipv6CidrBlockAssociationSet/item")) != 0 {
		t.Error("the set of IPv6 ranges is not there and empty")
	}
	if got := c.ok("DescribeVpcs", "VpcId.1", id).text("vpcSet/item/state"); got != "available" {
		t.Errorf("state %q", got)
	}
	groups := c.ok("GetSecurityGroupsForVpc", "VpcId", id)
	if got := groups.text("securityGroupForVpcSet/item/description"); got != "default VPC security group" {
		t.Errorf("groups of the VPC: %q", got)
	}
	c.ok("DeleteVpc", "VpcId", id)
	if got := c.fails(400, "InvalidVpcID.NotFound", "DescribeVpcs", "VpcId.1", id); got !=
		"The vpc ID '"+id+"' does not exist" {
		t.Error(got)
	}
	if n := len(c.ok("DescribeSecurityGroups").all("securityGroupInfo/item")); n != 1 {
		t.Errorf("%d groups are left", n)
	}
	c.fails(400, "MissingParameter", "CreateVpc")
	c.fails(400, "InvalidVpc.Range", "CreateVpc", "CidrBlock", "10.0.0.0/8")
	c.fails(400, "InvalidParameterValue", "CreateVpc", "CidrBlock", "ten")
	c.fails(412, "DryRunOperation", "CreateVpc", "CidrBlock", "10.0.0.0/16", "DryRun", "true")
	c.fails(400, "DependencyViolation", "DeleteVpc", "VpcId", DefaultVPC)
}

func TestVPCAttributes(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.ownVPC()
	value := func(attribute string) string {
		t.Helper()
		return c.ok("DescribeVpcAttribute", "VpcId", id, "Attribute", attribute).text(attribute + "/value")
	}
	if got := value("enableDnsSupport") + value("enableDnsHostnames"); got != "truefalse" {
		t.Errorf("a new VPC has %s", got)
	}
	c.ok("ModifyVpcAttribute", "VpcId", id, "EnableDnsHostnames.Value", "true")
	if got := value("enableDnsHostnames"); got != "true" {
		t.Errorf("after the change: %s", got)
	}
	c.fails(400, "InvalidParameterValue", "DescribeVpcAttribute", "VpcId", id, "Attribute", "colour")
	c.fails(400, "InvalidParameterCombination", "ModifyVpcAttribute", "VpcId", id)
}

func TestRangesOfAVPC(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.ownVPC()
	for _, cidr := range []string{"10.10.43.0/24", "10.10.44.0/24", "10.10.45.0/24", "10.10.46.0/24"} {
		e := c.ok("AssociateVpcCidrBlock", "VpcId", id, "CidrBlock", cidr)
		if got := e.text("cidrBlockAssociation/cidrBlockState/state"); got != "associating" {
			t.Errorf("%s is %s", cidr, got)
		}
	}
	message := c.fails(400, "CidrLimitExceeded", "AssociateVpcCidrBlock", "VpcId", id, "CidrBlock", "10.10.50.0/22")
	if want := "This network " + id + " has met its maximum number of allowed CIDRs: 5"; message != want {
		t.Errorf("%s, want %s", message, want)
	}
	e := c.ok("DescribeVpcs", "VpcId.1", id)
	states := e.texts("vpcSet/item/cidrBlockAssociationSet/item/cidrBlockState/state")
	if strings.Join(states, " ") != "associated associated associated associated associated" {
		t.Errorf("states %v", states)
	}
	ids := e.texts("vpcSet/item/cidrBlockAssociationSet/item/associationId")
	c.fails(400, "OperationNotPermitted", "DisassociateVpcCidrBlock", "AssociationId", ids[0])
	e = c.ok("DisassociateVpcCidrBlock", "AssociationId", ids[1])
	if got := e.text("cidrBlockAssociation/cidrBlockState/state"); got != "disassociating" {
		t.Errorf("state %s", got)
	}
	c.fails(400, "InvalidVpcCidrBlockAssociationID.NotFound", "DisassociateVpcCidrBlock", "AssociationId", ids[1])
}

func TestSubnetLife(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.ownVPC()
	e := c.ok("CreateSubnet", "VpcId", id, "CidrBlock", "10.0.0.0/24", "AvailabilityZone", "us-east-1b")
	subnet := e.text("subnet/subnetId")
	for path, want := range map[string]string{
		"state": "available", "availableIpAddressCount": "251", "mapPublicIpOnLaunch": "false", "defaultForAz": "false",
		"availabilityZone": "us-east-1b", "privateDnsNameOptionsOnLaunch/hostnameType": "ip-name",
		"privateDnsNameOptionsOnLaunch/enableResourceNameDnsARecord":    "false",
		"privateDnsNameOptionsOnLaunch/enableResourceNameDnsAAAARecord": "false",
	} {
		if got := e.text("subnet/" + path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	c.ok("ModifySubnetAttribute", "SubnetId", subnet, "EnableResourceNameDnsARecordOnLaunch.Value", "true")
	e = c.ok("DescribeSubnets", "SubnetId.1", subnet)
	if got := e.text("subnetSet/item/privateDnsNameOptionsOnLaunch/enableResourceNameDnsARecord"); got != "true" {
		t.Errorf("A records: %s", got)
	}
	c.fails(400, "InvalidSubnet.Conflict", "CreateSubnet", "VpcId", id, "CidrBlock", "10.0.0.128/25")
	c.fails(400, "InvalidSubnet.Range", "CreateSubnet", "VpcId", id, "CidrBlock", "10.1.0.0/24")
	c.fails(400, "InvalidParameterValue", "CreateSubnet", "VpcId", id, "CidrBlock", "10.0.9.0/24", "AvailabilityZone", "x")
	c.fails(400, "InvalidParameterValue", "ModifySubnetAttribute", "SubnetId", subnet, "AssignIpv6AddressOnCreation.Value",
		"true")
	c.fails(400, "DependencyViolation", "DeleteVpc", "VpcId", id)

	machine := c.run(1, "SubnetId", subnet)[0]
	in, _ := c.Instance(machine)
	if in.PublicIP != "" || !strings.HasPrefix(in.PrivateIP, "10.0.0.") {
		t.Errorf("addresses %q and %q in a subnet that gives no public ones", in.PublicIP, in.PrivateIP)
	}
	if got := c.ok("DescribeInstances", "InstanceId.1",
		machine).text("reservationSet/item/instancesSet/item/vpcId"); got != id {
		t.Errorf("VPC %s", got)
	}
	public := c.run(1, "NetworkInterface.1.DeviceIndex", "0", "NetworkInterface.1.SubnetId", subnet,
		"NetworkInterface.1.AssociatePublicIpAddress", "true")[0]
	if in, _ := c.Instance(public); in.PublicIP == "" {
		t.Error("no public address although it is asked for")
	}
	c.fails(400, "DependencyViolation", "DeleteSubnet", "SubnetId", subnet)
	c.ok("TerminateInstances", "InstanceId.1", machine, "InstanceId.2", public)
	c.ok("DeleteSubnet", "SubnetId", subnet)
	c.ok("DeleteVpc", "VpcId", id)
}

func TestIPv6Subnets(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.ownVPC()
	const either = "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided."
	if got := c.fails(400, "MissingParameter", "CreateSubnet", "VpcId", id, "Ipv6Native", "true"); got != either {
		t.Error(got)
	}
	if got := c.fails(400, "MissingParameter", "CreateSubnet", "VpcId", id, "Ipv6Native", "true", "CidrBlock",
		"10.0.0.0/24"); got != either {
		t.Error(got)
	}
	if got := c.fails(400, "InvalidParameterCombination", "CreateSubnet", "VpcId", id, "Ipv6Native", "true", "CidrBlock",
		"10.0.0.0/24", "Ipv6CidrBlock", "1080::1:200C:417A/112"); got != "When specifying ipv4 parameters, cidrBlock or "+
		"ipv4IpamPoolId, you cannot set ipv6Native to true." {
		t.Error(got)
	}
	e := c.ok("AssociateVpcCidrBlock", "VpcId", id, "AmazonProvidedIpv6CidrBlock", "true")
	if got := e.text("ipv6CidrBlockAssociation/ipv6CidrBlockState/state"); got != "associating" {
		t.Errorf("state %s", got)
	}
	c.fails(400, "CidrLimitExceeded", "AssociateVpcCidrBlock", "VpcId", id, "AmazonProvidedIpv6CidrBlock", "true")
	whole := c.ok("DescribeVpcs", "VpcId.1", id).text("vpcSet/item/ipv6CidrBlockAssociationSet/item/ipv6CidrBlock")
	e = c.ok("CreateSubnet", "VpcId", id, "Ipv6Native", "true", "Ipv6CidrBlock", whole)
	for path, want := range map[string]string{
		"assignIpv6AddressOnCreation": "true", "ipv6Native": "true", "state": "available", "cidrBlock": "",
		"ipv6CidrBlockAssociationSet/item/ipv6CidrBlock": whole, "availableIpAddressCount": "0",
	} {
		if got := e.text("subnet/" + path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	machine := c.run(1, "SubnetId", e.text("subnet/subnetId"))[0]
	described := c.ok("DescribeInstances", "InstanceId.1", machine)
	const at = "reservationSet/item/instancesSet/item/"
	if got := described.text(at + "ipv6Address"); !strings.HasPrefix(got, "2001:db8:") {
		t.Errorf("address %q", got)
	}
	if got := described.text(at + "privateIpAddress"); got != "" {
		t.Errorf("an IPv4 address in an IPv6 subnet: %q", got)
	}
}

func TestNetworksSurviveARestart(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	c := newCloud(t, 0, 0, st)
	id := c.ownVPC("AmazonProvidedIpv6CidrBlock", "true")
	subnet := c.ok("CreateSubnet", "VpcId", id, "CidrBlock", "10.0.0.0/24").text("subnet/subnetId")
	group := c.ok("CreateSecurityGroup", "GroupName", "mine", "GroupDescription", "mine", "VpcId", id).text("groupId")
	list := c.ok("CreateManagedPrefixList", "PrefixListName", "mine", "MaxEntries", "2", "AddressFamily",
		"IPv4").text("prefixList/prefixListId")
	again := newCloud(t, 0, 0, st)
	again.ok("DescribeVpcs", "VpcId.1", id)
	again.ok("DescribeSubnets", "SubnetId.1", subnet)
	again.ok("DescribeManagedPrefixLists", "PrefixListId.1", list)
	if n := len(again.ok("DescribeSecurityGroups", "GroupId.1", group).all(
		"securityGroupInfo/item/ipPermissionsEgress/item/ipv6Ranges/item")); n != 1 {
		t.Errorf("%d rules for IPv6", n)
	}
}
