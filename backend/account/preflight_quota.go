package account

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"avatar-launcher/backend"
)

// gpuQuota is the quota "Running On-Demand G and VT instances", in vCPUs.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
const gpuQuota = "L-DB2E81BA"

// quota holds the vCPUs of the type against what the account may run.
func (s *preflight) quota(ctx context.Context) error {
	if len(s.zones) == 0 {
		return nil
	}
	types, err := s.a.EC2.DescribeInstanceTypes(
		ctx,
		&ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{ec2types.InstanceType(s.spec.InstanceType)}},
	)
	if err != nil {
		return problem("look the instance type up", err)
	}
	if len(types.InstanceTypes) == 0 || types.InstanceTypes[0].VCpuInfo == nil {
		return nil
	}
	s.checks = append(
		s.checks,
		quotaCheck(ctx, s.a.Quotas, s.spec.InstanceType, int(aws.ToInt32(types.InstanceTypes[0].VCpuInfo.DefaultVCpus))),
	)
	return nil
}

// quotaCheck says how many instances of a type the account may run. A quota that cannot be read is no fault.
func quotaCheck(ctx context.Context, api quotasAPI, kind string, vcpus int) backend.Check {
	c := backend.Check{Name: "quota"}
	out, err := api.GetServiceQuota(
		ctx,
		&servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ec2"), QuotaCode: aws.String(gpuQuota)},
	)
	switch {
	case isDenied(err): // no right to read a quota is no lack of quota
		c.OK, c.Why = true, "The quota of GPU instances could not be read, because your sign-in may not; EC2 will say if it is too small."
	case isExpired(err):
		c.Why = backend.ProblemOf(problem("read the quota", err)).Why
		c.Cure = backend.ProblemOf(problem("read the quota", err)).Next
	case err != nil || out.Quota == nil || out.Quota.Value == nil:
		c.OK, c.Why = true, "The quota of GPU instances could not be read ("+quoteCode(err)+"); EC2 will say if it is too small."
	case int(*out.Quota.Value) < vcpus:
		c.Why = fmt.Sprintf("This account may run %d vCPUs of GPU instances, and one %s has %d.", int(*out.Quota.Value), kind, vcpus)
		c.Cure = "Ask for a higher \"Running On-Demand G and VT instances\" (" + gpuQuota + ") in the Service Quotas console; that may take a day."
	default:
		n := int(*out.Quota.Value) / max(vcpus, 1)
		c.OK, c.Why = true, fmt.Sprintf("This account may run %d vCPUs of GPU instances: %d of %s at a time.", int(*out.Quota.Value), n, kind)
	}
	return c
}

func quoteCode(err error) string {
	if c := code(err); c != "" {
		return c
	}
	return "no answer"
}
