package identity

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

// renewTokens gets new tokens for a session and keeps them, a rotated refresh token in the keyring too. The caller
// holds the turn to renew. It answers the session that is current afterwards: beside an error one that has nothing new
// but its refresh token, since the pool has voided the old one, whatever becomes of the ID token.
func (s *Service) renewTokens(ctx context.Context, was *session) (*session, error) {
	tokens, err := s.redeem(ctx, was)
	if err != nil {
		return nil, err
	}
	rotated := *was
	if t := aws.ToString(tokens.RefreshToken); t != "" {
		rotated.refresh = secret(t)
	}
	next := rotated
	switch err := s.verify(ctx, &next, tokens); {
	case err != nil && (isBad(err) || rotated.refresh == was.refresh):
		return nil, err
	case err != nil:
		return &rotated, err
	}
	if was.user.ID != "" && was.user.ID != next.user.ID {
		return nil, errToken // the token of somebody else: never take it
	}
	return &next, nil
}

// redeem exchanges the refresh token. GetTokensFromRefreshToken serves clients with and without rotation; what does
// not know it, or does not allow it, gets the older REFRESH_TOKEN_AUTH.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
func (s *Service) redeem(ctx context.Context, was *session) (*types.AuthenticationResultType, error) {
	in := &cognitoidentityprovider.GetTokensFromRefreshTokenInput{ClientId: &s.opt.ClientID,
		RefreshToken: aws.String(string(was.refresh))}
	if was.deviceKey != "" {
		in.DeviceKey = &was.deviceKey
	}
	out, lost, err := watchLosses(ctx, s.idp.GetTokensFromRefreshToken, in)
	// nobody else has used the token: the first call took it
	if lost != nil && codeOf(err) == "RefreshTokenReuseException" {
		return nil, &types.NotAuthorizedException{Message: aws.String("the reply with the next refresh token was lost")}
	}
	if err != nil && withoutRotation(err) {
		tokens, olderErr := s.redeemOlder(ctx, was)
		if olderErr == nil {
			return tokens, nil
		}
		// The first answer is the truer one, unless the second says that the network went away.
		if isUnreachable(olderErr) {
			err = olderErr
		}
	}
	if err != nil {
		return nil, err
	}
	return complete(out.AuthenticationResult)
}

func (s *Service) redeemOlder(ctx context.Context, was *session) (*types.AuthenticationResultType, error) {
	params := map[string]string{"REFRESH_TOKEN": string(was.refresh)}
	if was.deviceKey != "" {
		params["DEVICE_KEY"] = was.deviceKey
	}
	out, err := s.idp.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
		AuthFlow: types.AuthFlowTypeRefreshTokenAuth, ClientId: &s.opt.ClientID, AuthParameters: params,
	})
	if err != nil {
		return nil, err
	}
	return complete(out.AuthenticationResult)
}

func complete(tokens *types.AuthenticationResultType) (*types.AuthenticationResultType, error) {
	if tokens == nil {
		return nil, errNotCognito
	}
	return tokens, nil
}

// Resume signs in by what the keyring holds; nil, nil if it holds nothing. What a crash or the
// network kept an earlier sign-out from is done first. A sign-in that is no longer good is deleted and said; one that
// cannot be tried for now is kept.
func (s *Service) Resume(ctx context.Context) (*backend.User, error) {
	k, pending := s.vault.load(ctx)
	if k == nil && errors.Is(ctx.Err(), context.Canceled) {
		return nil, explain(resuming, context.Canceled) // the keyring has not answered
	}
	s.revokeEarlier(ctx, pending)
	if k == nil {
		return nil, nil
	}
	if !s.acquire(ctx.Done()) {
		return nil, explain(resuming, context.Cause(ctx))
	}
	defer s.release()
	was := &session{refresh: secret(k.Refresh), deviceKey: k.DeviceKey, identityID: k.IdentityID,
		user: backend.User{ID: k.Sub, Username: k.Username}}
	next, used, err := s.renewShared(ctx, was)
	if err == nil {
		s.install(next)
	}
	if err != nil {
		if isRefusal(err) || isBad(err) {
			s.vault.eraseOnly(ctx, string(used))
		}
		return nil, explain(resuming, err)
	}
	s.opt.Log.Info("signed in again by the keyring", "user", next.user.Username)
	user := next.user
	return &user, nil
}
