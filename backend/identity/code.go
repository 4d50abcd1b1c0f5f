package identity

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

// SignInByCode has a code sent that signs the user in without a password, where the pool lets them: Cognito's
// choice-based sign-in, USER_AUTH. The challenge asks for the code. A user who is signed in stays so until the new
// sign-in succeeds. Errors are *backend.Problem.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
func (s *Service) SignInByCode(ctx context.Context, username string) (*backend.User, *backend.Challenge, error) {
	s.ask(nil)
	username = strings.TrimSpace(username)
	if username == "" {
		return nil, nil, emptyName()
	}
	return s.begin(ctx, attempt{typed: username, username: username, byCode: true})
}

// beginCode asks for a code by e-mail, or by text message where the account has that only.
func (s *Service) beginCode(ctx context.Context, e attempt) (*backend.User, *backend.Challenge, error) {
	out, err := s.idp.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
		AuthFlow: types.AuthFlowTypeUserAuth, ClientId: &s.opt.ClientID,
		AuthParameters: map[string]string{"USERNAME": e.typed,
			"PREFERRED_CHALLENGE": string(types.ChallengeNameTypeEmailOtp)},
	})
	if err != nil {
		return nil, nil, explain(sendingCode, err)
	}
	next := answered{out.AuthenticationResult, out.ChallengeName, out.ChallengeParameters, out.Session}
	if next.challenge == types.ChallengeNameTypeSelectChallenge {
		if !slices.Contains(out.AvailableChallenges, types.ChallengeNameTypeSmsOtp) {
			return nil, nil, noCodeForAccount()
		}
		next, err = s.respond(ctx, next.challenge, next.session, map[string]string{"USERNAME": e.typed,
			"ANSWER": string(types.ChallengeNameTypeSmsOtp)})
		if err != nil {
			return nil, nil, explain(sendingCode, err)
		}
	}
	switch next.challenge {
	case types.ChallengeNameTypeEmailOtp, types.ChallengeNameTypeSmsOtp:
		return s.proceed(ctx, e, next)
	}
	return nil, nil, explain(sendingCode, errNotCognito)
}
