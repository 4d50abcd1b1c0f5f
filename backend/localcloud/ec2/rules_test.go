package ec2

import (
	"fmt"
	"strings"
	"testing"
)

// ownGroup makes a VPC and a security group in it.
func (c *cloud) ownGroup() string {
	c.t.Helper()
	return c.ok("CreateSecurityGroup", "GroupName", "test", "GroupDescription", "test", "VpcId",
		c.ownVPC()).text("groupId")
}

// permit returns the parameters of one permission, with further parameters of its peer.
func permit(protocol string, from, to int, peer ...string) []string {
	const at = "IpPermissions.1."
	out := []string{at + "IpProtocol", protocol, at + "FromPort", fmt.Sprint(from), at + "ToPort", fmt.Sprint(to)}
	for i := 0; i < len(peer); i += 2 {
		out = append(out, at+peer[i], peer[i+1])
	}
	return out
}

// rulesOf describes the rules of a group, each as "protocol from-to peer egress", in no order.
func (c *cloud) rulesOf(group string) map[string]bool {
	c.t.Helper()
	out := map[string]bool{}
	for _, r := range c.ok("DescribeSecurityGroupRules", "Filter.1.Name", "group-id", "Filter.1.Value.1",
		group).all("securityGroupRuleSet/item") {
		peer := r.text("cidrIpv4") + r.text("cidrIpv6") + r.text("prefixListId") + r.text("referencedGroupInfo/groupId")
		out[strings.Join([]string{r.text("ipProtocol"), r.text("fromPort") + ".." + r.text("toPort"), peer,
			r.text("isEgress")}, " ")] = true
	}
	return out
}

func TestRulesOfEachKindOfPeer(t *testing.T) {
	for _, direction := range []string{"Ingress", "Egress"} {
		c := newCloud(t, 0, 0, nil)
		group := c.ownGroup()
		list := c.ok("CreateManagedPrefixList", "PrefixListName", "test", "MaxEntries", "1", "AddressFamily",
			"IPv4").text("prefixList/prefixListId")
		add := func(args []string) {
			t.Helper()
			c.ok("AuthorizeSecurityGroup"+direction, append([]string{"GroupId", group}, args...)...)
		}
		add(permit("tcp", 22, 22, "IpRanges.1.CidrIp", "10.0.0.0/24"))
		add(permit("tcp", 22, 22, "IpRanges.1.CidrIp", "10.0.1.9/24"))
		add(permit("TCP", 80, 80, "IpRanges.1.CidrIp", "10.0.0.0/24"))
		add(permit("17", 22, 22, "IpRanges.1.CidrIp", "10.0.0.0/24"))
		add(permit("-1", -1, -1, "IpRanges.1.CidrIp", "10.0.0.0/24"))
		add(permit("tcp", 22, 22, "Ipv6Ranges.1.CidrIpv6", "2001:db8::/32"))
		add(permit("tcp", 22, 22, "PrefixListIds.1.PrefixListId", list))
		add(permit("tcp", 22, 22, "Groups.1.GroupId", group))
		egress := fmt.Sprint(direction == "Egress")
		got := c.rulesOf(group)
		for _, want := range []string{
			"tcp 22..22 10.0.0.0/24 " + egress, "tcp 22..22 10.0.1.0/24 " + egress, "tcp 80..80 10.0.0.0/24 " + egress,
			"udp 22..22 10.0.0.0/24 " + egress, "-1 -1..-1 10.0.0.0/24 " + egress, "tcp 22..22 2001:db8::/32 " + egress,
			"tcp 22..22 " + list + " " + egress, "tcp 22..22 " + group + " " + egress, "-1 -1..-1 0.0.0.0/0 true",
		} {
			if !got[want] {
				t.Errorf("%s: no rule %q among %v", direction, want, got)
			}
		}
		side := map[string]string{"Ingress": "ipPermissions", "Egress": "ipPermissionsEgress"}[direction]
		described := c.ok("DescribeSecurityGroups", "GroupId.1", group).all("securityGroupInfo/item/" + side + "/item")
		if len(described) != 4 {
			t.Fatalf("%s: %d permissions, want 4: by protocol and ports", direction, len(described))
		}
		for _, p := range described {
			if p.text("ipProtocol") == "tcp" && p.text("fromPort") == "22" {
				if got := strings.Join(append(p.texts("ipRanges/item/cidrIp"), p.text("ipv6Ranges/item/cidrIpv6"),
					p.text("prefixListIds/item/prefixListId"), p.text("groups/item/groupId")), " "); got !=
					"10.0.0.0/24 10.0.1.0/24 2001:db8::/32 "+list+" "+group {
					t.Errorf("%s: the permission for port 22 has %s", direction, got)
				}
			} else if p.text("ipProtocol") == "-1" && len(p.all("fromPort")) > 0 {
				t.Errorf("%s: ports of all protocols", direction)
			}
		}
		message := c.fails(400, "InvalidPermission.Duplicate", "AuthorizeSecurityGroup"+direction,
			append([]string{"GroupId", group}, permit("tcp", 22, 22, "IpRanges.1.CidrIp", "10.0.0.0/24")...)...)
		if want := `the specified rule "peer: 10.0.0.0/24, TCP, from port: 22, to port: 22, ALLOW" already exists`; message != want {
			t.Errorf("%s, want %s", message, want)
		}
	}
}

