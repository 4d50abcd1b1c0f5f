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

// step is a challenge that waits for the user's answer.
type step struct {
	name        types.ChallengeNameType
	username    string // as Cognito knows it
	session     *string
	destination string
	choices     []string // SELECT_MFA_TYPE: what may be chosen
	totp        secret   // MFA_SETUP: to be shown once
}

func (t *step) challenge() *backend.Challenge {
	return &backend.Challenge{Name: string(t.name), Username: t.username, Destination: t.destination, Choices: t.choices, Secret: string(t.totp)}
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
func (s *Service) prepare(ctx context.Context, username string, a answered) (*step, error) {
	if name := a.params["USER_ID_FOR_SRP"]; name != "" {
		username = name
	}
	next := &step{name: a.challenge, username: username, session: a.session, destination: a.params["CODE_DELIVERY_DESTINATION"]}
	switch {
	case a.challenge == "" || aws.ToString(a.session) == "":
		return nil, errNotCognito
	case a.challenge == types.ChallengeNameTypeSelectMfaType:
		next.choices = list(a.params["MFAS_CAN_CHOOSE"])
		return next, nil
	case a.challenge == types.ChallengeNameTypeMfaSetup:
		return next, s.associate(ctx, next, list(a.params["MFAS_CAN_SETUP"]))
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
func (s *Service) associate(ctx context.Context, t *step, offered []string) error {
	if len(offered) > 0 && !slices.Contains(offered, string(types.ChallengeNameTypeSoftwareTokenMfa)) {
		return noFactorToSetUp(offered)
	}
	out, err := s.idp.AssociateSoftwareToken(ctx, &cognitoidentityprovider.AssociateSoftwareTokenInput{Session: t.session})
	if err != nil {
		return err
	}
	if aws.ToString(out.SecretCode) == "" {
		return errNotCognito
	}
	t.totp = secret(*out.SecretCode)
	if out.Session != nil {
		t.session = out.Session
	}
	return nil
}

// Respond answers the challenge that SignIn or Respond gave last: a code, a new password, or the factor chosen. Where
// the answer was wrong but may be given again, the challenge comes back beside the Problem.
func (s *Service) Respond(ctx context.Context, answer string) (*backend.User, *backend.Challenge, error) {
	s.mu.Lock()
	t := s.asked
	s.mu.Unlock()
	if t == nil {
		return nil, nil, nothingAsked()
	}
	if t.name != types.ChallengeNameTypeNewPasswordRequired {
		answer = strings.Join(strings.Fields(answer), "") // codes are often copied with spaces in them
	}
	if answer == "" {
		return nil, t.challenge(), emptyAnswer()
	}
	next, err := s.answer(ctx, t, answer)
	if err != nil {
		p := explain(answering, err)
		if again(t.name, err) {
			return nil, t.challenge(), p
		}
		s.ask(nil)
		return nil, nil, p
	}
	s.ask(nil)
	return s.proceed(ctx, t.username, next)
}

func (s *Service) answer(ctx context.Context, t *step, answer string) (answered, error) {
	answers := map[string]string{"USERNAME": t.username}
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
