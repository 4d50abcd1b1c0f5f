package ec2

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// rule is a rule of a security group, for exactly one peer: a range of addresses, a prefix list or a group.
type rule struct {
	ID         string
	Egress     bool `json:",omitempty"`
	Protocol   string
	From, To   int64  // ports, or the type and code of ICMP; −1 for all
	CIDR       string `json:",omitempty"`
	CIDR6      string `json:",omitempty"`
	PrefixList string `json:",omitempty"`
	Group      string `json:",omitempty"`
	Note       string `json:",omitempty"`
}

// same reports whether two rules allow the same to the same peer.
func (r rule) same(other rule) bool {
	r.ID, r.Note, other.ID, other.Note = "", "", "", ""
	return r == other
}

func (r rule) peer() string { return cmp.Or(r.CIDR, r.CIDR6, r.PrefixList, r.Group) }

// duplicate refuses a rule that is there already.
func (r rule) duplicate() *wire.Error {
	ports := "ALL"
	if r.Protocol != "-1" {
		ports = fmt.Sprintf("%s, from port: %d, to port: %d", strings.ToUpper(r.Protocol), r.From, r.To)
	}
	return wire.Errorf(400, "InvalidPermission.Duplicate", `the specified rule "peer: %s, %s, ALLOW" already exists`,
		r.peer(),
		ports)
}

// permissions groups the rules of one direction by protocol and ports, as DescribeSecurityGroups shows them.
func permissions(rules []rule, egress bool) [][]rule {
	var out [][]rule
	at := map[rule]int{}
	for _, r := range rules {
		if r.Egress != egress {
			continue
		}
		key := rule{Protocol: r.Protocol, From: r.From, To: r.To}
		i, ok := at[key]
		if !ok {
			i, out = len(out), append(out, nil)
			at[key] = i
		}
		out[i] = append(out[i], r)
	}
	return out
}

func (s *Service) writePermission(d *doc, of []rule) {
	d.text("ipProtocol", of[0].Protocol)
	if of[0].Protocol != "-1" {
		d.number("fromPort", of[0].From)
		d.number("toPort", of[0].To)
	}
	peers := func(name, member string, get func(rule) string, more func(rule)) {
		list(d, name, keep(of, func(r rule) bool { return get(r) != "" }), func(r rule) {
			more(r)
			d.text(member, get(r))
			d.opt("description", r.Note)
		})
	}
	none := func(rule) {}
	peers("groups", "groupId", func(r rule) string { return r.Group }, func(rule) { d.text("userId", s.env.AccountID) })
	peers("ipRanges", "cidrIp", func(r rule) string { return r.CIDR }, none)
	peers("ipv6Ranges", "cidrIpv6", func(r rule) string { return r.CIDR6 }, none)
	peers("prefixListIds", "prefixListId", func(r rule) string { return r.PrefixList }, none)
}

// writeRule writes a rule as the operations on rules do.
func (s *Service) writeRule(d *doc, group string, r rule) {
	d.text("securityGroupRuleId", r.ID)
	d.text("securityGroupRuleArn", s.arn("security-group-rule", r.ID))
	d.text("groupId", group)
	d.text("groupOwnerId", s.env.AccountID)
	d.bool("isEgress", r.Egress)
	d.text("ipProtocol", r.Protocol)
	d.number("fromPort", r.From)
	d.number("toPort", r.To)
	d.opt("cidrIpv4", r.CIDR)
	d.opt("cidrIpv6", r.CIDR6)
	d.opt("prefixListId", r.PrefixList)
	if r.Group != "" {
		d.in("referencedGroupInfo", func() {
			d.text("groupId", r.Group)
			d.text("userId", s.env.AccountID)
		})
	}
	d.opt("description", r.Note)
	d.tags(s.tagsOf(r.ID))
}

// writeRevoked writes a rule that has just been taken away.
func writeRevoked(d *doc, group string, r rule) {
	d.text("securityGroupRuleId", r.ID)
	d.text("groupId", group)
	d.bool("isEgress", r.Egress)
	d.text("ipProtocol", r.Protocol)
	d.number("fromPort", r.From)
	d.number("toPort", r.To)
	d.opt("cidrIpv4", r.CIDR)
	d.opt("cidrIpv6", r.CIDR6)
	d.opt("prefixListId", r.PrefixList)
	d.opt("referencedGroupId", r.Group)
	d.opt("description", r.Note)
}

var protocolNames = map[string]string{"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": "-1"}

// readTraffic reads the protocol and the ports of a rule.
func readTraffic(p params, r *rule) *wire.Error {
	name := strings.ToLower(p.get("IpProtocol"))
	if name == "" {
		return invalid("Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.")
	}
	r.Protocol = cmp.Or(protocolNames[name], name)
	from, err := p.number("FromPort", -1)
	if err != nil {
		return err
	}
	to, err := p.number("ToPort", -1)
	if err != nil {
		return err
	}
	r.From, r.To = int64(from), int64(to)
	switch r.Protocol {
	case "tcp", "udp":
		switch {
		case !p.has("FromPort") || !p.has("ToPort"):
			return invalid("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
		case from < 0 || to > 65535:
			return invalid("TCP/UDP port (%d) out of range", max(to, -from))
		case from > to:
			return invalid("Invalid TCP/UDP port range (%d:%d)", from, to)
		}
	case "icmp", "icmpv6":
	default:
		if n, err := strconv.Atoi(r.Protocol); err != nil || n < -1 || n > 255 {
			return invalid("Invalid value '%s' for IP protocol. Unknown protocol.", p.get("IpProtocol"))
		}
		r.From, r.To = -1, -1 // other protocols have no ports
	}
	return nil
}

// readCIDR reads a peer's range of addresses in the form in which AWS keeps it.
func readCIDR(text string, six bool) (string, *wire.Error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil || prefix.Addr().Is6() != six {
		return "", invalid("CIDR block %s is malformed", text)
	}
	return prefix.Masked().String(), nil
}
