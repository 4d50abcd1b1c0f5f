package cognitoidp

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"strings"
)

// Pages serves what browsers and token verifiers ask of a user pool: JWKS and OpenID configuration below /POOLID/, the
// hosted sign-in and the OAuth 2.0 endpoints. The client ID tells the pool, so that no host name is needed.
func (s *Service) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{pool}/.well-known/jwks.json", s.jwks)
	mux.HandleFunc("GET /{pool}/.well-known/openid-configuration", s.discovery)
	mux.HandleFunc("GET /oauth2/authorize", s.authorizePage)
	mux.HandleFunc("GET "+oidcReturn, s.oidcArrives)
	mux.HandleFunc("POST "+samlReturn, s.samlArrives)
	mux.HandleFunc("POST "+samlLogout, s.samlLoggedOut)
	mux.HandleFunc("GET /login", s.loginPage)
	mux.HandleFunc("POST /login", s.submitted(s.loginSubmit))
	mux.HandleFunc("GET /passkeys/add", s.addPasskeyPage)
	mux.HandleFunc("POST /passkeys/add", s.submitted(s.addPasskeySubmit))
	mux.HandleFunc("GET /logout", s.logoutPage)
	mux.HandleFunc("POST /oauth2/token", s.tokenEndpoint)
	mux.HandleFunc("POST /oauth2/revoke", s.revokeEndpoint)
	mux.HandleFunc("GET /oauth2/userInfo", s.userInfo)
	mux.HandleFunc("POST /oauth2/userInfo", s.userInfo)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(64 << 10)
		if strings.HasPrefix(r.URL.Path, "/saml2/") {
			limit = 512 << 10 // an assertion may list many groups
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	})
}

// jwk is an RSA public key by RFC 7517.
type jwk struct {
	Alg string `json:"alg"`
	E   string `json:"e"`
	Kid string `json:"kid"`
	Kty string `json:"kty"`
	N   string `json:"n"`
	Use string `json:"use"`
}

func (s *Service) jwks(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	p := s.pools[r.PathValue("pool")]
	keys := []jwk{}
	var err error
	if p != nil {
		var made []*signingKey
		made, err = s.signingKeys(p)
		for _, k := range made {
			pub := k.private.PublicKey
			keys = append(keys, jwk{Alg: "RS256", Kty: "RSA", Use: "sig", Kid: k.KID,
				N: base64.RawURLEncoding.EncodeToString(pub.N.Bytes()),
				E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(pub.E)).Bytes())})
		}
	}
	s.mu.Unlock()
	if p == nil {
		noSuchPool(w, r.PathValue("pool"))
		return
	}
	if err = errors.Join(err, s.flush()); err != nil {
		s.opt.Log.Error("a pool's keys could not be made", "pool", p.ID, "cause", err)
		http.Error(w, "The keys could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	writePlainJSON(w, 200, map[string]any{"keys": keys})
}

// discovery answers with this listener's own endpoints: those of AWS would lead out of the embedded cloud. The issuer
// is what the tokens say.
func (s *Service) discovery(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("pool")
	s.mu.Lock()
	known := s.pools[id] != nil
	s.mu.Unlock()
	if !known {
		noSuchPool(w, id)
		return
	}
	base := "http://" + r.Host
	if r.TLS != nil {
		base = "https://" + r.Host
	}
	writePlainJSON(w, 200, map[string]any{
		"issuer": s.issuer(id), "jwks_uri": base + "/" + id + "/.well-known/jwks.json",
		"authorization_endpoint": base + "/oauth2/authorize", "token_endpoint": base + "/oauth2/token",
		"userinfo_endpoint": base + "/oauth2/userInfo", "revocation_endpoint": base + "/oauth2/revoke",
		"end_session_endpoint":     base + "/logout",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "email", "phone", "profile"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"code_challenge_methods_supported":      []string{"S256"},
	})
}

func noSuchPool(w http.ResponseWriter, id string) {
	writePlainJSON(w, 404, map[string]string{"message": "User pool " + id + " does not exist."})
}

func writePlainJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
