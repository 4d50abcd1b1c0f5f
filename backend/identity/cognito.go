package identity

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// call is one operation of Cognito's user pools, poolCall of its identity pools.
type (
	call[In, Out any]     func(context.Context, *In, ...func(*cognito.Options)) (*Out, error)
	poolCall[In, Out any] func(context.Context, *In, ...func(*cognitoidentity.Options)) (*Out, error)
)

// userPools holds the operations of *cognitoidentityprovider.Client that this package calls, and no client: a Service
// that held one would keep all its 120 operations in the program, since Wails looks for methods by reflection in
// whatever an interface can lead to.
type userPools struct {
	AssociateSoftwareToken    call[cognito.AssociateSoftwareTokenInput, cognito.AssociateSoftwareTokenOutput]
	ConfirmDevice             call[cognito.ConfirmDeviceInput, cognito.ConfirmDeviceOutput]
	ConfirmForgotPassword     call[cognito.ConfirmForgotPasswordInput, cognito.ConfirmForgotPasswordOutput]
	ConfirmSignUp             call[cognito.ConfirmSignUpInput, cognito.ConfirmSignUpOutput]
	DeleteWebAuthnCredential  call[cognito.DeleteWebAuthnCredentialInput, cognito.DeleteWebAuthnCredentialOutput]
	ListWebAuthnCredentials   call[cognito.ListWebAuthnCredentialsInput, cognito.ListWebAuthnCredentialsOutput]
	ForgetDevice              call[cognito.ForgetDeviceInput, cognito.ForgetDeviceOutput]
	ForgotPassword            call[cognito.ForgotPasswordInput, cognito.ForgotPasswordOutput]
	GetDevice                 call[cognito.GetDeviceInput, cognito.GetDeviceOutput]
	GetTokensFromRefreshToken call[cognito.GetTokensFromRefreshTokenInput, cognito.GetTokensFromRefreshTokenOutput]
	GetUser                   call[cognito.GetUserInput, cognito.GetUserOutput]
	InitiateAuth              call[cognito.InitiateAuthInput, cognito.InitiateAuthOutput]
	ResendConfirmationCode    call[cognito.ResendConfirmationCodeInput, cognito.ResendConfirmationCodeOutput]
	RespondToAuthChallenge    call[cognito.RespondToAuthChallengeInput, cognito.RespondToAuthChallengeOutput]
	RevokeToken               call[cognito.RevokeTokenInput, cognito.RevokeTokenOutput]
	SetUserMFAPreference      call[cognito.SetUserMFAPreferenceInput, cognito.SetUserMFAPreferenceOutput]
	StartWebAuthnRegistration call[cognito.StartWebAuthnRegistrationInput, cognito.StartWebAuthnRegistrationOutput]
	UpdateDeviceStatus        call[cognito.UpdateDeviceStatusInput, cognito.UpdateDeviceStatusOutput]
	VerifySoftwareToken       call[cognito.VerifySoftwareTokenInput, cognito.VerifySoftwareTokenOutput]
}

func newUserPools(cfg aws.Config) userPools {
	c := cognito.NewFromConfig(cfg)
	return userPools{
		AssociateSoftwareToken:    c.AssociateSoftwareToken,
		ConfirmDevice:             c.ConfirmDevice,
		ConfirmForgotPassword:     c.ConfirmForgotPassword,
		ConfirmSignUp:             c.ConfirmSignUp,
		DeleteWebAuthnCredential:  c.DeleteWebAuthnCredential,
		ListWebAuthnCredentials:   c.ListWebAuthnCredentials,
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
		StartWebAuthnRegistration: c.StartWebAuthnRegistration,
		UpdateDeviceStatus:        c.UpdateDeviceStatus,
		VerifySoftwareToken:       c.VerifySoftwareToken,
	}
}

// identityPools holds what is called of *cognitoidentity.Client, for the same reason.
type identityPools struct {
	GetCredentialsForIdentity poolCall[cognitoidentity.GetCredentialsForIdentityInput,
		cognitoidentity.GetCredentialsForIdentityOutput]
	GetId poolCall[cognitoidentity.GetIdInput, cognitoidentity.GetIdOutput]
}

func newIdentityPools(cfg aws.Config) identityPools {
	c := cognitoidentity.NewFromConfig(cfg)
	return identityPools{GetCredentialsForIdentity: c.GetCredentialsForIdentity, GetId: c.GetId}
}
