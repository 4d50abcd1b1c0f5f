package account

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
)

// zone finds the public hosted zone that the domain is in: its own, or the nearest above it.
func (s *preflight) zone(ctx context.Context) error {
	domain := strings.ToLower(strings.TrimSuffix(s.spec.Zone, "."))
	if domain == "" {
		return nil // the stack's
	}
	for name := domain; strings.Contains(name, "."); _, name, _ = strings.Cut(name, ".") {
		out, err := s.a.Route53.ListHostedZonesByName(
			ctx,
			&route53.ListHostedZonesByNameInput{DNSName: aws.String(name + "."), MaxItems: aws.Int32(10)},
		)
		if err != nil {
			return problem("look for the hosted zone", err)
		}
		for _, z := range out.HostedZones {
			if strings.EqualFold(aws.ToString(z.Name), name+".") && (z.Config == nil || !z.Config.PrivateZone) {
				s.params["HostedZoneId"], s.params["ZoneName"] = strings.TrimPrefix(aws.ToString(z.Id), "/hostedzone/"), domain
				s.add("zone", true, domain+" is in the hosted zone "+name+".", "")
				return nil
			}
		}
	}
	s.add("zone", false, "This account has no public hosted zone that "+domain+" is in.",
		"Make one in the Route 53 console and delegate the domain to it, then call this again.")
	return nil
}

// network finds the subnets to launch into: in zones that have the type, with public addresses.
func (s *preflight) network(ctx context.Context) error {
	if s.spec.VPC == "" && len(s.spec.Subnets) == 0 && s.spec.Zone == "" {
		return nil // the stack's
	}
	vpc := s.spec.VPC
	filters := []ec2types.Filter{}
	switch {
	case len(s.spec.Subnets) > 0:
	case vpc != "":
		filters = append(filters, ec2types.Filter{Name: aws.String("vpc-id"), Values: []string{vpc}})
	default:
		out, err := s.a.EC2.DescribeVpcs(
			ctx,
			&ec2.DescribeVpcsInput{Filters: []ec2types.Filter{{Name: aws.String("is-default"), Values: []string{"true"}}}},
		)
		if err != nil {
			return problem("look for the default VPC", err)
		}
		if len(out.Vpcs) == 0 {
			s.add("network", false, s.a.Region+" has no default VPC.", "Name a VPC by --vpc.")
			return nil
		}
		filters = append(filters, ec2types.Filter{Name: aws.String("vpc-id"), Values: []string{aws.ToString(out.Vpcs[0].VpcId)}})
	}
	out, err := s.a.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: s.spec.Subnets, Filters: filters})
	if err != nil {
		return problem("look for subnets", err)
	}
	return s.subnets(out.Subnets)
}

func (s *preflight) subnets(all []ec2types.Subnet) error {
	var ids []string
	taken, vpcs := map[string]bool{}, map[string]bool{}
	for _, n := range all {
		vpcs[aws.ToString(n.VpcId)] = true
		zone := aws.ToString(n.AvailabilityZone)
		if !slices.Contains(s.zones, zone) || !aws.ToBool(n.MapPublicIpOnLaunch) || taken[zone] {
			continue
		}
		taken[zone] = true // one a zone: they are tried in turn where one has no capacity
		ids = append(ids, aws.ToString(n.SubnetId))
		s.params["VpcId"] = aws.ToString(n.VpcId)
	}
	if len(vpcs) > 1 {
		s.add("network", false, "The subnets are in different VPCs: "+strings.Join(slices.Sorted(maps.Keys(vpcs)), ", ")+".",
			"Name subnets of one VPC: the instances share a security group, which is in one.")
		return nil
	}
	if len(ids) == 0 {
		s.add("network", false, "No subnet of "+strconv.Itoa(len(all))+" gives public addresses in a zone that has "+s.spec.InstanceType+".",
			"Switch \"auto-assign public IPv4\" on for one, or name others by --vpc or --subnets.")
		return nil
	}
	slices.Sort(ids)
	s.params["SubnetIds"] = strings.Join(ids, ",")
	s.add("network", true, fmt.Sprintf("%d subnets of %s will be tried in turn.", len(ids), s.params["VpcId"]), "")
	return nil
}
