package route53

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const (
	zoneBucket   = "route53.zones"
	recordBucket = "route53.records"
	changeBucket = "route53.changes"
)

var nameServers = []string{"ns-1.awsdns-00.org.", "ns-512.awsdns-01.net.", "ns-1024.awsdns-02.com.",
	"ns-1536.awsdns-03.co.uk."}

type createZoneInput struct {
	Name             string
	CallerReference  string
	HostedZoneConfig zoneConfig
	VPC              *vpc
}

type vpc struct{ VPCRegion, VPCId string }

type zoneOutput struct {
	XMLName       xml.Name
	Xmlns         string `xml:"xmlns,attr"`
	HostedZone    hostedZone
	ChangeInfo    *changeInfo    `xml:",omitempty"`
	DelegationSet *delegationSet `xml:",omitempty"`
	VPC           *vpc           `xml:",omitempty"`
	VPCs          *vpcList       `xml:",omitempty"`
}

type vpcList struct{ VPC []vpc }

func (s *Service) createZone(r *request) (answer, *wire.Error) {
	var in createZoneInput
	if err := parseXML(r.Body, &in); err != nil {
		return answer{}, err
	}
	if err := r.allow("*", nil); err != nil {
		return answer{}, err
	}
	name, ok := foldName(in.Name)
	if !ok {
		return answer{}, wire.Errorf(400, "InvalidDomainName", "%s is not a valid domain name", limit(in.Name))
	}
	if n := len(in.CallerReference); n < 1 || n > 128 {
		return answer{}, invalidInput("CallerReference must have length between 1 and 128")
	}
	if in.VPC != nil && s.opts.HasVPC != nil && !s.opts.HasVPC(in.VPC.VPCId) {
		return answer{}, wire.Errorf(400, "InvalidVPCId", "The VPC ID is invalid.")
	}
	meta := zoneMeta{Name: name, CallerReference: in.CallerReference, Comment: in.HostedZoneConfig.Comment,
		Private: in.HostedZoneConfig.PrivateZone || in.VPC != nil}
	if in.VPC != nil {
		meta.VPCRegion, meta.VPC = in.VPC.VPCRegion, in.VPC.VPCId
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, z := range s.zones {
		if z.meta.CallerReference == in.CallerReference {
			return answer{}, wire.Errorf(409, "HostedZoneAlreadyExists",
				"A hosted zone has already been created with the specified caller reference.")
		}
	}
	z, ch, err := s.addZone(meta, r.Now)
	if err != nil {
		return answer{}, internal(err)
	}
	out := zoneOutput{XMLName: xml.Name{Local: "CreateHostedZoneResponse"}, Xmlns: namespace, HostedZone: z.wire(),
		ChangeInfo: s.info(ch, r.Now), VPC: in.VPC}
	if !meta.Private {
		out.DelegationSet = delegation()
	}
	return answer{status: 201, location: "https://route53.amazonaws.com" + apiPrefix + "hostedzone/" + z.meta.ID,
		body: out}, nil
}

// addZone stores a new zone with its NS and SOA record sets. The service is locked.
func (s *Service) addZone(meta zoneMeta, now time.Time) (*zone, *change, error) {
	meta.ID = "Z" + strings.ToUpper(s.env.NewID(20))
	ns, soa, day, quarter := []resourceRecord{}, nameServers[0]+" awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400",
		int64(172800), int64(900)
	for _, n := range nameServers {
		ns = append(ns, resourceRecord{n})
	}
	z := &zone{meta: meta, sets: []*recordSet{
		{Name: meta.Name, Type: "NS", TTL: &day, ResourceRecords: &recordList{ns}},
		{Name: meta.Name, Type: "SOA", TTL: &quarter, ResourceRecords: &recordList{[]resourceRecord{{soa}}}},
	}}
	ch := s.newChange("", now)
	if err := s.st.Apply(z.op(), z.sets[0].op(meta.ID), z.sets[1].op(meta.ID), ch.op()); err != nil {
		return nil, nil, err
	}
	s.zones[meta.ID], s.changes[ch.ID] = z, ch
	return z, ch, nil
}

// CreateZone makes a public zone of the name as an operator's set-up does, and returns its ID; where there is one of
// the name, that one's.
func (s *Service) CreateZone(name string) (string, error) {
	folded, ok := foldName(name)
	if !ok {
		return "", fmt.Errorf("route53: %q is not a domain name", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, z := range s.sortedZones() {
		if z.meta.Name == folded {
			return z.meta.ID, nil
		}
	}
	z, _, err := s.addZone(zoneMeta{Name: folded, CallerReference: "setup-" + folded}, s.env.Now())
	if err != nil {
		return "", fmt.Errorf("route53: store the zone %s: %w", name, err)
	}
	return z.meta.ID, nil
}

func (s *Service) getZone(r *request) (answer, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	z, err := s.zone(r)
	if err != nil {
		return answer{}, err
	}
	out := zoneOutput{XMLName: xml.Name{Local: "GetHostedZoneResponse"}, Xmlns: namespace, HostedZone: z.wire()}
	if !z.meta.Private {
		out.DelegationSet = delegation()
	}
	if z.meta.VPC != "" {
		out.VPCs = &vpcList{[]vpc{{z.meta.VPCRegion, z.meta.VPC}}}
	}
	return answer{body: out}, nil
}

func (s *Service) updateComment(r *request) (answer, *wire.Error) {
	var in struct{ Comment string }
	if err := parseXML(r.Body, &in); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	z, err := s.zone(r)
	if err != nil {
		return answer{}, err
	}
	before := z.meta.Comment
	z.meta.Comment = in.Comment
	if err := s.st.Apply(z.op()); err != nil {
		z.meta.Comment = before
		return answer{}, internal(err)
	}
	return answer{body: zoneOutput{XMLName: xml.Name{Local: "UpdateHostedZoneCommentResponse"}, Xmlns: namespace,
		HostedZone: z.wire()}}, nil
}

func (s *Service) deleteZone(r *request) (answer, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	z, err := s.zone(r)
	if err != nil {
		return answer{}, err
	}
	ops := []store.Op{{Bucket: zoneBucket, Key: z.meta.ID}}
	for _, set := range z.sets {
		if !z.own(set) {
			return answer{}, wire.Errorf(400, "HostedZoneNotEmpty",
				"The specified hosted zone contains non-required resource record sets and so cannot be deleted.")
		}
		ops = append(ops, store.Op{Bucket: recordBucket, Key: set.storeKey(z.meta.ID)})
	}
	ch := s.newChange("", r.Now)
	if err := s.st.Apply(append(ops, ch.op())...); err != nil {
		return answer{}, internal(err)
	}
	delete(s.zones, z.meta.ID)
	s.changes[ch.ID] = ch
	return answer{body: changeOutput{XMLName: xml.Name{Local: "DeleteHostedZoneResponse"}, Xmlns: namespace,
		ChangeInfo: *s.info(ch, r.Now)}}, nil
}

// own reports whether a record set is one of the two that every zone must have.
func (z *zone) own(r *recordSet) bool {
	return r.Name == z.meta.Name && (r.Type == "NS" || r.Type == "SOA")
}
