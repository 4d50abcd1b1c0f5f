package cognitoidp

import (
	"crypto/subtle"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

type respondInput struct {
	UserPoolId, ClientId, ChallengeName, Session string
	ChallengeResponses                           map[string]string
}

func respondToAuthChallenge(s *Service, c *wire.Call, in *respondInput) (any, error) {
	_, cl, err := s.clientByID(in.ClientId)
	if err != nil {
		return nil, err
	}
	return s.respond(cl, in, c.Now)
}

func adminRespond(s *Service, c *wire.Call, in *respondInput) (any, error) {
	_, cl, err := s.clientOf(in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	return s.respond(cl, in, c.Now)
}

// answers maps each challenge to what takes its answer.
var answers map[string]func(*Service, *challenge, *respondInput, time.Time) (attempt, error)

func init() {
	answers = map[string]func(*Service, *challenge, *respondInput, time.Time) (attempt, error){
		passwordVerifier: (*Service).answerVerifier,
		deviceVerifier:   (*Service).answerDeviceVerifier,
		newPassword:      (*Service).answerNewPassword,
		softwareToken:    (*Service).answerTOTP,
		smsMFA:           (*Service).answerCode,
		emailOTP:         (*Service).answerCode,
		smsOTP:           (*Service).answerCode,
		webAuthn:         (*Service).answerPasskey,
		mfaSetup:         (*Service).answerSetup,
	}
}

func (s *Service) respond(cl *client, in *respondInput, now time.Time) (any, error) {
	username := in.ChallengeResponses["USERNAME"]
	if username == "" {
		return nil, fail("InvalidParameterException", "Missing required parameter USERNAME")
	}
	if err := cl.checkSecretHash(username, in.ChallengeResponses["SECRET_HASH"]); err != nil {
		return nil, err
	}
	ch, err := s.challengeOf(cl, in, now)
	if err != nil {
		return nil, err
	}
	if err := s.sameUser(ch, username); err != nil {
		return nil, err
	}
	var out *authAnswer
	switch {
	case ch.kind == mfaSetup && in.ChallengeResponses["EMAIL"] != "":
		out, err = s.answerEmailSetup(ch, in, now)
	case ch.kind == selectMFA:
		out, err = s.answerSelectMFA(ch, in, now)
	case ch.kind == selectChallenge:
		out, err = s.answerSelectChallenge(ch, in, now)
	case ch.kind == deviceSRP:
		out, err = s.answerDeviceSRP(ch, in, now)
	default:
		var a attempt
		if a, err = answers[ch.kind](s, ch, in, now); err == nil {
			out, err = s.proceed(a, now)
		}
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// challengeOf finds what is being answered: by the secret block for the verifier challenges, whose clients send no
// session string, by the session string for all others.
func (s *Service) challengeOf(cl *client, in *respondInput, now time.Time) (*challenge, error) {
	switch in.ChallengeName {
	case passwordVerifier, deviceVerifier:
		key := in.ChallengeResponses["PASSWORD_CLAIM_SECRET_BLOCK"]
		if key == "" {
			return nil, fail("InvalidParameterException", "Missing required parameter PASSWORD_CLAIM_SECRET_BLOCK")
		}
		return s.pendingChallenge(key, cl.ID, false, now, in.ChallengeName)
	case newPassword, softwareToken, smsMFA, emailOTP, selectMFA, mfaSetup, deviceSRP, selectChallenge, smsOTP, webAuthn:
		if in.Session == "" {
			return nil, fail("InvalidParameterException", "Missing required parameter Session")
		}
		return s.pendingChallenge(in.Session, cl.ID, false, now, in.ChallengeName)
	case "":
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'challengeName' failed to satisfy constraint: Member must not be null")
	}
	return nil, fail("InvalidParameterException", "Challenge %s is not supported.", in.ChallengeName)
}

// sameUser refuses an answer in another user's name.
func (s *Service) sameUser(ch *challenge, username string) error {
	if ch.attempt.sub == "" {
		return nil // a decoy: refused later, as a wrong password
	}
	p := s.pools[ch.attempt.poolID]
	if p == nil || p.find(username) == nil || p.find(username).Sub != ch.attempt.sub {
		return fail("NotAuthorizedException", "Invalid session for the user.")
	}
	return nil
}

// answerVerifier checks the proof of the password. There is one try: the exchange is over either way.
func (s *Service) answerVerifier(ch *challenge, in *respondInput, now time.Time) (attempt, error) {
	a, p := ch.attempt, s.pools[ch.attempt.poolID]
	r := in.ChallengeResponses
	if !timestampValid(r["TIMESTAMP"]) {
		return a, fail("InvalidParameterException", "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
	}
	s.close(ch)
	if p == nil {
		return a, fail("NotAuthorizedException", "Incorrect username or password.")
	}
	if err := s.checkLock(p, a.username, now); err != nil {
		return a, err
	}
	if !ch.srp.claimed(r["PASSWORD_CLAIM_SIGNATURE"], r["TIMESTAMP"]) || ch.decoy {
		s.failed(p, a.username, now)
		return a, fail("NotAuthorizedException", "Incorrect username or password.")
	}
	s.forgive(p, a.username)
	a.passwordDone = true
	if key := r["DEVICE_KEY"]; key != "" {
		a.deviceKey = key
	}
	return a, nil
}

// answerNewPassword sets the user's own password. A password that the policy refuses leaves the session open.
func (s *Service) answerNewPassword(ch *challenge, in *respondInput, now time.Time) (attempt, error) {
	a := ch.attempt
	p, _, u, err := s.people(a)
	if err != nil {
		return a, err
	}
	if in.ChallengeResponses["NEW_PASSWORD"] == "" {
		return a, fail("InvalidParameterException", "Missing required parameter NEW_PASSWORD")
	}
	given, err := givenAttributes(p, u, in.ChallengeResponses)
	if err != nil {
		return a, err
	}
	if err := s.setPassword(p, u, in.ChallengeResponses["NEW_PASSWORD"]); err != nil {
		return a, err
	}
	u.assign(given, now)
	u.Status = confirmed
	s.writeUser(p, u)
	s.close(ch)
	return a, nil
}

// givenAttributes reads the userAttributes.NAME answers and wants the required ones.
func givenAttributes(p *pool, u *user, r map[string]string) ([]attribute, error) {
	var given []attribute
	for k, v := range r {
		if name, ok := strings.CutPrefix(k, "userAttributes."); ok {
			given = append(given, attribute{name, v})
		}
	}
	if err := p.checkAttributes(given, false); err != nil {
		return nil, err
	}
	for _, a := range given {
		if old := u.get(a.Name); old != "" && old != a.Value && a.Name == "email" {
			return nil, fail("NotAuthorizedException", "Cannot modify an already provided email")
		}
	}
	return given, p.checkRequired(append(slices.Clone(u.Attributes), given...))
}

// answerCode checks a code that was sent as a first or second factor.
func (s *Service) answerCode(ch *challenge, in *respondInput, now time.Time) (attempt, error) {
	given := in.ChallengeResponses[ch.kind+"_CODE"]
	if given == "" {
		return ch.attempt, fail("InvalidParameterException", "Missing required parameter %s_CODE", ch.kind)
	}
	if subtle.ConstantTimeCompare([]byte(given), []byte(ch.code)) != 1 || ch.decoy {
		return ch.attempt, s.miss(ch)
	}
	if ch.first {
		s.close(ch)
		return ch.attempt, nil
	}
	if ch.attempt.setupEmail != "" {
		p, _, u, err := s.people(ch.attempt)
		if err != nil {
			return ch.attempt, err
		}
		s.enrolEmail(p, u, ch.attempt.setupEmail, now)
	}
	return s.passMFA(ch), nil
}

// passMFA ends a second factor's challenge.
func (s *Service) passMFA(ch *challenge) attempt {
	s.close(ch)
	a := ch.attempt
	a.mfaDone = true
	return a
}

// answerSelectMFA opens the chosen factor's challenge.
func (s *Service) answerSelectMFA(ch *challenge, in *respondInput, now time.Time) (*authAnswer, error) {
	choice := in.ChallengeResponses["ANSWER"]
	if !slices.Contains(ch.choices, choice) {
		return nil, fail("InvalidParameterException", "Invalid MFA type %q: choose one of %s.", choice,
			strings.Join(ch.choices, ", "))
	}
	p, _, u, err := s.people(ch.attempt)
	if err != nil {
		return nil, err
	}
	s.close(ch)
	st := s.askFactor(p, u, choice, ch.attempt, now)
	return &authAnswer{ChallengeName: st.challenge, ChallengeParameters: st.params, Session: st.session}, nil
}
