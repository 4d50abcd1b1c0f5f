package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

// TestAUserNameThatIsNoLabelIsRefusedBeforeTheClaim covers names that the users' role may not write, names that two
// users could share, and names of other machines.
func TestAUserNameThatIsNoLabelIsRefusedBeforeTheClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		before := len(w.cloud.Calls())
		for _, name := range []string{"john.doe", "Alice", "jürgen", strings.Repeat("a", 64), "ann@example.com", "www", ""} {
			session, err := s.Start(t.Context(), backend.User{ID: "sub-of-" + name, Username: name}, func(p backend.Progress) {
				t.Errorf("%s: progress %+v", name, p)
			})
			if p := backend.ProblemOf(err); session != nil || p == nil || p.Kind != backend.KindDenied ||
				!strings.Contains(p.Why.String(), name) {
				t.Errorf("%s: %+v, %v", name, session, err)
			}
		}
		if made := len(w.cloud.Calls()) - before; made != 0 {
			t.Errorf("%d calls for names that are refused", made)
		}
	})
}

// TestEveryLabelIsAName: what is taken can also be written by the user's role, and shows the user's own instance.
func TestEveryLabelIsAName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for _, name := range []string{"a-1", "xn--jrgen-kva", strings.Repeat("b", 63),
			"5f0f8e2c-2f0b-4c57-9b0f-0d6f3a2a7a11"} {
			u := backend.User{ID: "sub-of-" + name[:3], Username: name}
			s := w.as(t, "user", u)
			session, _, _ := start(t, s, u)
			s.Wait()
			time.Sleep(10 * time.Second)
			if want := name + "." + w.out.ZoneName; session.Domain != want {
				t.Errorf("the domain is %s, want %s", session.Domain, want)
			}
			if got := w.page(t, session.Domain); !strings.Contains(got, session.InstanceID) {
				t.Errorf("%s shows %q, want instance %s", session.Domain, got, session.InstanceID)
			}
		}
	})
}
