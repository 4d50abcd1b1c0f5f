package cognitoidp

import (
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

type initiateInput struct {
	UserPoolId, ClientId, AuthFlow string
	AuthParameters                 map[string]string
}

// authAnswer is the answer of all sign-in operations: tokens, or the next challenge.
type authAnswer struct {
	AuthenticationResult *authResult `json:",omitempty"`
	ChallengeName        string      `json:",omitempty"`
	ChallengeParameters  map[string]string
	Session              string   `json:",omitempty"`
	AvailableChallenges  []string `json:",omitempty"`
}

func initiateAuth(s *Service, c *wire.Call, in *initiateInput) (any, error) {
	p, cl, err := s.clientByID(in.ClientId)
	if err != nil {
		return nil, err
	}
	return s.initiate(p, cl, in, false, c.Now)
}

func adminInitiateAuth(s *Service, c *wire.Call, in *initiateInput) (any, error) {
	p, cl, err := s.clientOf(in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	return s.initiate(p, cl, in, true, c.Now)
}

// initiate begins a sign-in by one of the flows that the client allows.
func (s *Service) initiate(p *pool, cl *client, in *initiateInput, admin bool, now time.Time) (any, error) {
	switch in.AuthFlow {
	case "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN":
		return s.refreshFlow(cl, in.AuthParameters, now)
	case "CUSTOM_AUTH":
		return nil, fail("InvalidParameterException", "Custom auth lambda trigger is not configured for the user pool.")
	}
	username := in.AuthParameters["USERNAME"]
	if username == "" {
		return nil, fail("InvalidParameterException", "Missing required parameter USERNAME")
	}
	if err := cl.checkSecretHash(username, in.AuthParameters["SECRET_HASH"]); err != nil {
		return nil, err
	}
	a := attempt{poolID: p.ID, clientID: cl.ID, username: username, deviceKey: in.AuthParameters["DEVICE_KEY"],
		scopes: []string{adminScope}}
	st, err := s.begin(p, cl, a, in, admin, now)
	if err != nil {
		return nil, err
	}
	return st, nil
}

func (s *Service) begin(p *pool, cl *client, a attempt, in *initiateInput, admin bool,
	now time.Time) (*authAnswer, error) {
	flow := in.AuthFlow
	switch {
	case flow == "USER_AUTH" && cl.allows("USER_AUTH"):
		return s.beginChoice(p, cl, a, in.AuthParameters, now)
	case flow == "USER_SRP_AUTH" && cl.allowsSRP():
		return s.beginSRP(p, cl, a, in.AuthParameters["SRP_A"], now)
	case !admin && flow == "USER_PASSWORD_AUTH" && cl.allows("USER_PASSWORD_AUTH"),
		admin && (flow == "ADMIN_USER_PASSWORD_AUTH" || flow == "ADMIN_NO_SRP_AUTH") &&
			(cl.allows("ADMIN_USER_PASSWORD_AUTH") || cl.allows("ADMIN_NO_SRP_AUTH")):
		return s.beginPassword(p, cl, a, in.AuthParameters["PASSWORD"], now)
	case flow == "":
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'authFlow' failed to satisfy constraint: Member must not be null")
	case (flow == "ADMIN_USER_PASSWORD_AUTH" || flow == "ADMIN_NO_SRP_AUTH") && admin:
		return nil, fail("InvalidParameterException", "Auth flow not enabled for this client")
	case flow == "USER_SRP_AUTH", flow == "USER_AUTH", flow == "USER_PASSWORD_AUTH" && !admin:
		return nil, fail("InvalidParameterException", "%s flow not enabled for this client", flow)
	}
	return nil, fail("InvalidParameterException", "Initiate Auth method not supported.")
}

// beginPassword proves the password at once.
func (s *Service) beginPassword(p *pool, cl *client, a attempt, password string, now time.Time) (*authAnswer, error) {
	u, err := s.provePassword(p, cl.hidesUsers(), a.username, password, now)
	if err != nil {
		return nil, err
	}
	a.sub, a.passwordDone = u.Sub, true
	return s.proceed(a, now)
}

// provePassword finds the user whose password this is.
func (s *Service) provePassword(p *pool, hide bool, username, password string, now time.Time) (*user, error) {
	if password == "" {
		return nil, fail("InvalidParameterException", "Missing required parameter PASSWORD")
	}
	if err := s.checkLock(p, username, now); err != nil {
		return nil, err
	}
	u := p.find(username)
	if u == nil && !hide {
		return nil, fail("UserNotFoundException", "User does not exist.")
	}
	kept := decoySecret(p.Decoy, username)
	name := username
	if u != nil {
		kept, name = u.Secret, u.Username
	}
	if !kept.matches(p.name(), name, password) || u == nil {
		s.failed(p, username, now)
		return nil, fail("NotAuthorizedException", "Incorrect username or password.")
	}
	s.forgive(p, username)
	return u, nil
}

// beginSRP answers the client's A with salt and B. A client that hides users gets a decoy for those who do not exist.
func (s *Service) beginSRP(p *pool, cl *client, a attempt, clientA string, now time.Time) (*authAnswer, error) {
	if clientA == "" {
		return nil, fail("InvalidParameterException", "Missing required parameter SRP_A")
	}
	if err := s.checkLock(p, a.username, now); err != nil {
		return nil, err
	}
	u := p.find(a.username)
	if u == nil && !cl.hidesUsers() {
		return nil, fail("UserNotFoundException", "User does not exist.")
	}
	name, kept := a.username, decoySecret(p.Decoy, a.username)
	if u != nil {
		name, kept, a.sub = u.Username, u.Secret, u.Sub
	}
	exchange, err := newSRP(p.name(), name, kept, clientA)
	if err != nil {
		return nil, err
	}
	ch := s.askUnder(exchange.handle(), passwordVerifier, a, now)
	ch.srp, ch.decoy = exchange, u == nil
	params := exchange.parameters()
	params["USERNAME"], params["USER_ID_FOR_SRP"] = name, name
	return &authAnswer{ChallengeName: passwordVerifier, ChallengeParameters: params}, nil
}

// proceed turns what an attempt comes to next into the API's answer.
func (s *Service) proceed(a attempt, now time.Time) (*authAnswer, error) {
	st, err := s.advance(a, now)
	if err != nil {
		return nil, err
	}
	if !st.done {
		return &authAnswer{ChallengeName: st.challenge, ChallengeParameters: st.params, Session: st.session}, nil
	}
	result, err := s.admit(a, now)
	if err != nil {
		return nil, err
	}
	return &authAnswer{AuthenticationResult: result, ChallengeParameters: map[string]string{}}, nil
}
