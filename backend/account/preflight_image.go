package account

import (
	"context"
	"fmt"
	"strconv"
	"strings"

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
		s.add("image", false, s.spec.Image+" runs "+system+", and --os says "+told+".", "Leave --os out: setup takes what the image says.")
	case image.Architecture != "" && image.Architecture != architecture:
		s.add(
			"image",
			false,
			s.spec.Image+" is made for "+string(image.Architecture)+", and "+s.spec.InstanceType+" is "+string(architecture)+".",
			"Name another image, or another type by --instance-type.",
		)
	case rootSize(image) > room:
		s.add("image", false, fmt.Sprintf("The disk of %s has %d GiB, and instances would get %d.", s.spec.Image, rootSize(image), room),
			fmt.Sprintf("Call setup with --set VolumeSize=%d, or more.", rootSize(image)))
	default:
		s.params["OperatingSystem"] = system
		s.add("image", true, "This account may launch "+s.spec.Image+" ("+aws.ToString(image.Name)+", "+system+").", "")
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
