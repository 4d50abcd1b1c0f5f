package window

import (
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

func TestQuitAsksOnlyWhereAnInstanceRuns(t *testing.T) {
	session := &backend.Session{InstanceID: "i-1"}
	ask, stop := config.Desktop{Quit: config.QuitAsk}, config.Desktop{Quit: config.QuitStop}
	until := time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)
	left := backend.Snapshot{Phase: backend.SignedOut, Kept: &backend.Kept{Username: "demo", Until: until}}
	for name, c := range map[string]struct {
		s     backend.Snapshot
		d     config.Desktop
		stays bool
		want  string // part of the question, "" for none
	}{
		"signed out": {backend.Snapshot{Phase: backend.SignedOut}, ask, false, ""},
		"idle":       {backend.Snapshot{Phase: backend.Idle}, ask, false, ""},
		"ready": {backend.Snapshot{Phase: backend.Ready, Session: session}, ask, false,
			"still running. Quitting stops it and signs you out."},
		"stays in": {backend.Snapshot{Phase: backend.Ready, Session: session}, ask, true,
			"still running. Quitting stops it."},
		"claiming":    {backend.Snapshot{Phase: backend.Claiming}, ask, false, "is still running"},
		"always stop": {backend.Snapshot{Phase: backend.Ready, Session: session}, stop, false, ""},
		"kept":        {left, ask, false, "It stops automatically at 12:01"},
		"kept, stop":  {left, stop, false, "sign in again first"},
		"none kept":   {backend.Snapshot{Phase: backend.SignedOut, Kept: &backend.Kept{Username: "demo"}}, ask, false, ""},
		"ending":      {backend.Snapshot{Phase: backend.Ending, Session: session}, ask, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := quitQuestion(c.s, c.d, backend.Rules{StaySignedIn: c.stays, Grace: time.Minute})
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("question: %q, want one with %q", got, c.want)
			}
		})
	}
}

func TestLateStopNamesTheArmedStopByThisComputersClock(t *testing.T) {
	end := time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)
	s := backend.Snapshot{Session: &backend.Session{InstanceID: "i-1", ExpireAt: end}, Skew: 10 * time.Minute}
	if got := lateStop(s, time.Minute); !strings.Contains(got, "11:51") {
		t.Errorf("%q, want 11:51", got)
	}
	if got := lateStop(backend.Snapshot{}, time.Minute); got != "" {
		t.Errorf("%q where nothing runs", got)
	}
}
