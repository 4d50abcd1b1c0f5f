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
	for _, look := range []func(context.Context) error{s.who, s.region, s.quota, s.image, s.zone, s.names, s.network, s.budget, s.diskKey} {
		if err := look(ctx); err != nil {
			return nil, s.checks, err
		}
	}
	return s.params, s.checks, nil
}

func (s *preflight) add(name string, ok bool, why, cure string) {
	if ok {
		cure = ""
	}
	s.checks = append(s.checks, backend.Check{Name: name, OK: ok, Why: why, Cure: cure})
}

func (s *preflight) who(ctx context.Context) error {
	out, err := s.a.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return problem("find out who you are to AWS", err)
	}
	s.add("credentials", true, "You are "+aws.ToString(out.Arn)+".", "")
	return nil
}

// region finds the zones that have the instance type.
func (s *preflight) region(ctx context.Context) error {
	out, err := s.a.EC2.DescribeInstanceTypeOfferings(ctx, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: ec2types.LocationTypeAvailabilityZone,
		Filters:      []ec2types.Filter{{Name: aws.String("instance-type"), Values: []string{s.spec.InstanceType}}}})
	if err != nil {
		return problem("ask which zones have "+s.spec.InstanceType, err)
	}
	for _, o := range out.InstanceTypeOfferings {
		s.zones = append(s.zones, aws.ToString(o.Location))
	}
	slices.Sort(s.zones)
	s.params["InstanceType"] = s.spec.InstanceType
	if len(s.zones) == 0 {
		s.add(
			"region",
			false,
			s.a.Region+" has no "+s.spec.InstanceType+".",
			"Choose another region by --region, or another type by --instance-type.",
		)
	} else {
		s.add("region", true, s.a.Region+" has "+s.spec.InstanceType+" in "+strings.Join(s.zones, ", ")+".", "")
	}
	return nil
}

// budget adds a note if CloudFormation cannot make the budget alarm in the region.
func (s *preflight) budget(context.Context) error {
	if s.params["BudgetEmail"] != "" && slices.Contains(withoutBudgets, s.a.Region) {
		s.add(
			"budget",
			true,
			"CloudFormation has no budgets in "+s.a.Region+", so there will be no alarm: make one in the Billing console.",
			"",
		)
	}
	return nil
}

// value returns a parameter's value after the deployment: as it was asked for, or the stack's, or the template's.
func (s *preflight) value(ctx context.Context, name string) (string, error) {
	all := Parameters{}
	old, err := s.a.describe(ctx, s.a.Stack)
	if err != nil {
		return "", problem("look for the stack", err)
	}
	if old != nil {
		for _, p := range old.Parameters {
			all[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
	}
	maps.Copy(all, s.params)
	return s.a.Template.value(all, name), nil
}
