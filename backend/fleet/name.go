package fleet

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
)

// domain is the user's own name, the same at every start. backend.CheckUsername holds for its first label.
func (s *Service) domain(u backend.User) string {
	return u.DomainLabel() + "." + strings.TrimSuffix(s.Names.ZoneName, ".")
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

// isUsersName reports whether a domain can be a user's: a label below the zone that is not reserved. The domain in a
// session's row is what its user wrote, who must not have the keeper change a name that the user's own role may not.
func (s *Service) isUsersName(domain string) bool {
	label, below := strings.CutSuffix(domain, "."+strings.TrimSuffix(s.Names.ZoneName, "."))
	return below && backend.IsLabel(label) && !backend.IsReservedLabel(label)
}

// setDNS sets a name's A record to address. A name is parked (set to the parking address), never deleted: resolvers
// would cache that it does not exist. It changes no name that cannot be a user's.
func (s *Service) setDNS(ctx context.Context, domain, address string) error {
	if !s.isUsersName(domain) {
		s.Log.Warn("the session's name is not a user's, and is left as it is", "name", domain)
		return nil
	}
	return s.dns.set(ctx, domain, address, s.current().TTL)
}

// settleTime bounds settleSoon; settlePause comes between its tries.
const (
	settleTime  = 8 * time.Second
	settlePause = time.Second
)

// settleNameSoon settles the name of a user, and tries for settleTime. If that fails, the pool's keeper does it.
func (s *Service) settleNameSoon(ctx context.Context, row sessionRow) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	for {
		err := s.settleName(ctx, row.UserID)
		if err == nil {
			return
		}
		if awsx.Sleep(ctx, settlePause) != nil {
			s.Log.Warn("the name is not settled yet", "name", row.Domain, "cause", err)
			return
		}
	}
}

// settleName points a user's name to where their session says: at its instance while it is open, at the parking
// address once it has ended. Nothing in Route 53 can be made conditional, so the row is read again afterwards: a
// session that began or ended meanwhile has the last word.
func (s *Service) settleName(ctx context.Context, userID string) error {
	row, err := s.ledger.session(ctx, userID)
	for range 3 {
		if err != nil || row == nil {
			return err
		}
		address := row.PublicIP
		if row.Phase == ended {
			address = s.Names.ParkingAddress
		}
		if address == "" {
			return nil // it is starting, and sets the name itself
		}
		if err := s.setDNS(ctx, row.Domain, address); err != nil {
			return err
		}
		before := *row
		row, err = s.ledger.session(ctx, userID)
		if row != nil && row.CreationTime.Equal(before.CreationTime) && row.Phase == before.Phase &&
			row.PublicIP == before.PublicIP {
			return s.recordParked(ctx, *row)
		}
	}
	return err
}

// recordParked removes NamePending from an ended session's row. It is no error if another session began meanwhile.
func (s *Service) recordParked(ctx context.Context, row sessionRow) error {
	if row.Phase != ended || !row.NamePending {
		return nil
	}
	return unlessConditionFailed(s.ledger.nameParked(ctx, row, s.purgeTime()))
}
