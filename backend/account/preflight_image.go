package account

import (
	"context"
	"strconv"
	"strings"

	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// image checks that the account may use the named image.
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
		s.add(messages.New("account.image"), false, messages.New("account.noImageAccountUse", s.spec.Image, s.a.Region),
			messages.New("account.copyRegionOwnerShare"))
	default:
		return problem(messages.New("account.cannotLookImage"), err)
	}
	return nil
}

// fits holds the image against the launch template, which EC2 looks at only when something is launched.
func (s *preflight) fits(ctx context.Context, image ec2types.Image) error {
	system := "linux"
	if image.Platform == ec2types.PlatformValuesWindows ||
		strings.HasPrefix(strings.ToLower(aws.ToString(image.PlatformDetails)), "windows") {
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
		s.add(messages.New("account.image"), false, messages.New("account.runsOsSays", s.spec.Image, system, told),
			messages.New("account.leaveOsSetupTakes"))
	case image.Architecture != "" && image.Architecture != architecture:
		s.add(
			messages.New("account.image"),
			false,
			messages.New("account.made", s.spec.Image, image.Architecture, s.spec.InstanceType, architecture),
			messages.New("account.nameAnotherImageAnother"),
		)
	case rootSize(image) > room:
		s.add(messages.New("account.image"), false,
			messages.New("account.diskGibInstancesGet", s.spec.Image, rootSize(image), room),
			messages.New("account.callSetupSetVolumesize", rootSize(image)))
	default:
		s.params["OperatingSystem"] = system
		s.add(messages.New("account.image"), true,
			messages.New("account.accountLaunch", s.spec.Image, aws.ToString(image.Name), system), messages.Message{})
	}
	return nil
}

// rootSize is the size of the image's root disk in GiB, 0 if it is not known.
func rootSize(image ec2types.Image) int {
	for _, d := range image.BlockDeviceMappings {
		if d.Ebs != nil && aws.ToString(d.DeviceName) == aws.ToString(image.RootDeviceName) {
			return int(aws.ToInt32(d.Ebs.VolumeSize))
		}
	}
	return 0
}
