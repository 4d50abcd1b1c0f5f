package account

import (
	"context"
	"maps"
	"slices"
	"strings"

	"avatar-launcher/backend/messages"

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
			return problem(messages.New("account.cannotLookHostedZone"), err)
		}
		for _, z := range out.HostedZones {
			if strings.EqualFold(aws.ToString(z.Name), name+".") && (z.Config == nil || !z.Config.PrivateZone) {
				s.params["HostedZoneId"], s.params["ZoneName"] = strings.TrimPrefix(aws.ToString(z.Id), "/hostedzone/"), domain
				s.add(messages.New("account.zone2"), true, messages.New("account.hostedZone2", domain, name), messages.Message{})
				return nil
			}
		}
	}
	s.add(messages.New("account.zone2"), false, messages.New("account.accountNoPublicHosted", domain),
		messages.New("account.makeOneRoute53"))
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
			return problem(messages.New("account.cannotLookDefaultVpc"), err)
		}
		if len(out.Vpcs) == 0 {
			s.add(messages.New("account.network"), false, messages.New("account.noDefaultVpc", s.a.Region),
				messages.New("account.nameVpcVpc"))
			return nil
		}
		filters = append(filters, ec2types.Filter{Name: aws.String("vpc-id"),
			Values: []string{aws.ToString(out.Vpcs[0].VpcId)}})
	}
	out, err := s.a.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: s.spec.Subnets, Filters: filters})
	if err != nil {
		return problem(messages.New("account.cannotLookSubnets"), err)
	}
	return s.subnets(out.Subnets)
}

func (s *preflight) subnets(all []ec2types.Subnet) error {
	ids, vpcs := s.pickSubnets(all)
	if len(vpcs) > 1 {
		s.add(messages.New("account.network"), false,
			messages.New("account.subnetsDifferentVpcs", strings.Join(slices.Sorted(maps.Keys(vpcs)), ", ")),
			messages.New("account.nameSubnetsOneVpc"))
		return nil
	}
	if len(ids) == 0 {
		s.add(messages.New("account.network"), false,
			messages.New("account.noSubnetGivesPublic", len(all), s.spec.InstanceType),
			messages.New("account.switchAutoAssignPublic"))
		return nil
	}
	slices.Sort(ids)
	s.params["SubnetIds"] = strings.Join(ids, ",")
	s.add(messages.New("account.network"), true, messages.New("account.subnetsTriedTurn", len(ids), s.params["VpcId"]),
		messages.Message{})
	return nil
}

// pickSubnets returns one subnet a zone, since they are tried in turn if one has no capacity, and the VPCs of all.
func (s *preflight) pickSubnets(all []ec2types.Subnet) (ids []string, vpcs map[string]bool) {
	taken, vpcs := map[string]bool{}, map[string]bool{}
	for _, n := range all {
		vpcs[aws.ToString(n.VpcId)] = true
		zone := aws.ToString(n.AvailabilityZone)
		if !slices.Contains(s.zones, zone) || !aws.ToBool(n.MapPublicIpOnLaunch) || taken[zone] {
			continue
		}
		taken[zone] = true
		ids = append(ids, aws.ToString(n.SubnetId))
		s.params["VpcId"] = aws.ToString(n.VpcId)
	}
	return ids, vpcs
}
