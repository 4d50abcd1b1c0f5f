package ec2

import (
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// mayLaunch asks for every permission that a launch needs
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances).
func (s *Service) mayLaunch(c *wire.Call, l launch) *wire.Error {
	instanceKeys := func() map[string][]string {
		keys := requestTagKeys(l.tags)
		keys["ec2:InstanceType"] = []string{l.kind.name}
		keys["ec2:MetadataHttpTokens"] = []string{l.metadataTokens}
		keys["ec2:InstanceMarketType"] = []string{l.market}
		if l.subnet != nil {
			keys["ec2:AvailabilityZone"] = []string{l.subnet.zone.name}
		}
		if l.profile != "" {
			keys["ec2:InstanceProfile"] = []string{l.profile}
		}
		if l.templateID != "" {
			keys["ec2:LaunchTemplate"] = []string{s.arn("launch-template", l.templateID)}
		}
		return keys
	}
	type resource struct {
		arn  string
		keys map[string][]string
	}
	imageKeys := map[string][]string{"ec2:ImageID": {l.image.id}, "ec2:Owner": {s.imageOwner(l.image)}}
	resourceTagKeys(imageKeys, s.policyTags(l.image.id, s.tagsOf(l.image.id), c.Now))
	resources := []resource{
		{"arn:aws:ec2:" + s.env.Region + "::image/" + l.image.id, imageKeys},
		{s.arn("instance", "*"), instanceKeys()},
		{s.arn("network-interface", "*"), nil},
	}
	for _, size := range l.volumes {
		keys := requestTagKeys(l.volumeTags)
		if size != "" {
			keys["ec2:VolumeSize"] = []string{size}
		}
		resources = append(resources, resource{s.arn("volume", "*"), keys})
	}
	if l.subnet != nil {
		resources = append(resources, resource{s.arn("subnet", l.subnet.id), nil})
	}
	for _, id := range l.groups {
		resources = append(resources, resource{s.arn("security-group", id), nil})
	}
	if l.reserved != "" {
		resources = append(resources, resource{s.arn("capacity-reservation", l.reserved), nil})
	}
	if l.key != "" {
		resources = append(resources, resource{s.arn("key-pair", l.key), nil})
	}
	if l.templateID != "" {
		keys := map[string][]string{}
		resourceTagKeys(keys, s.policyTags(l.templateID, s.tagsOf(l.templateID), c.Now))
		resources = append(resources, resource{s.arn("launch-template", l.templateID), keys})
	}
	for _, r := range resources {
		if l.templateID != "" { // a key of every resource type of RunInstances
			if r.keys == nil {
				r.keys = map[string][]string{}
			}
			r.keys["ec2:LaunchTemplate"] = []string{s.arn("launch-template", l.templateID)}
			kind, _, _ := strings.Cut(r.arn[strings.LastIndexByte(r.arn, ':')+1:], "/")
			r.keys["ec2:IsLaunchTemplateResource"] = []string{boolText(!l.own[kind])}
		}
		if err := authorize(c, "RunInstances", r.arn, r.keys); err != nil {
			return err
		}
	}
	return s.mayTagAndPass(c, l, instanceKeys())
}

// mayTagAndPass is the part of a launch's permissions that lies outside RunInstances itself.
func (s *Service) mayTagAndPass(c *wire.Call, l launch, instanceKeys map[string][]string) *wire.Error {
	for _, t := range []struct {
		kind string
		tags map[string]string
	}{{"instance", l.tags}, {"volume", l.volumeTags}} {
		if len(t.tags) == 0 {
			continue
		}
		keys := requestTagKeys(t.tags)
		if t.kind == "instance" {
			keys = instanceKeys
		}
		keys["ec2:CreateAction"] = []string{"RunInstances"}
		if err := authorize(c, "CreateTags", s.arn(t.kind, "*"), keys); err != nil {
			return err
		}
	}
	if l.profile == "" {
		return nil
	}
	// A profile's role has the profile's name, as the console makes them.
	name := l.profile[strings.LastIndexByte(l.profile, '/')+1:]
	role := "arn:aws:iam::" + s.env.AccountID + ":role/" + name
	if !c.Allowed("iam:PassRole", role, map[string][]string{"iam:PassedToService": {"ec2.amazonaws.com"}}) {
		return unauthorized(c, "iam:PassRole", role)
	}
	return nil
}
