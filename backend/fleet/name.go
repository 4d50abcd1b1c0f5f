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

// label makes a DNS label (RFC 1123) of a user name: letters, digits and inner hyphens, at most 63. A user name
// that is an e-mail address gives its local part.
func label(username string) string {
	username, _, _ = strings.Cut(strings.ToLower(username), "@")
	var b strings.Builder
	for _, r := range username {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	out := strings.Trim(b.String(), "-")
	if len(out) > 63 {
		out = strings.Trim(out[:63], "-")
	}
	if out == "" {
		return "user"
	}
	return out
}

// domain is the user's own name, the same at every start.
func (s *Service) domain(u backend.User) string {
	return label(u.Username) + "." + strings.TrimSuffix(s.Names.ZoneName, ".")
}

// URL is where a browser finds the avatar of a session.
func (s *Service) URL(session backend.Session) string { return s.url(session.Domain) }

// url is where a browser finds the user's avatar.
func (s *Service) url(domain string) string {
	host := domain
	if p := s.Avatar.Port; p != 0 && !(s.Avatar.Scheme == "https" && p == 443) && !(s.Avatar.Scheme == "http" && p == 80) {
		host = net.JoinHostPort(domain, strconv.Itoa(p))
	}
	return s.Avatar.Scheme + "://" + host + "/"
}

// point makes a name's A record say address. A name is parked (pointed at the parking address), never deleted, so
// that resolvers do not remember that it does not exist.
func (s *Service) point(ctx context.Context, domain, address string) error {
	_, err := s.Route53.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: &s.Names.ZoneID,
		ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{Action: types.ChangeActionUpsert,
			ResourceRecordSet: &types.ResourceRecordSet{Name: aws.String(domain + "."), Type: types.RRTypeA,
				TTL:             aws.Int64(int64(s.current().TTL.Seconds())),
				ResourceRecords: []types.ResourceRecord{{Value: &address}}}}}}})
	return err
}
