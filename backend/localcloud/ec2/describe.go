package ec2

import (
	"fmt"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// describeInstances answers by reservation, as
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html has it; a page counts instances.
func (s *Service) describeInstances(c *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found, next, err := s.selectInstances(c.Now, p, s.instanceAttributes, nil)
	if err != nil {
		return err
	}
	d.in("reservationSet", func() {
		for len(found) > 0 {
			n := 1
			for n < len(found) && found[n].ReservationID == found[0].ReservationID {
				n++
			}
			d.in("item", func() { s.writeReservation(d, found[:n], false) })
			found = found[n:]
		}
	})
	d.opt("nextToken", next)
	return nil
}

// selectInstances applies IDs, filters, a further condition (nil for none) and pagination. The caller holds s.mu.
func (s *Service) selectInstances(now time.Time, p params, of func(*instance) attributes,
	also func(*instance) bool) ([]*instance, string, *wire.Error) {
	filters, err := readFilters(p, of(&instance{}))
	if err != nil {
		return nil, "", err
	}
	ids := p.list("InstanceId")
	if len(ids) > 0 && p.has("MaxResults") {
		return nil, "", wire.Errorf(400, "InvalidParameterCombination",
			"The parameter instancesSet cannot be used with the parameter maxResults")
	}
	if err := s.checkVisible(ids, now); err != nil {
		return nil, "", err
	}
	named := map[string]bool{}
	for _, id := range ids {
		named[id] = true
	}
	found := keep(s.sorted(), func(in *instance) bool {
		return (len(ids) == 0 || named[in.ID]) && !now.Before(in.VisibleAt) &&
			(also == nil || also(in)) && (len(filters) == 0 || matches(filters, of(in)))
	})
	return page(p, found, func(in *instance) string { return fmt.Sprintf("%020d", in.Serial) }, 5, 1000)
}

// checkVisible refuses IDs that are malformed, or not (yet, or no longer) known.
func (s *Service) checkVisible(ids []string, now time.Time) *wire.Error {
	if err := checkIDs(ids); err != nil {
		return err
	}
	absent := keep(ids, func(id string) bool { _, ok := s.visible(id, now); return !ok })
	if len(absent) > 0 {
		return notFound(absent)
	}
	return nil
}

func (s *Service) instanceAttributes(in *instance) attributes {
	a := attributes{
		"instance-id": {in.ID}, "instance-type": {in.Type}, "image-id": {in.ImageID},
		"instance-state-name": {in.State}, "instance-state-code": {intText(stateCodes[in.State])},
		"availability-zone": {in.Zone}, "availability-zone-id": {s.zoneID(in.Zone)},
		"subnet-id": {in.SubnetID}, "vpc-id": {vpcOf(in.SubnetID)},
		"private-ip-address": {in.PrivateIP}, "ip-address": {in.PublicIP},
		"private-dns-name": {s.privateName(in)}, "dns-name": {s.publicName(in)},
		"reservation-id": {in.ReservationID}, "client-token": {in.ClientToken}, "owner-id": {s.env.AccountID},
		"requester-id": {in.Requester}, "key-name": {in.KeyName}, "iam-instance-profile.arn": {in.Profile},
		"launch-time":       {in.LaunchTime.UTC().Format("2006-01-02T15:04:05.000Z")},
		"launch-index":      {intText(int64(in.LaunchIndex))},
		"instance.group-id": in.SecurityGroups, "group-id": in.SecurityGroups,
		"network-interface.group-id": in.SecurityGroups,
		"architecture":               {"x86_64"}, "hypervisor": {"xen"}, "virtualization-type": {"hvm"},
		"root-device-type": {"ebs"},
		"root-device-name": {in.rootDevice()}, "tenancy": {"default"}, "platform-details": {"Linux/UNIX"},
		"monitoring-state": {monitoringState(in)}, "source-dest-check": {boolText(in.SourceDestCheck)},
		"reason": {in.StateReason}, "state-reason-code": {in.ReasonCode}, "state-reason-message": {in.Reason},
		"block-device-mapping.volume-id": {in.VolumeID}, "network-interface.network-interface-id": {in.InterfaceID},
		"network-interface.subnet-id": {in.SubnetID}, "network-interface.vpc-id": {vpcOf(in.SubnetID)},
		"instance-lifecycle": nil, "platform": nil,
	}
	names := make([]string, 0, len(in.SecurityGroups))
	for _, id := range in.SecurityGroups {
		names = append(names, s.group(id).name)
	}
	a["group-name"], a["instance.group-name"] = names, names
	return withTags(a, in.Tags)
}

func (s *Service) zoneID(name string) string {
	for _, z := range s.zones() {
		if z.name == name {
			return z.id
		}
	}
	return ""
}

func monitoringState(in *instance) string {
	if in.Monitoring {
		return "enabled"
	}
	return "disabled"
}

func (s *Service) privateName(in *instance) string {
	if in.PrivateIP == "" {
		return ""
	}
	domain := s.env.Region + ".compute.internal"
	if s.env.Region == "us-east-1" {
		domain = "ec2.internal"
	}
	return "ip-" + strings.ReplaceAll(in.PrivateIP, ".", "-") + "." + domain
}

// publicName is the public DNS name, which there is not before the instance runs.
func (s *Service) publicName(in *instance) string {
	if in.PublicIP == "" || in.State == pending {
		return ""
	}
	domain := s.env.Region + ".compute.amazonaws.com"
	if s.env.Region == "us-east-1" {
		domain = "compute-1.amazonaws.com"
	}
	return "ec2-" + strings.ReplaceAll(in.PublicIP, ".", "-") + "." + domain
}

// writeReservation writes the instances of one reservation; a fresh launch does not know its addresses yet.
func (s *Service) writeReservation(d *doc, of []*instance, fresh bool) {
	d.text("reservationId", of[0].ReservationID)
	d.text("ownerId", s.env.AccountID)
	d.in("groupSet", func() {})
	list(d, "instancesSet", of, func(in *instance) { s.writeInstance(d, in, fresh) })
}

func (s *Service) writeInstance(d *doc, in *instance, fresh bool) {
	d.text("instanceId", in.ID)
	d.text("imageId", in.ImageID)
	d.in("instanceState", func() { writeState(d, in.State) })
	d.text("privateDnsName", s.privateName(in))
	d.text("dnsName", s.publicName(in))
	d.text("reason", in.StateReason)
	d.opt("keyName", in.KeyName)
	d.number("amiLaunchIndex", int64(in.LaunchIndex))
	d.in("productCodes", func() {})
	d.text("instanceType", in.Type)
	d.time("launchTime", in.LaunchTime)
	d.in("placement", func() {
		d.text("availabilityZone", in.Zone)
		d.text("availabilityZoneId", s.zoneID(in.Zone))
		d.text("groupName", "")
		d.text("tenancy", "default")
	})
	d.in("monitoring", func() { d.text("state", monitoringState(in)) })
	if in.State != terminated {
		d.text("subnetId", in.SubnetID)
		d.text("vpcId", vpcOf(in.SubnetID))
		d.opt("privateIpAddress", in.PrivateIP)
		if !fresh {
			d.opt("ipAddress", in.PublicIP)
		}
		d.bool("sourceDestCheck", in.SourceDestCheck)
		s.writeGroupSet(d, in)
	}
	if fresh { // what is shown of a launch is its first moment
		d.in("stateReason", func() {
			d.text("code", "pending")
			d.text("message", "pending")
		})
	} else if in.Reason != "" {
		d.in("stateReason", func() {
			d.text("code", in.ReasonCode)
			d.text("message", in.Reason)
		})
	}
	d.text("architecture", "x86_64")
	d.text("rootDeviceType", "ebs")
	d.text("rootDeviceName", in.rootDevice())
	writeDisks(d, in)
	d.text("virtualizationType", "hvm")
	d.text("clientToken", in.ClientToken)
	d.tagSet(in.Tags)
	d.text("hypervisor", "xen")
	s.writeInterface(d, in, fresh)
	if in.Profile != "" {
		d.in("iamInstanceProfile", func() {
			d.text("arn", in.Profile)
			d.text("id", "AIPALOCALCLOUD0000001")
		})
	}
	d.bool("ebsOptimized", in.EBSOptimized)
	d.bool("enaSupport", true)
	writeOptions(d, in)
}

func writeOptions(d *doc, in *instance) {
	kind := typeNamed(in.Type)
	d.in("cpuOptions", func() {
		d.number("coreCount", int64(max(1, kind.vcpus/2)))
		d.number("threadsPerCore", int64(min(2, max(1, kind.vcpus))))
	})
	d.in("capacityReservationSpecification", func() { d.text("capacityReservationPreference", "open") })
	d.in("hibernationOptions", func() { d.bool("configured", false) })
	d.in("enclaveOptions", func() { d.bool("enabled", false) })
	d.in("metadataOptions", func() {
		d.text("state", "applied")
		d.text("httpTokens", "required")
		d.number("httpPutResponseHopLimit", 2)
		d.text("httpEndpoint", "enabled")
		d.text("httpProtocolIpv6", "disabled")
		d.text("instanceMetadataTags", "disabled")
	})
	d.text("platformDetails", "Linux/UNIX")
	d.text("usageOperation", "RunInstances")
	d.time("usageOperationUpdateTime", in.Created)
}

func (s *Service) writeGroupSet(d *doc, in *instance) {
	list(d, "groupSet", in.SecurityGroups, func(id string) {
		d.text("groupId", id)
		d.text("groupName", s.group(id).name)
	})
}

func writeDisks(d *doc, in *instance) {
	list(d, "blockDeviceMapping", in.attached(), func(v disk) {
		d.text("deviceName", v.Device)
		d.in("ebs", func() {
			d.text("volumeId", v.VolumeID)
			d.text("status", "attached")
			d.time("attachTime", in.Created)
			d.bool("deleteOnTermination", true)
		})
	})
}

func (s *Service) writeInterface(d *doc, in *instance, fresh bool) {
	var interfaces []string
	if in.State != terminated {
		interfaces = []string{in.InterfaceID}
	}
	association := func() {
		if in.PublicIP == "" || fresh {
			return
		}
		d.in("association", func() {
			d.text("publicIp", in.PublicIP)
			d.text("publicDnsName", s.publicName(in))
			d.text("ipOwnerId", "amazon")
		})
	}
	list(d, "networkInterfaceSet", interfaces, func(id string) {
		d.text("networkInterfaceId", id)
		d.text("subnetId", in.SubnetID)
		d.text("vpcId", vpcOf(in.SubnetID))
		d.text("description", "")
		d.text("ownerId", s.env.AccountID)
		d.text("status", "in-use")
		d.text("macAddress", hardwareAddress(id))
		d.text("privateIpAddress", in.PrivateIP)
		d.text("privateDnsName", s.privateName(in))
		d.bool("sourceDestCheck", in.SourceDestCheck)
		s.writeGroupSet(d, in)
		d.in("attachment", func() {
			d.text("attachmentId", "eni-attach-"+strings.TrimPrefix(id, "eni-"))
			d.number("deviceIndex", 0)
			d.text("status", "attached")
			d.time("attachTime", in.Created)
			d.bool("deleteOnTermination", true)
			d.number("networkCardIndex", 0)
		})
		association()
		list(d, "privateIpAddressesSet", []string{in.PrivateIP}, func(ip string) {
			d.text("privateIpAddress", ip)
			d.bool("primary", true)
			association()
		})
		d.in("ipv6AddressesSet", func() {})
		d.text("interfaceType", "interface")
	})
}

// hardwareAddress is a network interface's MAC address: one of those that anybody may give, from the interface's ID.
func hardwareAddress(id string) string {
	h := strings.TrimPrefix(id, "eni-") + "0000000000"
	return "0e:" + h[:2] + ":" + h[2:4] + ":" + h[4:6] + ":" + h[6:8] + ":" + h[8:10]
}
