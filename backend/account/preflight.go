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
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
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

// gpuQuota is the quota "Running On-Demand G and VT instances", in vCPUs.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
const gpuQuota = "L-DB2E81BA"

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
		s.add("region", false, s.a.Region+" has no "+s.spec.InstanceType+".", "Choose another region by --region, or another type by --instance-type.")
	} else {
		s.add("region", true, s.a.Region+" has "+s.spec.InstanceType+" in "+strings.Join(s.zones, ", ")+".", "")
	}
	return nil
}

// quota holds the vCPUs of the type against what the account may run.
func (s *preflight) quota(ctx context.Context) error {
	if len(s.zones) == 0 {
		return nil
	}
	types, err := s.a.EC2.DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{ec2types.InstanceType(s.spec.InstanceType)}})
	if err != nil {
		return problem("look the instance type up", err)
	}
	if len(types.InstanceTypes) == 0 || types.InstanceTypes[0].VCpuInfo == nil {
		return nil
	}
	s.checks = append(s.checks, quotaCheck(ctx, s.a.Quotas, s.spec.InstanceType, int(aws.ToInt32(types.InstanceTypes[0].VCpuInfo.DefaultVCpus))))
	return nil
}

// quotaCheck says how many instances of a type the account may run. A quota that cannot be read is no fault.
func quotaCheck(ctx context.Context, api quotasAPI, kind string, vcpus int) backend.Check {
	c := backend.Check{Name: "quota"}
	out, err := api.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ec2"), QuotaCode: aws.String(gpuQuota)})
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

// budget says where a budget alarm that was asked for cannot be made.
func (s *preflight) budget(context.Context) error {
	if s.params["BudgetEmail"] != "" && slices.Contains(withoutBudgets, s.a.Region) {
		s.add("budget", true, "CloudFormation has no budgets in "+s.a.Region+", so there will be no alarm: make one in the Billing console.", "")
	}
	return nil
}

// image looks whether the account may use the image that was named.
func (s *preflight) image(ctx context.Context) error {
	if s.spec.Image == "" {
		return nil // the template's, or the stack's
	}
	out, err := s.a.EC2.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{s.spec.Image}})
	c := code(err)
	switch {
	case err == nil && len(out.Images) > 0 && out.Images[0].State == ec2types.ImageStateAvailable:
		s.found = out.Images[0]
		return s.fits(ctx, s.found)
	case err == nil || strings.HasPrefix(c, "InvalidAMIID"):
		s.add("image", false, "There is no image "+s.spec.Image+" in "+s.a.Region+" that this account may use.",
			"Copy it to the region, or have its owner share it with this account.")
	default:
		return problem("look the image up", err)
	}
	return nil
}

// fits holds the image against the launch template, which EC2 looks at only when something is launched.
func (s *preflight) fits(ctx context.Context, image ec2types.Image) error {
	system := "linux"
	if image.Platform == ec2types.PlatformValuesWindows || strings.HasPrefix(strings.ToLower(aws.ToString(image.PlatformDetails)), "windows") {
		system = "windows"
	}
	architecture := ec2types.ArchitectureValuesX8664
	if strings.HasPrefix(s.spec.InstanceType, "g5g.") {
		architecture = ec2types.ArchitectureValuesArm64
	}
	size, err := s.value(ctx, "VolumeSize")
	if err != nil {
		return err
	}
	room, _ := strconv.Atoi(size)
	s.params["ImageId"] = s.spec.Image
	if root := aws.ToString(image.RootDeviceName); root != "" {
		s.params["RootDeviceName"] = root
	}
	switch told := s.spec.Set["OperatingSystem"]; {
	case told != "" && told != system:
		s.add("image", false, s.spec.Image+" runs "+system+", and --os says "+told+".", "Leave --os out: setup takes what the image says.")
	case image.Architecture != "" && image.Architecture != architecture:
		s.add("image", false, s.spec.Image+" is made for "+string(image.Architecture)+", and "+s.spec.InstanceType+" is "+string(architecture)+".",
			"Name another image, or another type by --instance-type.")
	case rootSize(image) > room:
		s.add("image", false, fmt.Sprintf("The disk of %s has %d GiB, and instances would get %d.", s.spec.Image, rootSize(image), room),
			fmt.Sprintf("Call setup with --set VolumeSize=%d, or more.", rootSize(image)))
	default:
		s.params["OperatingSystem"] = system
		s.add("image", true, "This account may launch "+s.spec.Image+" ("+aws.ToString(image.Name)+", "+system+").", "")
	}
	return nil
}

// rootSize is the size of the image's root disk in GiB, 0 if it isn't told.
func rootSize(image ec2types.Image) int {
	for _, d := range image.BlockDeviceMappings {
		if d.Ebs != nil && aws.ToString(d.DeviceName) == aws.ToString(image.RootDeviceName) {
			return int(aws.ToInt32(d.Ebs.VolumeSize))
		}
	}
	return 0
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

// zone finds the public hosted zone that the domain is in: its own, or the nearest above it.
func (s *preflight) zone(ctx context.Context) error {
	domain := strings.ToLower(strings.TrimSuffix(s.spec.Zone, "."))
	if domain == "" {
		return nil // the stack's
	}
	for name := domain; strings.Contains(name, "."); _, name, _ = strings.Cut(name, ".") {
		out, err := s.a.Route53.ListHostedZonesByName(ctx, &route53.ListHostedZonesByNameInput{DNSName: aws.String(name + "."), MaxItems: aws.Int32(10)})
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
		out, err := s.a.EC2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{{Name: aws.String("is-default"), Values: []string{"true"}}}})
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
