package identity

import (
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

const (
	testURI   = "http://127.0.0.1:47115/callback"
	testState = "the-state-of-this-flow"
)

// knock sends a request to the handler, without a socket.
func knock(r *redirect, method, target, host string) *httptest.ResponseRecorder {
	q := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:47115/", nil)
	q.Method = method
	if u, err := url.ParseRequestURI(target); err == nil {
		q.URL = u
	}
	q.Host = host
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	return w
}

func waiting(t testing.TB) *redirect {
	t.Helper()
	r, err := newRedirect(testURI)
	if err != nil {
		t.Fatal(err)
	}
	r.expect(testState)
	return r
}

func TestRedirectTakesOneAnswer(t *testing.T) {
	const host, good = "127.0.0.1:47115", "/callback?code=c0de&state=" + testState
	r := waiting(t)
	for name, tt := range map[string]struct {
		method, target, host string
		status               int
	}{
		"another host":  {"GET", good, "evil.example:47115", 421},
		"another port":  {"GET", good, "127.0.0.1:80", 421},
		"another path":  {"GET", "/callback/x?code=c0de&state=" + testState, host, 404},
		"the root":      {"GET", "/", host, 404},
		"a form":        {"POST", good, host, 405},
		"a preflight":   {"OPTIONS", good, host, 405},
		"a probe":       {"HEAD", good, host, 405},
		"no state":      {"GET", "/callback?code=c0de", host, 400},
		"wrong state":   {"GET", "/callback?code=c0de&state=x", host, 400},
		"state twice":   {"GET", good + "&state=" + testState, host, 400},
		"code twice":    {"GET", good + "&code=other", host, 400},
		"code, error":   {"GET", good + "&error=access_denied", host, 400},
		"neither":       {"GET", "/callback?state=" + testState, host, 400},
		"empty code":    {"GET", "/callback?code=&state=" + testState, host, 400},
		"error of HTML": {"GET", "/callback?error=%3Cb%3E&state=" + testState, host, 400},
		"a long code":   {"GET", "/callback?state=" + testState + "&code=" + strings.Repeat("x", 5000), host, 400},
		"a semicolon":   {"GET", "/callback?code=c0de;state=" + testState, host, 400},
		"done too soon": {"GET", "/callback/done", host, 404},
	} {
		w := knock(r, tt.method, tt.target, tt.host)
		if w.Code != tt.status || strings.Contains(w.Body.String(), "c0de") {
			t.Errorf("%s: status %d", name, w.Code)
		}
		select {
		case a := <-r.arrived:
			t.Fatalf("%s was let in: %+v", name, a)
		default:
		}
	}
	r.finish(nil)
	w := knock(r, "GET", good, host)
	if a := <-r.arrived; w.Code != 303 || w.Header().Get("Location") != "/callback/done" || a.code != "c0de" {
		t.Errorf("status %d, to %q, code %q", w.Code, w.Header().Get("Location"), a.code)
	}
	if w = knock(r, "GET", good, host); w.Code != 409 {
		t.Errorf("the second time the status is %d", w.Code)
	}
	w = knock(r, "GET", "/callback/done", host)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "You can close this tab") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store",
		"Referrer-Policy": "no-referrer"} {
		if got := w.Header().Get(name); !strings.Contains(got, want) {
			t.Errorf("%s is %q", name, got)
		}
	}
}

// TestThePagesSpeakTheLanguageInUse, and English if nobody says which.
func TestThePagesSpeakTheLanguageInUse(t *testing.T) {
	other, err := messages.Read(messages.Pseudo)
	if err != nil {
		t.Fatal(err)
	}
	r := waiting(t)
	for _, kind := range slices.Sorted(maps.Keys(redirectTexts)) {
		r.translate, r.language = nil, nil
		if got := r.page(kind); got.Language != "en" || got.Heading == "" || got.Text == "" {
			t.Errorf("without a language: %+v", got)
		}
		r.translate, r.language = other.Text, func() string { return other.Language }
		w := httptest.NewRecorder()
		r.write(w, http.StatusOK, kind)
		if body := w.Body.String(); !strings.Contains(body, `<html lang="en-XA">`) || strings.Count(body, "⟦") != 3 {
			t.Errorf("%s: %s", kind, body[max(0, strings.Index(body, "<main")):])
		}
	}
}

