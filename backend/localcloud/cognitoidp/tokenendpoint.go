package cognitoidp

import (
	"crypto/hmac"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// oauthTokens is the token endpoint's answer (RFC 6749, 5.1).
type oauthTokens struct {
	IDToken      string `json:"id_token,omitempty"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
}

func oauthRefuse(w http.ResponseWriter, code string) {
	w.Header().Set("Cache-Control", "no-store")
	writePlainJSON(w, http.StatusBadRequest, map[string]string{"error": code})
}

// tokenEndpoint exchanges an authorization code or a refresh token.
func (s *Service) tokenEndpoint(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || !formEncoded(r) {
		oauthRefuse(w, "invalid_request")
		return
	}
	result, refused := s.exchange(r)
	if err := s.flush(); err != nil {
		writePlainJSON(w, 500, map[string]string{"error": "server_error"})
		return
	}
	if refused != "" {
		oauthRefuse(w, refused)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	writePlainJSON(w, 200, oauthTokens{IDToken: result.IdToken, AccessToken: result.AccessToken,
		RefreshToken: result.RefreshToken, TokenType: result.TokenType, ExpiresIn: result.ExpiresIn})
}

func formEncoded(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (s *Service) exchange(r *http.Request) (*authResult, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, refused := s.oauthClient(r)
	if refused != "" {
		return nil, refused
	}
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		return s.exchangeCode(cl, r.PostForm, s.now())
	case "refresh_token":
		result, err := s.renew(cl, r.PostForm.Get("refresh_token"), r.PostForm.Get("device_key"), s.now())
		if err != nil {
			return nil, "invalid_grant"
		}
		return result, ""
	case "client_credentials":
		return nil, "unauthorized_client"
	case "":
		return nil, "invalid_request"
	}
	return nil, "unsupported_grant_type"
}

// oauthClient finds the client and checks its secret, from the Authorization header or the form.
func (s *Service) oauthClient(r *http.Request) (*client, string) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if id == "" {
		return nil, "invalid_request"
	}
	cl := s.clients[id]
	if cl == nil || !hmac.Equal([]byte(cl.Secret), []byte(secret)) {
		return nil, "invalid_client"
	}
	if form := r.PostForm.Get("client_id"); basic && form != "" && form != id {
		return nil, "invalid_client"
	}
	return cl, ""
}

// exchangeCode redeems a code. Whatever comes of it, the code is used up.
func (s *Service) exchangeCode(cl *client, f url.Values, now time.Time) (*authResult, string) {
	key := digest(f.Get("code"))
	g := s.grants[key]
	if g == nil {
		return nil, "invalid_grant"
	}
	delete(s.grants, key)
	switch {
	case !now.Before(g.expires), g.attempt.clientID != cl.ID, f.Get("redirect_uri") != g.redirectURI:
		return nil, "invalid_grant"
	case g.challenge != "" && !pkceMatches(f.Get("code_verifier"), g.challenge):
		return nil, "invalid_grant"
	case g.challenge == "" && f.Get("code_verifier") != "":
		return nil, "invalid_grant"
	}
	g.attempt.authTime = g.authTime
	result, err := s.admit(g.attempt, now)
	if err != nil {
		return nil, "invalid_grant"
	}
	return result, ""
}

// revokeEndpoint is RFC 7009 with Cognito's errors.
func (s *Service) revokeEndpoint(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || !formEncoded(r) || r.PostForm.Get("token") == "" {
		oauthRefuse(w, "invalid_request")
		return
	}
	refused := s.revokeByForm(r)
	if err := s.flush(); err != nil {
		writePlainJSON(w, 500, map[string]string{"error": "server_error"})
		return
	}
	if refused != "" {
		oauthRefuse(w, refused)
	}
}

func (s *Service) revokeByForm(r *http.Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, refused := s.oauthClient(r)
	if refused != "" {
		return refused
	}
	err := s.revokeBy(cl, r.PostForm.Get("token"))
	if err == nil {
		return ""
	}
	switch asWire(err).Code {
	case "UnsupportedTokenTypeException":
		return "unsupported_token_type"
	case "UnauthorizedException":
		return "invalid_client"
	}
	return "invalid_request"
}

// userInfo shows the attributes to a holder of the openid scope. The _verified ones are text here, as at Cognito.
func (s *Service) userInfo(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	var b *bearer
	var err error
	if ok {
		b, err = s.bearer(token, s.now())
	}
	if b == nil || err != nil || !slices.Contains(b.session.Scopes, "openid") {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writePlainJSON(w, http.StatusUnauthorized,
			map[string]string{"error": "invalid_token",
				"error_description": "Access token is invalid or lacks the openid scope."})
		return
	}
	out := map[string]string{"username": b.user.Username}
	for _, a := range readable(b.client, b.user) {
		out[a.Name] = a.Value
	}
	writePlainJSON(w, 200, out)
}
