package identity

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// SignOut revokes the refresh token and deletes what the keyring keeps. A mark in the keyring comes first, so that a
// crash in between is finished at the next start. Where Cognito cannot be told, what is kept is deleted all the same
// and the Problem says so. Credentials stay usable for a minute, for a stop that is still under way.
func (s *Service) SignOut(ctx context.Context) error {
	if s.acquire(ctx.Done()) { // a renewal under way may be getting a new refresh token: revoke that one
		defer s.release()
	}
	was := s.leave()
	s.notify("sign-in", nil)
	if was == nil {
		s.vault.erase(ctx)
		return nil
	}
	mark := keepsake(was)
	mark.Ending = true
	s.vault.save(ctx, mark)
	err := s.finishSignOut(ctx, was.refresh)
	s.opt.Log.Info("signed out", "user", was.user.Username)
	if err != nil {
		return explain(signingOut, err)
	}
	return nil
}

// leave ends the session in memory.
func (s *Service) leave() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.session
	s.session, s.asked = nil, nil
	s.left = s.left || was != nil
	s.farewells++
	turn := s.farewells
	if s.held != nil {
		time.AfterFunc(farewell, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.farewells == turn {
				s.held = nil
			}
		})
	}
	return was
}

// finishSignOut revokes, then deletes.
func (s *Service) finishSignOut(ctx context.Context, refresh secret) error {
	err := s.revoke(ctx, refresh)
	s.vault.erase(context.WithoutCancel(ctx))
	return err
}

// revoke ends a refresh token and all that came of it. One that is over already is no error.
func (s *Service) revoke(ctx context.Context, refresh secret) error {
	_, err := s.idp.RevokeToken(ctx, &cognitoidentityprovider.RevokeTokenInput{
		ClientId: &s.opt.ClientID, Token: aws.String(string(refresh)),
	})
	if err != nil && isOver(err) {
		return nil
	}
	return err
}

// Forget drops what is held in memory and leaves the keyring, for stay_signed_in.
func (s *Service) Forget() {
	s.leave()
	s.notify("sign-in", nil)
}
