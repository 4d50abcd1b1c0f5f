package cognitoidp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"
)

// clientConfig is what CreateUserPoolClient takes and UpdateUserPoolClient replaces.
type clientConfig struct {
	ClientName                               string
	ExplicitAuthFlows                        []string `json:",omitempty"`
	AllowedOAuthFlows                        []string `json:",omitempty"`
	AllowedOAuthFlowsUserPoolClient          bool
	AllowedOAuthScopes                       []string `json:",omitempty"`
	CallbackURLs                             []string `json:",omitempty"`
	LogoutURLs                               []string `json:",omitempty"`
	DefaultRedirectURI                       string   `json:",omitempty"`
	SupportedIdentityProviders               []string `json:",omitempty"`
	ReadAttributes                           []string `json:",omitempty"`
	WriteAttributes                          []string `json:",omitempty"`
	PreventUserExistenceErrors               string   `json:",omitempty"` // ENABLED or LEGACY
	EnablePropagateAdditionalUserContextData bool
	EnableTokenRevocation                    *bool               `json:",omitempty"`
	AccessTokenValidity                      int                 `json:",omitempty"` // in TokenValidityUnits
	IdTokenValidity                          int                 `json:",omitempty"`
	RefreshTokenValidity                     int                 `json:",omitempty"`
	TokenValidityUnits                       *tokenValidityUnits `json:",omitempty"`
	AuthSessionValidity                      int                 `json:",omitempty"` // minutes, 3–15
	RefreshTokenRotation                     *tokenRotation      `json:",omitempty"`
}

type tokenValidityUnits struct {
	AccessToken  string `json:",omitempty"`
	IdToken      string `json:",omitempty"`
	RefreshToken string `json:",omitempty"`
}

// tokenRotation is RefreshTokenRotationType; the grace period is 0–60 s.
type tokenRotation struct {
	Feature                 string // ENABLED or DISABLED
	RetryGracePeriodSeconds int
}

// accessLife is how long the client's access tokens are good; idLife and refreshLife likewise.
func (c *client) accessLife() time.Duration {
	return life(c.Config.AccessTokenValidity, c.unit().AccessToken, time.Hour, time.Hour)
}

func (c *client) idLife() time.Duration {
	return life(c.Config.IdTokenValidity, c.unit().IdToken, time.Hour, time.Hour)
}

func (c *client) refreshLife() time.Duration {
	return life(c.Config.RefreshTokenValidity, c.unit().RefreshToken, 24*time.Hour, 30*24*time.Hour)
}

func (c *client) unit() tokenValidityUnits {
	if c.Config.TokenValidityUnits == nil {
		return tokenValidityUnits{}
	}
	return *c.Config.TokenValidityUnits
}

func life(n int, unit string, unitDefault, lifeDefault time.Duration) time.Duration {
	if n == 0 {
		return lifeDefault
	}
	d, ok := map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour,
		"days": 24 * time.Hour}[unit]
	if !ok {
		d = unitDefault
	}
	return time.Duration(n) * d
}

// sessionLife is how long a challenge may be answered.
func (c *client) sessionLife() time.Duration {
	return time.Duration(max(c.Config.AuthSessionValidity, 3)) * time.Minute
}

// rotates reports whether a refresh gives a new refresh token, and for how long the old one stays good.
func (c *client) rotates() (grace time.Duration, ok bool) {
	r := c.Config.RefreshTokenRotation
	if r == nil || r.Feature != "ENABLED" {
		return 0, false
	}
	return time.Duration(r.RetryGracePeriodSeconds) * time.Second, true
}

func (c *client) revokes() bool {
	return c.Config.EnableTokenRevocation == nil || *c.Config.EnableTokenRevocation
}

// hidesUsers reports whether errors must not tell which users exist.
func (c *client) hidesUsers() bool { return c.Config.PreventUserExistenceErrors == "ENABLED" }

// allows reports whether an authentication flow is switched on, under its new or its old name.
func (c *client) allows(flow string) bool {
	f := c.Config.ExplicitAuthFlows
	return slices.Contains(f, "ALLOW_"+flow) || slices.Contains(f, flow)
}

// allowsSRP reports whether SRP is switched on. It always is for a client whose flows are all of the old names.
func (c *client) allowsSRP() bool {
	old := !slices.ContainsFunc(c.Config.ExplicitAuthFlows, func(f string) bool { return strings.HasPrefix(f, "ALLOW_") })
	return old && !slices.Contains(c.Config.ExplicitAuthFlows, "CUSTOM_AUTH_FLOW_ONLY") || c.allows("USER_SRP_AUTH")
}

