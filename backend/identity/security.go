package identity

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

// What users may change of their own account while they are signed in. It takes an access token with the scope
// aws.cognito.signin.user.admin, which every sign-in in the window has and one by the browser has not.

// accessToken is one that is good for a minute at least, and the session that it belongs to.
func (s *Service) accessToken(ctx context.Context) (*string, *session, error) {
	if !s.acquire(ctx.Done()) {
		return nil, nil, context.Cause(ctx)
	}
	defer s.release()
	s.mu.Lock()
	now := s.session
	s.mu.Unlock()
	if now == nil {
		return nil, nil, errSignedOut
	}
	if now.access == "" || !wall().Before(now.accessEnd) {
		var err error
		if now, err = s.refreshSession(ctx, now); err != nil {
			return nil, nil, err
		}
	}
	return aws.String(string(now.access)), now, nil
}

// Security reads what guards the account of the user who is signed in. It makes a call or two.
func (s *Service) Security(ctx context.Context) (*backend.Security, error) {
	access, now, err := s.accessToken(ctx)
	if err != nil {
		return nil, explain(lookingAfter, err)
	}
	user, err := s.idp.GetUser(ctx, &cognitoidentityprovider.GetUserInput{AccessToken: access})
	if err == nil && aws.ToString(user.Username) == "" {
		err = errNotCognito
	}
	if err != nil {
		return nil, explain(lookingAfter, err)
	}
	out := &backend.Security{Authenticator: slices.Contains(user.UserMFASettingList,
		string(types.ChallengeNameTypeSoftwareTokenMfa))}
	if now.deviceKey == "" {
		return out, nil
	}
	known, err := s.idp.GetDevice(ctx,
		&cognitoidentityprovider.GetDeviceInput{AccessToken: access, DeviceKey: &now.deviceKey})
	switch {
	case codeOf(err) == "ResourceNotFoundException": // forgotten elsewhere
	case err != nil:
		return nil, explain(lookingAfter, err)
	case known.Device != nil:
		out.Device = backend.DeviceKnown
		for _, a := range known.Device.DeviceAttributes {
			if aws.ToString(a.Name) == "dev:device_remembered_status" && aws.ToString(a.Value) == "remembered" {
				out.Device = backend.DeviceRemembered
			}
		}
	}
	return out, nil
}

// BeginAuthenticator asks for the secret of a new authenticator app: a Challenge with Secret and QR, which
// ConfirmAuthenticator answers. Nothing changes before that.
func (s *Service) BeginAuthenticator(ctx context.Context) (*backend.Challenge, error) {
	access, now, err := s.accessToken(ctx)
	if err != nil {
		return nil, explain(enrolling, err)
	}
	t := &step{attempt: attempt{username: now.user.Username}, name: types.ChallengeNameTypeMfaSetup}
	if err := s.associate(ctx, t, &cognitoidentityprovider.AssociateSoftwareTokenInput{AccessToken: access}); err != nil {
		return nil, explain(enrolling, err)
	}
	return t.challenge(), nil
}

// ConfirmAuthenticator proves by a code that the app has the secret, and makes it the account's second factor.
func (s *Service) ConfirmAuthenticator(ctx context.Context, code string) error {
	if code = plainCode(code); code == "" {
		return emptyAnswer()
	}
	access, _, err := s.accessToken(ctx)
	if err != nil {
		return explain(enrolling, err)
	}
	out, err := takenOnce(ctx, s.idp.VerifySoftwareToken,
		&cognitoidentityprovider.VerifySoftwareTokenInput{AccessToken: access, UserCode: &code})
	if isLost(err) { // if it was not taken, Cognito refuses to make the app a factor
		if s.preferAuthenticator(ctx, access, true) == nil {
			return nil
		}
	}
	if err == nil && out.Status != types.VerifySoftwareTokenResponseTypeSuccess {
		err = &types.EnableSoftwareTokenMFAException{}
	}
	if err == nil {
		err = s.preferAuthenticator(ctx, access, true)
	}
	if err != nil {
		return explain(enrolling, err)
	}
	s.opt.Log.Info("an authenticator app was set up")
	return nil
}

// RemoveAuthenticator takes the authenticator app off the account: sign-ins ask for its code no more.
func (s *Service) RemoveAuthenticator(ctx context.Context) error {
	access, _, err := s.accessToken(ctx)
	if err == nil {
		err = s.preferAuthenticator(ctx, access, false)
	}
	if err != nil {
		return explain(removing, err)
	}
	s.opt.Log.Info("the authenticator app was taken off")
	return nil
}

// preferAuthenticator leaves the account's other factors as they are.
func (s *Service) preferAuthenticator(ctx context.Context, access *string, on bool) error {
	_, err := s.idp.SetUserMFAPreference(ctx, &cognitoidentityprovider.SetUserMFAPreferenceInput{AccessToken: access,
		SoftwareTokenMfaSettings: &types.SoftwareTokenMfaSettingsType{Enabled: on, PreferredMfa: on}})
	return err
}

// ForgetDevice takes back that this computer is remembered: its secret is deleted from the keyring, whatever Cognito
// answers, and the next sign-in here is one of a new computer. Cognito ends the sign-ins of a device that is forgotten,
// so a sign-out should follow.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgetDevice.html
func (s *Service) ForgetDevice(ctx context.Context) error {
	key := ""
	s.mu.Lock()
	now := s.session
	s.mu.Unlock()
	if now != nil {
		key = now.deviceKey
	} else if k, _ := s.vault.load(ctx); k != nil { // one that could not be resumed
		key = k.DeviceKey
	}
	if key != "" {
		s.vault.forgetDeviceOf(ctx, key)
	}
	access, _, err := s.accessToken(ctx)
	switch {
	case err != nil:
		return explain(forgetting, err)
	case key == "":
		return notRemembered()
	}
	_, err = s.idp.ForgetDevice(ctx, &cognitoidentityprovider.ForgetDeviceInput{AccessToken: access, DeviceKey: &key})
	if err != nil && codeOf(err) != "ResourceNotFoundException" { // that is what was wanted
		return explain(forgetting, err)
	}
	s.opt.Log.Info("this computer was forgotten")
	return nil
}

func (v *vault) forgetDeviceOf(ctx context.Context, key string) {
	v.do(ctx, backgroundWait, func() error {
		all, err := v.readDevices()
		if err != nil {
			return err
		}
		return v.writeDevices(slices.DeleteFunc(all, func(d *device) bool { return d.Key == key }))
	})
}
