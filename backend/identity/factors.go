package identity

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// Factors says by what an account may sign in first.
type Factors struct{ Password, Code, Passkey bool }

// Factors asks Cognito by what an account may sign in: the choices of USER_AUTH. Where the app client has no choices,
// the password is the only one. A pool that hides who has an account makes the answer up for a name that nobody has.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
func (s *Service) Factors(ctx context.Context, username string) (Factors, error) {
	if username = strings.TrimSpace(username); username == "" {
		return Factors{}, emptyName()
	}
	out, err := s.idp.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
		AuthFlow: types.AuthFlowTypeUserAuth, ClientId: &s.opt.ClientID,
		AuthParameters: map[string]string{"USERNAME": username},
	})
	if codeOf(err) == "InvalidParameterException" {
		return Factors{Password: true}, nil
	}
	if err != nil {
		return Factors{}, explain(signingIn, err)
	}
	var f Factors
	for _, name := range append(out.AvailableChallenges, out.ChallengeName) { // a single one is asked at once
		switch name {
		case types.ChallengeNameTypePassword, types.ChallengeNameTypePasswordSrp, types.ChallengeNameTypePasswordVerifier:
			f.Password = true
		case types.ChallengeNameTypeEmailOtp, types.ChallengeNameTypeSmsOtp:
			f.Code = true
		case types.ChallengeNameTypeWebAuthn:
			f.Passkey = true
		}
	}
	return f, nil
}