func TestModifySecurityGroupRules(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	group := c.ownGroup()
	rule := c.ok("AuthorizeSecurityGroupIngress", append([]string{"GroupId", group}, permit("tcp", 30900, 31000,
		"IpRanges.1.CidrIp", "1.2.3.4/32")...)...).text("securityGroupRuleSet/item/securityGroupRuleId")
	modify := func(id string, members ...string) []string {
		out := []string{"GroupId", group, "SecurityGroupRule.1.SecurityGroupRuleId", id}
		for i := 0; i < len(members); i += 2 {
			out = append(out, "SecurityGroupRule.1.SecurityGroupRule."+members[i], members[i+1])
		}
		return out
	}
	udp := []string{"IpProtocol", "udp", "FromPort", "27010", "ToPort", "27011"}
	four := []string{"CidrIpv4", "2.3.4.5/32"}
	for _, refused := range []struct {
		args          []string
		code, message string
	}{
		{modify("sgr-00000000", append(udp, four...)...), "InvalidSecurityGroupRuleId.NotFound",
			"The security group rule ID 'sgr-00000000' does not exist"},
		{modify(rule, append(udp[2:], four...)...), "InvalidParameterValue",
			"Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly."},
		{modify(rule, "IpProtocol", "udp", "ToPort", "27011", "CidrIpv4", "2.3.4.5/32"), "InvalidParameterValue",
			"Invalid value for portRange. Must specify both from and to ports with TCP/UDP."},
		{modify(rule, udp...), "MissingParameter",
			"The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId"},
		{modify(rule, append(append(udp, four...), "CidrIpv6", "2001:db8::/32")...), "InvalidParameterCombination",
			"Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified"},
		{append(modify(rule, append(udp, four...)...), "GroupId", "sg-00000000"), "InvalidGroup.NotFound",
			"The security group 'sg-00000000' does not exist"},
	} {
		if got := c.fails(400, refused.code, "ModifySecurityGroupRules", refused.args...); got != refused.message {
			t.Errorf("%s, want %s", got, refused.message)
		}
	}
	if got := c.ok("ModifySecurityGroupRules", modify(rule, append(udp, four...)...)...).text("return"); got != "true" {
		t.Errorf("return %s", got)
	}
	if got := c.rulesOf(group); !got["udp 27010..27011 2.3.4.5/32 false"] || len(got) != 2 {
		t.Errorf("rules %v", got)
	}
	c.ok("ModifySecurityGroupRules", modify(rule, append(udp, "ReferencedGroupId", group)...)...)
	if got := c.rulesOf(group); !got["udp 27010..27011 "+group+" false"] {
		t.Errorf("rules %v", got)
	}
}

func TestDescribeSecurityGroupRules(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	group := c.ownGroup()
	if got := c.rulesOf(group); len(got) != 1 {
		t.Errorf("a new group has the rules %v", got)
	}
	if got := c.rulesOf("sg-005216b55886f0fdc"); len(got) != 0 {
		t.Errorf("a group that is not there has the rules %v", got)
	}
	for args, want := range map[[4]string][2]string{
		{"Filter.1.Name", "group-id", "Filter.1.Value.1", "foobar"}: {"InvalidGroupId.Malformed",
			"The security group ID 'foobar' is malformed"},
		{"SecurityGroupRuleId.1", "sgr-0f80c7e764c18b3c0", "X", ""}: {"InvalidSecurityGroupRuleId.NotFound",
			"The security group rule ID 'sgr-0f80c7e764c18b3c0' does not exist"},
	} {
		if got := c.fails(400, want[0], "DescribeSecurityGroupRules", args[:]...); got != want[1] {
			t.Errorf("%s, want %s", got, want[1])
		}
	}
}

