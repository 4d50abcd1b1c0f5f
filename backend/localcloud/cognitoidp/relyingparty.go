package cognitoidp

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// webAuthnConfig is WebAuthnConfigurationType.
type webAuthnConfig struct {
	FactorConfiguration string `json:",omitempty"`
	RelyingPartyId      string `json:",omitempty"`
	UserVerification    string `json:",omitempty"` // required or preferred
}

var relyingPartyForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,125}[a-z0-9])?$`)

// settle checks a configuration and fills in AWS's defaults.
func (c *webAuthnConfig) settle() error {
	if c.UserVerification == "" {
		c.UserVerification = "preferred"
	}
	if !slices.Contains([]string{"required", "preferred"}, c.UserVerification) {
		return fail("InvalidParameterException",
			"1 validation error detected: Value '%s' at 'webAuthnConfiguration.userVerification' failed to satisfy constraint: "+
				"Member must satisfy enum value set: [preferred, required]", c.UserVerification)
	}
	if c.RelyingPartyId != "" && !relyingPartyForm.MatchString(c.RelyingPartyId) {
		return fail("InvalidParameterException", "Relying party ID %s is not a valid domain.", c.RelyingPartyId)
	}
	if c.FactorConfiguration != "" && c.FactorConfiguration != "SINGLE_FACTOR" {
		return fail("InvalidParameterException", "FactorConfiguration %s is not supported.", c.FactorConfiguration)
	}
	return nil
}

// relyingParty is the domain that the pool's passkeys are for: the one that is configured, else that of its pages, ""
// if it has neither.
func (p *pool) relyingParty() string {
	if c := p.MFA.WebAuthn; c != nil && c.RelyingPartyId != "" {
		return c.RelyingPartyId
	}
	if p.Domain == "" {
		return ""
	}
	region, _, _ := strings.Cut(p.ID, "_")
	return p.Domain + ".auth." + region + ".amazoncognito.com"
}

// passkey is one of a user's passkeys.
type passkey struct {
	Name, RelyingParty, Attachment string
	Created                        time.Time
	Credential                     webauthn.Credential
}

// passkeysOf lists the passkeys that a user can sign in with: those made for the pool's present relying party. One
// that was made for another cannot be shown to a page of this one.
func (p *pool) passkeysOf(u *user) []passkey {
	var out []passkey
	for _, k := range u.Passkeys {
		if k.RelyingParty == p.relyingParty() {
			out = append(out, k)
		}
	}
	return out
}

// owner shows a user to the WebAuthn library.
type owner struct {
	user *user
	keys []passkey
}

// WebAuthnID is the user's sub.
func (o owner) WebAuthnID() []byte { return []byte(o.user.Sub) }

// WebAuthnName is the user name.
func (o owner) WebAuthnName() string { return o.user.Username }

// WebAuthnDisplayName is the user name.
func (o owner) WebAuthnDisplayName() string { return o.user.Username }

// WebAuthnCredentials are the user's passkeys.
func (o owner) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(o.keys))
	for i, k := range o.keys {
		out[i] = k.Credential
	}
	return out
}

// ceremonies makes and checks what authenticators are asked, for pages of one origin.
func (p *pool) ceremonies(origin string) (*webauthn.WebAuthn, error) {
	id := p.relyingParty()
	if id == "" {
		return nil, fail("WebAuthnConfigurationMissingException",
			"The user pool has neither a relying party ID nor a domain.")
	}
	verification := protocol.VerificationPreferred
	if p.MFA.WebAuthn != nil && p.MFA.WebAuthn.UserVerification == "required" {
		verification = protocol.VerificationRequired
	}
	w, err := webauthn.New(&webauthn.Config{RPID: id, RPDisplayName: id, RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		// Password managers report extensions that nobody asked for.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: verification}})
	if err != nil {
		return nil, fail("WebAuthnConfigurationMissingException", "The relying party ID %s cannot be used.", id)
	}
	return w, nil
}

// originOf is the origin of a page on the relying party's own domain.
func originOf(relyingParty string) string { return "https://" + relyingParty }

// originAllowed reports whether a page may use the passkeys of a relying party: its own pages and those of domains
// below it, over TLS. Names of this machine need none, as in browsers.
func originAllowed(relyingParty, origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Path != "" || u.RawQuery != "" {
		return false
	}
	host := u.Hostname()
	if host != relyingParty && !strings.HasSuffix(host, "."+relyingParty) {
		return false
	}
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	return u.Scheme == "https" || u.Scheme == "http" && local
}

// askPasskey opens the challenge that one of the user's passkeys answers.
func (s *Service) askPasskey(p *pool, u *user, a attempt, now time.Time) (step, error) {
	w, err := p.ceremonies(originOf(p.relyingParty()))
	if err != nil {
		return step{}, err
	}
	options, ceremony, err := w.BeginLogin(owner{u, p.passkeysOf(u)})
	if err != nil {
		return step{}, err
	}
	ch := s.ask(webAuthn, a, now)
	ch.first, ch.ceremony = true, ceremony
	asked, err := json.Marshal(options.Response)
	return step{challenge: webAuthn, session: ch.key, params: map[string]string{"USERNAME": u.Username,
		"CREDENTIAL_REQUEST_OPTIONS": string(asked)}}, err
}

// answerPasskey checks an authenticator's signature. There is one try.
func (s *Service) answerPasskey(ch *challenge, in *respondInput, _ time.Time) (attempt, error) {
	a := ch.attempt
	p, _, u, err := s.people(a)
	if err != nil {
		return a, err
	}
	given := in.ChallengeResponses["CREDENTIAL"]
	if given == "" {
		return a, fail("InvalidParameterException", "Missing required parameter CREDENTIAL")
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(given))
	if err != nil {
		return a, fail("InvalidParameterException", "CREDENTIAL is not an AuthenticationResponseJSON.")
	}
	s.close(ch)
	refused := fail("NotAuthorizedException", "Incorrect username or password.")
	origin := answer.Response.CollectedClientData.Origin
	if !originAllowed(p.relyingParty(), origin) {
		return a, refused
	}
	w, err := p.ceremonies(origin)
	if err != nil {
		return a, err
	}
	used, err := w.ValidateLogin(owner{u, p.passkeysOf(u)}, *ch.ceremony, answer)
	if err != nil || used.Authenticator.CloneWarning {
		s.opt.Log.Info("cognito-idp: a passkey was refused", "pool", p.ID, "username", u.Username)
		return a, refused
	}
	i := slices.IndexFunc(u.Passkeys, func(k passkey) bool { return bytes.Equal(k.Credential.ID, used.ID) })
	u.Passkeys[i].Credential = *used
	s.writeUser(p, u)
	return a, nil
}

// madeFor reports whether an authenticator made a credential for a relying party.
func madeFor(relyingParty string, made *protocol.ParsedCredentialCreationData) bool {
	want := sha256.Sum256([]byte(relyingParty))
	return bytes.Equal(made.Response.AttestationObject.AuthData.RPIDHash, want[:])
}
