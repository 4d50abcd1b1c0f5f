package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity/types"
)

const (
	renewTime  = 30 * time.Second // how long a renewal beside the callers may take
	renewPause = 30 * time.Second // how long it is left alone after one that failed
	farewell   = time.Minute      // how long credentials stay usable after a sign-out, for a stop still under way
)

// credential is a set of temporary credentials and when, by this computer's clock, to renew them.
type credential struct {
	value aws.Credentials
	renew time.Time
}

func (c *credential) good(now time.Time) bool { return c != nil && now.Before(c.value.Expires) }

type provider struct{ s *Service }

// Credentials gives temporary credentials of the user who is signed in. They are cached here, per sign-in: do not wrap
// the provider in an aws.CredentialsCache, which would hand one user's credentials to the next.
//
// Credentials that are still good are answered at once, always; from a random point in 70–90 % of their life on they
// are renewed beside the caller. So neither a slow nor a refused renewal holds up a stop while they last.
func (s *Service) Credentials() aws.CredentialsProvider { return provider{s} }

// Retrieve implements aws.CredentialsProvider. Errors are *backend.Problem.
func (p provider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	s, now := p.s, wall()
	s.mu.Lock()
	held, signedIn := s.held, s.session != nil
	beside := held.good(now) && signedIn && !s.underway && !now.Before(held.renew) && !now.Before(s.retryAt)
	if beside {
		s.underway = true
	}
	s.mu.Unlock()
	if beside {
		go s.renewBeside(context.WithoutCancel(ctx))
	}
	if held.good(now) {
		return held.value, nil
	}
	fresh, err := s.renewCredential(ctx)
	if err != nil {
		return aws.Credentials{}, explain(gettingCredentials, err)
	}
	return fresh.value, nil
}

// renewBeside renews while the credentials held are still good.
func (s *Service) renewBeside(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, renewTime)
	defer cancel()
	_, err := s.renewCredential(ctx)
	s.mu.Lock()
	s.underway = false
	held, signedIn := s.held, s.session != nil
	if err != nil {
		s.retryAt = wall().Add(renewPause)
	}
	s.mu.Unlock()
	if err == nil || !signedIn {
		return
	}
	s.opt.Log.Warn("the AWS credentials were not renewed; the old ones serve until they end", "cause",
		explain(gettingCredentials, err))
	if isRefusal(err) && held != nil {
		s.notify("sign-in", endedSignIn(held.value.Expires, err))
	}
}

var (
	errSignedOut = errors.New("nobody is signed in")
	// errNoGroup is the identity pool's refusal of somebody whose groups have no role (AmbiguousRoleResolution: Deny).
	errNoGroup = errors.New("the user is in no group that has a role")
)

// renewCredential waits for its turn and gets new credentials, unless somebody else just did.
func (s *Service) renewCredential(ctx context.Context) (*credential, error) {
	if !s.acquire(ctx.Done()) {
		return nil, context.Cause(ctx)
	}
	defer s.release()
	s.mu.Lock()
	now, held, was := wall(), s.held, s.session
	s.mu.Unlock()
	if held.good(now) && (now.Before(held.renew) || was == nil) {
		return held, nil
	}
	if was == nil {
		return nil, errSignedOut
	}
	if !now.Before(was.idRenew) {
		next, err := s.refreshSession(ctx, was)
		if err != nil && !now.Before(was.idEnd) {
			return nil, err
		} // else the ID token that we have is still good
		if next != nil {
			was = next
		}
	}
	return s.exchange(ctx, was)
}

// refreshSession renews the session's tokens in place. Unless somebody signed out meanwhile, a rotated refresh token
// goes to the keyring before anything else happens: the old one is void. Beside an error the session may have that one.
func (s *Service) refreshSession(ctx context.Context, was *session) (*session, error) {
	next, _, err := s.renewShared(ctx, was)
	if next == nil {
		return nil, err
	}
	if !s.replace(was, next) {
		_ = s.revoke(ctx, s.revocationOf(next)) // the sign-out that came between knew the old one only
		return nil, errSignedOut
	}
	return next, err
}

// exchange turns the ID token into credentials: the identity pool's enhanced flow.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
func (s *Service) exchange(ctx context.Context, was *session) (*credential, error) {
	logins := map[string]string{strings.TrimPrefix(s.opt.Issuer, "https://"): string(was.idToken)}
	var err error
	for range 2 {
		next := *was
		if next.identityID == "" {
			if next.identityID, err = s.identify(ctx, logins); err != nil {
				return nil, err
			}
		}
		var fresh *credential
		fresh, err = s.fetchCredential(ctx, next.identityID, logins)
		if err == nil {
			return fresh, s.hold(ctx, was, &next, fresh)
		}
		if !was.grouped && codeOf(err) == "NotAuthorizedException" {
			later := next
			later.idRenew = time.Time{} // the next try asks for a token with the groups as they are then
			s.replace(was, &later)
			return nil, fmt.Errorf("%w: %w", errNoGroup, err)
		}
		var gone *types.ResourceNotFoundException
		if was.identityID == "" || !errors.As(err, &gone) {
			break
		}
		again := *was // the identity that we remember was deleted from the pool: ask for it anew
		again.identityID = ""
		if !s.replace(was, &again) {
			return nil, errSignedOut
		}
		was = &again
	}
	return nil, err
}

// hold makes fresh the current credential, unless somebody signed out meanwhile.
func (s *Service) hold(ctx context.Context, was, next *session, fresh *credential) error {
	s.mu.Lock()
	current := s.session == was
	if current {
		s.session, s.held = next, fresh
	}
	s.mu.Unlock()
	if !current {
		return errSignedOut
	}
	if next.identityID != was.identityID {
		// the identity never changes: later starts need not ask for it
		s.vault.replace(ctx, backgroundWait, string(next.refresh), toStored(next))
	}
	return nil
}

func (s *Service) identify(ctx context.Context, logins map[string]string) (string, error) {
	out, err := s.pools.GetId(ctx, &cognitoidentity.GetIdInput{IdentityPoolId: &s.opt.IdentityPoolID, Logins: logins})
	if err != nil {
		return "", err
	}
	if aws.ToString(out.IdentityId) == "" {
		return "", errNotCognito
	}
	return *out.IdentityId, nil
}

func (s *Service) fetchCredential(ctx context.Context, id string, logins map[string]string) (*credential, error) {
	out, err := s.pools.GetCredentialsForIdentity(ctx,
		&cognitoidentity.GetCredentialsForIdentityInput{IdentityId: &id, Logins: logins})
	if err != nil {
		return nil, err
	}
	c := out.Credentials
	if c == nil || aws.ToString(c.AccessKeyId) == "" || aws.ToString(c.SecretKey) == "" || c.Expiration == nil {
		return nil, errNotCognito
	}
	now := wall()
	server, ok := awsmiddleware.GetServerTime(out.ResultMetadata)
	if !ok {
		server = now
	}
	life := c.Expiration.Sub(server) // by the server's clock on both sides
	if life <= 0 {
		return nil, errNotCognito
	}
	return &credential{renew: now.Add(early(life)), value: aws.Credentials{
		AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretKey, SessionToken: aws.ToString(c.SessionToken),
		Source: "CognitoIdentityPool", CanExpire: true, Expires: now.Add(life),
	}}, nil
}
