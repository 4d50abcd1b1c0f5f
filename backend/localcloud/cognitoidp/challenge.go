package cognitoidp

import (
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

// The challenges, by their names in the API.
const (
	passwordVerifier = "PASSWORD_VERIFIER"
	newPassword      = "NEW_PASSWORD_REQUIRED"
	softwareToken    = "SOFTWARE_TOKEN_MFA"
	smsMFA           = "SMS_MFA"
	emailOTP         = "EMAIL_OTP"
	selectMFA        = "SELECT_MFA_TYPE"
	mfaSetup         = "MFA_SETUP"
	deviceSRP        = "DEVICE_SRP_AUTH"
	deviceVerifier   = "DEVICE_PASSWORD_VERIFIER"
	selectChallenge  = "SELECT_CHALLENGE"
)

// challengeTries is after how many wrong codes a challenge is void.
const challengeTries = 5

// attempt is one sign-in on its way through the challenges. It names things instead of pointing at them, since they
// may be gone when the next answer comes.
type attempt struct {
	poolID, clientID, sub string
	username              string // as typed, for the lockout
	deviceKey             string
	passwordDone          bool
	deviceDone, mfaDone   bool
	scopes                []string
	nonce                 string
	hosted                bool      // ends in an authorization code instead of tokens
	setupEmail            string    // the address that MFA_SETUP is about to verify
	begin                 string    // the first factor that was chosen in the hosted UI, not yet asked
	factor                string    // the second factor that was chosen in the hosted UI, not yet asked
	authTime              time.Time // of the sign-in, where tokens come later; else zero
}

// challenge is one open question of an attempt.
type challenge struct {
	kind    string
	attempt attempt
	key     string
	expires time.Time
	tries   int
	srp     *srpServer // of the two verifier challenges
	decoy   bool       // of somebody who does not exist: never passes
	code    string     // what was sent, for SMS_MFA, EMAIL_OTP and SMS_OTP
	first   bool       // it asks for the first factor: a code that was sent, or a passkey
	choices []string   // for SELECT_MFA_TYPE and SELECT_CHALLENGE
	totp    string     // the secret that MFA_SETUP is about to verify
	done    bool       // MFA_SETUP: it was verified

	ceremony *webauthn.SessionData // WEB_AUTHN: what the authenticator was asked
}

// step is what a sign-in comes to next: done, or a challenge to be answered.
type step struct {
	done      bool
	challenge string
	params    map[string]string
	session   string
}

// ask opens a challenge under a new session string.
func (s *Service) ask(kind string, a attempt, now time.Time) *challenge {
	return s.askUnder(unguessable(640), kind, a, now)
}

// askUnder opens a challenge under a key of its own (an SRP secret block).
func (s *Service) askUnder(key, kind string, a attempt, now time.Time) *challenge {
	life := 3 * time.Minute
	if cl := s.clients[a.clientID]; cl != nil {
		life = cl.sessionLife()
	}
	if len(s.challenges) >= 4096 {
		for k, old := range s.challenges {
			if !now.Before(old.expires) {
				delete(s.challenges, k)
			}
		}
	}
	ch := &challenge{kind: kind, attempt: a, key: key, expires: now.Add(life)}
	s.challenges[key] = ch
	return ch
}

// pendingChallenge finds an open challenge of one of the kinds, of the API (hosted false) or of the hosted UI: the
// session strings of one are nothing to the other. An empty clientID stands for any. The challenge stays open: anyone
// who settles it calls close.
func (s *Service) pendingChallenge(key, clientID string, hosted bool, now time.Time,
	kinds ...string) (*challenge, error) {
	ch := s.challenges[key]
	if ch == nil || ch.attempt.clientID != clientID && clientID != "" || ch.attempt.hosted != hosted {
		return nil, fail("NotAuthorizedException", "Invalid session for the user.")
	}
	if !now.Before(ch.expires) {
		s.close(ch)
		return nil, fail("NotAuthorizedException", "Invalid session for the user, session is expired.")
	}
	for _, k := range kinds {
		if ch.kind == k {
			return ch, nil
		}
	}
	return nil, fail("NotAuthorizedException", "Invalid session for the user.")
}

// close makes a challenge's session string useless.
func (s *Service) close(ch *challenge) { delete(s.challenges, ch.key) }

// miss counts a wrong code. The session string stays good for another try, as at AWS, up to a limit.
func (s *Service) miss(ch *challenge) error {
	ch.tries++
	if ch.tries >= challengeTries {
		s.close(ch)
	}
	return fail("CodeMismatchException", "Invalid code or auth state for the user.")
}

// people finds whom an attempt is about; they may have gone since it began.
func (s *Service) people(a attempt) (*pool, *client, *user, error) {
	p, cl := s.pools[a.poolID], s.clients[a.clientID]
	if p == nil || cl == nil || p.bySub[a.sub] == nil {
		return nil, nil, nil, fail("NotAuthorizedException", "Incorrect username or password.")
	}
	return p, cl, p.bySub[a.sub], nil
}

// advance decides what a sign-in comes to next. It is asked again after every answer.
func (s *Service) advance(a attempt, now time.Time) (step, error) {
	p, _, u, err := s.people(a)
	if err != nil {
		return step{}, err
	}
	if err := gate(u, now); err != nil {
		return step{}, err
	}
	if u.Status == forceChangePassword {
		return s.askNewPassword(p, u, a, now), nil
	}
	if a.deviceKey != "" && !a.deviceDone && p.Config.DeviceConfiguration != nil {
		d, ok := u.Devices[a.deviceKey]
		if !ok {
			return step{}, fail("ResourceNotFoundException", "Device does not exist.")
		}
		if d.Confirmed {
			ch := s.ask(deviceSRP, a, now)
			return step{challenge: deviceSRP, session: ch.key,
				params: map[string]string{"DEVICE_KEY": a.deviceKey, "USERNAME": u.Username}}, nil
		}
	}
	if !a.mfaDone {
		if st, asked := s.askMFA(p, u, a, now); asked {
			return st, nil
		}
	}
	return step{done: true}, nil
}

// gate keeps out users whose state forbids a sign-in. It comes after the password was proved, so that it tells nothing
// to others.
func gate(u *user, now time.Time) error {
	switch {
	case u.Disabled:
		return fail("NotAuthorizedException", "User is disabled.")
	case u.Status == unconfirmed:
		return fail("UserNotConfirmedException", "User is not confirmed.")
	case u.Status == resetRequired:
		return fail("PasswordResetRequiredException", "Password reset required for the user")
	case u.Status == forceChangePassword && !now.Before(u.TemporaryUntil):
		return fail("NotAuthorizedException", "Temporary password has expired and must be reset by an administrator.")
	}
	return nil
}

// askNewPassword shows the attributes that the user has and those that the pool still wants.
func (s *Service) askNewPassword(p *pool, u *user, a attempt, now time.Time) step {
	have := map[string]string{}
	for _, at := range u.Attributes {
		if at.Name != "sub" {
			have[at.Name] = at.Value
		}
	}
	missing := []string{}
	for _, def := range p.Schema {
		if def.Required && def.Name != "sub" && u.get(def.Name) == "" {
			missing = append(missing, "userAttributes."+def.Name)
		}
	}
	ch := s.ask(newPassword, a, now)
	return step{challenge: newPassword, session: ch.key, params: map[string]string{
		"USER_ID_FOR_SRP": u.Username, "userAttributes": jsonText(have), "requiredAttributes": jsonText(missing)}}
}