func TestRevokeRules(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	group := c.ownGroup()
	args := append([]string{"GroupId", group}, permit("tcp", 8080, 8080, "IpRanges.1.CidrIp", "10.0.0.1/32",
		"IpRanges.2.CidrIp", "10.0.0.10/32")...)
	ids := c.ok("AuthorizeSecurityGroupIngress", args...).texts("securityGroupRuleSet/item/securityGroupRuleId")
	e := c.ok("RevokeSecurityGroupIngress", "GroupId", group, "SecurityGroupRuleId.1", ids[0])
	if got := e.text("revokedSecurityGroupRuleSet/item/cidrIpv4"); got != "10.0.0.1/32" {
		t.Errorf("revoked %s", got)
	}
	if got := c.rulesOf(group); len(got) != 2 {
		t.Errorf("rules %v", got)
	}
	c.fails(400, "InvalidPermission.NotFound", "RevokeSecurityGroupIngress", args...)
	e = c.ok("RevokeSecurityGroupIngress", append([]string{"GroupId", DefaultSecurityGroup}, args[2:]...)...)
	if n := len(e.all("unknownIpPermissionSet/item")); n != 1 {
		t.Errorf("%d unknown permissions in the default VPC", n)
	}
}

func TestGroupsThatCannotBeDeletedOrMade(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	group := c.ownGroup()
	vpc := c.ok("DescribeSecurityGroups", "GroupId.1", group).text("securityGroupInfo/item/vpcId")
	c.fails(400, "InvalidGroup.Duplicate", "CreateSecurityGroup", "GroupName", "test", "GroupDescription", "x", "VpcId",
		vpc)
	c.fails(400, "CannotDelete", "DeleteSecurityGroup", "GroupId", DefaultSecurityGroup)
	other := c.ok("CreateSecurityGroup", "GroupName", "other", "GroupDescription", "x", "VpcId", vpc).text("groupId")
	c.ok("AuthorizeSecurityGroupIngress", append([]string{"GroupId", other}, permit("tcp", 1, 2, "Groups.1.GroupId",
		group)...)...)
	c.fails(400, "DependencyViolation", "DeleteSecurityGroup", "GroupId", group)
	c.fails(400, "DependencyViolation", "DeleteVpc", "VpcId", vpc)
	c.ok("DeleteSecurityGroup", "GroupId", other)
	c.ok("DeleteSecurityGroup", "GroupId", group)
	c.ok("DeleteVpc", "VpcId", vpc)
	c.fails(400, "InvalidGroup.NotFound", "DeleteSecurityGroup", "GroupId", group)
}

func TestRuleLimit(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	group := c.ownGroup()
	args := []string{"GroupId", group, "IpPermissions.1.IpProtocol", "-1"}
	for i := range maxRules {
		args = append(args, fmt.Sprintf("IpPermissions.1.IpRanges.%d.CidrIp", i+1), fmt.Sprintf("10.%d.0.0/16", i))
	}
	c.ok("AuthorizeSecurityGroupIngress", args...)
	c.fails(400, "RulesPerSecurityGroupLimitExceeded", "AuthorizeSecurityGroupIngress",
		append([]string{"GroupId", group}, permit("tcp", 1, 1, "IpRanges.1.CidrIp", "192.0.2.0/24")...)...)
}

func TestManagedPrefixLists(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	e := c.ok("CreateManagedPrefixList", "PrefixListName", "servers", "MaxEntries", "2", "AddressFamily", "IPv4",
		"Entry.1.Cidr", "10.0.0.0/24", "Entry.1.Description", "one")
	id := e.text("prefixList/prefixListId")
	if got := e.text("prefixList/state"); got != "create-in-progress" {
		t.Errorf("state %s", got)
	}
	all := c.ok("DescribeManagedPrefixLists")
	if got := all.texts("prefixListSet/item/ownerId"); len(got) != 3 || got[0] != "AWS" {
		t.Errorf("owners %v", got)
	}
	if n := len(all.all("prefixListSet/item/stateMessage")); n != 0 {
		t.Errorf("%d state messages", n)
	}
	c.ok("ModifyManagedPrefixList", "PrefixListId", id, "CurrentVersion", "1", "AddEntry.1.Cidr", "10.0.1.0/24")
	c.fails(400, "PrefixListVersionMismatch", "ModifyManagedPrefixList", "PrefixListId", id, "CurrentVersion", "1",
		"AddEntry.1.Cidr", "10.0.2.0/24")
	c.fails(400, "PrefixListMaxEntriesExceeded", "ModifyManagedPrefixList", "PrefixListId", id, "AddEntry.1.Cidr",
		"10.0.2.0/24")
	if got := c.ok("GetManagedPrefixListEntries", "PrefixListId", id).text("entrySet/item/cidr"); got !=
		"10.0.0.0/24,10.0.1.0/24" {
		t.Errorf("entries %s", got)
	}
	c.ok("DeleteManagedPrefixList", "PrefixListId", id)
	c.fails(400, "InvalidPrefixListID.NotFound", "GetManagedPrefixListEntries", "PrefixListId", id)
}
