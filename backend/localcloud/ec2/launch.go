package ec2

import (
	"cmp"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// readLaunch reads and checks a RunInstances request. The caller holds s.mu.
func (s *Service) readLaunch(p params) (launch, *wire.Error) {
	l := launch{own: map[string]bool{
		"image": p.has("ImageId"), "key-pair": p.has("KeyName"),
		"security-group": len(p.list("SecurityGroupId"))+len(p.list("SecurityGroup")) > 0,
	}}
	p, err := s.withTemplate(&l, p)
	if err != nil {
		return l, err
	}
	for _, read := range []func(params) *wire.Error{
		l.readCounts, l.readImageAndType, l.readTags, l.readFlags, l.readOptions, l.readProfile,
		l.readReservation,
		func(p params) *wire.Error { return s.readPlacement(&l, p) },
		func(p params) *wire.Error { return s.readDisks(&l, p) },
	} {
		if err := read(p); err != nil {
			return l, err
		}
	}
	return l, nil
}

func (l *launch) readCounts(p params) *wire.Error {
	for _, name := range []string{"MinCount", "MaxCount"} {
		if !p.has(name) {
			return missing(name)
		}
	}
	var err *wire.Error
	if l.least, err = p.number("MinCount", 1); err != nil {
		return err
	}
	if l.most, err = p.number("MaxCount", 1); err != nil {
		return err
	}
	if l.least < 1 {
		return invalid("Value (%d) for parameter minCount is invalid. Expected a positive number.", l.least)
	}
	if l.most < l.least {
		return invalid("Value (%d) for parameter maxCount is invalid. Must be at least minCount (%d).", l.most, l.least)
	}
	if l.most > 1000 {
		return wire.Errorf(400, "InstanceLimitExceeded", "You may not launch more than 1000 instances at a time.")
	}
	l.token = p.get("ClientToken")
	if len(l.token) > 64 {
		return invalid("Value (%s) for parameter clientToken is invalid. Must be at most 64 ASCII characters.", l.token)
	}
	for _, r := range l.token {
		if r > 126 || r < 32 {
			return invalid("Value (%s) for parameter clientToken is invalid. Must be at most 64 ASCII characters.", l.token)
		}
	}
	return nil
}

func (l *launch) readImageAndType(p params) *wire.Error {
	id, err := p.need("ImageId")
	if err != nil {
		return err
	}
	if l.image, err = imageNamed(id); err != nil {
		return err
	}
	name := p.get("InstanceType")
	if name == "" {
		name = "m1.small" // AWS's own default
	}
	if l.kind = typeNamed(name); l.kind.name == "" {
		return invalid("Invalid value '%s' for InstanceType.", name)
	}
	l.userData, l.key = p.get("UserData"), p.get("KeyName")
	return checkUserData(l.userData)
}

func (l *launch) readTags(p params) *wire.Error {
	for _, spec := range p.groups("TagSpecification") {
		switch kind := spec.get("ResourceType"); kind {
		case "instance", "volume", "network-interface", "spot-instances-request", "":
		default:
			return invalid("'%s' is not a valid taggable resource type for this operation.", kind)
		}
	}
	var err *wire.Error
	if l.tags, err = p.tagsFor("instance"); err != nil {
		return err
	}
	l.volumeTags, err = p.tagsFor("volume")
	return err
}

func (l *launch) readFlags(p params) *wire.Error {
	for name, into := range map[string]*bool{
		"DisableApiTermination": &l.disableTermination, "DisableApiStop": &l.disableStop,
		"EbsOptimized": &l.ebsOptimized, "Monitoring.Enabled": &l.monitoring,
	} {
		v, err := p.flag(name)
		if err != nil {
			return err
		}
		*into = v
	}
	l.shutdown = p.get("InstanceInitiatedShutdownBehavior")
	if l.shutdown == "" {
		l.shutdown = "stop"
	}
	return checkShutdown(l.shutdown)
}

// readOptions reads what policies ask for by condition keys of their own. An account without a say of its own gives
// instances version 2 of the metadata service, as AWS advises
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html).
func (l *launch) readOptions(p params) *wire.Error {
	l.metadataTokens = cmp.Or(p.get("MetadataOptions.HttpTokens"), "required")
	if l.metadataTokens != "required" && l.metadataTokens != "optional" {
		return invalid("Value (%s) for parameter HttpTokens is invalid. Must be optional or required.", l.metadataTokens)
	}
	l.market = cmp.Or(p.get("InstanceMarketOptions.MarketType"), "on-demand")
	for _, disk := range p.groups("BlockDeviceMapping") {
		l.volumes = append(l.volumes, disk.get("Ebs.VolumeSize"))
	}
	if len(l.volumes) == 0 {
		l.volumes = []string{""}
	}
	return nil
}

func checkShutdown(behaviour string) *wire.Error {
	if behaviour != "stop" && behaviour != "terminate" {
		return invalid("Value (%s) for parameter instanceInitiatedShutdownBehavior is invalid. "+
			"Must be stop or terminate.", behaviour)
	}
	return nil
}

