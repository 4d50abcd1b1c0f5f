package cognitoidp

import (
	"slices"
	"strings"
	"time"
)

// The first factors of choice-based sign-in (USER_AUTH). EMAIL_OTP is a second factor too.
const (
	passwordFactor = "PASSWORD"
	passwordSRP    = "PASSWORD_SRP"
	smsOTP         = "SMS_OTP"
	webAuthn       = "WEB_AUTHN"
)

// checkFirstFactors holds SignInPolicy against the rest of the configuration and the pool's second factors. The
// messages are AWS's where they are known.
func checkFirstFactors(c *poolConfig, m mfaConfig) error {
	if c.Policies == nil || c.Policies.SignInPolicy == nil {
		return nil
	}
	allowed := c.Policies.SignInPolicy.AllowedFirstAuthFactors
	for _, f := range allowed {
		if !slices.Contains([]string{passwordFactor, emailOTP, smsOTP, webAuthn}, f) {
			return fail("InvalidParameterException",
				"1 validation error detected: Value '%s' at 'policies.signInPolicy.allowedFirstAuthFactors' failed to satisfy "+
					"constraint: Member must satisfy enum value set: [PASSWORD, EMAIL_OTP, SMS_OTP, WEB_AUTHN]", f)
		}
	}
	has := func(f string) bool { return slices.Contains(allowed, f) }
	switch {
	case len(allowed) > 0 && !has(passwordFactor):
		return fail("InvalidParameterException", "PASSWORD must be one of the allowed first auth factors.")
	case len(allowed) > 1 && c.UserPoolTier == "LITE":
		return fail("FeatureUnavailableInTierException", "Passwordless sign-in is not available in the LITE feature plan.")
	case has(smsOTP) && c.SmsConfiguration == nil:
		return fail("InvalidParameterException", "SMS_OTP cannot be used as an auth factor: SMS configuration is missing.")
	case m.Mode == "ON" && (has(emailOTP) || has(smsOTP)):
		return fail("InvalidParameterException",
			"Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled")
	case m.Mode == "ON" && has(webAuthn):
		return fail("InvalidParameterException",
			"WEB_AUTHN cannot be used as an auth factor when MFA is enabled if not configured for MFA.")
	}
	return nil
}

// checkMode holds new second factors against the first factors that the pool allows.
func (p *pool) checkMode(next mfaConfig) error {
	if next.Mode == "ON" && p.permits(webAuthn) && !p.permits(emailOTP) && !p.permits(smsOTP) {
		return fail("InvalidParameterException",
			"Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first "+
				"auth factor")
	}
	return checkFirstFactors(&p.Config, next)
}

// permits reports whether the pool's sign-in policy lets a first factor be used. Passwords always may be.
func (p *pool) permits(factor string) bool {
	policy := p.Config.Policies.SignInPolicy
	return factor == passwordFactor || policy != nil && slices.Contains(policy.AllowedFirstAuthFactors, factor)
}

// firstFactors lists what a user may begin a choice-based sign-in with; u is nil for somebody who does not exist. A
// user who has switched on a second factor begins with the password, since no other first factor leads to it.
func (p *pool) firstFactors(u *user) []string {
	out := []string{passwordSRP, passwordFactor}
	if u == nil {
		if p.permits(emailOTP) {
			out = append(out, emailOTP)
		}
		return out
	}
	if u.Status != confirmed || u.Disabled || p.MFA.Mode == "ON" || len(p.factorsAsked(u)) > 0 {
		return out
	}
	if p.permits(emailOTP) && u.verified("email") {
		out = append(out, emailOTP)
	}
	if p.permits(smsOTP) && u.verified("phone_number") {
		out = append(out, smsOTP)
	}
	if p.permits(webAuthn) && len(p.passkeysOf(u)) > 0 {
		out = append(out, webAuthn)
	}
	return out
}

// configuredFactors is what GetUserAuthFactors lists.
func (p *pool) configuredFactors(u *user) []string {
	return slices.DeleteFunc(p.firstFactors(u), func(f string) bool { return f == passwordSRP })
}

// verified reports whether the user has an address that is known to be theirs.
func (u *user) verified(name string) bool {
	return u.get(name) != "" && strings.EqualFold(u.get(name+"_verified"), "true")
}

// beginChoice begins a choice-based sign-in: with the preferred first factor where the user has it, else with the list
// of those that the user has.
func (s *Service) beginChoice(p *pool, cl *client, a attempt, params map[string]string,
	now time.Time) (*authAnswer, error) {
	u := p.find(a.username)
	if u == nil && !cl.hidesUsers() {
		return nil, fail("UserNotFoundException", "User does not exist.")
	}
	if u != nil {
		a.sub = u.Sub
	}
	offered := p.firstFactors(u)
	if wanted := params["PREFERRED_CHALLENGE"]; slices.Contains(offered, wanted) {
		return s.beginFactor(p, cl, a, wanted, params, now)
	}
	ch := s.ask(selectChallenge, a, now)
	ch.choices = offered
	return &authAnswer{ChallengeName: selectChallenge, Session: ch.key, ChallengeParameters: map[string]string{},
		AvailableChallenges: offered}, nil
}

// answerSelectChallenge goes on with the chosen first factor.
func (s *Service) answerSelectChallenge(ch *challenge, in *respondInput, now time.Time) (*authAnswer, error) {
	p, cl := s.pools[ch.attempt.poolID], s.clients[ch.attempt.clientID]
	if p == nil || cl == nil {
		return nil, fail("NotAuthorizedException", "Incorrect username or password.")
	}
	choice := in.ChallengeResponses["ANSWER"]
	if !slices.Contains(ch.choices, choice) {
		return nil, fail("InvalidParameterException", "Selected challenge is not available.")
	}
	s.close(ch)
	return s.beginFactor(p, cl, ch.attempt, choice, in.ChallengeResponses, now)
}

// beginFactor begins with one first factor that the user has.
func (s *Service) beginFactor(p *pool, cl *client, a attempt, factor string, params map[string]string,
	now time.Time) (*authAnswer, error) {
	switch factor {
	case passwordSRP:
		return s.beginSRP(p, cl, a, params["SRP_A"], now)
	case passwordFactor:
		return s.beginPassword(p, cl, a, params["PASSWORD"], now)
	}
	st, err := s.askFirst(p, a, factor, now)
	if err != nil {
		return nil, err
	}
	return &authAnswer{ChallengeName: st.challenge, ChallengeParameters: st.params, Session: st.session,
		AvailableChallenges: p.firstFactors(p.bySub[a.sub])}, nil
}

// askFirst opens the challenge of a first factor other than the password. Somebody who does not exist is told of a
// code that nobody gets.
func (s *Service) askFirst(p *pool, a attempt, factor string, now time.Time) (step, error) {
	u := p.bySub[a.sub]
	if factor == webAuthn {
		return s.askPasskey(p, u, a, now)
	}
	ch := s.ask(factor, a, now)
	ch.first, ch.decoy, ch.code = true, u == nil, digits(8)
	d := decoyDelivery(a.username)
	if u != nil {
		name := "email"
		if factor == smsOTP {
			name = "phone_number"
		}
		d = s.deliver(p, u, "sign-in", name, ch.code, now)
	}
	return step{challenge: factor, session: ch.key, params: map[string]string{"USERNAME": a.username,
		"CODE_DELIVERY_DELIVERY_MEDIUM": d.DeliveryMedium, "CODE_DELIVERY_DESTINATION": d.Destination}}, nil
}
