package identity

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"avatar-launcher/backend"
)

// Passkeys lists the passkeys of the user who is signed in, oldest first.
func (s *Service) Passkeys(ctx context.Context) ([]backend.Passkey, error) {
	access, _, err := s.accessToken(ctx)
	if err != nil {
		return nil, explain(lookingAfter, err)
	}
	all := []backend.Passkey{}
	for in := (&cognito.ListWebAuthnCredentialsInput{AccessToken: access}); ; {
		out, err := s.idp.ListWebAuthnCredentials(ctx, in)
		if err != nil {
			return nil, explain(lookingAfter, err)
		}
		for _, c := range out.Credentials {
			all = append(all, backend.Passkey{ID: aws.ToString(c.CredentialId), Name: aws.ToString(c.FriendlyCredentialName),
				Domain: aws.ToString(c.RelyingPartyId), Created: aws.ToTime(c.CreatedAt)})
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	slices.SortFunc(all, func(a, b backend.Passkey) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// RemovePasskey deletes a passkey of the user who is signed in, at Cognito: the device may still show it.
func (s *Service) RemovePasskey(ctx context.Context, id string) error {
	access, _, err := s.accessToken(ctx)
	if err == nil {
		_, err = s.idp.DeleteWebAuthnCredential(ctx,
			&cognito.DeleteWebAuthnCredentialInput{AccessToken: access, CredentialId: &id})
	}
	if codeOf(err) == "ResourceNotFoundException" {
		return noSuchPasskey()
	}
	if err != nil {
		return explain(removingPasskey, err)
	}
	s.opt.Log.Info("a passkey was removed")
	return nil
}

// allowsPasskeys returns an error if the user pool has no passkeys, whose page would say so in the browser only. It
// asks for a registration that is never finished. A sign-in by the browser may not ask: its page has to tell.
func (s *Service) allowsPasskeys(ctx context.Context) error {
	access, _, err := s.accessToken(ctx)
	if err != nil {
		return err
	}
	_, err = s.idp.StartWebAuthnRegistration(ctx, &cognito.StartWebAuthnRegistrationInput{AccessToken: access})
	if codeOf(err) == "NotAuthorizedException" {
		return nil
	}
	return err
}

// AddPasskey sends the system's browser to the user pool's page that makes a passkey, and waits for it to come back.
// It shows the address before the browser is asked. The browser signs in there: if it does so as somebody else, the
// passkey is theirs, and the error says so.
// https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-endpoints.html
func (s *Service) AddPasskey(ctx context.Context, show func(address string)) error {
	b := s.opt.Browser
	if b == nil {
		return noBrowser()
	}
	s.mu.Lock()
	now := s.session
	s.mu.Unlock()
	if now == nil {
		return explain(addingPasskey, errSignedOut)
	}
	if err := s.allowsPasskeys(ctx); err != nil {
		return explain(addingPasskey, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, browserTime, errBrowserTime)
	defer cancel()
	s.browsing.Lock()
	defer s.browsing.Unlock()
	back, err := s.receive(ctx, b.RedirectURIs)
	if err != nil {
		return explain(addingPasskey, err)
	}
	defer back.close()
	flow := s.newFlow(back.uri, "")
	flow.more = nil // somebody of an outside provider has no passkeys here
	back.expect(flow.state)
	address := strings.Replace(flow.address(false), "/oauth2/authorize?", "/passkeys/add?", 1)
	show(address)
	if err := b.Open(address); err != nil {
		s.opt.Log.Warn("the browser could not be opened", "cause", err)
	}
	code, err := back.wait(ctx)
	if err != nil {
		return explain(addingPasskey, err)
	}
	next, err := s.redeemCode(ctx, flow, code)
	back.finish(err)
	if err != nil {
		return explain(addingPasskey, err)
	}
	if err := s.revoke(ctx, s.revocationOf(next)); err != nil { // its only use was to say who it is
		s.opt.Log.Warn("the browser's sign-in was not ended at Cognito", "cause", explain(signingOut, err))
	}
	if next.user.ID != now.user.ID {
		return passkeyOfAnother(next.user.Username)
	}
	return nil
}
