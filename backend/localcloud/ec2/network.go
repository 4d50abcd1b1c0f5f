package ec2

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// What every account has from the beginning.
const (
	DefaultVPC           = "vpc-0a7a7a20000000001"
	DefaultSecurityGroup = "sg-0a7a7a20000000001"
	networkACL           = "acl-0a7a7a20000000001"
	dhcpOptions          = "dopt-0a7a7a20000000001"
)

// zone is an availability zone; its ID is the same place for every account.
type zone struct{ name, id string }

// zones are the three zones of the region.
func (s *Service) zones() []zone {
	s.zonesOnce.Do(func() {
		for i, letter := range []string{"a", "b", "c"} {
			id := fmt.Sprintf("%s-az%d", shortRegion(s.env.Region), i+1)
			s.zonesOf = append(s.zonesOf, zone{s.env.Region + letter, id})
		}
	})
	return s.zonesOf
}

// shortRegion abbreviates a region as AWS's zone IDs do: us-east-1 is use1, ap-southeast-2 is apse2.
func shortRegion(region string) string {
	parts := strings.Split(region, "-")
	out := ""
	for i, part := range parts {
		compass := len(part) > 5 && (strings.HasPrefix(part, "north") || strings.HasPrefix(part, "south"))
		switch {
		case part == "":
		case i == 0 || i == len(parts)-1:
			out += part
		case compass: // northeast is ne
			out += part[:1] + part[5:6]
		default:
			out += part[:1]
		}
	}
	return out
}

// placeNames are the regions' long names.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
var placeNames = map[string]string{
	"us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)", "us-west-1": "US West (N. California)",
	"us-west-2": "US West (Oregon)", "ca-central-1": "Canada (Central)", "sa-east-1": "South America (São Paulo)",
	"eu-west-1": "Europe (Ireland)", "eu-west-2": "Europe (London)", "eu-west-3": "Europe (Paris)",
	"eu-central-1": "Europe (Frankfurt)", "eu-central-2": "Europe (Zurich)", "eu-north-1": "Europe (Stockholm)",
	"eu-south-1": "Europe (Milan)", "eu-south-2": "Europe (Spain)", "ap-south-1": "Asia Pacific (Mumbai)",
	"ap-southeast-1": "Asia Pacific (Singapore)", "ap-southeast-2": "Asia Pacific (Sydney)",
	"ap-northeast-1": "Asia Pacific (Tokyo)", "ap-northeast-2": "Asia Pacific (Seoul)",
	"ap-northeast-3": "Asia Pacific (Osaka)",
}

// placeName is the region's long name, its code if it has none here.
func (s *Service) placeName() string { return cmp.Or(placeNames[s.env.Region], s.env.Region) }

// SubnetIDs returns the default subnets, one a zone in the zones' order.
func (s *Service) SubnetIDs() []string {
	var ids []string
	for _, sn := range s.subnets() {
		ids = append(ids, sn.id)
	}
	return ids
}

func (s *Service) tagsOf(id string) map[string]string { return s.tags[id] }

func (s *Service) describeAvailabilityZones(_ *wire.Call, p params, d *doc) *wire.Error {
	filters, err := readFilters(p, s.zoneAttributes(zone{}))
	if err != nil {
		return err
	}
	names, ids := p.list("ZoneName"), p.list("ZoneId")
	all := s.zones()
	if err := known(names, idsOf(all, func(z zone) string { return z.name }), "InvalidParameterValue",
		"Invalid availability zone: [%s]"); err != nil {
		return err
	}
	if err := known(ids, idsOf(all, func(z zone) string { return z.id }), "InvalidParameterValue",
		"Invalid availability zone-id: [%s]"); err != nil {
		return err
	}
	all = keep(all, func(z zone) bool {
		return wanted(names, z.name) && wanted(ids, z.id) && matches(filters, s.zoneAttributes(z))
	})
	list(d, "availabilityZoneInfo", all, func(z zone) {
		d.text("optInStatus", "opt-in-not-required")
		d.in("messageSet", func() {})
		d.text("regionName", s.env.Region)
		d.text("zoneName", z.name)
		d.text("zoneId", z.id)
		d.text("groupName", s.env.Region+"-zg-1")
		d.text("groupLongName", s.placeName()+" 1")
		d.text("networkBorderGroup", s.env.Region)
		d.text("zoneType", "availability-zone")
		d.text("zoneState", "available")
	})
	return nil
}

func (s *Service) zoneAttributes(z zone) attributes {
	return attributes{
		"zone-name": {z.name}, "zone-id": {z.id}, "state": {"available"}, "region-name": {s.env.Region},
		"zone-type": {"availability-zone"}, "group-name": {s.env.Region + "-zg-1"}, "group-long-name": {s.placeName() + " 1"},
		"opt-in-status": {"opt-in-not-required"}, "message": nil,
	}
}

func (s *Service) describeRegions(_ *wire.Call, p params, d *doc) *wire.Error {
	region := s.env.Region
	a := attributes{
		"region-name": {region}, "endpoint": {"ec2." + region + ".amazonaws.com"}, "opt-in-status": {"opt-in-not-required"},
	}
	filters, err := readFilters(p, a)
	if err != nil {
		return err
	}
	names := p.list("RegionName")
	if err := known(names, []string{region}, "InvalidParameterValue", "Invalid region provided: [%s]"); err != nil {
		return err
	}
	all := keep([]string{region}, func(string) bool { return matches(filters, a) })
	list(d, "regionInfo", all, func(name string) {
		d.text("regionName", name)
		d.text("regionEndpoint", "ec2."+name+".amazonaws.com")
		d.text("optInStatus", "opt-in-not-required")
	})
	return nil
}

// keep returns the values for which ok is true, in a slice of its own.
func keep[T any](values []T, ok func(T) bool) []T {
	var out []T
	for _, v := range values {
		if ok(v) {
			out = append(out, v)
		}
	}
	return out
}

func idsOf[T any](values []T, id func(T) string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		out = append(out, id(v))
	}
	return out
}

// wanted reports whether an ID is asked for: all are where none is named.
func wanted(ids []string, id string) bool { return len(ids) == 0 || slices.Contains(ids, id) }

// known refuses the first ID that does not exist.
func known(ids, existing []string, code, message string) *wire.Error {
	for _, id := range ids {
		if !slices.Contains(existing, id) {
			return wire.Errorf(400, code, message, id)
		}
	}
	return nil
}

func intText(n int64) string { return strconv.FormatInt(n, 10) }
func boolText(b bool) string { return strconv.FormatBool(b) }
