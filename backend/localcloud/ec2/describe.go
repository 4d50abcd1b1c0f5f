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
		"subnet-id": {in.SubnetID}, "vpc-id": {s.vpcOf(in.SubnetID)},
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
		"network-interface.subnet-id": {in.SubnetID}, "network-interface.vpc-id": {s.vpcOf(in.SubnetID)},
		"instance-lifecycle": nil, "platform": nil,
	}
	names := make([]string, 0, len(in.SecurityGroups))
	for _, id := range in.SecurityGroups {
		names = append(names, s.group(id).Name)
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
