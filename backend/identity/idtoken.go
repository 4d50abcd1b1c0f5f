package identity

import (
	"context"
)

// IDToken returns an ID token of the user who is signed in, for the account's broker. It renews one that is about to
// end. Errors are *backend.Problem.
func (s *Service) IDToken(ctx context.Context) (string, error) {
	s.mu.Lock()
	held, now := s.session, wall()
	s.mu.Unlock()
	if held != nil && now.Before(held.idRenew) {
		return string(held.idToken), nil
	}
	token, err := s.renewIDToken(ctx)
	if err != nil {
		return "", explain(gettingCredentials, err)
	}
	return token, nil
}

// renewIDToken waits for its turn and renews the ID token, unless somebody else just did.
func (s *Service) renewIDToken(ctx context.Context) (string, error) {
	if !s.acquire(ctx.Done()) {
		return "", context.Cause(ctx)
	}
	defer s.release()
	s.mu.Lock()
	was, now := s.session, wall()
	s.mu.Unlock()
	if was == nil {
		return "", errSignedOut
	}
	if now.Before(was.idRenew) {
		return string(was.idToken), nil
	}
	next, err := s.refreshSession(ctx, was)
	switch {
	case next != nil:
		return string(next.idToken), nil
	case now.Before(was.idEnd):
		return string(was.idToken), nil
	}
	return "", err
}
