package identity

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// call is one operation of Cognito's user pools, or, by O, of its identity pools.
type call[In, Out, O any] func(context.Context, *In, ...func(*O)) (*Out, error)

// userPools holds the operations of *cognitoidentityprovider.Client that this package calls, and no client: a Service
// that held one would keep all its 120 operations in the program, since Wails looks for methods by reflection in
// whatever an interface can lead to.
type userPools struct {
	AssociateSoftwareToken    call[cognito.AssociateSoftwareTokenInput, cognito.AssociateSoftwareTokenOutput, cognito.Options]
	ConfirmDevice             call[cognito.ConfirmDeviceInput, cognito.ConfirmDeviceOutput, cognito.Options]
	ConfirmForgotPassword     call[cognito.ConfirmForgotPasswordInput, cognito.ConfirmForgotPasswordOutput, cognito.Options]
	ConfirmSignUp             call[cognito.ConfirmSignUpInput, cognito.ConfirmSignUpOutput, cognito.Options]
	ForgetDevice              call[cognito.ForgetDeviceInput, cognito.ForgetDeviceOutput, cognito.Options]
	ForgotPassword            call[cognito.ForgotPasswordInput, cognito.ForgotPasswordOutput, cognito.Options]
	GetDevice                 call[cognito.GetDeviceInput, cognito.GetDeviceOutput, cognito.Options]
	GetTokensFromRefreshToken call[cognito.GetTokensFromRefreshTokenInput, cognito.GetTokensFromRefreshTokenOutput, cognito.Options]
	GetUser                   call[cognito.GetUserInput, cognito.GetUserOutput, cognito.Options]
	InitiateAuth              call[cognito.InitiateAuthInput, cognito.InitiateAuthOutput, cognito.Options]
	ResendConfirmationCode    call[cognito.ResendConfirmationCodeInput, cognito.ResendConfirmationCodeOutput, cognito.Options]
	RespondToAuthChallenge    call[cognito.RespondToAuthChallengeInput, cognito.RespondToAuthChallengeOutput, cognito.Options]
	RevokeToken               call[cognito.RevokeTokenInput, cognito.RevokeTokenOutput, cognito.Options]
	SetUserMFAPreference      call[cognito.SetUserMFAPreferenceInput, cognito.SetUserMFAPreferenceOutput, cognito.Options]
	UpdateDeviceStatus        call[cognito.UpdateDeviceStatusInput, cognito.UpdateDeviceStatusOutput, cognito.Options]
	VerifySoftwareToken       call[cognito.VerifySoftwareTokenInput, cognito.VerifySoftwareTokenOutput, cognito.Options]
}

func newUserPools(cfg aws.Config) userPools {
	c := cognito.NewFromConfig(cfg)
	return userPools{
		AssociateSoftwareToken:    c.AssociateSoftwareToken,
		ConfirmDevice:             c.ConfirmDevice,
		ConfirmForgotPassword:     c.ConfirmForgotPassword,
		ConfirmSignUp:             c.ConfirmSignUp,
		ForgetDevice:              c.ForgetDevice,
		ForgotPassword:            c.ForgotPassword,
		GetDevice:                 c.GetDevice,
		GetTokensFromRefreshToken: c.GetTokensFromRefreshToken,
		GetUser:                   c.GetUser,
		InitiateAuth:              c.InitiateAuth,
		ResendConfirmationCode:    c.ResendConfirmationCode,
		RespondToAuthChallenge:    c.RespondToAuthChallenge,
		RevokeToken:               c.RevokeToken,
		SetUserMFAPreference:      c.SetUserMFAPreference,
		UpdateDeviceStatus:        c.UpdateDeviceStatus,
		VerifySoftwareToken:       c.VerifySoftwareToken,
	}
}

// identityPools holds what is called of *cognitoidentity.Client, for the same reason.
type identityPools struct {
	GetCredentialsForIdentity call[cognitoidentity.GetCredentialsForIdentityInput, cognitoidentity.GetCredentialsForIdentityOutput, cognitoidentity.Options]
	GetId                     call[cognitoidentity.GetIdInput, cognitoidentity.GetIdOutput, cognitoidentity.Options]
}

func newIdentityPools(cfg aws.Config) identityPools {
	c := cognitoidentity.NewFromConfig(cfg)
	return identityPools{GetCredentialsForIdentity: c.GetCredentialsForIdentity, GetId: c.GetId}
}
