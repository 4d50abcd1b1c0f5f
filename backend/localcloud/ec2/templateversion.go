package ec2

import (
	"fmt"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// headOf is the first part of a parameter's name: "Placement" of "Placement.AvailabilityZone".
func headOf(name string) string {
	first, _, _ := strings.Cut(name, ".")
	return first
}

// heads collects the first parts of all names.
func heads(p params) map[string]bool {
	out := map[string]bool{}
	for k := range p {
		out[headOf(k)] = true
	}
	return out
}

// describeLaunchTemplateVersions answers versions of one template, or the latest or default one of all.
func (s *Service) describeLaunchTemplateVersions(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	rows, err := s.selectVersions(p)
	if err != nil {
		return err
	}
	key := func(r versionRow) string { return fmt.Sprintf("%s %010d", r.t.ID, r.v.Number) }
	rows, next, err := page(p, rows, key, 1, 200)
	if err != nil {
		return err
	}
	list(d, "launchTemplateVersionSet", rows, func(r versionRow) { writeVersion(d, r.t, r.v) })
	d.opt("nextToken", next)
	return nil
}

// allTemplates is what AWS says of a request for versions of no template in particular.
const allTemplates = "To describe the launch template data for all your launch templates, for ‘--versions’ specify " +
	"‘$Latest’, ‘$Default’, or both, and omit ‘--launch-template-id’, ‘--launch-template-name’, and version numbers. " +
	"To describe the launch template data for a specific launch template, specify ‘--launch-template-id’ or " +
	"‘--launch-template-name’, and for ‘--versions’ specify one or more of the following values: ‘$Latest’, ‘$Default’, " +
	"or one or more version numbers."

type versionRow struct {
	t *template
	v templateVersion
}

func (s *Service) selectVersions(p params) ([]versionRow, *wire.Error) {
	names := p.list("LaunchTemplateVersion")
	var rows []versionRow
	if p.get("LaunchTemplateId") == "" && p.get("LaunchTemplateName") == "" {
		if len(names) == 0 {
			return nil, wire.Errorf(400, "MissingParameter", "%s", allTemplates)
		}
		for _, name := range names {
			if name != "$Latest" && name != "$Default" {
				return nil, invalid("%s", allTemplates)
			}
		}
		for _, id := range sortedKeys(s.templates) {
			for _, name := range names {
				v, err := s.templates[id].version(name)
				if err != nil {
					return nil, err
				}
				rows = append(rows, versionRow{s.templates[id], v})
			}
		}
		return rows, nil
	}
	t, err := s.template(p.get("LaunchTemplateId"), p.get("LaunchTemplateName"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return t.between(p)
	}
	for _, name := range names {
		v, err := t.version(name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, versionRow{t, v})
	}
	return rows, nil
}

// between are the versions from MinVersion to MaxVersion, the newest last.
func (t *template) between(p params) ([]versionRow, *wire.Error) {
	low, err := p.number("MinVersion", 0)
	if err != nil {
		return nil, err
	}
	high, err := p.number("MaxVersion", t.Latest)
	if err != nil {
		return nil, err
	}
	var rows []versionRow
	for _, v := range t.Versions {
		if v.Number >= low && v.Number <= high {
			rows = append(rows, versionRow{t, v})
		}
	}
	return rows, nil
}

func writeVersion(d *doc, t *template, v templateVersion) {
	d.text("launchTemplateId", t.ID)
	d.text("launchTemplateName", t.Name)
	d.number("versionNumber", int64(v.Number))
	d.opt("versionDescription", v.Description)
	d.time("createTime", v.Created)
	d.text("createdBy", v.CreatedBy)
	d.bool("defaultVersion", v.Number == t.Default)
	d.in("launchTemplateData", func() { writeTemplateData(d, v.Data) })
}

// writeTemplateData answers the data in the names of the answer's shape.
func writeTemplateData(d *doc, p params) {
	for _, m := range [][2]string{
		{"ebsOptimized", "EbsOptimized"}, {"imageId", "ImageId"}, {"instanceType", "InstanceType"},
		{"keyName", "KeyName"}, {"userData", "UserData"}, {"disableApiTermination", "DisableApiTermination"},
		{"disableApiStop", "DisableApiStop"},
		{"instanceInitiatedShutdownBehavior", "InstanceInitiatedShutdownBehavior"},
	} {
		d.opt(m[0], p.get(m[1]))
	}
	members(d, "iamInstanceProfile", p.under("IamInstanceProfile"), "Arn", "Name")
	members(d, "monitoring", p.under("Monitoring"), "Enabled")
	members(d, "placement", p.under("Placement"), "AvailabilityZone", "GroupName", "Tenancy")
	members(d, "metadataOptions", p.under("MetadataOptions"), "HttpTokens", "HttpEndpoint", "HttpPutResponseHopLimit",
		"InstanceMetadataTags")
	if ids := p.list("SecurityGroupId"); len(ids) > 0 {
		d.texts("securityGroupIdSet", ids)
	}
	if names := p.list("SecurityGroup"); len(names) > 0 {
		d.texts("securityGroupSet", names)
	}
	if specs := p.groups("TagSpecification"); len(specs) > 0 {
		list(d, "tagSpecificationSet", specs, func(spec params) {
			d.text("resourceType", spec.get("ResourceType"))
			list(d, "tagSet", spec.groups("Tag"), func(t params) {
				d.text("key", t.get("Key"))
				d.text("value", t.get("Value"))
			})
		})
	}
	writeTemplateDevices(d, p)
}

func writeTemplateDevices(d *doc, p params) {
	if disks := p.groups("BlockDeviceMapping"); len(disks) > 0 {
		list(d, "blockDeviceMappingSet", disks, func(disk params) {
			d.opt("deviceName", disk.get("DeviceName"))
			members(d, "ebs", disk.under("Ebs"), "VolumeSize", "VolumeType", "DeleteOnTermination", "Encrypted", "Iops",
				"Throughput")
		})
	}
	if nics := p.groups("NetworkInterface"); len(nics) > 0 {
		list(d, "networkInterfaceSet", nics, func(nic params) {
			for _, m := range [][2]string{
				{"deviceIndex", "DeviceIndex"}, {"subnetId", "SubnetId"},
				{"associatePublicIpAddress", "AssociatePublicIpAddress"}, {"description", "Description"},
			} {
				d.opt(m[0], nic.get(m[1]))
			}
			if ids := nic.list("SecurityGroupId"); len(ids) > 0 {
				d.in("groupSet", func() {
					for _, id := range ids {
						d.text("groupId", id)
					}
				})
			}
		})
	}
}

// members writes a structure of plain members, each named as its parameter with a small first letter.
func members(d *doc, name string, p params, names ...string) {
	if len(p) == 0 {
		return
	}
	d.in(name, func() {
		for _, n := range names {
			d.opt(strings.ToLower(n[:1])+n[1:], p.get(n))
		}
	})
}
