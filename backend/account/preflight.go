package account

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Spec is what an operator asks of a stack. Preflight finds what is empty, or leaves it to the template's defaults.
type Spec struct {
	Zone         string   // below which users get their names, such as avatar.example.com
	InstanceType string   // default g5.2xlarge
	Image        string   // AMI with the avatar
	VPC          string   // default: the region's default VPC
	Subnets      []string // default: those of the VPC that have the type and give public addresses
	Set          Parameters
}

// preflight looks at the account piece by piece. Each piece adds a check and, if it finds one, a parameter.
type preflight struct {
	a      *Account
	spec   Spec
	found  ec2types.Image // the image that was named, if it can be used
	params Parameters
	checks []backend.Check
	zones  []string // that have the instance type
}

// Preflight checks if the account is ready for the stack: who signs, the region, the quota, the image, the zone and the
// names in it, the network, the disks' key. It returns the deployment's parameters and a check of each.
func (a *Account) Preflight(ctx context.Context, spec Spec) (Parameters, []backend.Check, error) {
	if spec.InstanceType == "" {
		spec.InstanceType, _ = a.Template.at("Parameters", "InstanceType", "Default").(string)
	}
	s := &preflight{a: a, spec: spec, params: Parameters{}}
	for k, v := range spec.Set {
		s.params[k] = v
	}
	for _, look := range []func(context.Context) error{s.who, s.region, s.quota, s.image, s.zone, s.names, s.network,
		s.budget, s.diskKey} {
		if err := look(ctx); err != nil {
			return nil, s.checks, err
		}
	}
	return s.params, s.checks, nil
}

func (s *preflight) add(name messages.Message, ok bool, why, cure messages.Message) {
	if ok {
		cure = messages.Message{}
	}
	s.checks = append(s.checks, backend.Check{Name: name, OK: ok, Why: why, Cure: cure})
}

func (s *preflight) who(ctx context.Context) error {
	out, err := s.a.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return problem(messages.New("account.cannotFindAws"), err)
	}
	s.add(messages.New("account.credentials"), true, messages.New("account.youAre", aws.ToString(out.Arn)),
		messages.Message{})
	return nil
}

// region finds the zones that have the instance type.
func (s *preflight) region(ctx context.Context) error {
	out, err := s.a.EC2.DescribeInstanceTypeOfferings(ctx, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: ec2types.LocationTypeAvailabilityZone,
		Filters:      []ec2types.Filter{{Name: aws.String("instance-type"), Values: []string{s.spec.InstanceType}}}})
	if err != nil {
		return problem(messages.New("account.cannotAskZones", s.spec.InstanceType), err)
	}
	for _, o := range out.InstanceTypeOfferings {
		s.zones = append(s.zones, aws.ToString(o.Location))
	}
	slices.Sort(s.zones)
	s.params["InstanceType"] = s.spec.InstanceType
	if len(s.zones) == 0 {
		s.add(
			messages.New("account.region"),
			false,
			messages.New("account.no", s.a.Region, s.spec.InstanceType),
			messages.New("account.chooseAnotherRegionRegion"),
		)
	} else {
		s.add(messages.New("account.region"), true,
			messages.New("account.hasIn", s.a.Region, s.spec.InstanceType, strings.Join(s.zones, ", ")), messages.Message{})
	}
	return nil
}

// budget adds a note if CloudFormation cannot make the budget alarm in the region.
func (s *preflight) budget(context.Context) error {
	if s.params["BudgetEmail"] != "" && slices.Contains(withoutBudgets, s.a.Region) {
		s.add(
			messages.New("account.budget"),
			true,
			messages.New("account.cloudformationNoBudgetsNo", s.a.Region),
			messages.Message{},
		)
	}
	return nil
}

// value returns a parameter's value after the deployment: as it was asked for, or the stack's, or the template's.
func (s *preflight) value(ctx context.Context, name string) (string, error) {
	all := Parameters{}
	old, err := s.a.describe(ctx, s.a.Stack)
	if err != nil {
		return "", problem(messages.New("account.cannotLookStack"), err)
	}
	if old != nil {
		for _, p := range old.Parameters {
			all[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
	}
	maps.Copy(all, s.params)
	return s.a.Template.value(all, name), nil
}
