package identity

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

// step is a challenge that waits for the user's answer: one of Cognito's, or one of our own (backend.StepConfirm and
// the others).
type step struct {
	entry
	name        types.ChallengeNameType
	session     *string
	destination string
	choices     []string // SELECT_MFA_TYPE: what may be chosen
	totp        secret   // MFA_SETUP: to be shown once
	qr          string   // the same as a picture
	code        secret   // backend.StepResetPassword: the code that allows it
	admitted    *session // backend.StepRemember: the sign-in that is complete but for this
}

func (t *step) challenge() *backend.Challenge {
	return &backend.Challenge{Name: string(t.name), Username: t.username, Destination: t.destination, Choices: t.choices,
		Secret: string(t.totp), QR: t.qr, Resend: t.resend() != nil}
}

// field is the name under which Cognito takes a challenge's answer.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html
var field = map[types.ChallengeNameType]string{
	types.ChallengeNameTypeNewPasswordRequired: "NEW_PASSWORD",
	types.ChallengeNameTypeSoftwareTokenMfa:    "SOFTWARE_TOKEN_MFA_CODE",
	types.ChallengeNameTypeSmsMfa:              "SMS_MFA_CODE",
	types.ChallengeNameTypeEmailOtp:            "EMAIL_OTP_CODE",
	types.ChallengeNameTypeSelectMfaType:       "ANSWER",
}

// prepare makes a step of what Cognito asks. Setting up a TOTP device begins at once: its secret is part of the step.
func (s *Service) prepare(ctx context.Context, e entry, a answered) (*step, error) {
	if name := a.params["USER_ID_FOR_SRP"]; name != "" {
		e.username = name
	}
	next := &step{entry: e, name: a.challenge, session: a.session, destination: a.params["CODE_DELIVERY_DESTINATION"]}
	switch {
	case a.challenge == "" || aws.ToString(a.session) == "":
		return nil, errNotCognito
	case a.challenge == types.ChallengeNameTypeSelectMfaType:
		next.choices = list(a.params["MFAS_CAN_CHOOSE"])
		return next, nil
	case a.challenge == types.ChallengeNameTypeMfaSetup:
		if offered := list(a.params["MFAS_CAN_SETUP"]); len(offered) > 0 && !slices.Contains(offered, string(types.ChallengeNameTypeSoftwareTokenMfa)) {
			return nil, noFactorToSetUp(offered)
		}
		return next, s.associate(ctx, next, &cognitoidentityprovider.AssociateSoftwareTokenInput{Session: next.session})
	case a.challenge == types.ChallengeNameTypeNewPasswordRequired && len(list(a.params["requiredAttributes"])) > 0:
		return nil, missingAttributes(list(a.params["requiredAttributes"]))
	case field[a.challenge] == "":
		return nil, unknownChallenge(string(a.challenge))
	}
	return next, nil
}

// list reads a JSON array of strings, which is how challenge parameters hold lists.
func list(text string) []string {
	var items []string
	if json.Unmarshal([]byte(text), &items) != nil {
		return nil
	}
	return items
}

// associate asks for the secret of a new TOTP device.
func (s *Service) associate(ctx context.Context, t *step, in *cognitoidentityprovider.AssociateSoftwareTokenInput) error {
	out, err := s.idp.AssociateSoftwareToken(ctx, in)
	if err != nil {
		return err
	}
	if aws.ToString(out.SecretCode) == "" {
		return errNotCognito
	}
	t.totp = secret(*out.SecretCode)
	if t.qr, err = picture(t.username, *out.SecretCode); err != nil {
		s.opt.Log.Warn("the authenticator's secret has no QR code") // it can be typed; the cause could hold it
	}
	if out.Session != nil {
		t.session = out.Session
	}
	return nil
}

// Respond answers the open challenge: a code, a new password, or the factor chosen. Where the answer was wrong but may
// be given again, the challenge comes back beside the Problem.
func (s *Service) Respond(ctx context.Context, answer string) (*backend.User, *backend.Challenge, error) {
	s.mu.Lock()
	t := s.asked
	s.mu.Unlock()
	if t == nil {
		return nil, nil, nothingAsked()
	}
	if t.name != types.ChallengeNameTypeNewPasswordRequired && t.name != backend.StepResetPassword {
		answer = plainCode(answer)
	}
	if answer == "" {
		return nil, t.challenge(), emptyAnswer()
	}
	switch t.name {
	case backend.StepConfirm:
		return s.confirm(ctx, t, answer)
	case backend.StepResetCode:
		return s.wait(&step{entry: t.entry, name: backend.StepResetPassword, destination: t.destination, code: secret(answer)})
	case backend.StepResetPassword:
		return s.reset(ctx, t, answer)
	case backend.StepRemember:
		return s.remember(ctx, t, answer)
	}
	next, err := s.answer(ctx, t, answer)
	if err != nil {
		return s.refuse(answering, t, err)
	}
	s.ask(nil)
	e := t.entry
	if t.name == types.ChallengeNameTypeNewPasswordRequired {
		e.password = secret(answer)
	}
	return s.proceed(ctx, e, next)
}

// plainCode takes the spaces out with which codes are often copied.
func plainCode(answer string) string { return strings.Join(strings.Fields(answer), "") }

// refuse says why an answer was not taken, and leaves the step open where another one may be.
func (s *Service) refuse(at stage, t *step, err error) (*backend.User, *backend.Challenge, error) {
	p := explain(at, err)
	if again(t, err) {
		return nil, t.challenge(), p
	}
	s.ask(nil)
	return nil, nil, p
}

func (s *Service) answer(ctx context.Context, t *step, answer string) (answered, error) {
	answers := map[string]string{"USERNAME": t.username}
	t.device.name(answers)
	if t.name != types.ChallengeNameTypeMfaSetup {
		answers[field[t.name]] = answer
		return s.respond(ctx, t.name, t.session, answers)
	}
	out, err := s.idp.VerifySoftwareToken(ctx, &cognitoidentityprovider.VerifySoftwareTokenInput{Session: t.session, UserCode: &answer})
	if err != nil {
		return answered{}, err
	}
	if out.Status != types.VerifySoftwareTokenResponseTypeSuccess {
		return answered{}, &types.CodeMismatchException{}
	}
	if out.Session != nil {
		return s.respond(ctx, t.name, out.Session, answers)
	}
	return s.respond(ctx, t.name, t.session, answers)
}
