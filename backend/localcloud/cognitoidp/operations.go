package cognitoidp

import (
	"encoding/json"
	"errors"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// operation is one row of the API: who may call it and what it does.
type operation struct {
	unsigned bool // no signature: authorised by a client ID, an access token or a code in the body
	run      func(*Service, *wire.Call) (any, error)
}

// locked makes an operation of a handler that runs with the service's lock held. The answer is written out before the
// lock goes, since it may share slices and maps with the state.
func locked[In any](fn func(*Service, *wire.Call, *In) (any, error)) operation {
	return operation{run: func(s *Service, c *wire.Call) (any, error) {
		in := new(In)
		if err := wire.DecodeJSON(c.Body, in); err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		out, err := fn(s, c, in)
		if err != nil || out == nil {
			return nil, err
		}
		return rendered(out)
	}}
}

func rendered(v any) (any, error) {
	b, err := json.Marshal(v)
	return json.RawMessage(b), err
}

// open is locked for operations that AWS lets be called unsigned.
func open[In any](fn func(*Service, *wire.Call, *In) (any, error)) operation {
	op := locked(fn)
	op.unsigned = true
	return op
}

// asUser is open for operations that an access token authorises.
func asUser[In any](token func(*In) string, fn func(*Service, *wire.Call, *bearer, *In) (any, error)) operation {
	return open(func(s *Service, c *wire.Call, in *In) (any, error) {
		b, err := s.account(token(in), c.Now)
		if err != nil {
			return nil, err
		}
		return fn(s, c, b, in)
	})
}

// account is the bearer of an access token that may look after the account.
func (s *Service) account(token string, now time.Time) (*bearer, error) {
	b, err := s.bearer(token, now)
	if err == nil && !b.has(adminScope) {
		return nil, fail("NotAuthorizedException", "Access Token does not have required scopes")
	}
	return b, err
}

var operations map[string]operation

func init() {
	operations = map[string]operation{
		"CreateUserPool":       {run: createUserPool},
		"DescribeUserPool":     locked(describeUserPool),
		"ListUserPools":        locked(listUserPools),
		"UpdateUserPool":       locked(updateUserPool),
		"DeleteUserPool":       locked(deleteUserPool),
		"AddCustomAttributes":  locked(addCustomAttributes),
		"GetUserPoolMfaConfig": locked(getMFAConfig),
		"SetUserPoolMfaConfig": locked(setMFAConfig),
		"TagResource":          locked(tagResource),
		"UntagResource":        locked(untagResource),
		"ListTagsForResource":  locked(listTags),

		"CreateUserPoolClient":   locked(createClient),
		"DescribeUserPoolClient": locked(describeClient),
		"ListUserPoolClients":    locked(listClients),
		"UpdateUserPoolClient":   locked(updateClient),
		"DeleteUserPoolClient":   locked(deleteClient),

		"CreateUserPoolDomain":   locked(createDomain),
		"DescribeUserPoolDomain": locked(describeDomain),
		"DeleteUserPoolDomain":   locked(deleteDomain),

		"CreateIdentityProvider":          {run: createIdentityProvider},
		"DescribeIdentityProvider":        locked(describeIdentityProvider),
		"GetIdentityProviderByIdentifier": locked(getIdentityProviderByIdentifier),
		"ListIdentityProviders":           locked(listIdentityProviders),
		"UpdateIdentityProvider":          {run: updateIdentityProvider},
		"DeleteIdentityProvider":          locked(deleteIdentityProvider),
		"GetSigningCertificate":           locked(getSigningCertificate),

		"AdminCreateUser":           locked(adminCreateUser),
		"AdminGetUser":              locked(adminGetUser),
		"AdminDeleteUser":           locked(adminDeleteUser),
		"AdminSetUserPassword":      locked(adminSetUserPassword),
		"AdminResetUserPassword":    locked(adminResetUserPassword),
		"AdminEnableUser":           locked(adminEnableUser),
		"AdminDisableUser":          locked(adminDisableUser),
		"AdminConfirmSignUp":        locked(adminConfirmSignUp),
		"AdminUserGlobalSignOut":    locked(adminGlobalSignOut),
		"AdminUpdateUserAttributes": locked(adminUpdateAttributes),
		"AdminDeleteUserAttributes": locked(adminDeleteAttributes),
		"AdminSetUserMFAPreference": locked(adminSetMFAPreference),
		"ListUsers":                 locked(listUsers),

		"CreateGroup":              locked(createGroup),
		"GetGroup":                 locked(getGroup),
		"UpdateGroup":              locked(updateGroup),
		"DeleteGroup":              locked(deleteGroup),
		"ListGroups":               locked(listGroups),
		"ListUsersInGroup":         locked(listUsersInGroup),
		"AdminAddUserToGroup":      locked(adminAddUserToGroup),
		"AdminRemoveUserFromGroup": locked(adminRemoveUserFromGroup),
		"AdminListGroupsForUser":   locked(adminListGroupsForUser),

		"AdminInitiateAuth":           locked(adminInitiateAuth),
		"AdminRespondToAuthChallenge": locked(adminRespond),
		"InitiateAuth":                open(initiateAuth),
		"RespondToAuthChallenge":      open(respondToAuthChallenge),
		"GetTokensFromRefreshToken":   open(getTokensFromRefreshToken),
		"RevokeToken":                 open(revokeToken),

		"SignUp":                 open(signUp),
		"ConfirmSignUp":          open(confirmSignUp),
		"ResendConfirmationCode": open(resendConfirmationCode),
		"ForgotPassword":         open(forgotPassword),
		"ConfirmForgotPassword":  open(confirmForgotPassword),

		"AssociateSoftwareToken": open(associateSoftwareToken),
		"VerifySoftwareToken":    open(verifySoftwareToken),

		"GetUser":                          asUser(tokenOf[accessInput], getUser),
		"GetUserAuthFactors":               asUser(tokenOf[accessInput], getUserAuthFactors),
		"DeleteUser":                       asUser(tokenOf[accessInput], deleteUser),
		"GlobalSignOut":                    asUser(tokenOf[accessInput], globalSignOut),
		"ChangePassword":                   asUser(tokenOf[changePasswordInput], changePassword),
		"SetUserMFAPreference":             asUser(tokenOf[mfaPreferenceInput], setMFAPreference),
		"UpdateUserAttributes":             asUser(tokenOf[attributesInput], updateUserAttributes),
		"DeleteUserAttributes":             asUser(tokenOf[attributesInput], deleteUserAttributes),
		"GetUserAttributeVerificationCode": asUser(tokenOf[attributesInput], getVerificationCode),
		"VerifyUserAttribute":              asUser(tokenOf[attributesInput], verifyAttribute),

		"StartWebAuthnRegistration":    asUser(tokenOf[accessInput], startWebAuthnRegistration),
		"CompleteWebAuthnRegistration": asUser(tokenOf[passkeyInput], completeWebAuthnRegistration),
		"ListWebAuthnCredentials":      asUser(tokenOf[passkeyInput], listWebAuthnCredentials),
		"DeleteWebAuthnCredential":     asUser(tokenOf[passkeyInput], deleteWebAuthnCredential),

		"ConfirmDevice":      asUser(tokenOf[deviceInput], confirmDevice),
		"UpdateDeviceStatus": asUser(tokenOf[deviceInput], updateDeviceStatus),
		"ForgetDevice":       asUser(tokenOf[deviceInput], forgetDevice),
		"GetDevice":          asUser(tokenOf[deviceInput], getDevice),
		"ListDevices":        asUser(tokenOf[deviceInput], listDevices),
		"AdminListDevices":   locked(adminListDevices),
		"AdminForgetDevice":  locked(adminForgetDevice),
		"AdminGetDevice":     locked(adminGetDevice),
	}
}

// accessInput is the part that all access-token operations share.
type accessInput struct{ AccessToken string }

func (a accessInput) accessToken() string { return a.AccessToken }

func tokenOf[In interface{ accessToken() string }](in *In) string { return (*in).accessToken() }

// authorise asks the policies for the IAM action of a signed operation. It comes before anything is looked up, so
// that a denial does not tell what exists.
func (s *Service) authorise(c *wire.Call, op operation) error {
	if op.unsigned {
		return nil
	}
	var in struct{ UserPoolId, ResourceArn string }
	_ = json.Unmarshal(c.Body, &in)
	resource := "*"
	switch {
	case in.ResourceArn != "":
		resource = in.ResourceArn
	case in.UserPoolId != "":
		resource = s.poolARN(in.UserPoolId)
	}
	action := "cognito-idp:" + c.Operation
	if c.Allowed(action, resource, nil) {
		return nil
	}
	return fail("AccessDeniedException",
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.Principal.ARN, action, resource, action)
}

func (s *Service) poolARN(id string) string {
	return "arn:aws:cognito-idp:" + s.env.Region + ":" + s.env.AccountID + ":userpool/" + id
}

// fail makes the error answers of this API, which are all HTTP 400 but for internal ones.
func fail(code, format string, args ...any) error { return wire.Errorf(400, code, format, args...) }

func asWire(err error) *wire.Error {
	var e *wire.Error
	if errors.As(err, &e) {
		return e
	}
	return wire.Errorf(500, "InternalErrorException", "%s", err.Error())
}
