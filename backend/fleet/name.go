package fleet

import (
	"context"
	"net"
	"strconv"
	"strings"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

// domain is the user's own name, the same at every start. backend.CheckUsername holds for the user.
func (s *Service) domain(u backend.User) string {
	return u.Username + "." + strings.TrimSuffix(s.Names.ZoneName, ".")
}

// URL returns the address of a session's avatar.
func (s *Service) URL(session backend.Session) string { return s.url(session.Domain) }

// url returns the address of the avatar at a domain.
func (s *Service) url(domain string) string {
	host := domain
	if p := s.Avatar.Port; p != 0 && !(s.Avatar.Scheme == "https" && p == 443) && !(s.Avatar.Scheme == "http" && p == 80) {
		host = net.JoinHostPort(domain, strconv.Itoa(p))
	}
	return s.Avatar.Scheme + "://" + host + "/"
}

// setDNS sets a name's A record to address. A name is parked (set to the parking address), never deleted: resolvers would
// cache that it does not exist.
func (s *Service) setDNS(ctx context.Context, domain, address string) error {
	_, err := s.Route53.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: &s.Names.ZoneID,
		ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{Action: types.ChangeActionUpsert,
			ResourceRecordSet: &types.ResourceRecordSet{Name: aws.String(domain + "."), Type: types.RRTypeA,
				TTL:             aws.Int64(int64(s.current().TTL.Seconds())),
				ResourceRecords: []types.ResourceRecord{{Value: &address}}}}}}})
	return err
}
