package identity

import (
	"context"
	"net/url"
	"time"
)

// leavingTime is how long the browser may take to sign out: nobody has to type anything.
const leavingTime = time.Minute

// SignOutInBrowser signs the system's browser out of the user pool's pages, and waits for it to come back. From there
// Cognito sends it to a SAML provider that is set up for single log-out. It doesn't sign anybody out of an OpenID
// Connect provider. The address is shown before the browser is asked.
// https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
func (s *Service) SignOutInBrowser(ctx context.Context, show func(address string)) error {
	b := s.opt.Browser
	if b == nil {
		return noBrowser()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, leavingTime, errBrowserTime)
	defer cancel()
	s.browsing.Lock()
	defer s.browsing.Unlock()
	back, err := s.receive(ctx, b.RedirectURIs)
	if err != nil {
		return explain(leavingBrowser, err)
	}
	defer back.close()
	back.leaving = true
	back.expect("")
	address := b.Domain + "/logout?" + url.Values{"client_id": {s.opt.ClientID}, "logout_uri": {back.uri}}.Encode()
	show(address)
	if err := b.Open(address); err != nil {
		s.opt.Log.Warn("the browser could not be opened", "cause", err)
	}
	if _, err = back.wait(ctx); err != nil {
		return explain(leavingBrowser, err)
	}
	back.finish(nil)
	return nil
}
