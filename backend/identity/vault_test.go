package identity

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zalando/go-keyring"
	"pgregory.net/rapid"

	"avatar-launcher/backend"
)

// faulty is a Memory that obeys orders: fail after some calls, or wait until it is unlocked.
type faulty struct {
	Keyring
	left     int // calls until err; negative: for ever
	err      error
	unlocked chan struct{}
	longest  int
}

func (f *faulty) call() error {
	if f.unlocked != nil {
		<-f.unlocked
	}
	if f.left == 0 {
		return f.err
	}
	f.left--
	return nil
}

func (f *faulty) Get(service, user string) (string, error) {
	if err := f.call(); err != nil {
		return "", err
	}
	return f.Keyring.Get(service, user)
}

func (f *faulty) Set(service, user, value string) error {
	f.longest = max(f.longest, len(value))
	if err := f.call(); err != nil {
		return err
	}
	return f.Keyring.Set(service, user, value)
}

func (f *faulty) Delete(service, user string) error {
	if err := f.call(); err != nil {
		return err
	}
	return f.Keyring.Delete(service, user)
}

// TestWritesThatAreCutShort stops a write, and the one after it, at every call: what is read is the old or the new,
// never a mixture, and an erasure leaves nothing.
func TestWritesThatAreCutShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		memory := Memory().(*memory)
		f := &faulty{Keyring: memory, err: errors.New("the power is gone")}
		e := entries{f, "a"}
		var possible []storedSignIn
		for i := range rapid.IntRange(1, 5).Draw(t, "writes") {
			k := storedSignIn{Refresh: strings.Repeat(rapid.StringMatching(`[a-z]{1,50}`).Draw(t, "token"),
				rapid.IntRange(1, 200).Draw(t, "times")), Username: fmt.Sprint("ü", i)}
			f.left = rapid.IntRange(-1, 20).Draw(t, "calls")
			if e.write(k) == nil {
				possible = nil
			}
			possible = append(possible, k)
			f.left = -1
			got := &storedSignIn{}
			err := e.read(got)
			if errors.Is(err, ErrNotFound) && len(possible) == i+1 {
				continue // none was ever finished
			}
			if err != nil {
				t.Fatal(err)
			}
			known := false
			for _, p := range possible {
				known = known || cmp.Equal(*got, p)
			}
			if !known {
				t.Fatalf("read what was never written: %.40s", got.Refresh)
			}
		}
		if f.longest > chunkSize {
			t.Fatalf("an entry of %d bytes", f.longest)
		}
		if err := e.erase(); err != nil || len(memory.entries) > 0 {
			t.Fatalf("%v, and %d entries are left", err, len(memory.entries))
		}
	})
}

// TestNothingOfAnEarlierSignInStays: a shorter one leaves no part of the longer one before it.
func TestNothingOfAnEarlierSignInStays(t *testing.T) {
	m := Memory().(*memory)
	e := entries{m, "a"}
	for _, length := range []int{9000, 9000, 10} {
		if err := e.write(storedSignIn{Refresh: strings.Repeat("r", length)}); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.entries) != 2 {
		t.Errorf("%d entries, want the manifest and one part", len(m.entries))
	}
}

func TestDamagedEntriesAreDropped(t *testing.T) {
	for name, damage := range map[string]func(*memory){
		"a chunk is gone": func(m *memory) { delete(m.entries, [2]string{keyringService, "a/a/1"}) },
		"a chunk was cut": func(m *memory) { m.entries[[2]string{keyringService, "a/a/0"}] = "x" },
		"a chunk was changed": func(m *memory) {
			at := [2]string{keyringService, "a/a/1"}
			m.entries[at] = strings.Replace(m.entries[at], "rr", "rs", 1)
		},
		"no manifest of ours":  func(m *memory) { m.entries[[2]string{keyringService, "a"}] = "password123" },
		"manifest of a future": func(m *memory) { m.entries[[2]string{keyringService, "a"}] = `{"v":2}` },
	} {
		m := Memory().(*memory)
		v := newVault(m, "a", "client", false)
		v.save(t.Context(), storedSignIn{Refresh: strings.Repeat("r", 4000)})
		damage(m)
		if k, _ := v.load(t.Context()); k != nil || len(m.entries) > 0 {
			t.Errorf("%s: got %v, and %d entries are left", name, k != nil, len(m.entries))
		}
	}
}

// TestLockedKeyring never holds a sign-in up for longer than three seconds, and gets the token once it is unlocked.
func TestLockedKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Keyring: Memory(), left: -1, unlocked: make(chan struct{})}
		v := newVault(f, "a", "client", true)
		start := time.Now()
		v.save(t.Context(), storedSignIn{Refresh: "one"})
		v.save(t.Context(), storedSignIn{Refresh: "two"})
		if took := time.Since(start); took != 2*backgroundWait {
			t.Errorf("it took %v", took)
		}
		if p := v.condition(); p == nil || p.What.ID != "identity.keyringLocked" {
			t.Errorf("the condition is %v", p)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if k, _ := v.load(ctx); k != nil {
			t.Errorf("got %v", k)
		}
		close(f.unlocked)
		synctest.Wait()
		if k, _ := v.load(t.Context()); k == nil || k.Refresh != "two" || v.condition() != nil {
			t.Errorf("after the unlocking: %v, %v", k, v.condition())
		}
	})
}

