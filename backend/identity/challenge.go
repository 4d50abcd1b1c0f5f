package identity

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// step is a challenge that waits for the user's answer: one of Cognito's, or one of our own (backend.StepConfirm and
// the others).
type step struct {
	attempt
	name        types.ChallengeNameType
	session     *string
	destination string
	choices     []string // SELECT_MFA_TYPE: what may be chosen
	totp        secret   // MFA_SETUP: to be shown once
	qr          string   // the same as a picture
	code        secret   // backend.StepResetPassword: the code that allows it
	// NEW_PASSWORD_REQUIRED: the attributes that the account lacks, asked one by one before the password
	required []string
	given    []string // and what was answered so far
	signedIn *session // backend.StepRemember: the sign-in that is complete but for this
}

func (t *step) challenge() *backend.Challenge {
	return &backend.Challenge{Name: string(t.name), Username: t.username, Destination: t.destination, Choices: t.choices,
		Secret: string(t.totp), QR: t.qr, Resend: t.resend() != nil, Attribute: t.attribute()}
}

// attribute is the one that the step asks for.
func (t *step) attribute() string {
	if t.name != backend.StepAttribute {
		return ""
	}
	return t.required[len(t.given)]
}

// withAnswers returns the step that follows once these attributes are given: the next attribute's, or the password's.
func (t *step) withAnswers(given []string) *step {
	next := *t
	next.given, next.name = given, backend.StepAttribute
	if len(given) == len(t.required) {
		next.name = types.ChallengeNameTypeNewPasswordRequired
	}
	return &next
}

// answerAttribute takes an attribute. Its form is checked here as far as it is known: Cognito gets all attributes in
// one call, and its error does not say which one it refused.
func (s *Service) answerAttribute(t *step, value string) (*backend.User, *backend.Challenge, error) {
	if form := forms[t.attribute()]; form.pattern != nil && !form.pattern.MatchString(value) {
		return nil, t.challenge(), badAttribute(form.why, form.next)
	}
	return s.wait(t.withAnswers(append(slices.Clone(t.given), value)))
}

