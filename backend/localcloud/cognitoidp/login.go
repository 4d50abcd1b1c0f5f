package cognitoidp

import (
	"cmp"
	"crypto/subtle"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

//go:embed ui/page.html ui/passkey.js
var uiFiles embed.FS

var ui = template.Must(template.ParseFS(uiFiles, "ui/page.html"))

// form is what the sign-in page shows.
type form struct {
	Step        string // "" for username and password, "error", or a challenge's name
	Pool        string
	Client      string
	Action      string
	CSRF        string
	Session     string
	Username    string
	Error       string
	Destination string
	Secret      string
	Choices     []string
	Passwords   bool        // the pool's own users may sign in here
	Providers   []loginLink // the outside providers
	Ways        []string    // of the first page: first factors beside the password
	passkeyForm
}

// loginLink leads from the sign-in page to an outside provider.
type loginLink struct{ Name, Address string }

// render writes the page. It must not be framed or kept. The referrer policy is same-origin, not no-referrer: with the
// latter, browsers send "Origin: null" with the form, which the front door refuses. There is no form-action in the
// content policy, since browsers would apply it to the redirect that follows the form.
func render(w http.ResponseWriter, status int, f form) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	policy := "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
	if f.Options != "" {
		f.Nonce, f.Script = unguessable(16), passkeyScript
		policy += "; script-src 'nonce-" + f.Nonce + "'"
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	_ = ui.ExecuteTemplate(w, "page.html", f)
}

func renderError(w http.ResponseWriter, why string) {
	render(w, http.StatusBadRequest, form{Step: "error", Error: why})
}

func (s *Service) loginPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if req := s.readAuthorization(w, r); req != nil {
		s.show(w, r, req, form{})
	}
}

// show fills in what all steps share: the CSRF token, in cookie and form, and the address of the request.
func (s *Service) show(w http.ResponseWriter, r *http.Request, req *authRequest, f form) {
	f.CSRF = csrfOf(r)
	if f.CSRF == "" {
		f.CSRF = unguessable(24)
		http.SetCookie(w, &http.Cookie{Name: csrfCookie, Value: f.CSRF, Path: "/", HttpOnly: true,
			SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil})
	}
	if f.Action == "" {
		f.Action = "/login?" + req.query.Encode()
	}
	if f.Step == "" {
		f.Ways = req.ways()
		f.Username = cmp.Or(f.Username, req.query.Get("login_hint"))
	}
	f.Client, f.Pool = req.client.Config.ClientName, req.pool.Name
	f.Passwords = req.client.takesPasswords()
	for _, x := range req.pool.providersOf(req.client) {
		q := maps.Clone(req.query)
		q.Set("identity_provider", x.Name)
		f.Providers = append(f.Providers, loginLink{x.Name, "/oauth2/authorize?" + q.Encode()})
	}
	render(w, http.StatusOK, f)
}

func csrfOf(r *http.Request) string {
	c, err := r.Cookie(csrfCookie)
	if err != nil || len(c.Value) < 16 {
		return ""
	}
	return c.Value
}

// csrfMatches reports whether a form was shown to this browser.
func csrfMatches(r *http.Request) bool {
	token := csrfOf(r)
	return token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(r.PostForm.Get("_csrf"))) == 1
}

// submitted returns a handler that gives take a form of the sign-in under the service's lock, with the authorization
// request that the form's address carries.
func (s *Service) submitted(take func(http.ResponseWriter, *http.Request, *authRequest)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			renderError(w, "The form could not be read.")
			return
		}
		defer func() { _ = s.flush() }()
		s.mu.Lock()
		defer s.mu.Unlock()
		if req := s.readAuthorization(w, r); req != nil {
			take(w, r, req)
		}
	}
}

// loginSubmit takes a step of the sign-in: the password, or a challenge's answer.
func (s *Service) loginSubmit(w http.ResponseWriter, r *http.Request, req *authRequest) {
	if !csrfMatches(r) {
		s.show(w, r, req, form{Error: "The form was too old. Please try again."})
		return
	}
	now := s.now()
	a, again, err := s.hostedStep(req, r.PostForm, now)
	if err != nil {
		again.Error = plainly(err)
		s.show(w, r, req, again)
		return
	}
	s.hostedAdvance(w, r, req, a, now)
}

// hostedStep takes one form. On an error it says which form to show again.
func (s *Service) hostedStep(req *authRequest, f url.Values, now time.Time) (attempt, form, error) {
	session := f.Get("session")
	if !req.client.takesPasswords() {
		return attempt{}, form{}, fail("NotAuthorizedException", "Passwords are not accepted here.")
	}
	if session == "" && f.Get("way") != "" {
		return s.hostedWay(req, f)
	}
	if session == "" {
		a := attempt{poolID: req.pool.ID, clientID: req.client.ID, username: f.Get("username"), hosted: true}
		u, err := s.provePassword(req.pool, true, a.username, f.Get("password"), now)
		if err != nil {
			return a, form{Username: a.username}, err
		}
		a.sub, a.passwordDone = u.Sub, true
		return a, form{}, nil
	}
	ch, err := s.pendingChallenge(session, req.client.ID, true, now, newPassword, softwareToken, smsMFA, emailOTP,
		selectMFA, mfaSetup, smsOTP, webAuthn)
	if err != nil {
		return attempt{}, form{}, fail("NotAuthorizedException", "Invalid session for the user, session is expired.")
	}
	again := form{Step: ch.kind, Session: session, Username: ch.attempt.username, Choices: ch.choices, Secret: ch.totp}
	a, err := s.hostedAnswer(ch, f, now)
	if s.challenges[session] == nil && err != nil {
		again = form{}
	}
	return a, again, err
}

