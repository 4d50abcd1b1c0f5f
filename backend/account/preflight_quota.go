package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
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
		return problem(messages.New("account.cannotLookInstanceType"), err)
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
	c := backend.Check{Name: messages.New("account.quota")}
	out, err := api.GetServiceQuota(
		ctx,
		&servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ec2"), QuotaCode: aws.String(gpuQuota)},
	)
	switch {
	case isDenied(err): // no right to read a quota is no lack of quota
		c.OK, c.Why = true, messages.New("account.quotaGpuInstancesCannot")
	case isExpired(err):
		c.Why = backend.ProblemOf(problem(messages.New("account.cannotReadQuota"), err)).Why
		c.Cure = backend.ProblemOf(problem(messages.New("account.cannotReadQuota"), err)).Next
	case err != nil || out.Quota == nil || out.Quota.Value == nil:
		c.OK, c.Why = true, messages.New("account.quotaGpuInstancesCannotRead", quoteCode(err))
	case int(*out.Quota.Value) < vcpus:
		c.Why = messages.New("account.accountRunVcpusGpu", int(*out.Quota.Value), kind, vcpus)
		c.Cure = messages.New("account.askHigherRunningDemand")
	default:
		n := int(*out.Quota.Value) / max(vcpus, 1)
		c.OK, c.Why = true, messages.New("account.accountRunVcpusGpuInstances", int(*out.Quota.Value), n, kind)
	}
	return c
}

func quoteCode(err error) string {
	if c := code(err); c != "" {
		return c
	}
	return "no answer"
}