// FuzzRedirect knocks with anything at all: only the flow's own state lets a code in, nothing that came is on a page,
// and nothing panics.
func FuzzRedirect(f *testing.F) {
	f.Add("GET", "/callback?code=c0de&state="+testState, "127.0.0.1:47115")
	f.Add("GET", "/callback?error=access_denied&state="+testState, "127.0.0.1:47115")
	f.Add("GET", "/callback?code=a&code=b&state="+testState, "127.0.0.1:47115")
	f.Add("POST", "/callback/done", "localhost")
	f.Add("GET", "/callback?%zz;&&==", "127.0.0.1:47115")
	f.Fuzz(func(t *testing.T, method, target, host string) {
		r := waiting(t)
		r.finish(nil)
		w := knock(r, method, target, host)
		u, err := url.ParseRequestURI(target)
		if err != nil {
			u = &url.URL{Path: "/"}
		}
		var came *arrival
		select {
		case a := <-r.arrived:
			came = &a
		default:
		}
		if (w.Code == http.StatusSeeOther) != (came != nil) {
			t.Fatalf("status %d, and %v came", w.Code, came)
		}
		if came != nil {
			q := u.Query()
			if method != "GET" || u.Path != "/callback" || !strings.EqualFold(host, "127.0.0.1:47115") || len(q["state"]) != 1 ||
				q.Get("state") != testState {
				t.Fatalf("%q %q %q was let in", method, target, host)
			}
			if (came.err == nil) != (came.code != "") || came.code != q.Get("code") || len(q["code"]) > 1 {
				t.Fatalf("%q brought %+v", target, came)
			}
		}
		for _, v := range u.Query() {
			if len(v[0]) > 12 && v[0] != testState && strings.Contains(redirectPage, v[0]) == false &&
				strings.Contains(w.Body.String(), v[0]) {
				t.Fatalf("the page repeats %q", v[0])
			}
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Fatal("the page may be kept")
		}
	})
}

// quiet is a listener to which nobody comes.
type quiet struct{ closed chan struct{} }

func (q quiet) Accept() (net.Conn, error) { <-q.closed; return nil, net.ErrClosed }
func (q quiet) Addr() net.Addr            { return &net.TCPAddr{} }
func (q quiet) Close() error {
	select {
	case <-q.closed:
	default:
		close(q.closed)
	}
	return nil
}

func TestBrowserThatNeverComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := facing(code("nothing is asked"))
		s.opt.Browser = &Browser{Domain: "https://pool.example", RedirectURIs: []string{"http://localhost:47115/callback"},
			Open: func(string) error { return nil }}
		var asked []string
		s.listen = func(_, address string) (net.Listener, error) {
			asked = append(asked, address)
			return quiet{make(chan struct{})}, nil
		}
		start := time.Now()
		for range 2 {
			_, err := s.SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
			if p := backend.ProblemOf(err); p == nil || p.Kind != backend.KindInterrupted ||
				!strings.Contains(p.Why.String(), "five minutes") || p.Next.IsZero() {
				t.Errorf("got %v", err)
			}
		}
		if took := time.Since(start); took != 2*browserTime {
			t.Errorf("it waited %v", took)
		}
		if got := strings.Join(asked[:2], " "); got != "127.0.0.1:47115 [::1]:47115" {
			t.Errorf("it listened at %s", got)
		}
	})
}

// TestBrowserThatDoesNotFetchItsPage: the address is free again soon after a sign-in, whatever the browser does.
func TestBrowserThatDoesNotFetchItsPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := waiting(t)
		r.finish(nil)
		knock(r, "GET", "/callback?code=c0de&state="+testState, "127.0.0.1:47115")
		start := time.Now()
		r.close()
		<-r.ended
		if took := time.Since(start); took > 2*lingering {
			t.Errorf("the address was held for %v", took)
		}
	})
}

// TestWaitLastsUntilTheBrowserHasItsPage: a command that ended before would leave the browser at an address that nobody
// answers.
func TestWaitLastsUntilTheBrowserHasItsPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := facing(code("nothing is asked"))
		s.Wait(t.Context()) // no browser was ever asked
		r := waiting(t)
		s.back = r
		r.finish(nil)
		knock(r, "GET", "/callback?code=c0de&state="+testState, "127.0.0.1:47115")
		r.close()
		waited := make(chan struct{})
		go func() { defer close(waited); s.Wait(t.Context()) }()
		synctest.Wait()
		select {
		case <-waited:
			t.Fatal("it did not wait for the browser")
		default:
		}
		knock(r, "GET", "/callback/done", "127.0.0.1:47115")
		<-waited
	})
}

// eager says when somebody would be let in.
type eager struct {
	quiet
	accepting chan struct{}
}

