package fleet

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"

	"golang.org/x/sync/errgroup"
)

// nameLimit bounds how long a start waits until the user's name resolves: Route 53 changes are generally
// seen within 60 s.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
// resolveEvery comes between two lookups, and lookupTime bounds one.
const (
	nameLimit    = time.Minute
	resolveEvery = time.Second
	lookupTime   = 5 * time.Second
)

// resolver returns how names are looked up: as the user's browser does it, on this computer. It returns nil if no name
// leads to an instance's own address: the avatar is reached another way, or the zone is below localhost, whose names
// every computer answers with its loopback address (RFC 6761, section 6.3).
func (s *Service) resolver() func(context.Context, string) ([]string, error) {
	a := s.Avatar
	switch zone := "." + strings.TrimSuffix(s.Names.ZoneName, "."); {
	case a.Resolve != nil || a.Gateway != "" || a.Transport != nil:
		return a.Resolve
	case strings.HasSuffix(zone, ".localhost"):
		return nil
	}
	return net.DefaultResolver.LookupHost
}

// awaitAvatar waits until the avatar at address answers and its name resolves to the address. named reports whether
// Route 53 took the name. Over TLS the avatar is not asked before: an instance without a certificate would order one
// for a name that does not resolve yet, and be refused, which counts against the zone.
// https://letsencrypt.org/docs/rate-limits/
func (s *Service) awaitAvatar(ctx context.Context, named <-chan bool, address, domain string,
	report func(backend.Progress)) error {
	both, ctx := errgroup.WithContext(ctx)
	resolved := make(chan struct{})
	both.Go(func() error {
		defer close(resolved)
		if !s.awaitName(ctx, named, address, domain) && ctx.Err() == nil {
			s.Log.Warn("the name does not resolve to the instance yet", "name", domain, "address", address)
			report(backend.Progress{Notice: nameLateNotice})
		}
		return ctx.Err()
	})
	both.Go(func() error {
		if s.Avatar.Scheme == "https" && s.resolver() != nil {
			<-resolved
		}
		return s.probe(ctx, address, domain)
	})
	return both.Wait()
}

// nameLateNotice tells a user that the address of their avatar may not work yet.
var nameLateNotice = &backend.Notice{Key: backend.NoticeName, Problem: &backend.Problem{
	Kind: backend.KindUnreachable,
	What: messages.New("fleet.avatarNameNotKnown"),
	Why:  messages.New("fleet.nameDoesntLeadInstance"),
	Next: messages.New("fleet.pageDoesntOpenTry"),
}}

// awaitName waits until the name resolves to the address, for nameLimit at most. It reports whether it does, or whether
// nothing needs the name.
func (s *Service) awaitName(ctx context.Context, named <-chan bool, address, domain string) bool {
	resolve := s.resolver()
	if resolve == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, nameLimit)
	defer cancel()
	// No lookup before the name is written: resolvers remember for minutes that a name does not exist.
	select {
	case done := <-named:
		if !done {
			return false // the pool's keeper writes it later
		}
	case <-ctx.Done():
		return false
	}
	for {
		one, done := context.WithTimeout(ctx, lookupTime)
		addresses, err := resolve(one, domain)
		done()
		if err == nil && slices.Contains(addresses, address) {
			return true
		}
		if awsx.Sleep(ctx, resolveEvery) != nil {
			return false
		}
	}
}
