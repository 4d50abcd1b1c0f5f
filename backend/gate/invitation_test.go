package gate

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// guests makes invitations and puts them into the instance's tag.
func (w *world) guests(all ...Invite) (made []Invitation, links []string) {
	w.t.Helper()
	for _, i := range all {
		invitation, link, err := NewInvitation(w.session, i, start)
		if err != nil {
			w.t.Fatal(err)
		}
		made, links = append(made, invitation), append(links, link)
	}
	w.list(made...)
	return made, links
}

func (w *world) list(all ...Invitation) {
	w.t.Helper()
	text, err := FormatInvitations(all)
	if err != nil {
		w.t.Fatal(err)
	}
	w.session.Guests = text
}

var anHour = Invite{Until: start.Add(time.Hour), Uses: 1}

func TestAnInvitationIsTakenBackAlone(t *testing.T) {
	w := newWorld(t)
	owner := w.admitted(http.MethodGet, w.ticket())
	made, links := w.guests(anHour, Invite{Until: start.Add(time.Hour), Uses: 2, WatchOnly: true}, anHour)
	first, second := w.admitted(http.MethodPost, links[0]), w.admitted(http.MethodPost, links[1])
	if got := w.status("/", second); got != http.StatusOK || w.role != "watch" {
		t.Fatalf("a guest: %d as %q", got, w.role)
	}
	w.list(made[1:]...)
	for what, got := range map[string]int{"the owner": w.status("/", owner) - 200,
		"the other guest": w.status("/", second) - 200,
		"the guest":       w.status("/", first) - 403, "the link": w.enter(http.MethodPost, links[0]).StatusCode - 403,
		"the other link": w.enter(http.MethodPost, links[1]).StatusCode - 303} {
		if got != 0 {
			t.Errorf("%s is answered differently, by %d", what, got)
		}
	}
	if res := w.enter(http.MethodPost, links[0]); !strings.Contains(text(t, res), "taken back") {
		t.Errorf("what a guest is told: %s", res.Status)
	}
	w.session.Guests = ""
	if got := w.status("/", second); got != http.StatusForbidden {
		t.Errorf("after all were taken back: %d", got)
	}
}

func TestAnInvitationOutlivesTheOwnersKeyAndNotTheSession(t *testing.T) {
	w := newWorld(t)
	_, links := w.guests(Invite{Until: start.Add(time.Hour), Uses: 2})
	guest := w.admitted(http.MethodPost, links[0])
	w.session.Key = newKey(t).Public() // the owner connects from another computer
	if got := w.status("/", guest); got != http.StatusOK {
		t.Errorf("after the owner's new key: %d", got)
	}
	for what, change := range map[string]func(*Session){"the instance has gone back": func(s *Session) {
		s.Key = ""
	}, "the next session": func(s *Session) { s.Epoch++ }} {
		before := w.session
		change(&w.session)
		if got := w.status("/", guest); got != http.StatusForbidden {
			t.Errorf("%s: %d", what, got)
		}
		if got := w.enter(http.MethodPost, links[0]).StatusCode; got != http.StatusForbidden {
			t.Errorf("%s, the link: %d", what, got)
		}
		w.session = before
	}
}

// TestAnInvitationsKeyMakesNoOwners: a guest must not become the owner.
func TestAnInvitationsKeyMakesNoOwners(t *testing.T) {
	w := newWorld(t)
	key := newKey(t)
	w.list(Invitation{Key: key.Public(), Epoch: 7, Until: start.Add(time.Hour), Uses: 1})
	sign := func(kid any, role Role) string {
		c := ticket{Epoch: 7, Role: role, Uses: 1,
			RegisteredClaims: jwt.RegisteredClaims{ID: "n", Audience: jwt.ClaimStrings{"i-0a"},
				IssuedAt: jwt.NewNumericDate(start), ExpiresAt: jwt.NewNumericDate(start.Add(TicketLife))}}
		token := jwt.NewWithClaims(jwt.SigningMethodES256, c)
		if kid != nil {
			token.Header["kid"] = kid
		}
		out, err := token.SignedString(key.private)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for what, tt := range map[string]struct {
		ticket string
		want   int
	}{
		"a guest's":                  {sign(key.Public(), Guest), http.StatusSeeOther},
		"an owner's":                 {sign(key.Public(), Owner), http.StatusForbidden},
		"an owner's, not named":      {sign(nil, Owner), http.StatusForbidden},
		"a guest's, not named":       {sign(nil, Guest), http.StatusForbidden},
		"with the session's key":     {sign(w.session.Key, Guest), http.StatusForbidden},
		"with a name that is none":   {sign(7, Guest), http.StatusForbidden},
		"with an empty name":         {sign("", Guest), http.StatusForbidden},
		"with a key that is nowhere": {sign(newKey(t).Public(), Guest), http.StatusForbidden},
	} {
		if got := w.enter(http.MethodPost, tt.ticket).StatusCode; got != tt.want {
			t.Errorf("%s: %d", what, got)
		}
	}
}

func TestInvitationsInATag(t *testing.T) {
	w := newWorld(t)
	made, _ := w.guests(anHour, Invite{Until: start.Add(3 * time.Hour), Uses: 2},
		Invite{Until: start.Add(time.Minute), Uses: MaxUses, WatchOnly: true})
	if got := ParseInvitations(w.session.Guests); !slices.Equal(got, made) {
		t.Errorf("%+v, not %+v", got, made)
	}
	if made[1].Until != w.session.Ends {
		t.Errorf("an invitation that outlasts the session: %v", made[1].Until)
	}
	if open := w.session.Open(start.Add(time.Minute)); !slices.Equal(open, made[:2]) {
		t.Errorf("open after a minute: %+v", open)
	}
	largest := Invitation{Key: newKey(t).Public(), Epoch: math.MaxInt32,
		Until: time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC), Uses: MaxUses}
	if text, err := FormatInvitations(slices.Repeat([]Invitation{largest}, MaxInvitations)); err != nil ||
		len(text) > 256 {
		t.Errorf("the largest tag has %d characters: %v", len(text), err)
	}
	if _, err := FormatInvitations(slices.Repeat(made[:1], MaxInvitations+1)); err == nil {
		t.Error("one too many is taken")
	}
	for _, tag := range []string{"", "x", "a:b:c:d", "a:1:1:1x", "::: :::", "a:1:1:1", "a:1:1:g", "a:1:1:1:g"} {
		if got := ParseInvitations(tag); len(got) != 0 {
			t.Errorf("%q: %+v", tag, got)
		}
	}
	if id := made[0].ID(); len(id) != 6 || id == made[1].ID() {
		t.Errorf("ID %q", id)
	}
}

func FuzzInvitations(f *testing.F) {
	f.Add("AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:7:tgx:1g b:1:1:2w")
	f.Fuzz(func(t *testing.T, tag string) {
		all := ParseInvitations(tag)
		if len(all) > MaxInvitations {
			return
		}
		again, err := FormatInvitations(all)
		if err == nil && !slices.Equal(ParseInvitations(again), all) {
			t.Errorf("%q is not read back", again)
		}
	})
}
