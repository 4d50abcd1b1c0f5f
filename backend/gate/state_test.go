package gate

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// again is the gate after it was started again with the file.
func (w *world) again(file string) *State {
	w.t.Helper()
	state, err := OpenState(file, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	before := w.Handler.(*gate)
	w.Handler = Handler(before.next, Options{Session: before.Session, Now: before.Now, State: state})
	return state
}

func TestAGateThatStartsAgainGoesOn(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "state")
	w.again(file)
	ticket := w.ticket()
	cookies := w.admitted(http.MethodGet, ticket)
	_, links := w.guests(Invite{Until: start.Add(30 * time.Minute), Uses: 2})
	w.admitted(http.MethodPost, links[0])
	for range 2 {
		w.again(file)
		if got := w.status("/", cookies); got != http.StatusOK {
			t.Errorf("the owner's page: %d", got)
		}
		if got := w.enter(http.MethodGet, ticket).StatusCode; got != http.StatusForbidden {
			t.Errorf("the used ticket: %d", got)
		}
	}
	w.admitted(http.MethodPost, links[0])
	w.again(file)
	if got := w.enter(http.MethodPost, links[0]).StatusCode; got != http.StatusForbidden {
		t.Errorf("a link for two, after two: %d", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info.Mode(), err)
	}
	w.now = start.Add(time.Hour)
	if state := w.again(file); len(state.spent.used) != 0 {
		t.Errorf("what has expired is kept: %v", state.spent.used)
	}
	if text, err := os.ReadFile(file); err != nil || strings.Count(string(text), "\n") != 1 {
		t.Errorf("the file has %q, %v", text, err)
	}
}

func TestAStateThatIsDamagedIsMended(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "state")
	for _, damaged := range []string{"", "secret\n", "secret AA\nused\n",
		"secret " + encode(newSecret()) + "\nused ! 1\nused AA x\nused A", "\x00\xff"} {
		if err := os.WriteFile(file, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if state := w.again(file); len(state.secret) != secretSize || len(state.spent.used) != 0 {
			t.Errorf("%q: a secret of %d bytes, %v", damaged, len(state.secret), state.spent.used)
		}
		w.admitted(http.MethodGet, w.ticket())
	}
	if _, err := OpenState(filepath.Join(t.TempDir(), "no", "folder"), start); err == nil {
		t.Error("a file that can't be made is no error")
	}
}