func (e eager) Accept() (net.Conn, error) { close(e.accepting); return e.quiet.Accept() }

// TestNobodyIsAnsweredBeforeTheStateIsSet: there is nothing yet to compare with.
func TestNobodyIsAnsweredBeforeTheStateIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := facing(code("nothing is asked")), eager{quiet{make(chan struct{})}, make(chan struct{})}
		s.listen = func(string, string) (net.Listener, error) { return l, nil }
		r, err := s.receive(t.Context(), []string{testURI})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		select {
		case <-l.accepting:
			t.Error("it answers before the state is set")
		default:
		}
		r.expect(testState)
		<-l.accepting
		r.close()
	})
}

// TestLocalhostThatSomebodyElseHasHalfOf passes over a port of which another program has the other address family.
func TestLocalhostThatSomebodyElseHasHalfOf(t *testing.T) {
	for name, tt := range map[string]struct {
		six  error
		want string
	}{
		"in use": {&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)},
			"http://localhost:47116/callback"},
		"no IPv6": {&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)},
			"http://localhost:47115/callback"},
	} {
		s := facing(code("nothing is asked"))
		s.listen = func(_, address string) (net.Listener, error) {
			if address == "[::1]:47115" {
				return nil, tt.six
			}
			return quiet{make(chan struct{})}, nil
		}
		r, err := s.receive(t.Context(), []string{"http://localhost:47115/callback", "http://localhost:47116/callback"})
		if err != nil || r.uri != tt.want {
			t.Fatalf("%s: it waits at %v, %v", name, r, err)
		}
		r.close()
	}
}

// TestOAuthCodes wants a sentence of its own for each code of the browser's way in.
func TestOAuthCodes(t *testing.T) {
	for name, want := range oauthSentences {
		p := explain(browsing, oauthError(name))
		if p.Kind != want.kind || p.Why.String() != want.why.String() || p.Next.String() != want.next.String() ||
			p.What.String() != what[browsing].String() {
			t.Errorf("%s: got %v", name, p)
		}
	}
}

// TestExchangeThatAnswersAnything drives the token endpoint's answers: what is not of Cognito signs nobody in, and
// none of it is repeated.
func TestExchangeThatAnswersAnything(t *testing.T) {
	for name, tt := range map[string]struct {
		answer answer
		part   string
	}{
		"a portal": {reply(200, "text/html", "<html>secret-in-the-answer"), "come from the sign-in service"},
		"a redirect": {func(r *http.Request) (*http.Response, error) {
			if r.URL.Host != "pool.example" {
				t.Errorf("the code was carried to %s", r.URL.Host)
			}
			res, err := reply(307, "text/html", "secret-in-the-answer")(r)
			res.Header.Set("Location", "https://elsewhere.example/")
			return res, err
		}, "come from the sign-in service"},
		"an error page": {reply(500, "text/html", "secret-in-the-answer"), "come from the sign-in service"},
		"no tokens":     {reply(200, "application/json", `{"x":"secret-in-the-answer"}`), "come from the sign-in service"},
		"no ID token": {reply(200, "application/json",
			`{"access_token":"secret-in-the-answer","refresh_token":"r","token_type":"Bearer"}`),
			"come from the sign-in service"},
		"no refresh": {reply(200, "application/json",
			`{"access_token":"secret-in-the-answer","id_token":"i","token_type":"Bearer"}`), "come from the sign-in service"},
		"a bad token": {reply(200, "application/json",
			`{"access_token":"a","refresh_token":"r","id_token":"secret-in-the-answer","token_type":"Bearer"}`),
			"token belongs to a different"},
		"a used code": {reply(400, "application/json",
			`{"error":"invalid_grant","error_description":"secret-in-the-answer"}`), "was already used"},
		"a strange one": {reply(400, "application/json", `{"error":"<b>secret-in-the-answer"}`),
			"come from the sign-in service"},
	} {
		s := facing(tt.answer)
		s.opt.Browser = &Browser{Domain: "https://pool.example"}
		next, err := s.redeemCode(t.Context(), s.newFlow(testURI, ""), "code")
		p := explain(browsing, err)
		if err == nil || next != nil && next.user.ID != "" || !strings.Contains(p.Error(), tt.part) {
			t.Errorf("%s: got %v", name, err)
		}
		if strings.Contains(p.Error()+err.Error(), "secret-in-the-answer") {
			t.Errorf("%s: the answer is repeated: %v", name, err)
		}
	}
}
