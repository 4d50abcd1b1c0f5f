package route53

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

func (s *Service) sortedZones() []*zone {
	out := make([]*zone, 0, len(s.zones))
	for _, z := range s.zones {
		out = append(out, z)
	}
	slices.SortFunc(out, func(a, b *zone) int {
		if c := strings.Compare(reverseName(a.meta.Name), reverseName(b.meta.Name)); c != 0 {
			return c
		}
		return strings.Compare(a.meta.ID, b.meta.ID)
	})
	return out
}

// maxItems reads the page size, which AWS caps.
func maxItems(r *request, most int) (int, *wire.Error) {
	v := r.query.Get("maxitems")
	if v == "" {
		return most, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, invalidInput("MaxItems '%s' is not a positive number", limit(v))
	}
	return min(n, most), nil
}

type zoneList struct {
	XMLName          xml.Name
	Xmlns            string `xml:"xmlns,attr"`
	HostedZones      zoneListMembers
	Marker           string `xml:",omitempty"`
	DNSName          string `xml:",omitempty"`
	HostedZoneId     string `xml:",omitempty"`
	IsTruncated      bool
	NextMarker       string `xml:",omitempty"`
	NextDNSName      string `xml:",omitempty"`
	NextHostedZoneId string `xml:",omitempty"`
	MaxItems         int
}

type zoneListMembers struct {
	HostedZone []hostedZone
}

func (s *Service) listZones(r *request) (answer, *wire.Error) {
	if err := r.allow("*", nil); err != nil {
		return answer{}, err
	}
	n, err := maxItems(r, 100)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := zoneList{XMLName: xml.Name{Local: "ListHostedZonesResponse"}, Xmlns: namespace, Marker: r.query.Get("marker"),
		MaxItems: n}
	zones := s.sortedZones()
	slices.SortFunc(zones, func(a, b *zone) int { return strings.Compare(a.meta.ID, b.meta.ID) })
	for _, z := range zones {
		if z.meta.ID < out.Marker {
			continue
		}
		if len(out.HostedZones.HostedZone) == n {
			out.IsTruncated, out.NextMarker = true, z.meta.ID
			break
		}
		out.HostedZones.HostedZone = append(out.HostedZones.HostedZone, z.wire())
	}
	return answer{body: out}, nil
}

func (s *Service) listZonesByName(r *request) (answer, *wire.Error) {
	if err := r.allow("*", nil); err != nil {
		return answer{}, err
	}
	n, err := maxItems(r, 100)
	if err != nil {
		return answer{}, err
	}
	out := zoneList{XMLName: xml.Name{Local: "ListHostedZonesByNameResponse"}, Xmlns: namespace,
		DNSName: r.query.Get("dnsname"), HostedZoneId: r.query.Get("hostedzoneid"), MaxItems: n}
	from := ""
	if out.DNSName != "" {
		name, ok := foldName(out.DNSName)
		if !ok {
			return answer{}, wire.Errorf(400, "InvalidDomainName", "%s is not a valid domain name", limit(out.DNSName))
		}
		from = reverseName(name)
	} else if out.HostedZoneId != "" {
		return answer{}, invalidInput("The request includes HostedZoneId without DNSName")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, z := range s.sortedZones() {
		name := reverseName(z.meta.Name)
		if name < from || name == from && z.meta.ID < out.HostedZoneId {
			continue
		}
		if len(out.HostedZones.HostedZone) == n {
			out.IsTruncated, out.NextDNSName, out.NextHostedZoneId = true, escapeName(z.meta.Name), z.meta.ID
			break
		}
		out.HostedZones.HostedZone = append(out.HostedZones.HostedZone, z.wire())
	}
	return answer{body: out}, nil
}

func (s *Service) countZones(r *request) (answer, *wire.Error) {
	if err := r.allow("*", nil); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	type output struct {
		XMLName         xml.Name `xml:"GetHostedZoneCountResponse"`
		Xmlns           string   `xml:"xmlns,attr"`
		HostedZoneCount int
	}
	return answer{body: output{Xmlns: namespace, HostedZoneCount: len(s.zones)}}, nil
}
