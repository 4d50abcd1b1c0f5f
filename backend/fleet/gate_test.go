package fleet_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// newGatedWorld is a world whose instances have a gate.
func newGatedWorld(t *testing.T) *world {
	t.Helper()
	w := newWorldOf(t, localcloud.Options{BootWarm: bootWarm, BootCold: 25 * time.Second, Seed: 1, WithoutUsers: true,
		Gate: func(id string, tags func() map[string]string, next http.Handler) http.Handler {
			return gate.Handler(next, gate.Options{Session: func() (gate.Session, error) {
				return gate.SessionOf(id, tags()), nil
			}})
		}})
	w.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w
}

// open asks for an address as a browser with cookies would, and returns the status and the cookies that came.
func (w *world) open(t *testing.T, address string, cookies []*http.Cookie) (int, []*http.Cookie) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cookies {
		req.AddCookie(c)
	}
	resp, err := w.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Cookies()
}

// enter opens the avatar by a desktop's Connect, and returns the browser's cookies.
func (w *world) enter(t *testing.T, s *fleet.Service, session backend.Session) []*http.Cookie {
	t.Helper()
	link := connect(t, s, session)
	status, cookies := w.open(t, link, nil)
	if status != http.StatusSeeOther || len(cookies) != 1 {
		t.Fatalf("%s: %d, %v", link, status, cookies)
	}
	if again, _ := w.open(t, link, nil); again != http.StatusForbidden {
		t.Errorf("the same link in another browser: %d", again)
	}
	return cookies
}

func connect(t *testing.T, s *fleet.Service, session backend.Session) string {
	t.Helper()
	link, err := s.Connect(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// keyTag is what the instance's tag says.
func (w *world) keyTag(t *testing.T, id string) string {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(),
		&ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range out.Reservations[0].Instances[0].Tags {
		if aws.ToString(tag.Key) == gate.Tag {
			return aws.ToString(tag.Value)
		}
	}
	return ""
}

// TestOnlyTheOwnerReachesTheAvatar is invariant 10: through a warm start, a cold one, a launcher that starts anew, a
// second desktop, and the next owner of the instance.
func TestOnlyTheOwnerReachesTheAvatar(t *testing.T) {
	for _, pool := range []string{"cold", "warm"} {
		t.Run(pool, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newGatedWorld(t)
				a := w.as(t, "user", demo)
				if pool == "warm" {
					stop := keep(t, w.desktop(t, "keeper"))
					time.Sleep(10 * time.Minute)
					stop()
				}
				session, _, _ := start(t, a, demo)
				plain := a.URL(*session)
				if status, _ := w.open(t, plain, nil); status != http.StatusForbidden {
					t.Errorf("the plain address: %d", status)
				}
				if status, _ := w.open(t, plain+"healthz", nil); status != http.StatusOK {
					t.Errorf("health: %d", status)
				}
				key := w.keyTag(t, session.InstanceID)
				first := w.enter(t, a, *session)
				if status, _ := w.open(t, plain, first); status != http.StatusOK || w.keyTag(t, session.InstanceID) != key {
					t.Errorf("the owner: %d", status)
				}

				late := connect(t, a, *session)
				time.Sleep(gate.TicketLife + gate.ClockSkew + time.Second)
				if status, _ := w.open(t, late, nil); status != http.StatusForbidden {
					t.Errorf("a link of yesterday: %d", status)
				}

				b := w.as(t, "user", demo) // another computer, or the launcher started anew
				second := w.enter(t, b, *session)
				if old, _ := w.open(t, plain, first); old != http.StatusForbidden {
					t.Errorf("the cookie of the old key: %d", old)
				}
				if status, _ := w.open(t, plain, w.enter(t, a, *session)); status != http.StatusOK {
					t.Errorf("the first desktop again: %d", status)
				}
				if status, _ := w.open(t, plain, second); status != http.StatusForbidden {
					t.Errorf("the second desktop's cookie: %d", status)
				}
			})
		})
	}
}

// TestTheKeyGoesWithTheOwner looks at the tag after the instance has gone back to the pool.
func TestTheKeyGoesWithTheOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGatedWorld(t)
		a := w.desktop(t, "a")
		stop := keep(t, a)
		time.Sleep(10 * time.Minute)
		session, _, _ := start(t, a, demo)
		cookies, plain := w.enter(t, a, *session), a.URL(*session)
		if err := a.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if key := w.keyTag(t, session.InstanceID); key != "" {
			t.Errorf("the key of a session that is over is still there: %s", key)
		}
		if _, err := a.Connect(t.Context(), *session); err == nil {
			if status, _ := w.open(t, plain, cookies); status == http.StatusOK {
				t.Error("the last owner still gets in")
			}
		}
		if key := w.keyTag(t, session.InstanceID); key != "" {
			t.Errorf("an old session has tagged an instance that it no longer holds: %s", key)
		}
		stop()
	})
}

// TestAnAvatarWithoutAGateIsOpenedPlainly: an image without one must go on working.
func TestAnAvatarWithoutAGateIsOpenedPlainly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.desktop(t, "a")
		session, _, _ := start(t, a, demo)
		if got := connect(t, a, *session); got != a.URL(*session) {
			t.Errorf("Connect: %s", got)
		}
	})
}

// TestAnOlderStackStartsWithoutTheKey: its policies don't know the gate's tag, and everything else goes on.
func TestAnOlderStackStartsWithoutTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.http.Transport = withoutKeyTag{w.http.Transport}
		keep(t, w.desktop(t, "keeper"))
		time.Sleep(10 * time.Minute)
		a := w.as(t, "user", demo)
		for range 2 {
			session, _, took := start(t, a, demo)
			if key := w.keyTag(t, session.InstanceID); key != "" || took > time.Minute {
				t.Errorf("key %q after %v", key, took)
			}
			if err := a.Terminate(t.Context(), *session, messages.Verbatim("test")); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// withoutKeyTag denies every call that names the gate's tag.
type withoutKeyTag struct{ http.RoundTripper }

func (w withoutKeyTag) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return w.RoundTripper.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !bytes.Contains(body, []byte(gate.Tag)) {
		return w.RoundTripper.RoundTrip(r)
	}
	const denial = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>"
	return &http.Response{
		StatusCode: http.StatusForbidden,
		Status:     "403 Forbidden",
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{"Content-Type": {"text/xml"}},
		Body:       io.NopCloser(strings.NewReader(denial)),
		Request:    r,
	}, nil
}
