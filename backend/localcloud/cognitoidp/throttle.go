package cognitoidp

import (
	"strings"
	"time"

	"golang.org/x/time/rate"

	"avatar-launcher/backend/localcloud/wire"
)

// limits are the default requests a second of the categories in "Quotas in Amazon Cognito".
var limits = map[string]rate.Limit{
	"UserAuthentication": 120, "UserToken": 120, "UserCreation": 50, "UserAccountRecovery": 30, "UserRead": 120,
	"UserUpdate": 25, "UserList": 30, "UserResourceRead": 50, "UserResourceUpdate": 25, "UserPoolRead": 15,
	"UserPoolUpdate": 15, "ClientRead": 15,
}

// bucket is one category's token bucket; its burst is one second's worth.
type bucket struct{ limiter *rate.Limiter }

// throttle refuses calls beyond their category's rate, where the cloud's limits are in force.
func (s *Service) throttle(c *wire.Call) error {
	if s.env.Throttle == nil || !s.env.Throttle() {
		return nil
	}
	if s.take(category(c.Operation), c.Now) {
		return nil
	}
	return fail("TooManyRequestsException", "Too many requests")
}

func (s *Service) take(name string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.rates[name]
	if b == nil {
		b = &bucket{rate.NewLimiter(limits[name], int(limits[name]))}
		s.rates[name] = b
	}
	return b.limiter.AllowN(now, 1)
}

func category(op string) string {
	switch op {
	case "InitiateAuth", "AdminInitiateAuth", "RespondToAuthChallenge", "AdminRespondToAuthChallenge":
		return "UserAuthentication"
	case "GetTokensFromRefreshToken", "RevokeToken", "GlobalSignOut", "AdminUserGlobalSignOut":
		return "UserToken"
	case "SignUp", "ConfirmSignUp", "AdminCreateUser", "AdminConfirmSignUp", "ResendConfirmationCode":
		return "UserCreation"
	case "ForgotPassword", "ConfirmForgotPassword", "ChangePassword", "AdminResetUserPassword", "AdminSetUserPassword":
		return "UserAccountRecovery"
	case "GetUser", "AdminGetUser":
		return "UserRead"
	case "ListUsers":
		return "UserList"
	case "ListUserPoolClients", "DescribeUserPoolClient":
		return "ClientRead"
	}
	read := strings.HasPrefix(op, "List") || strings.HasPrefix(op, "Get") || strings.HasPrefix(op, "Describe")
	pool := strings.Contains(op, "UserPool") || strings.Contains(op, "Resource")
	switch {
	case pool && read:
		return "UserPoolRead"
	case pool:
		return "UserPoolUpdate"
	case read || strings.HasPrefix(op, "AdminList"):
		return "UserResourceRead"
	case strings.Contains(op, "Group") || strings.Contains(op, "Device"):
		return "UserResourceUpdate"
	}
	return "UserUpdate"
}
