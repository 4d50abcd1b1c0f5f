package ec2

import (
	"strings"
)

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
		d.text("vpcId", s.vpcOf(in.SubnetID))
		d.opt("privateIpAddress", in.PrivateIP)
		if len(in.IPv6) > 0 {
			d.text("ipv6Address", in.IPv6[0])
		}
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
		d.text("groupName", s.group(id).Name)
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
		d.text("vpcId", s.vpcOf(in.SubnetID))
		d.text("description", "")
		d.text("ownerId", s.env.AccountID)
		d.text("status", "in-use")
		d.text("macAddress", hardwareAddress(id))
		d.opt("privateIpAddress", in.PrivateIP)
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
		list(d, "privateIpAddressesSet", keep([]string{in.PrivateIP}, notEmpty), func(ip string) {
			d.text("privateIpAddress", ip)
			d.bool("primary", true)
			association()
		})
		list(d, "ipv6AddressesSet", in.IPv6, func(ip string) {
			d.text("ipv6Address", ip)
			d.bool("isPrimaryIpv6", false)
		})
		d.text("interfaceType", "interface")
	})
}

func notEmpty(s string) bool { return s != "" }

// hardwareAddress is a network interface's MAC address: one of those that anybody may give, from the interface's ID.
func hardwareAddress(id string) string {
	h := strings.TrimPrefix(id, "eni-") + "0000000000"
	return "0e:" + h[:2] + ":" + h[2:4] + ":" + h[4:6] + ":" + h[6:8] + ":" + h[8:10]
}
