package cognitoidp

import (
	"encoding/base32"
	"slices"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"avatar-launcher/backend/localcloud/wire"
)

// totpState is a user's authenticator app.
type totpState struct {
	Secret  string `json:",omitempty"` // base32, verified
	Pending string `json:",omitempty"` // associated with an access token, not yet verified
	Name    string `json:",omitempty"` // FriendlyDeviceName
	Used    string `json:",omitempty"` // the last code that was accepted; it is not accepted again
}

// totpRules are RFC 6238 as Cognito uses it: SHA-1, 30 s, 6 digits, one step of tolerance.
var totpRules = totp.ValidateOpts{Period: 30, Skew: 1, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

func totpValid(code, secret string, now time.Time) bool {
	ok, err := totp.ValidateCustom(code, secret, now, totpRules)
	return err == nil && ok
}

func newTOTPSecret() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(randomBytes(32))
}

// answerTOTP checks an authenticator's code. A code works once.
func (s *Service) answerTOTP(ch *challenge, in *respondInput, now time.Time) (attempt, error) {
	p, _, u, err := s.people(ch.attempt)
	if err != nil {
		return ch.attempt, err
	}
	given := in.ChallengeResponses["SOFTWARE_TOKEN_MFA_CODE"]
	if given == "" {
		return ch.attempt, fail("InvalidParameterException", "Missing required parameter SOFTWARE_TOKEN_MFA_CODE")
	}
	if !totpValid(given, u.TOTP.Secret, now) {
		return ch.attempt, s.miss(ch)
	}
	if given == u.TOTP.Used {
		return ch.attempt, fail("ExpiredCodeException", "Your software token has already been used once.")
	}
	u.TOTP.Used = given
	s.writeUser(p, u)
	return s.passMFA(ch), nil
}

type totpInput struct {
	accessInput
	Session, UserCode, FriendlyDeviceName string
}

// associateSoftwareToken gives a new secret, to a signed-in user or to one whom MFA_SETUP holds up. As with every
// answer, the session string is replaced.
func associateSoftwareToken(s *Service, c *wire.Call, in *totpInput) (any, error) {
	if in.AccessToken != "" {
		b, err := s.account(in.AccessToken, c.Now)
		if err != nil {
			return nil, err
		}
		if !b.pool.MFA.TOTP {
			return nil, fail("SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool")
		}
		b.user.TOTP.Pending = newTOTPSecret()
		s.writeUser(b.pool, b.user)
		return map[string]any{"SecretCode": b.user.TOTP.Pending}, nil
	}
	ch, err := s.setupChallenge(in.Session, c.Now)
	if err != nil {
		return nil, err
	}
	p, _, _, err := s.people(ch.attempt)
	if err != nil {
		return nil, err
	}
	if !p.MFA.TOTP {
		return nil, fail("SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool")
	}
	s.close(ch)
	next := s.ask(mfaSetup, ch.attempt, c.Now)
	next.totp = newTOTPSecret()
	return map[string]any{"SecretCode": next.totp, "Session": next.key}, nil
}

func (s *Service) setupChallenge(session string, now time.Time) (*challenge, error) {
	if session == "" {
		return nil, fail("InvalidParameterException", "Either an access token or a session is required.")
	}
	return s.pendingChallenge(session, "", false, now, mfaSetup)
}

// verifySoftwareToken proves that the user's app has the secret.
func verifySoftwareToken(s *Service, c *wire.Call, in *totpInput) (any, error) {
	if in.AccessToken != "" {
		b, err := s.account(in.AccessToken, c.Now)
		if err != nil {
			return nil, err
		}
		if b.user.TOTP.Pending == "" {
			return nil, fail("InvalidParameterException", "Software token has not been associated for the user.")
		}
		if !totpValid(in.UserCode, b.user.TOTP.Pending, c.Now) {
			return nil, fail("EnableSoftwareTokenMFAException", "Code mismatch")
		}
		s.enrol(b.pool, b.user, b.user.TOTP.Pending, in, c.Now)
		return map[string]any{"Status": "SUCCESS"}, nil
	}
	ch, err := s.setupChallenge(in.Session, c.Now)
	if err != nil {
		return nil, err
	}
	p, _, u, err := s.people(ch.attempt)
	if err != nil {
		return nil, err
	}
	if ch.totp == "" || !totpValid(in.UserCode, ch.totp, c.Now) {
		_ = s.miss(ch)
		return nil, fail("EnableSoftwareTokenMFAException", "Code mismatch")
	}
	s.close(ch)
	s.enrol(p, u, ch.totp, in, c.Now)
	next := s.ask(mfaSetup, ch.attempt, c.Now)
	next.done = true
	return map[string]any{"Status": "SUCCESS", "Session": next.key}, nil
}

// enrol makes a verified secret the user's. Where the pool demands MFA the factor is in force at once; elsewhere the
// user switches it on with SetUserMFAPreference.
func (s *Service) enrol(p *pool, u *user, secret string, in *totpInput, now time.Time) {
	u.TOTP = totpState{Secret: secret, Name: in.FriendlyDeviceName, Used: in.UserCode}
	if p.MFA.Mode == "ON" && !slices.Contains(u.Factors, softwareToken) {
		u.Factors = append(u.Factors, softwareToken)
	}
	u.touch(now)
	s.writeUser(p, u)
}

// answerSetup ends MFA_SETUP once the token was verified.
func (s *Service) answerSetup(ch *challenge, _ *respondInput, _ time.Time) (attempt, error) {
	if !ch.done {
		return ch.attempt, fail("InvalidParameterException", "The software token has not been verified.")
	}
	return s.passMFA(ch), nil
}
