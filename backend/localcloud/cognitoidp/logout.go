package cognitoidp

import (
	"net/http"
	"slices"
	"time"
)

// farewell is a browser's sign-out that is away at a SAML provider.
type farewell struct {
	to      string // where the browser goes at the end, a registered address
	expires time.Time
}

// logoutPage forgets the browser, then goes to a registered address: logout_uri, or the sign-in of another request. A
// browser that a SAML provider with IDPSignout has signed in signs out there on the way. Nobody is signed out of an
// OpenID Connect provider, as at Cognito.
// https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
func (s *Service) logoutPage(w http.ResponseWriter, r *http.Request) {
	to, b := s.logoutHere(w, r)
	if to == "" {
		return
	}
	if b != nil {
		if away := s.logoutThere(r, b, to); away != "" {
			to = away
		}
	}
	redirect(w, to)
}

// logoutHere forgets the browser. It returns where it is to go, "" if it has been answered, and what was known of it.
func (s *Service) logoutHere(w http.ResponseWriter, r *http.Request) (to string, b *browser) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	cl := s.clients[q.Get("client_id")]
	if cl == nil {
		renderError(w, "The client that sent you here is not known: invalid client_id.")
		return "", nil
	}
	to = q.Get("logout_uri")
	if to != "" && !slices.Contains(cl.Config.LogoutURLs, to) {
		renderError(w, "The address to return to is not registered for this client.")
		return "", nil
	}
	if to == "" {
		if s.readAuthorization(w, r) == nil {
			return "", nil
		}
		to = "/login?" + q.Encode()
	}
	if c, err := r.Cookie(browserCookie); err == nil {
		b = s.browsers[digest(c.Value)]
		delete(s.browsers, digest(c.Value))
	}
	http.SetCookie(w, &http.Cookie{Name: browserCookie, Path: "/", MaxAge: -1, HttpOnly: true,
		SameSite: http.SameSiteLaxMode})
	return to, b
}

// logoutThere is the address of the provider's sign-out, "" if there is none. The browser goes to its end from there.
func (s *Service) logoutThere(r *http.Request, b *browser, to string) string {
	s.mu.Lock()
	p := s.pools[b.poolID]
	if p == nil || p.providers[b.provider] == nil {
		s.mu.Unlock()
		return ""
	}
	x := p.providers[b.provider]
	s.mu.Unlock()
	state := unguessable(24)
	away := s.farewellAt(x, baseOf(r), state, b.outside)
	if away == "" {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, old := range s.farewells {
		if !s.now().Before(old.expires) {
			delete(s.farewells, k)
		}
	}
	s.farewells[digest(state)] = farewell{to, s.now().Add(federationLife)}
	return away
}

// samlLoggedOut is where a SAML provider sends the browser after its sign-out, by POST. Whatever it says, the browser
// is signed out here, so its answer is not read.
func (s *Service) samlLoggedOut(w http.ResponseWriter, r *http.Request) {
	state := r.FormValue("RelayState")
	s.mu.Lock()
	f, ok := s.farewells[digest(state)]
	delete(s.farewells, digest(state))
	s.mu.Unlock()
	if !ok || !s.now().Before(f.expires) {
		renderError(w, "This answer belongs to no sign-out that is under way here.")
		return
	}
	redirect(w, f.to)
}
