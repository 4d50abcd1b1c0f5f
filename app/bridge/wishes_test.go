package bridge

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

// asked records which of its methods the launcher calls, and asks for a code each time.
type asked struct {
	identity
	calls []string
}

func (a *asked) challenge(call string) (*backend.User, *backend.Challenge, error) {
	a.calls = append(a.calls, call)
	return nil, &backend.Challenge{Name: "SMS_MFA", Resend: true}, nil
}

func (a *asked) SignIn(_ context.Context, name, password string) (*backend.User, *backend.Challenge, error) {
	return a.challenge("sign in " + name + " " + password)
}

func (a *asked) SignInByCode(_ context.Context, name string) (*backend.User, *backend.Challenge, error) {
	return a.challenge("code for " + name)
}

func (a *asked) Forgot(_ context.Context, name string) (*backend.User, *backend.Challenge, error) {
	return a.challenge("reset for " + name)
}

func (a *asked) Resend(context.Context) (*backend.User, *backend.Challenge, error) {
	return a.challenge("resend")
}

func (a *asked) Respond(_ context.Context, answer string) (*backend.User, *backend.Challenge, error) {
	return a.challenge("answer " + answer)
}

func (a *asked) SignInByBrowser(_ context.Context, name string, _ func(backend.Challenge)) (*backend.User, error) {
	a.calls = append(a.calls, "browser for "+name)
	return &backend.User{ID: "1", Username: "ann"}, nil
}

func (a *asked) Leave() { a.calls = append(a.calls, "leave") }

// TestEachPressIsItsOwnWish presses the sign-in page's buttons, and reads which call of the identity they end in.
func TestEachPressIsItsOwnWish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := &asked{}
		_, s := running(t, id, config.Profile{}, "")
		a := &Account{s}
		press := func(name string, do func(), want ...string) {
			t.Helper()
			id.calls = nil
			do()
			synctest.Wait()
			if !slices.Equal(id.calls, want) {
				t.Errorf("%s: the identity was asked to %q, want %q", name, id.calls, want)
			}
		}
		press("SignIn", func() { a.SignIn("ann", "secret") }, "sign in ann secret")
		press("Resend", a.Resend, "resend")
		press("Respond", func() { a.Respond("123456") }, "answer 123456")
		press("Cancel", a.Cancel, "leave")
		press("SignInByCode", func() { a.SignInByCode("ann") }, "code for ann")
		press("Cancel", a.Cancel, "leave")
		press("Forgot", func() { a.Forgot("ann") }, "reset for ann")
		press("Cancel", a.Cancel, "leave")
		press("SignInByBrowser", func() { a.SignInByBrowser("ann") }, "browser for ann")
		if u := s.snapshot().User; u == nil || u.Username != "ann" {
			t.Errorf("the browser signed %+v in", u)
		}
	})
}

// TestAPressBeforeTheLauncherDoesNothing: the page may be there before the rooms are.
func TestAPressBeforeTheLauncherDoesNothing(t *testing.T) {
	s := service{&closing{}}
	(&Account{s}).SignIn("ann", "x")
	(&Instance{s}).Start()
	(&Page{s}).Touch()
	(&Page{s}).Retry()
}

func (o *operated) order(actor backend.User, what, why string) error {
	o.did = append(o.did, actor.Username+" "+what+": "+why)
	return nil
}

func (o *operated) Retire(_ context.Context, actor backend.User, id, why string) error {
	return o.order(actor, "retires "+id, why)
}

func (o *operated) Drain(_ context.Context, actor backend.User, id, why string) error {
	return o.order(actor, "drains "+id, why)
}

func (o *operated) Resume(_ context.Context, actor backend.User, why string) error {
	return o.order(actor, "resumes", why)
}

func (o *operated) Pause(_ context.Context, actor backend.User, why string) error {
	return o.order(actor, "pauses", why)
}

func (o *operated) Rollout(_ context.Context, actor backend.User, version, why string) error {
	return o.order(actor, "rolls out "+version, why)
}

// TestEachOrderIsItsOwn gives the orders of the fleet page, which differ by little in the code and much in effect.
func TestEachOrderIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s := running(t, &passwords{role: backend.RoleOperator}, config.Profile{}, "")
		o := &operated{}
		w.rooms.Operator = o
		(&Account{s}).SignIn("kim", "x")
		synctest.Wait()
		f := &Fleet{s}
		for _, out := range []Outcome{f.StopInstance("i-1", " a "), f.Retire("i-2", "b"), f.Drain("i-3", "c\n"),
			f.Resume("d"), f.Pause("e"), f.Rollout(" 7 ", "f"), f.Resize(-1, 0, "g")} {
			if out.Problem != nil {
				t.Errorf("%+v", out.Problem)
			}
		}
		want := "kim stops i-1: a\nkim retires i-2: b\nkim drains i-3: c\nkim resumes: d\nkim pauses: e\n" +
			"kim rolls out 7: f\nsize of the profiles: g"
		if got := strings.Join(o.did, "\n"); got != want {
			t.Errorf("the operator did\n%s\nwant\n%s", got, want)
		}
	})
}