// checkSecretHash verifies SECRET_HASH: HMAC-SHA256 of username + client ID under the client's secret.
func (c *client) checkSecretHash(username, hash string) error {
	if c.Secret == "" {
		if hash != "" {
			return fail("NotAuthorizedException", "Unable to verify secret hash for client %s", c.ID)
		}
		return nil
	}
	if hash == "" {
		return fail("NotAuthorizedException", "Client %s is configured with secret but SECRET_HASH was not received", c.ID)
	}
	m := hmac.New(sha256.New, []byte(c.Secret))
	m.Write([]byte(username + c.ID))
	if !hmac.Equal([]byte(base64.StdEncoding.EncodeToString(m.Sum(nil))), []byte(hash)) {
		return fail("NotAuthorizedException", "Unable to verify secret hash for client %s", c.ID)
	}
	return nil
}

// checkSecret verifies the secret itself, as the refresh and revocation operations take it.
func (c *client) checkSecret(given string) error {
	if !hmac.Equal([]byte(c.Secret), []byte(given)) {
		return fail("NotAuthorizedException", "Invalid client secret for client %s", c.ID)
	}
	return nil
}

// settle checks a configuration and fills in AWS's defaults.
func (c *clientConfig) settle() error {
	rotating := c.RefreshTokenRotation != nil && c.RefreshTokenRotation.Feature == "ENABLED"
	if len(c.ExplicitAuthFlows) == 0 {
		c.ExplicitAuthFlows = []string{"ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"}
		if !rotating {
			c.ExplicitAuthFlows = append(c.ExplicitAuthFlows, "ALLOW_REFRESH_TOKEN_AUTH")
		}
	}
	if rotating && slices.Contains(c.ExplicitAuthFlows, "ALLOW_REFRESH_TOKEN_AUTH") {
		return fail("InvalidParameterException",
			"Refresh token rotation cannot be enabled when ALLOW_REFRESH_TOKEN_AUTH is enabled for the client.")
	}
	if rotating && (c.RefreshTokenRotation.RetryGracePeriodSeconds < 0 ||
		c.RefreshTokenRotation.RetryGracePeriodSeconds > 60) {
		return fail("InvalidParameterException", "RetryGracePeriodSeconds must be between 0 and 60.")
	}
	for _, f := range c.ExplicitAuthFlows {
		if !slices.Contains(authFlows, f) {
			return fail("InvalidParameterException",
				"1 validation error detected: Value '[%s]' at 'explicitAuthFlows' failed to satisfy constraint: Member must "+
					"satisfy enum value set: %v", f, authFlows)
		}
	}
	if c.AuthSessionValidity == 0 {
		c.AuthSessionValidity = 3
	}
	if c.AuthSessionValidity < 3 || c.AuthSessionValidity > 15 {
		return fail("InvalidParameterException", "AuthSessionValidity must be between 3 and 15 minutes.")
	}
	if c.EnableTokenRevocation == nil {
		c.EnableTokenRevocation = yes()
	}
	if err := c.settleOAuth(); err != nil {
		return err
	}
	return c.settleLives()
}

var authFlows = []string{"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH",
	"ALLOW_ADMIN_USER_PASSWORD_AUTH",
	"ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH"}

func (c *clientConfig) settleOAuth() error {
	for _, u := range slices.Concat(c.CallbackURLs, c.LogoutURLs) {
		parsed, err := url.Parse(u)
		if err != nil || parsed.Scheme == "" || parsed.Fragment != "" {
			return fail("InvalidParameterException", "%s is not a valid redirect URI: it must be absolute and have no fragment.",
				u)
		}
		host := parsed.Hostname()
		if parsed.Scheme == "http" && host != "localhost" && host != "127.0.0.1" && host != "::1" {
			return fail("InvalidParameterException", "%s cannot use the HTTP protocol.", u)
		}
	}
	if c.AllowedOAuthFlowsUserPoolClient && (len(c.AllowedOAuthFlows) == 0 || len(c.AllowedOAuthScopes) == 0) {
		return fail("InvalidOAuthFlowException",
			"AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.")
	}
	if slices.Contains(c.AllowedOAuthFlows, "code") && len(c.CallbackURLs) == 0 {
		return fail("InvalidOAuthFlowException", "A callback URL is required for the code flow.")
	}
	return nil
}

func (c *clientConfig) settleLives() error {
	if c.RefreshTokenValidity == 0 {
		c.RefreshTokenValidity = 30
		if c.TokenValidityUnits != nil {
			c.TokenValidityUnits.RefreshToken = "days"
		}
	}
	probe := &client{Config: *c}
	for _, d := range []time.Duration{probe.accessLife(), probe.idLife()} {
		if d < 5*time.Minute || d > 24*time.Hour {
			return fail("InvalidParameterException",
				"Invalid range for token validity: access and ID tokens are good for 5 minutes to 1 day.")
		}
	}
	if r := probe.refreshLife(); r < time.Hour || r > 3650*24*time.Hour {
		return fail("InvalidParameterException",
			"Invalid range for token validity: refresh tokens are good for 60 minutes to 10 years.")
	} else if r < probe.accessLife() || r < probe.idLife() {
		return fail("InvalidParameterException", "Refresh token validity must be greater than access and ID token validity.")
	}
	return nil
}
