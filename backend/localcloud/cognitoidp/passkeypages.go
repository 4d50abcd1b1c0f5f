package cognitoidp

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// addScreen, as a sign-in's parameter screen, leads on to the page that adds a passkey.
const addScreen = "passkeys_add"

// passkeyForm is what a page shows that talks to an authenticator.
type passkeyForm struct {
	Passkey string // get or create
	Options string // what the authenticator is asked, as JSON
	Other   string // where a user goes who does not want to
	Nonce   string
	Script  template.JS
}

var passkeyScript = func() template.JS {
	b, err := uiFiles.ReadFile("ui/passkey.js")
	if err != nil {
		panic("cognitoidp: " + err.Error()) // it is embedded
	}
	return template.JS(b)
}()

// ways lists the first factors that the sign-in page offers beside the password.
func (r *authRequest) ways() []string {
	if !r.client.allows("USER_AUTH") || !r.client.takesPasswords() || r.pool.MFA.Mode == "ON" {
		return nil
	}
	return slices.DeleteFunc([]string{emailOTP, smsOTP, webAuthn}, func(f string) bool { return !r.pool.permits(f) })
}

// passkeyForm shows a step that a passkey answers; the zero value for others.
func (r *authRequest) passkeyForm(st step) passkeyForm {
	if st.challenge != webAuthn {
		return passkeyForm{}
	}
	return passkeyForm{Passkey: "get", Options: st.params["CREDENTIAL_REQUEST_OPTIONS"],
		Other: "/login?" + r.query.Encode()}
}

// hostedWay begins with a first factor other than the password.
func (s *Service) hostedWay(req *authRequest, f url.Values) (attempt, form, error) {
	a := attempt{poolID: req.pool.ID, clientID: req.client.ID, username: f.Get("username"), hosted: true,
		begin: f.Get("way")}
	again := form{Username: a.username}
	if a.username == "" {
		return a, again, fail("InvalidParameterException", "Please type your username first.")
	}
	u := req.pool.find(a.username)
	if !slices.Contains(req.ways(), a.begin) || !slices.Contains(req.pool.firstFactors(u), a.begin) {
		return a, again, fail("NotAuthorizedException",
			"This way in is not set up for this account. Please use another one.")
	}
	if u != nil {
		a.sub = u.Sub
	}
	return a, form{}, nil
}

// hostedPasskey takes what an authenticator answered.
func (s *Service) hostedPasskey(ch *challenge, credential string, now time.Time) (attempt, error) {
	in := &respondInput{ChallengeResponses: map[string]string{"CREDENTIAL": credential}}
	a, err := s.answerPasskey(ch, in, now)
	if err != nil {
		s.close(ch)
		return a, fail("NotAuthorizedException", "That passkey was not accepted. Please sign in again.")
	}
	return a, nil
}

// addPasskeyPage lets a browser that is signed in add a passkey, and sends any other to the sign-in first. It takes
// the parameters of an authorization request and ends like one.
func (s *Service) addPasskeyPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	req := s.readAuthorization(w, r)
	if req == nil {
		return
	}
	b := s.browserOf(r, req.pool, s.now())
	if b == nil {
		q := r.URL.Query()
		q.Set("screen", addScreen)
		redirect(w, "/login?"+q.Encode())
		return
	}
	s.showAddPasskey(w, r, req, req.pool.bySub[b.sub], "")
}

func (s *Service) showAddPasskey(w http.ResponseWriter, r *http.Request, req *authRequest, u *user, why string) {
	options, err := s.beginPasskey(req.pool, req.client, u, s.now())
	if err != nil {
		renderError(w, plainly(err))
		return
	}
	text, err := json.Marshal(options)
	if err != nil {
		renderError(w, plainly(err))
		return
	}
	s.show(w, r, req, form{Step: "ADD_PASSKEY", Username: u.Username, Error: why,
		Action: "/passkeys/add?" + req.query.Encode(), passkeyForm: passkeyForm{Passkey: "create", Options: string(text),
			Other: req.back(url.Values{"error": {"access_denied"}})}})
}

// addPasskeySubmit stores the passkey that the browser has made, and sends the browser back.
func (s *Service) addPasskeySubmit(w http.ResponseWriter, r *http.Request, req *authRequest) {
	now := s.now()
	b := s.browserOf(r, req.pool, now)
	if b == nil {
		redirect(w, "/passkeys/add?"+req.query.Encode())
		return
	}
	u := req.pool.bySub[b.sub]
	if !csrfMatches(r) {
		s.showAddPasskey(w, r, req, u, "The form was too old. Please try again.")
		return
	}
	if err := s.finishPasskey(req.pool, req.client, u, []byte(r.PostForm.Get("answer")), now); err != nil {
		s.showAddPasskey(w, r, req, u, "The passkey could not be added. Please try again.")
		return
	}
	s.sendBack(w, req, attempt{poolID: req.pool.ID, clientID: req.client.ID, sub: u.Sub, username: u.Username},
		b.authTime, now)
}