// forms are those of the standard attributes that Cognito holds to one.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
var forms = map[string]struct {
	pattern   *regexp.Regexp
	why, next messages.Message
}{
	"email": {regexp.MustCompile(`^[^\s@<>]+@[^\s@<>]+$`), messages.New("identity.noEMailAddress"),
		messages.New("identity.typeOneExampleCom")},
	"phone_number": {regexp.MustCompile(`^\+\d{4,15}$`), messages.New("identity.noPhoneNumberCognito"),
		messages.New("identity.beginCountryNumberDigits")},
	"birthdate": {regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`), messages.New("identity.noDateCognitoWants"),
		messages.New("identity.typeYearMonthDay")},
}

// field is the name under which Cognito takes a challenge's answer.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html
var field = map[types.ChallengeNameType]string{
	types.ChallengeNameTypeNewPasswordRequired: "NEW_PASSWORD",
	types.ChallengeNameTypeSoftwareTokenMfa:    "SOFTWARE_TOKEN_MFA_CODE",
	types.ChallengeNameTypeSmsMfa:              "SMS_MFA_CODE",
	types.ChallengeNameTypeEmailOtp:            "EMAIL_OTP_CODE",
	types.ChallengeNameTypeSmsOtp:              "SMS_OTP_CODE",
	types.ChallengeNameTypeSelectMfaType:       "ANSWER",
}

// attributePrefix comes before the names of attributes in what NEW_PASSWORD_REQUIRED asks and is answered.
const attributePrefix = "userAttributes."

// prepare makes a step of what Cognito asks. Setting up a TOTP device begins at once: its secret is part of the step.
func (s *Service) prepare(ctx context.Context, e attempt, a answered) (*step, error) {
	if name := a.params["USER_ID_FOR_SRP"]; name != "" {
		e.username = name
	}
	next := &step{attempt: e, name: a.challenge, session: a.session, destination: a.params["CODE_DELIVERY_DESTINATION"]}
	switch {
	case a.challenge == "" || aws.ToString(a.session) == "":
		return nil, errNotCognito
	case a.challenge == types.ChallengeNameTypeSelectMfaType:
		next.choices = list(a.params["MFAS_CAN_CHOOSE"])
		return next, nil
	case a.challenge == types.ChallengeNameTypeMfaSetup:
		return s.settingUp(ctx, next, list(a.params["MFAS_CAN_SETUP"]))
	case a.challenge == types.ChallengeNameTypeNewPasswordRequired:
		for _, name := range list(a.params["requiredAttributes"]) {
			next.required = append(next.required, strings.TrimPrefix(name, attributePrefix))
		}
		return next.withAnswers(nil), nil
	case field[a.challenge] == "":
		return nil, unknownChallenge(string(a.challenge))
	}
	return next, nil
}

const (
	app   = string(types.ChallengeNameTypeSoftwareTokenMfa)
	email = string(types.ChallengeNameTypeEmailOtp)
)

// settingUp is the step that sets up a second factor: of those offered, an authenticator app and codes by e-mail can be
// set up on the way in; where both can, the user chooses.
func (s *Service) settingUp(ctx context.Context, t *step, offered []string) (*step, error) {
	can := slices.DeleteFunc(slices.Clone(offered), func(f string) bool { return f != app && f != email })
	switch {
	case len(offered) > 0 && len(can) == 0:
		return nil, noFactorToSetUp(offered)
	case len(can) > 1:
		t.name, t.choices = backend.StepChooseSetup, can
		return t, nil
	case len(can) == 1 && can[0] == email:
		t.name = backend.StepEmailSetup
		return t, nil
	}
	t.name = types.ChallengeNameTypeMfaSetup
	return t, s.associate(ctx, t, &cognitoidentityprovider.AssociateSoftwareTokenInput{Session: t.session})
}

// chooseSetup goes on to the factor chosen.
func (s *Service) chooseSetup(ctx context.Context, t *step, choice string) (*backend.User, *backend.Challenge, error) {
	if !slices.Contains(t.choices, choice) {
		return nil, t.challenge(), notOffered()
	}
	chosen := *t
	chosen.choices = nil
	next, err := s.settingUp(ctx, &chosen, []string{choice})
	if isLost(err) {
		return s.beginAfterLoss(ctx, t, choice, err)
	}
	if err != nil {
		return s.refuse(answering, t, err)
	}
	return s.wait(next)
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
func (s *Service) associate(ctx context.Context, t *step,
	in *cognitoidentityprovider.AssociateSoftwareTokenInput) error {
	out, err := takenOnce(ctx, s.idp.AssociateSoftwareToken, in)
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

// Respond answers the open challenge: a code, a new password, what the account lacks, or the factor chosen. Where the
// answer was wrong but may be given again, the challenge comes back beside the Problem.
func (s *Service) Respond(ctx context.Context, answer string) (*backend.User, *backend.Challenge, error) {
	s.mu.Lock()
	t := s.asked
	s.mu.Unlock()
	if t == nil {
		return nil, nil, nothingAsked()
	}
	switch t.name {
	case types.ChallengeNameTypeNewPasswordRequired, backend.StepResetPassword:
	case backend.StepAttribute, backend.StepEmailSetup:
		answer = strings.TrimSpace(answer)
	default:
		answer = plainCode(answer)
	}
	if answer == "" {
		return nil, t.challenge(), emptyAnswer()
	}
	switch t.name {
	case backend.StepAttribute:
		return s.answerAttribute(t, answer)
	case backend.StepChooseSetup:
		return s.chooseSetup(ctx, t, answer)
	case backend.StepEmailSetup:
		if form := forms["email"]; !form.pattern.MatchString(answer) {
			return nil, t.challenge(), badAttribute(form.why, form.next)
		}
	case backend.StepConfirm:
		return s.confirm(ctx, t, answer)
	case backend.StepResetCode:
		return s.wait(&step{attempt: t.attempt, name: backend.StepResetPassword, destination: t.destination,
			code: secret(answer)})
	case backend.StepResetPassword:
		return s.reset(ctx, t, answer)
	case backend.StepRemember:
		return s.remember(ctx, t, answer)
	}
	next, err := s.answer(ctx, t, answer)
	if isLost(err) {
		return s.beginAfterLoss(ctx, t, answer, err)
	}
	if len(t.required) > 0 && (codeOf(err) == "InvalidParameterException" || codeOf(err) == "AliasExistsException") {
		again := t.withAnswers(nil)
		s.ask(again)
		return nil, again.challenge(), explain(telling, err)
	}
	if err != nil {
		return s.refuse(answering, t, err)
	}
	s.ask(nil)
	e := t.attempt
	if t.name == types.ChallengeNameTypeNewPasswordRequired {
		e.password = secret(answer)
	}
	user, c, err := s.proceed(ctx, e, next)
	if isLost(err) {
		return s.begin(ctx, e)
	}
	return user, c, err
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
	if t.name == backend.StepEmailSetup { // Cognito then asks for the code that it has sent
		answers["EMAIL"] = answer
		return s.respond(ctx, types.ChallengeNameTypeMfaSetup, t.session, answers)
	}
	if t.name != types.ChallengeNameTypeMfaSetup {
		answers[field[t.name]] = answer
		for i, name := range t.required {
			answers[attributePrefix+name] = t.given[i]
		}
		return s.respond(ctx, t.name, t.session, answers)
	}
	out, err := takenOnce(ctx, s.idp.VerifySoftwareToken,
		&cognitoidentityprovider.VerifySoftwareTokenInput{Session: t.session, UserCode: &answer})
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
