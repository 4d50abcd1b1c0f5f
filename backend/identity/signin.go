package identity

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

// attempt is one sign-in under way: what its later steps need from the earlier ones.
type attempt struct {
	typed    string  // the user name as typed
	username string  // as Cognito knows it
	password secret  // for the steps after which the sign-in begins anew
	device   *device // that this computer was remembered as
	byCode   bool    // a code is the first factor instead of the password
}

// SignIn proves the password by SRP (RFC 2945 as Cognito uses it). It returns the user, or the next challenge, which
// Respond answers. A user who is signed in stays so until the new sign-in succeeds. Errors are *backend.Problem.
func (s *Service) SignIn(ctx context.Context, username, password string) (*backend.User, *backend.Challenge, error) {
	s.ask(nil)
	username = strings.TrimSpace(username)
	if username == "" || password == "" {
		return nil, nil, emptyFields()
	}
	e := attempt{typed: username, username: username, password: secret(password), device: s.vault.device(ctx, username)}
	return s.begin(ctx, e)
}

// beginOnce proves the password, or has a code sent, and goes on to the next step.
func (s *Service) beginOnce(ctx context.Context, e attempt) (*backend.User, *backend.Challenge, error) {
	if e.byCode {
		return s.beginCode(ctx, e)
	}
	next, err := s.prove(ctx, &e)
	switch {
	case codeOf(err) == "UserNotConfirmedException":
		return s.wait(&step{attempt: e, name: backend.StepConfirm})
	case codeOf(err) == "PasswordResetRequiredException":
		return s.wait(&step{attempt: e, name: backend.StepResetCode})
	case err != nil:
		return nil, nil, explain(signingIn, err)
	}
	return s.proceed(ctx, e, next)
}

// prove proves the password, and the device where Cognito remembers one. A device that Cognito does not know, or not
// by this secret, is forgotten; the sign-in then is one of a new device.
func (s *Service) prove(ctx context.Context, e *attempt) (answered, error) {
	next, err := s.provePassword(ctx, e)
	if err == nil && next.challenge == types.ChallengeNameTypeDeviceSrpAuth {
		next, err = s.proveDevice(ctx, *e, next)
		if codeOf(err) == "NotAuthorizedException" {
			err = &types.ResourceNotFoundException{}
		}
	}
	if e.device == nil || codeOf(err) != "ResourceNotFoundException" {
		return next, err
	}
	s.opt.Log.Info("this computer is no longer remembered")
	s.vault.forgetDevice(ctx, e.device)
	e.device = nil
	return s.provePassword(ctx, e)
}

func (s *Service) provePassword(ctx context.Context, e *attempt) (answered, error) {
	srp, err := newProver(e.typed, string(e.password), s.opt.UserPoolID, s.opt.ClientID)
	if err != nil {
		return answered{}, err
	}
	params := srp.GetAuthParams()
	e.device.name(params)
	out, err := s.idp.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
		AuthFlow: types.AuthFlowTypeUserSrpAuth, ClientId: &s.opt.ClientID, AuthParameters: params,
	})
	if err != nil {
		return answered{}, err
	}
	if out.ChallengeName != types.ChallengeNameTypePasswordVerifier {
		// Nothing else may follow: an endpoint that asks for no proof has not shown that it knows the password.
		return answered{}, errNotCognito
	}
	answers, err := srp.answer(out.ChallengeParameters, wall())
	if err != nil {
		return answered{}, err
	}
	e.username = out.ChallengeParameters["USER_ID_FOR_SRP"]
	e.device.name(answers)
	return s.respond(ctx, out.ChallengeName, out.Session, answers)
}

// answered is Cognito's reply to an answer: tokens, or the next challenge.
type answered struct {
	tokens    *types.AuthenticationResultType
	challenge types.ChallengeNameType
	params    map[string]string
	session   *string
}

func (s *Service) respond(ctx context.Context, name types.ChallengeNameType, session *string,
	answers map[string]string) (answered, error) {
	out, err := takenOnce(ctx, s.idp.RespondToAuthChallenge, &cognitoidentityprovider.RespondToAuthChallengeInput{
		ClientId: &s.opt.ClientID, ChallengeName: name, ChallengeResponses: answers, Session: session,
	})
	if err != nil {
		return answered{}, err
	}
	return answered{out.AuthenticationResult, out.ChallengeName, out.ChallengeParameters, out.Session}, nil
}

