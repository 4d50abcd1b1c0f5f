package identity

import (
	"context"
	"time"
)

// SignOut deletes what is kept and revokes the refresh token. The token stays in the keyring, apart, until Cognito has
// confirmed that it is over: where a crash or the network comes between, a later start sees to it. The Problem says
// where Cognito could not be told. A sign-in that could not be resumed is signed out of just so. Credentials stay
// usable for a minute, for a stop that is still under way.
func (s *Service) SignOut(ctx context.Context) error {
	if s.acquire(ctx.Done()) { // a renewal under way may be getting a new refresh token: revoke that one
		defer s.release()
	}
	was := s.leave()
	s.notify("sign-in", nil)
	// Another process may be storing a successor of our token: revoke that one.
	turn, cancel := context.WithTimeout(ctx, revokeTime)
	defer cancel()
	if unlock, err := s.opt.Locks.Refresh.take(turn); err == nil {
		defer unlock()
	}
	var own []revocation
	if was != nil {
		own = []revocation{s.revocationOf(was)}
	}
	err := s.revokePending(ctx, s.vault.moveToPending(ctx, own))
	if was != nil {
		s.opt.Log.Info("signed out", "user", was.user.Username)
	}
	if err != nil {
		return s.unrevokedProblem(err)
	}
	return nil
}

func (s *Service) revocationOf(was *session) revocation {
	return revocation{secretText(was.refresh), s.opt.ClientID}
}

// leave ends the session in memory.
func (s *Service) leave() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.session
	s.session, s.asked = nil, nil
	s.left = s.left || was != nil
	s.signOuts++
	turn := s.signOuts
	if s.held != nil {
		time.AfterFunc(farewell, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.signOuts == turn {
				s.held = nil
			}
		})
	}
	return was
}

// Forget drops what is held in memory and leaves the keyring, for stay_signed_in.
func (s *Service) Forget() {
	s.leave()
	s.notify("sign-in", nil)
}
