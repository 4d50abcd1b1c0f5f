package fleet_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/messages"
)

// press opens an invitation's link and presses its button.
func (w *world) press(t *testing.T, link string) (int, []*http.Cookie) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Cookies()
}

func invite(t *testing.T, s *fleet.Service, session backend.Session, i gate.Invite) (*gate.Invitation, string) {
	t.Helper()
	made, link, err := s.Invite(t.Context(), session, i)
	if err != nil {
		t.Fatal(err)
	}
	return made, link
}

// TestAnInvitationIsMadeListedAndTakenBack by two processes of one user, with the rights of a user, while
// the owner watches.
func TestAnInvitationIsMadeListedAndTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGatedWorld(t)
		a, b := w.as(t, "user", demo), w.as(t, "user", demo)
		session, _, _ := start(t, a, demo)
		plain, owner := a.URL(*session), w.enter(t, a, *session)
		made, link := invite(t, b, *session, gate.Invite{Until: time.Now().Add(1000 * time.Hour), Uses: 1, WatchOnly: true})
		if !made.Until.Equal(session.ExpireAt.Truncate(time.Second)) ||
			!strings.HasPrefix(link, strings.TrimSuffix(plain, "/")) {
			t.Errorf("an invitation until %v, at %s; the session ends at %v", made.Until, link, session.ExpireAt)
		}
		_, other := invite(t, a, *session, gate.Invite{Until: time.Now().Add(10 * time.Minute), Uses: 2})
		status, guest := w.press(t, link)
		if status != http.StatusSeeOther {
			t.Fatalf("the guest: %d", status)
		}
		if again, _ := w.press(t, link); again != http.StatusForbidden {
			t.Errorf("a second guest by a link for one: %d", again)
		}
		open, err := a.Invitations(t.Context(), *session)
		if err != nil || len(open) != 2 || open[0] != *made {
			t.Errorf("the first process lists %+v, %v", open, err)
		}
		if err := a.TakeBack(t.Context(), *session, made.ID()); err != nil {
			t.Fatal(err)
		}
		if err := a.TakeBack(t.Context(), *session, made.ID()); backend.ProblemOf(err).Kind != backend.KindRefused {
			t.Errorf("taking it back again: %v", err)
		}
		for what, got := range map[string][2]int{"the guest": {statusOf(w.open(t, plain, guest)), 403},
			"the owner":      {statusOf(w.open(t, plain, owner)), 200},
			"the other link": {statusOf(w.press(t, other)), 303}} {
			if got[0] != got[1] {
				t.Errorf("afterwards %s: %d", what, got[0])
			}
		}
		time.Sleep(10 * time.Minute)
		if open, err := a.Invitations(t.Context(), *session); err != nil || len(open) != 0 {
			t.Errorf("after their end: %+v, %v", open, err)
		}
	})
}

func statusOf[T any](status int, _ T) int { return status }

func TestInvitationsHaveLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGatedWorld(t)
		a := w.as(t, "user", demo)
		session, _, _ := start(t, a, demo)
		good := gate.Invite{Until: time.Now().Add(10 * time.Minute), Uses: 1}
		for what, bad := range map[string]gate.Invite{"that has ended": {Until: time.Now().Add(-time.Second), Uses: 1},
			"for nobody": {Until: good.Until}, "for 101": {Until: good.Until, Uses: 101}} {
			if _, _, err := a.Invite(t.Context(), *session, bad); backend.ProblemOf(err).Kind != backend.KindConfig {
				t.Errorf("an invitation %s: %v", what, err)
			}
		}
		for range gate.MaxInvitations {
			invite(t, a, *session, good)
		}
		if _, _, err := a.Invite(t.Context(), *session, good); backend.ProblemOf(err).Kind != backend.KindRefused {
			t.Errorf("one too many: %v", err)
		}
		if err := a.TakeBack(t.Context(), *session, ""); err != nil {
			t.Fatal(err)
		}
		_, link := invite(t, a, *session, good)
		if err := a.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.Invite(t.Context(), *session, good); err == nil {
			t.Error("a session that is over invites")
		}
		next, _, _ := start(t, a, demo)
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := w.press(t, strings.TrimSuffix(a.URL(*next), "/")+u.RequestURI()); status != http.StatusForbidden {
			t.Errorf("a link of the last session: %d", status)
		}
	})
}

func TestWithoutAGateThereAreNoInvitations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.as(t, "user", demo)
		session, _, _ := start(t, a, demo)
		if _, _, err := a.Invite(t.Context(), *session,
			gate.Invite{Until: time.Now().Add(time.Minute), Uses: 1}); backend.ProblemOf(err).Kind != backend.KindRefused {
			t.Errorf("%v", err)
		}
	})
}
