package core

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/app/controlplane"
	"avatar-launcher/backend"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/kinesis"
)

// withLogs has a desktop read its instance's log, as the real one does.
func (r *room) withLogs(o *backend.Options, cfg aws.Config) {
	o.Logs = logs.New(logs.Options{
		Source: kinesis.New(kinesis.Options{
			API: stream(o, cfg), Name: r.profile.Stream, Readers: 1,
		}),
		ActivityPattern: controlplane.Pattern(r.profile.Log.ActivityPattern), OnActivity: o.Inbox.Active,
		OnViewers: o.Inbox.Watched,
	})
}

// watch keeps a browser at the avatar's page for some time.
func (r *room) watch(url, player string, d time.Duration) {
	r.t.Helper()
	client := &http.Client{Transport: r.cloud.Transport()}
	post := func(path string) {
		res, err := client.Post(url+path, "", nil)
		if err != nil {
			r.t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(4 * time.Second) {
		post("beat?p=" + player)
	}
	post("players?p=" + player + "&leave=1")
}

// TestAViewerKeepsTheAvatar has somebody watch for far longer than the window, while nobody touches the launcher. The
// instance's own timer and the armed stop must follow, or they would end it. A window after the viewer left it stops.
func TestAViewerKeepsTheAvatar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		const window = 3 * time.Minute
		l := r.desktop(window, r.withLogs)
		r.signIn(l, "demo", backend.Idle)
		l.Do(backend.Wish{Verb: backend.WishStart})
		ready := r.until(l, 5*time.Minute, backend.Ready)
		r.watch(ready.URL, "one", 5*window)
		left := time.Now()
		synctest.Wait()
		s := l.Snapshot()
		if s.Phase != backend.Ready || r.running() != 1 {
			t.Fatalf(
				"%v after the start the phase is %s and %d instances run: %v",
				5*window,
				s.Phase,
				r.running(),
				s.Problem,
			)
		}
		if s.Viewers != 1 || left.Sub(s.LastUse) > time.Minute {
			t.Errorf("%d viewers, last use %v ago", s.Viewers, left.Sub(s.LastUse))
		}
		r.until(l, 10*time.Minute, backend.Idle, backend.Failed)
		if took := time.Since(left); took < window || took > window+2*time.Minute {
			t.Errorf("it ended %v after the viewer had left", took)
		}
		time.Sleep(2 * time.Minute)
		if n := r.running(); n != 0 {
			t.Errorf("%d instances run", n)
		}
	})
}

// TestSigningInAgainKeepsTheAvatar has its own launcher adopt the instance, and nobody else's.
func TestSigningInAgainKeepsTheAvatar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		l := r.desktop(time.Hour)
		r.signIn(l, "demo", backend.Idle)
		l.Do(backend.Wish{Verb: backend.WishStart})
		first := r.until(l, 5*time.Minute, backend.Ready)
		for _, name := range []string{"alice", "demo"} {
			l.Do(backend.Wish{Verb: backend.WishRenew})
			r.until(l, time.Minute, backend.SignedOut)
			if name == "alice" {
				if s := r.signIn(l, name, backend.Idle); s.Session != nil {
					t.Errorf("alice has %s", s.Session.InstanceID)
				}
				continue
			}
			if s := r.signIn(l, name, backend.Ready); s.Session.InstanceID != first.Session.InstanceID {
				t.Errorf("%s, not %s", s.Session.InstanceID, first.Session.InstanceID)
			}
		}
		if n := r.running(); n != 1 {
			t.Errorf("%d instances run", n)
		}
	})
}