func (s *Service) hostedAnswer(ch *challenge, f url.Values, now time.Time) (attempt, error) {
	answer := f.Get("answer")
	switch ch.kind {
	case newPassword:
		if answer != f.Get("repeat") {
			return ch.attempt, fail("InvalidParameterException", "The two passwords differ.")
		}
		return s.answerNewPassword(ch, &respondInput{ChallengeResponses: map[string]string{"NEW_PASSWORD": answer}}, now)
	case mfaSetup:
		return s.hostedSetup(ch, answer, now)
	case webAuthn:
		return s.hostedPasskey(ch, answer, now)
	case selectMFA:
		if !slices.Contains(ch.choices, answer) {
			return ch.attempt, fail("InvalidParameterException", "Choose one of the ways.")
		}
		s.close(ch)
		a := ch.attempt
		a.factor = answer
		return a, nil
	}
	r := &respondInput{ChallengeResponses: map[string]string{ch.kind + "_CODE": answer}}
	return answers[ch.kind](s, ch, r, now)
}

// hostedSetup verifies the first code of a new authenticator.
func (s *Service) hostedSetup(ch *challenge, code string, now time.Time) (attempt, error) {
	p, _, u, err := s.people(ch.attempt)
	if err != nil {
		return ch.attempt, err
	}
	if !totpValid(code, ch.totp, now) {
		return ch.attempt, s.miss(ch)
	}
	s.enrol(p, u, ch.totp, &totpInput{UserCode: code}, now)
	return s.passMFA(ch), nil
}

// hostedAdvance shows the next step, or sends the browser back with a code and a cookie that keeps it signed in.
func (s *Service) hostedAdvance(w http.ResponseWriter, r *http.Request, req *authRequest, a attempt, now time.Time) {
	st, err := s.hostedNext(req, a, now)
	if err != nil {
		s.show(w, r, req, form{Username: a.username, Error: plainly(err)})
		return
	}
	if !st.done {
		ch := s.challenges[st.session]
		if ch.kind == mfaSetup {
			ch.totp = newTOTPSecret()
		}
		s.show(w, r, req, form{Step: st.challenge, Session: st.session, Username: a.username,
			Destination: st.params["CODE_DELIVERY_DESTINATION"], Choices: ch.choices, Secret: ch.totp,
			passkeyForm: req.passkeyForm(st)})
		return
	}
	s.remember(w, r, &browser{poolID: a.poolID, sub: a.sub, authTime: now}, now)
	if req.query.Get("screen") == addScreen {
		redirect(w, "/passkeys/add?"+req.query.Encode())
		return
	}
	s.sendBack(w, req, a, now, now)
}

// remember keeps a browser signed in, by a cookie.
func (s *Service) remember(w http.ResponseWriter, r *http.Request, b *browser, now time.Time) {
	cookie := unguessable(32)
	for k, old := range s.browsers {
		if !now.Before(old.expires) {
			delete(s.browsers, k)
		}
	}
	b.expires = now.Add(browserLife)
	s.browsers[digest(cookie)] = b
	http.SetCookie(w, &http.Cookie{Name: browserCookie, Value: cookie, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil, MaxAge: int(browserLife / time.Second)})
}

// hostedNext is advance, but for a factor that the user has just chosen.
func (s *Service) hostedNext(req *authRequest, a attempt, now time.Time) (step, error) {
	if first := a.begin; first != "" {
		a.begin = ""
		return s.askFirst(req.pool, a, first, now)
	}
	if a.factor == "" {
		return s.advance(a, now)
	}
	p, _, u, err := s.people(a)
	if err != nil {
		return step{}, err
	}
	factor := a.factor
	a.factor = ""
	return s.askFactor(p, u, factor, a, now), nil
}

// plainly is what a refused step says on the page.
func plainly(err error) string {
	e := asWire(err)
	switch e.Code {
	case "CodeMismatchException":
		return "That code is not right. Please try again."
	case "UserNotConfirmedException":
		return "This account has not been confirmed yet."
	case "PasswordResetRequiredException":
		return "This password has been reset. Ask for a code to set a new one."
	case "InternalErrorException":
		return "Something went wrong. Please try again."
	}
	switch e.Message {
	case "Password attempts exceeded":
		return "Too many wrong passwords. Please wait a moment, then try again."
	case "Missing required parameter PASSWORD":
		return "Please type your password."
	case "Invalid session for the user, session is expired.":
		return "That took too long. Please sign in again."
	}
	return e.Message
}
