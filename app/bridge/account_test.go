package bridge

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	rooms "avatar-launcher/backend/identity"
)

// passwords records who signs in by which password, and makes them of a role.
type passwords struct {
	identity
	role backend.Role
	seen []string
}

func (p *passwords) SignIn(_ context.Context, name, password string) (*backend.User, *backend.Challenge, error) {
	p.seen = append(p.seen, name+" "+password)
	return &backend.User{ID: "1", Username: name, Role: p.role}, nil, nil
}

// settled is a window with settings of its own.
type settled struct {
	closing
	desktop config.Desktop
}

func (w *settled) Desktop() config.Desktop     { return w.desktop }
func (w *settled) SetDesktop(d config.Desktop) { w.desktop = d }

// running starts a launcher with a profile and a configuration file, in a bubble of virtual time.
func running(t *testing.T, id backend.Identity, p config.Profile, file string) (*settled, service) {
	t.Helper()
	l := backend.New(backend.Options{Identity: id, Fleet: fleet{}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = l.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	w := &settled{closing: closing{ctx: ctx, rooms: &core.Rooms{Launcher: l, Profile: p, File: file,
		Identity: rooms.New(rooms.Options{Keyring: rooms.Memory()}), Operator: &operated{}, History: silent{}}}}
	return w, service{w}
}

// operated records what an operator does.
type operated struct {
	backend.Operator
	did []string
}

func (o *operated) StopInstance(_ context.Context, actor backend.User, id, why string) error {
	o.did = append(o.did, actor.Username+" stops "+id+": "+why)
	return nil
}

func (o *operated) Resize(_ context.Context, _ backend.User, sizes *backend.PoolSizes, why string) error {
	if sizes == nil {
		o.did = append(o.did, "size of the profiles: "+why)
		return nil
	}
	o.did = append(o.did, fmt.Sprintf("size %d and %d: %s", sizes.Stopped, *sizes.Hot, why))
	return nil
}

// TestADemoUsersPasswordStaysInGo has the page name a user and nothing else, and lists the likely ones first.
func TestADemoUsersPasswordStaysInGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := &passwords{role: backend.RoleUser}
		p := config.Profile{DemoUsers: map[string]string{
			"user07": "g", "operator": "o", "bob": "b", "demo": "d", "alice": "a",
		}}
		_, s := running(t, id, p, "")
		a := &Account{s}
		if got := a.DemoUsers(); !slices.Equal(got, []string{"demo", "bob", "alice", "operator", "user07"}) {
			t.Errorf("the users are listed as %q", got)
		}
		a.SignInDemo("nobody")
		a.SignInDemo("bob")
		synctest.Wait()
		if !slices.Equal(id.seen, []string{"bob b"}) || s.snapshot().User == nil {
			t.Errorf("signed in as %q: %+v", id.seen, s.snapshot().Problem)
		}
	})
}

// TestOnlyAnOperatorActsOnTheFleet refuses a user, and an operator who gives no reason.
func TestOnlyAnOperatorActsOnTheFleet(t *testing.T) {
	for _, role := range []backend.Role{backend.RoleUser, backend.RoleOperator} {
		synctest.Test(t, func(t *testing.T) {
			w, s := running(t, &passwords{role: role}, config.Profile{}, "")
			f := &Fleet{s}
			if out := f.StopInstance("i-1", "why"); out.Problem == nil || !strings.Contains(out.Problem.What, "signed in") {
				t.Errorf("nobody is signed in: %+v", out.Problem)
			}
			(&Account{s}).SignIn("eva", "x")
			synctest.Wait()
			did := w.rooms.Operator.(*operated)
			if out := f.StopInstance("i-1", " "); out.Problem == nil {
				t.Errorf("%s: without a reason it was done", role)
			}
			outs := []Outcome{f.StopInstance("i-1", " broken "), f.Resize(3, 1, "a class"), f.Resize(-1, 0, "over")}
			want := []string{"eva stops i-1: broken", "size 3 and 1: a class", "size of the profiles: over"}
			if role == backend.RoleUser {
				want = nil
			}
			if !slices.Equal(did.did, want) {
				t.Errorf("%s did %q", role, did.did)
			}
			for _, out := range outs {
				if (out.Problem == nil) != (role == backend.RoleOperator) {
					t.Errorf("%s is told %+v", role, out.Problem)
				}
			}
		})
	}
}

// TestWhoIsNotSignedInIsAskedToSignIn has the pages of an account say so instead of asking the cloud.
func TestWhoIsNotSignedInIsAskedToSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := running(t, &passwords{}, config.Profile{}, "")
		guard := &Security{service: s}
		for name, p := range map[string]*Problem{
			"history":  (&History{s}).Read(30).Problem,
			"security": guard.Read().Problem,
			"set up":   guard.SetUp().Problem,
			"confirm":  guard.Confirm("123456").Problem,
			"remove":   guard.Remove().Problem,
			"forget":   guard.ForgetDevice().Problem,
			"passkeys": guard.Passkeys().Problem,
			"add":      guard.AddPasskey().Problem,
			"take off": guard.RemovePasskey("p-1").Problem,
		} {
			if p == nil || p.What != newProblem(signedOutProblem()).What {
				t.Errorf("%s: %+v", name, p)
			}
		}
	})
}

// TestASettingIsWrittenIntoTheFile keeps the rest of the file, brings the settings of the desktop into force at once,
// and refuses what is no setting and what is not valid.
func TestASettingIsWrittenIntoTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "config.yaml")
		const mine = "# mine\nprofile: local\nprofiles:\n  local:\n    cloud: embedded\n"
		if err := os.WriteFile(file, []byte(mine), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := config.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		w, s := running(t, &passwords{}, f.Profiles["local"], file)
		page := &Settings{s}
		for _, c := range []Setting{{Key: SettingTheme, Text: "dark"}, {Key: SettingNotifications, On: false},
			{Key: SettingStaySignedIn, On: true}, {Key: SettingWindow, Elapses: (2 * time.Hour).Milliseconds()}} {
			if p := page.Write(c); p.Problem != nil {
				t.Fatalf("%s: %+v", c.Key, p.Problem)
			}
		}
		p := page.Read()
		if w.desktop.Theme != config.ThemeDark || p.Desktop.Notifications || !p.StaySignedIn ||
			p.Window != (2*time.Hour).Milliseconds() {
			t.Errorf("in force is %+v, and the page shows %+v", w.desktop, p)
		}
		written, err := os.ReadFile(file)
		if err != nil || !strings.HasPrefix(string(written), "# mine\n") {
			t.Errorf("the comment is gone: %q, %v", written, err)
		}
		for _, c := range []Setting{{Key: "colour", Text: "red"}, {Key: SettingTheme, Text: "red"}, {Key: SettingWindow}} {
			after := page.Write(c)
			if now, _ := os.ReadFile(file); after.Problem == nil || string(now) != string(written) {
				t.Errorf("%s: %+v, and the file is\n%s", c.Key, after.Problem, now)
			}
		}
	})
}
