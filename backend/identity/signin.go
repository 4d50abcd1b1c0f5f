package identity

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

// SignIn proves the password by SRP and answers the user, or the challenge that Cognito asks next, to be answered by
// Respond. Errors are *backend.Problem.
func (s *Service) SignIn(ctx context.Context, username, password string) (*backend.User, *backend.Challenge, error) {
	s.ask(nil)
	username = strings.TrimSpace(username)
	if username == "" || password == "" {
		return nil, nil, emptyFields()
	}
	srp, err := newProver(username, password, s.opt.UserPoolID, s.opt.ClientID)
	if err != nil {
		return nil, nil, explain(signingIn, err)
	}
	out, err := s.idp.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
		AuthFlow: types.AuthFlowTypeUserSrpAuth, ClientId: &s.opt.ClientID, AuthParameters: srp.GetAuthParams(),
	})
	if err != nil {
		return nil, nil, explain(signingIn, err)
	}
	if out.ChallengeName != types.ChallengeNameTypePasswordVerifier {
		// Nothing else may follow: an endpoint that asks for no proof has not shown that it knows the password.
		return nil, nil, explain(signingIn, errNotCognito)
	}
	answers, err := srp.answer(out.ChallengeParameters, wall())
	if err != nil {
		return nil, nil, explain(signingIn, err)
	}
	next, err := s.respond(ctx, out.ChallengeName, out.Session, answers)
	if err != nil {
		return nil, nil, explain(signingIn, err)
	}
	return s.proceed(ctx, out.ChallengeParameters["USER_ID_FOR_SRP"], next)
}

// answered is what Cognito says to an answer: tokens, or the next challenge.
type answered struct {
	tokens    *types.AuthenticationResultType
	challenge types.ChallengeNameType
	params    map[string]string
	session   *string
}

func (s *Service) respond(ctx context.Context, name types.ChallengeNameType, session *string, answers map[string]string) (answered, error) {
	out, err := s.idp.RespondToAuthChallenge(ctx, &cognitoidentityprovider.RespondToAuthChallengeInput{
		ClientId: &s.opt.ClientID, ChallengeName: name, ChallengeResponses: answers, Session: session,
	})
	if err != nil {
		return answered{}, err
	}
	return answered{out.AuthenticationResult, out.ChallengeName, out.ChallengeParameters, out.Session}, nil
}

// proceed admits the user, or prepares the next challenge.
func (s *Service) proceed(ctx context.Context, username string, a answered) (*backend.User, *backend.Challenge, error) {
	if a.tokens != nil {
		user, err := s.admit(ctx, a.tokens)
		if err != nil {
			return nil, nil, explain(signingIn, err)
		}
		return user, nil, nil
	}
	next, err := s.prepare(ctx, username, a)
	if err != nil {
		return nil, nil, explain(signingIn, err)
	}
	s.ask(next)
	return nil, next.challenge(), nil
}

// admit verifies the tokens of a finished sign-in and keeps them. A keyring that does not take the refresh token is
// no reason to refuse: Notice tells.
func (s *Service) admit(ctx context.Context, tokens *types.AuthenticationResultType) (*backend.User, error) {
	if aws.ToString(tokens.RefreshToken) == "" {
		return nil, errNotCognito
	}
	next := &session{refresh: secret(*tokens.RefreshToken)}
	if d := tokens.NewDeviceMetadata; d != nil {
		next.deviceKey = aws.ToString(d.DeviceKey)
	}
	if err := s.verify(ctx, next, tokens); err != nil {
		return nil, err
	}
	s.install(next)
	s.vault.save(ctx, keepsake(next))
	s.opt.Log.Info("signed in", "user", next.user.Username, "role", next.user.Role)
	user := next.user
	return &user, nil
}

// verify fills in what the ID token says.
func (s *Service) verify(ctx context.Context, next *session, tokens *types.AuthenticationResultType) error {
	raw := aws.ToString(tokens.IdToken)
	now := wall()
	c, err := s.parse(ctx, raw)
	if err != nil {
		return err
	}
	next.user, next.idToken = c.user(), secret(raw)
	// Lifetimes count from here: the token's own times are by the server's clock.
	life := c.ExpiresAt.Sub(c.issued())
	next.idRenew, next.idEnd = now.Add(early(life)), now.Add(life)
	return nil
}

// install makes a new sign-in the current one and forgets the credential of whoever was before.
func (s *Service) install(next *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session, s.held, s.asked = next, nil, nil
	s.farewells++
}

func (s *Service) ask(next *step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = next
}