// readProfile takes an instance profile by ARN or name; without an account the name is completed in readPlacement.
func (l *launch) readProfile(p params) *wire.Error {
	arn, name := p.get("IamInstanceProfile.Arn"), p.get("IamInstanceProfile.Name")
	switch {
	case arn != "" && name != "":
		return wire.Errorf(400, "InvalidParameterCombination",
			"The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'")
	case arn != "" && !strings.Contains(arn, ":instance-profile/"):
		return invalid("Value (%s) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN", arn)
	case arn != "":
		l.profile = arn
	default:
		l.profile = name
	}
	return nil
}

// readPlacement reads the subnet, the zone and the security groups, also where a network interface carries them.
func (s *Service) readPlacement(l *launch, p params) *wire.Error {
	if l.profile != "" && !strings.HasPrefix(l.profile, "arn:") {
		l.profile = "arn:aws:iam::" + s.env.AccountID + ":instance-profile/" + l.profile
	}
	id, zone := p.get("SubnetId"), p.get("Placement.AvailabilityZone")
	wantedGroups := append(p.list("SecurityGroupId"), p.list("SecurityGroup")...)
	if nics := p.groups("NetworkInterface"); len(nics) > 0 {
		if id != "" || len(wantedGroups) > 0 {
			return wire.Errorf(400, "InvalidParameterCombination", "Network interfaces and an instance-level subnet ID or "+
				"security groups may not be specified on the same request")
		}
		id = nics[0].get("SubnetId")
		wantedGroups = nics[0].list("SecurityGroupId")
		if err := l.readInterface(nics[0]); err != nil {
			return err
		}
	}
	if p.has("Ipv6AddressCount") {
		var err *wire.Error
		if l.ipv6, err = p.number("Ipv6AddressCount", 0); err != nil {
			return err
		}
	}
	for _, g := range wantedGroups {
		id, err := s.groupNamed(g)
		if err != nil {
			return err
		}
		l.groups = append(l.groups, id)
	}
	if err := s.readSubnet(l, id, zone); err != nil {
		return err
	}
	return s.checkNetwork(l)
}

// readInterface reads which addresses a launch's network interface gets.
func (l *launch) readInterface(nic params) *wire.Error {
	public, err := nic.flag("AssociatePublicIpAddress")
	if err != nil {
		return err
	}
	if nic.has("AssociatePublicIpAddress") {
		l.publicIP = boolText(public)
	}
	l.ipv6, err = nic.number("Ipv6AddressCount", 0)
	return err
}

// wantsPublicIP reports whether each start leases a public address.
func (l *launch) wantsPublicIP() bool {
	return l.subnet.prefix.IsValid() && (l.publicIP == "true" || l.publicIP == "" && l.subnet.MapPublic)
}

// ipv6Count is how many IPv6 addresses each instance gets: one, if its subnet gives them and the request doesn't say.
func (l *launch) ipv6Count() int {
	if l.ipv6 == 0 && l.subnet.AssignIPv6 {
		return 1
	}
	return l.ipv6
}

func (s *Service) readSubnet(l *launch, id, zone string) *wire.Error {
	for _, sn := range s.allSubnets() {
		if id != "" && sn.id == id || id == "" && sn.vpc == DefaultVPC && sn.Serial == 0 && zone != "" &&
			(sn.zone.name == zone || sn.zone.id == zone) {
			l.subnet = &sn
		}
	}
	switch {
	case l.subnet == nil && id != "":
		return wire.Errorf(400, "InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", id)
	case l.subnet == nil && zone != "":
		return invalid("Invalid availability zone: [%s]", zone)
	case l.subnet != nil && id != "" && zone != "" && l.subnet.zone.name != zone:
		return invalid("The Availability Zone '%s' does not match that of the subnet '%s'.", zone, id)
	}
	return nil
}

// templateTag begins the two tags that a launch by a template leaves on its instances
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html).
const templateTag = systemTag + "ec2launchtemplate:"

// withTemplate lays the request over its launch template: a member that the request names replaces the template's
// whole member, but tags are merged.
func (s *Service) withTemplate(l *launch, p params) (params, *wire.Error) {
	ref := p.under("LaunchTemplate")
	if len(ref) == 0 {
		return p, nil
	}
	t, err := s.template(ref.get("LaunchTemplateId"), ref.get("LaunchTemplateName"))
	if err != nil {
		return nil, err
	}
	version := ref.get("Version")
	if version == "" {
		version = "$Default"
	}
	v, err := t.version(version)
	if err != nil {
		return nil, err
	}
	l.templateID = t.ID
	l.systemTags = map[string]string{templateTag + "id": t.ID, templateTag + "version": strconv.Itoa(v.Number)}
	return overlay(v.Data, p), nil
}

func overlay(base, over params) params {
	named := map[string]bool{}
	out := params{}
	for k, v := range over {
		head, rest, _ := strings.Cut(k, ".")
		named[head] = true
		if head == "TagSpecification" {
			k = head + "." + afterTemplate(rest)
		}
		out[k] = v
	}
	for k, v := range base {
		if head, _, _ := strings.Cut(k, "."); !named[head] || head == "TagSpecification" {
			out[k] = v
		}
	}
	return out
}

// afterTemplate renumbers a list member of the request ("1.Tag.1.Key") to come after, and so override, the template's.
func afterTemplate(rest string) string {
	number, member, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	if err != nil {
		return rest
	}
	return strconv.Itoa(n+1000) + "." + member
}