// proceed finishes the sign-in, or prepares the next challenge.
func (s *Service) proceed(ctx context.Context, e attempt, a answered) (*backend.User, *backend.Challenge, error) {
	if a.tokens != nil {
		next, err := s.newSession(ctx, e, a.tokens)
		if err != nil {
			return nil, nil, explain(signingIn, err)
		}
		if a.tokens.NewDeviceMetadata != nil && s.registerDevice(ctx, e, a.tokens) {
			return s.wait(&step{attempt: e, name: backend.StepRemember, signedIn: next})
		}
		return s.finishSignIn(ctx, next), nil, nil
	}
	if a.challenge == types.ChallengeNameTypeDeviceSrpAuth && e.device != nil {
		next, err := s.proveDevice(ctx, e, a)
		if err != nil || next.challenge == types.ChallengeNameTypeDeviceSrpAuth {
			if !isUnreachable(err) {
				s.vault.forgetDevice(ctx, e.device) // the next try is one of a new device
			}
			return nil, nil, explain(answering, err)
		}
		return s.proceed(ctx, e, next)
	}
	next, err := s.prepare(ctx, e, a)
	if err != nil {
		return nil, nil, explain(signingIn, err)
	}
	return s.wait(next)
}

// wait makes a step the open one.
func (s *Service) wait(next *step) (*backend.User, *backend.Challenge, error) {
	s.ask(next)
	return nil, next.challenge(), nil
}

// newSession returns the session of a finished sign-in after it has verified the tokens.
func (s *Service) newSession(ctx context.Context, e attempt, tokens *types.AuthenticationResultType) (*session, error) {
	if aws.ToString(tokens.RefreshToken) == "" {
		return nil, errNotCognito
	}
	next := &session{refresh: secret(*tokens.RefreshToken)}
	switch d := tokens.NewDeviceMetadata; {
	case d != nil:
		next.deviceKey = aws.ToString(d.DeviceKey)
	case e.device != nil:
		next.deviceKey = e.device.Key
	}
	return next, s.verify(ctx, next, tokens)
}

// finishSignIn makes a verified sign-in the current one and stores it. If the keyring does not take the refresh token,
// the sign-in holds all the same, and Notice returns why. The token of a user who was signed in before is revoked.
func (s *Service) finishSignIn(ctx context.Context, next *session) *backend.User {
	s.mu.Lock()
	was := s.session
	s.mu.Unlock()
	var replaced []revocation
	if was != nil {
		replaced = s.vault.moveToPending(ctx, []revocation{s.revocationOf(was)})
	}
	s.install(next)
	s.vault.save(ctx, toStored(next))
	if was != nil {
		s.opt.Log.Info("signed out", "user", was.user.Username)
		s.revokeEarlier(ctx, replaced)
	}
	if s.unrevoked.Load() { // Cognito can be reached now
		_, pending := s.vault.load(ctx)
		s.revokeEarlier(ctx, pending)
	}
	s.opt.Log.Info("signed in", "user", next.user.Username, "role", next.user.Role)
	user := next.user
	return &user
}

// verify fills in what the ID token says.
func (s *Service) verify(ctx context.Context, next *session, tokens *types.AuthenticationResultType) error {
	raw := aws.ToString(tokens.IdToken)
	now := wall()
	c, err := s.parse(ctx, raw)
	if err != nil {
		return err
	}
	if !c.answers(next.nonce) {
		return errToken
	}
	next.user, next.idToken, next.nonce = c.user(), secret(raw), ""
	next.grouped = c.grouped()
	// Lifetimes count from here: the token's own times are by the server's clock.
	life := c.ExpiresAt.Sub(c.issued())
	next.idRenew, next.idEnd = now.Add(early(life)), now.Add(life)
	next.access = secret(aws.ToString(tokens.AccessToken))
	next.accessEnd = now.Add(time.Duration(tokens.ExpiresIn)*time.Second - time.Minute)
	return nil
}

// install makes a new sign-in the current one and forgets the credential of the user who was before.
func (s *Service) install(next *session) {
	s.mu.Lock()
	s.session, s.held, s.asked = next, nil, nil
	s.signOuts++
	s.mu.Unlock()
	s.notify("sign-in", nil)
}

func (s *Service) ask(next *step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = next
}

// Leave drops the open challenge, and the sign-in with it. It makes no call.
func (s *Service) Leave() { s.ask(nil) }
