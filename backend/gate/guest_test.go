package gate

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAGuestEntersByTheButton(t *testing.T) {
	w := newWorld(t)
	link := w.invite(Invite{Until: start.Add(30 * time.Minute), Uses: 2, WatchOnly: true})
	for range 5 { // previews of the link in a chat
		if res := w.enter(http.MethodGet, link); res.StatusCode != http.StatusOK || len(res.Cookies()) != 0 ||
			!strings.Contains(text(t, res), "<form") {
			t.Fatalf("preview: %s", res.Status)
		}
	}
	first := w.admitted(http.MethodPost, link)
	w.admitted(http.MethodPost, link)
	if got := w.enter(http.MethodPost, link).StatusCode; got != http.StatusForbidden {
		t.Errorf("third use of two: %d", got)
	}
	if got := w.status("/", first); got != http.StatusOK || w.role != "watch" {
		t.Errorf("%d, role %q", got, w.role)
	}
	w.now = start.Add(30*time.Minute + ClockSkew)
	if got := w.status("/", first); got != http.StatusForbidden {
		t.Errorf("after its end: %d", got)
	}
}

func TestAGuestNeverOutlastsTheSession(t *testing.T) {
	w := newWorld(t)
	cookies := w.admitted(http.MethodPost, w.invite(Invite{Until: start.Add(24 * time.Hour), Uses: 1}))
	if c := cookies[0]; c.MaxAge != int(time.Hour/time.Second) {
		t.Errorf("cookie %v", c)
	}
	w.now = w.session.Ends
	if got := w.status("/", cookies); got != http.StatusForbidden {
		t.Errorf("at the session's end: %d", got)
	}
}

func TestInvitationsAreBounded(t *testing.T) {
	w := newWorld(t)
	for _, i := range []Invite{
		{Until: start.Add(time.Minute)}, {Until: start.Add(time.Minute), Uses: MaxUses + 1}, {Until: start, Uses: 1},
		{Uses: 1},
	} {
		if _, err := w.key.Invite(w.session, i, start); err == nil {
			t.Errorf("Invite(%+v) makes one", i)
		}
	}
}

func TestTheOwnerBecomesTheOwnerInAGuestsBrowser(t *testing.T) {
	w := newWorld(t)
	guest := w.admitted(http.MethodPost, w.invite(Invite{Until: start.Add(time.Minute), Uses: 1, WatchOnly: true}))
	res := w.enter(http.MethodGet, w.ticket(), guest...)
	if w.status("/", res.Cookies()); w.role != "owner" {
		t.Errorf("role %q after %s", w.role, res.Status)
	}
}

func TestANewKeyEndsEverything(t *testing.T) {
	w := newWorld(t)
	owner, guest := w.admitted(http.MethodGet, w.ticket()), w.invite(Invite{Until: start.Add(time.Minute), Uses: 9})
	w.key = newKey(t)
	w.session.Key = w.key.Public()
	if got := w.status("/", owner); got != http.StatusForbidden {
		t.Errorf("old cookie: %d", got)
	}
	if res := w.enter(http.MethodPost, guest); res.StatusCode != http.StatusForbidden ||
		!strings.Contains(text(t, res), "refresh") {
		t.Errorf("old invitation: %s", res.Status)
	}
	w.admitted(http.MethodGet, w.ticket())
}

// TestTheEndOfAPassEndsWhatGoesOn holds requests open, as a WebSocket is, while what let them in ends.
func TestTheEndOfAPassEndsWhatGoesOn(t *testing.T) {
	guest := func(w *world) string {
		return w.invite(Invite{Until: start.Add(30 * time.Minute), Uses: 1})
	}
	for _, tt := range []struct {
		name   string
		ticket func(*world) string
		change func(*world)
		ends   bool
	}{
		{"nothing happens", (*world).ticket, func(*world) {}, false},
		{"the instance has gone back", (*world).ticket, func(w *world) { w.session.Key = "" }, true},
		{"a new key", (*world).ticket, func(w *world) { w.session.Key = newKey(w.t).Public() }, true},
		{"the next session", (*world).ticket, func(w *world) { w.session.Epoch++ }, true},
		{"the session is extended", (*world).ticket, func(w *world) { w.session.Ends = start.Add(2 * time.Hour) }, false},
		{"the session can't be read", (*world).ticket, func(w *world) { w.fails = errKey }, false},
		{"an invitation expires", guest, func(w *world) { w.now = start.Add(30*time.Minute + ClockSkew) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				cookies := w.admitted(http.MethodPost, tt.ticket(w))
				ctx, leave := context.WithCancel(t.Context())
				over := make(chan error, 1)
				w.avatar = func(r *http.Request) {
					<-r.Context().Done()
					over <- ctx.Err() // nil if the client hasn't left
				}
				r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://ann.example.com/", nil)
				r.AddCookie(cookies[0])
				go w.ServeHTTP(httptest.NewRecorder(), r)
				synctest.Wait()
				w.mu.Lock()
				tt.change(w)
				w.mu.Unlock()
				time.Sleep(lookEvery)
				synctest.Wait()
				leave()
				if ended := <-over == nil; ended != tt.ends {
					t.Errorf("ended: %v", ended)
				}
			})
		})
	}
}

// TestSocketsGoThrough runs a WebSocket's handshake, and an echo of bytes, through servers and sockets.
func TestSocketsGoThrough(t *testing.T) {
	avatar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		line, _ := buffered.ReadString('\n')
		fmt.Fprint(c, "echo "+line)
	}))
	defer avatar.Close()
	to, err := url.Parse(avatar.URL)
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	s := Session{Instance: "i-0a", Epoch: 1, Key: key.Public()}
	front := httptest.NewServer(Handler(httputil.NewSingleHostReverseProxy(to), Options{Session: func() (Session, error) {
		return s, nil
	}}))
	defer front.Close()
	ticket, err := key.Ticket(s, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	link, err := Link(front.URL, ticket)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	for _, cookies := range [][]*http.Cookie{nil, res.Cookies()} {
		req, err := http.NewRequest(http.MethodGet, front.URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Connection", "Upgrade")
		req.Header.Set("Upgrade", "websocket")
		req.Header.Set("Origin", front.URL)
		for _, c := range cookies {
			req.AddCookie(c)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if cookies == nil {
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("without a cookie: %s", res.Status)
			}
			res.Body.Close()
			continue
		}
		socket, ok := res.Body.(io.ReadWriteCloser)
		if !ok || res.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("with a cookie: %s", res.Status)
		}
		fmt.Fprint(socket, "hello\n")
		if got, _ := bufio.NewReader(socket).ReadString('\n'); got != "echo hello\n" {
			t.Errorf("the socket says %q", got)
		}
		socket.Close()
	}
}