func TestConditionsOfTheKeyring(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		what string
	}{
		"no session bus": {errors.New("dbus: DBUS_SESSION_BUS_ADDRESS not set"), "signed out when you quit"},
		"no display": {errors.New("failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'"),
			"is locked"},
		"too big":          {keyring.ErrSetDataTooBig, "can’t store an entry this large"},
		"not this system":  {keyring.ErrUnsupportedPlatform, "even though"},
		"locked by itself": {ErrLocked, "is locked"},
	} {
		v := newVault(&faulty{Keyring: Memory(), err: tt.err}, "a", "client", true)
		v.save(t.Context(), storedSignIn{Refresh: "r"})
		if p := v.condition(); p == nil || !strings.Contains(p.Error(), tt.what) || p.Next.IsZero() {
			t.Errorf("%s: got %v", name, p)
		}
	}
	v := newVault(nil, "a", "client", false)
	v.save(t.Context(), storedSignIn{Refresh: "r"})
	if k, _ := v.load(t.Context()); k == nil || v.condition() == nil {
		t.Error("without a keyring the session is not kept in memory, or that is not said")
	}
}

// TestOSKeyring runs TestInsideSession on a private session bus: with an unlocked, a locked and no GNOME Keyring.
func TestOSKeyring(t *testing.T) {
	for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	for state, start := range map[string]string{
		"unlocked": `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null`,
		// One that exists and is locked, as before a login: made by a first daemon, which the second replaces.
		"locked": `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; ` +
			`gnome-keyring-daemon --replace --daemonize --components=secrets >/dev/null 2>&1`,
		"absent": `export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent`,
	} {
		t.Run(state, func(t *testing.T) {
			home := t.TempDir()
			cmd := exec.Command("dbus-run-session", "--", "sh", "-c",
				start+`; exec "$0" -test.run='^TestInsideSession$' -test.v`, os.Args[0])
			cmd.Env = append(os.Environ(), "KEYRING_STATE="+state, "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home,
				"DISPLAY=", "WAYLAND_DISPLAY=")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestInsideSession is the part of TestOSKeyring that runs on the private bus.
func TestInsideSession(t *testing.T) {
	state := os.Getenv("KEYRING_STATE")
	if state == "" {
		return // TestOSKeyring runs it
	}
	v := newVault(OSKeyring(10*time.Second), "a", "client", false)
	want := storedSignIn{Refresh: strings.Repeat("t", 5000), Username: "demo", Sub: "s"}
	v.save(t.Context(), want)
	k, _ := v.load(t.Context()) // it comes after the save, however long that takes
	switch p := v.condition(); state {
	case "unlocked":
		want.Client = "client"
		if p != nil || k == nil || *k != want {
			t.Errorf("got %v, %v", k != nil, p)
		}
		v.eraseOnly(t.Context(), want.Refresh)
		if k, _ := v.load(t.Context()); k != nil || v.condition() != nil {
			t.Errorf("after the erasure: %v, %v", k != nil, v.condition())
		}
	case "locked":
		if p == nil || p.What.ID != "identity.keyringLocked" || !strings.Contains(p.Next.String(), "Unlock it") {
			t.Fatalf("got %v", p)
		}
		if k != nil {
			t.Error("a locked keyring gave something")
		}
		unlock(t)
		v.save(t.Context(), want) // what Try again does
		want.Client = "client"
		if k, _ = v.load(t.Context()); v.condition() != nil || k == nil || *k != want {
			t.Errorf("after the unlocking: %v, %v", k != nil, v.condition())
		}
	case "absent":
		if p == nil || p.What.ID != "identity.signInKeptMemory" ||
			!strings.Contains(p.Why.String(), "signed out when you quit") {
			t.Errorf("got %v", p)
		}
	}
}

// unlock gives the keyring its password, which somebody would type into its prompt.
func unlock(t *testing.T) {
	t.Helper()
	cmd := exec.Command("gnome-keyring-daemon", "--replace", "--unlock", "--components=secrets")
	cmd.Stdin = strings.NewReader("pw")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}

// TestInterruptedWhileTheKeyringIsSilent: a signal is no answer to whether somebody is signed in.
func TestInterruptedWhileTheKeyringIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Keyring: Memory(), left: -1, unlocked: make(chan struct{})}
		defer close(f.unlocked)
		s := New(Options{Region: "us-east-1", UserPoolID: "us-east-1_a", ClientID: "client", Keyring: f, Account: "a"})
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, interrupt)
		u, err := s.Resume(ctx)
		if p := backend.ProblemOf(err); u != nil || p == nil || p.Kind != backend.KindInterrupted {
			t.Errorf("got %v, %v", u, err)
		}
		start := time.Now()
		u, err = s.Resume(t.Context())
		if p := s.Notice(); u != nil || err != nil || !errors.Is(p, ErrLocked) ||
			!strings.Contains(p.Next.String(), "cancel") {
			t.Errorf("after %v: %v, %v, %v", time.Since(start), u, err, p)
		}
	})
}
