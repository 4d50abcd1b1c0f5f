package cognitoidp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"avatar-launcher/backend/localcloud/wire"
)

// maxPasskeys is how many passkeys a user can have.
// https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
const maxPasskeys = 20

// registrationLife is how long a passkey may take to be made.
const registrationLife = 5 * time.Minute

// registration is a passkey that is being made, kept under its challenge.
type registration struct {
	poolID, clientID, sub, relyingParty string
	ceremony                            *webauthn.SessionData
	expires                             time.Time
}

// beginPasskey gives the options by which an authenticator makes a passkey for the user.
func (s *Service) beginPasskey(p *pool, cl *client, u *user,
	now time.Time) (*protocol.PublicKeyCredentialCreationOptions, error) {
	if !p.permits(webAuthn) {
		return nil, fail("WebAuthnNotEnabledException", "Passkeys are not enabled for the user pool.")
	}
	if u.Status == externalProvider {
		return nil, fail("NotAuthorizedException", "Users of an outside provider cannot have passkeys.")
	}
	if len(u.Passkeys) >= maxPasskeys {
		return nil, fail("LimitExceededException", "A user can have %d passkeys at most.", maxPasskeys)
	}
	w, err := p.ceremonies(originOf(p.relyingParty()))
	if err != nil {
		return nil, err
	}
	who := owner{u, p.passkeysOf(u)}
	there := webauthn.Credentials(who.WebAuthnCredentials()).CredentialDescriptors()
	options, ceremony, err := w.BeginRegistration(who, webauthn.WithExclusions(there))
	if err != nil {
		return nil, err
	}
	for k, r := range s.registrations {
		if !now.Before(r.expires) {
			delete(s.registrations, k)
		}
	}
	s.registrations[ceremony.Challenge] = &registration{poolID: p.ID, clientID: cl.ID, sub: u.Sub,
		relyingParty: p.relyingParty(), ceremony: ceremony, expires: now.Add(registrationLife)}
	return &options.Response, nil
}

// finishPasskey stores a passkey that an authenticator has made.
func (s *Service) finishPasskey(p *pool, cl *client, u *user, given []byte, now time.Time) error {
	if !p.permits(webAuthn) {
		return fail("WebAuthnNotEnabledException", "Passkeys are not enabled for the user pool.")
	}
	made, err := protocol.ParseCredentialCreationResponseBytes(given)
	if err != nil {
		return fail("InvalidParameterException", "Credential is not a RegistrationResponseJSON.")
	}
	data := made.Response.CollectedClientData
	r := s.registrations[data.Challenge]
	if r == nil || r.poolID != p.ID || r.sub != u.Sub || !now.Before(r.expires) {
		return fail("WebAuthnChallengeNotFoundException", "The challenge does not exist or has expired.")
	}
	if r.clientID != cl.ID {
		return fail("WebAuthnClientMismatchException", "The registration was begun by another app client.")
	}
	delete(s.registrations, data.Challenge)
	id := p.relyingParty()
	switch {
	case r.relyingParty != id, !madeFor(id, made):
		return fail("WebAuthnRelyingPartyMismatchException", "The passkey was made for another relying party than %s.", id)
	case !originAllowed(id, data.Origin):
		return fail("WebAuthnOriginNotAllowedException", "Origin %s does not belong to relying party %s.", data.Origin, id)
	}
	w, err := p.ceremonies(data.Origin)
	if err != nil {
		return err
	}
	credential, err := w.CreateCredential(owner{u, p.passkeysOf(u)}, *r.ceremony, made)
	if err != nil || p.hasCredential(credential.ID) {
		return fail("WebAuthnCredentialNotSupportedException", "The passkey is not supported.")
	}
	u.Passkeys = append(u.Passkeys, passkey{Name: u.newPasskeyName(), RelyingParty: id, Created: now,
		Attachment: string(made.AuthenticatorAttachment), Credential: *credential})
	u.touch(now)
	s.writeUser(p, u)
	return nil
}

// hasCredential reports whether somebody in the pool has the credential.
func (p *pool) hasCredential(id []byte) bool {
	for _, u := range p.users {
		if slices.ContainsFunc(u.Passkeys, func(k passkey) bool { return bytes.Equal(k.Credential.ID, id) }) {
			return true
		}
	}
	return false
}

// newPasskeyName is "Passkey" with the lowest number that no other of the user's passkeys has.
func (u *user) newPasskeyName() string {
	for n := 1; ; n++ {
		name := fmt.Sprintf("Passkey %d", n)
		if !slices.ContainsFunc(u.Passkeys, func(k passkey) bool { return k.Name == name }) {
			return name
		}
	}
}

func startWebAuthnRegistration(s *Service, c *wire.Call, b *bearer, _ *accessInput) (any, error) {
	options, err := s.beginPasskey(b.pool, b.client, b.user, c.Now)
	if err != nil {
		return nil, err
	}
	return map[string]any{"CredentialCreationOptions": options}, nil
}

type passkeyInput struct {
	accessInput
	Credential   json.RawMessage
	CredentialId string
	MaxResults   *int32
	NextToken    string
}

func completeWebAuthnRegistration(s *Service, c *wire.Call, b *bearer, in *passkeyInput) (any, error) {
	return nil, s.finishPasskey(b.pool, b.client, b.user, in.Credential, c.Now)
}

func credentialID(k passkey) string { return base64.RawURLEncoding.EncodeToString(k.Credential.ID) }

func listWebAuthnCredentials(_ *Service, _ *wire.Call, b *bearer, in *passkeyInput) (any, error) {
	keys := map[string]passkey{}
	for _, k := range b.user.Passkeys {
		keys[credentialID(k)] = k
	}
	ids, next, err := page(mapKeys(keys), in.NextToken, in.MaxResults, maxPasskeys)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, id := range ids {
		k := keys[id]
		transports := k.Credential.Transport
		if transports == nil {
			transports = []protocol.AuthenticatorTransport{}
		}
		view := map[string]any{"CredentialId": id, "FriendlyCredentialName": k.Name, "RelyingPartyId": k.RelyingParty,
			"AuthenticatorTransports": transports, "CreatedAt": stamp(k.Created)}
		if k.Attachment != "" {
			view["AuthenticatorAttachment"] = k.Attachment
		}
		out = append(out, view)
	}
	return answer("Credentials", out, "NextToken", next), nil
}

func deleteWebAuthnCredential(s *Service, c *wire.Call, b *bearer, in *passkeyInput) (any, error) {
	before := len(b.user.Passkeys)
	b.user.Passkeys = slices.DeleteFunc(b.user.Passkeys,
		func(k passkey) bool { return credentialID(k) == in.CredentialId })
	if len(b.user.Passkeys) == before {
		return nil, fail("ResourceNotFoundException", "The passkey does not exist.")
	}
	b.user.touch(c.Now)
	s.writeUser(b.pool, b.user)
	return nil, nil
}
