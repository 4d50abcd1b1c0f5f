package identity

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

// Forgot has a code sent to somebody who forgot the password. The challenge asks for the code, the one after it for
// the new password, which then signs in. A pool that hides who exists answers the same for those who do not.
func (s *Service) Forgot(ctx context.Context, username string) (*backend.User, *backend.Challenge, error) {
	s.ask(nil)
	username = strings.TrimSpace(username)
	if username == "" {
		return nil, nil, emptyName()
	}
	t := &step{attempt: attempt{typed: username, username: username}, name: backend.StepResetCode}
	if err := s.sendReset(ctx, t); err != nil {
		return nil, nil, explain(sendingReset, err)
	}
	return s.wait(t)
}

func (s *Service) sendReset(ctx context.Context, t *step) error {
	out, err := s.idp.ForgotPassword(ctx,
		&cognitoidentityprovider.ForgotPasswordInput{ClientId: &s.opt.ClientID, Username: &t.typed})
	if err != nil {
		return err
	}
	return t.sentTo(out.CodeDeliveryDetails)
}

// sentTo takes in where a code went.
func (t *step) sentTo(d *types.CodeDeliveryDetailsType) error {
	if d == nil {
		return errNotCognito
	}
	t.destination = aws.ToString(d.Destination)
	return nil
}

// reset sets the new password by the code of the step before, and signs in by it. A wrong code leads back to that step.
func (s *Service) reset(ctx context.Context, t *step, password string) (*backend.User, *backend.Challenge, error) {
	_, err := takenOnce(ctx, s.idp.ConfirmForgotPassword, &cognitoidentityprovider.ConfirmForgotPasswordInput{
		ClientId: &s.opt.ClientID, Username: &t.typed, ConfirmationCode: aws.String(string(t.code)), Password: &password,
	})
	if isLost(err) { // the new password may be set
		if user, c, signInErr := s.SignIn(ctx, t.typed, password); signInErr == nil {
			return user, c, nil
		}
		s.ask(t)
	}
	switch codeOf(err) {
	case "CodeMismatchException", "ExpiredCodeException":
		back := &step{attempt: t.attempt, name: backend.StepResetCode, destination: t.destination}
		s.ask(back)
		return nil, back.challenge(), explain(resetting, err)
	}
	if err != nil {
		return s.refuse(resetting, t, err)
	}
	s.ask(nil)
	return s.SignIn(ctx, t.typed, password)
}

// confirm confirms a new account and signs in. Anyone who is confirmed already is signed in all the same.
func (s *Service) confirm(ctx context.Context, t *step, code string) (*backend.User, *backend.Challenge, error) {
	_, err := takenOnce(ctx, s.idp.ConfirmSignUp, &cognitoidentityprovider.ConfirmSignUpInput{
		ClientId: &s.opt.ClientID, Username: &t.typed, ConfirmationCode: &code,
	})
	if err != nil && codeOf(err) != "NotAuthorizedException" && !isLost(err) {
		return s.refuse(confirming, t, err)
	}
	s.ask(nil)
	user, c, signInErr := s.begin(ctx, t.attempt)
	if err != nil && user == nil && (signInErr != nil || c.Name == backend.StepConfirm) { // so it meant something else
		s.ask(nil)
		return nil, nil, explain(confirming, err)
	}
	return user, c, signInErr
}

// resend is how another code of the step is had, nil if none is.
func (t *step) resend() func(*Service, context.Context, *step) (*backend.User, *backend.Challenge, error) {
	switch t.name {
	case backend.StepResetCode:
		return (*Service).resendReset
	case backend.StepConfirm:
		return (*Service).resendConfirmation
	case types.ChallengeNameTypeSmsMfa, types.ChallengeNameTypeEmailOtp, types.ChallengeNameTypeSmsOtp:
		if t.password != "" || t.byCode {
			return (*Service).resendFactor
		}
	}
	return nil
}

// Resend has the code of the open challenge sent again.
func (s *Service) Resend(ctx context.Context) (*backend.User, *backend.Challenge, error) {
	s.mu.Lock()
	t := s.asked
	s.mu.Unlock()
	if t == nil || t.resend() == nil {
		return nil, nil, nothingAsked()
	}
	return t.resend()(s, ctx, t)
}

func (s *Service) resendReset(ctx context.Context, t *step) (*backend.User, *backend.Challenge, error) {
	next := *t
	if err := s.sendReset(ctx, &next); err != nil {
		return nil, t.challenge(), explain(sendingReset, err)
	}
	return s.wait(&next)
}

func (s *Service) resendConfirmation(ctx context.Context, t *step) (*backend.User, *backend.Challenge, error) {
	out, err := s.idp.ResendConfirmationCode(ctx,
		&cognitoidentityprovider.ResendConfirmationCodeInput{ClientId: &s.opt.ClientID, Username: &t.typed})
	next := *t
	if err == nil {
		err = next.sentTo(out.CodeDeliveryDetails)
	}
	if err != nil {
		return nil, t.challenge(), explain(sendingConfirmation, err)
	}
	return s.wait(&next)
}

// resendFactor signs in anew up to the same factor: Cognito sends its code at no other time.
func (s *Service) resendFactor(ctx context.Context, t *step) (*backend.User, *backend.Challenge, error) {
	user, c, err := s.begin(ctx, t.attempt)
	if err == nil && c != nil && c.Name == string(types.ChallengeNameTypeSelectMfaType) {
		return s.Respond(ctx, string(t.name))
	}
	return user, c, err
}
