package window

import (
	"strings"
	"testing"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

func TestNotificationsFor(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	user, session := &backend.User{Username: "demo"}, &backend.Session{ExpireAt: now.Add(290 * time.Second)}
	over := &backend.Problem{What: messages.Verbatim("Your avatar was stopped"),
		Why: messages.Verbatim("Its time was up."), Next: messages.Verbatim("Start it again whenever you like.")}
	ready := backend.Snapshot{Phase: backend.Ready, User: user, Session: session}
	idle := backend.Snapshot{Phase: backend.Idle, User: user}
	with := func(s backend.Snapshot, change func(*backend.Snapshot)) backend.Snapshot { change(&s); return s }
	for name, c := range map[string]struct {
		before, after backend.Snapshot
		want          string // ID, title and actions of each
	}{
		"nothing": {ready, ready, ""},
		"ready": {with(ready, func(s *backend.Snapshot) {
			s.Phase = backend.Probing
		}), ready, "ready: Your avatar is ready [connect]"},
		"nearly over": {ready, with(ready, func(s *backend.Snapshot) {
			s.Warning = true
		}), "warning: Your avatar stops in 5 minutes [keep-going stop]"},
		"once": {with(ready, func(s *backend.Snapshot) {
			s.Warning = true
		}), with(ready, func(s *backend.Snapshot) { s.Warning = true }), ""},
		"stopped and why": {with(ready, func(s *backend.Snapshot) {
			s.Phase = backend.Ending
		}), with(idle, func(s *backend.Snapshot) {
			s.Phase, s.Problem = backend.Failed, over
		}), "ended: Your avatar was stopped [start]"},
		"by itself": {with(ready, func(s *backend.Snapshot) {
			s.Phase = backend.Ending
		}), with(idle, func(s *backend.Snapshot) {
			s.Ended = &backend.Ended{Why: backend.TimerIdle, Used: 72 * time.Minute, Cost: 1.46}
		}), "ended: Stopped to save money [start]"},
		"a stop failed": {with(ready, func(s *backend.Snapshot) {
			s.Phase = backend.Ending
		}), with(ready, func(s *backend.Snapshot) {
			s.Phase, s.Problem = backend.Failed, over
		}), "ended: Your avatar was stopped [stop]"},
		"stopped at last": {with(ready, func(s *backend.Snapshot) {
			s.Phase, s.Problem = backend.Failed, over
		}), idle, "ended: Your avatar has stopped [start]"},
		"stopped by hand": {with(ready, func(s *backend.Snapshot) { s.Phase = backend.Ending }), idle, ""},
		"exhausted": {with(idle, func(s *backend.Snapshot) {
			s.Phase = backend.Claiming
		}), with(idle, func(s *backend.Snapshot) {
			s.Phase, s.Cold = backend.Claiming, true
		}), "exhausted: This start takes a little longer [open]"},
		"queued": {with(idle, func(s *backend.Snapshot) {
			s.Phase = backend.Claiming
		}), with(idle, func(s *backend.Snapshot) {
			s.Phase, s.Queue = backend.Claiming, &backend.Queue{Position: 3, Length: 4}
		}), "waiting: You’re in line [open]"},
		"pool held back": {idle, with(idle, func(s *backend.Snapshot) {
			s.Pool.Leader, s.Pool.Backoff = true, &backend.Backoff{Failures: 2, InstanceID: "i-1", Why: messages.Verbatim("why")}
		}), "pool: New instances don’t become ready [open]"},
		"a rollout returned": {idle, with(idle, func(s *backend.Snapshot) {
			s.Pool.Leader, s.Pool.Rollout = true, &backend.Rollout{Target: "3", Good: "3", Bad: "4"}
		}), "rollout: The pool went back to an earlier version [open]"},
		"a rollout had returned": {with(idle, func(s *backend.Snapshot) {
			s.Pool.Leader, s.Pool.Rollout = true, &backend.Rollout{Target: "3", Good: "3", Bad: "4"}
		}), with(idle, func(s *backend.Snapshot) {
			s.Pool.Leader, s.Pool.Rollout = true, &backend.Rollout{Target: "3", Good: "3", Bad: "4"}
		}), ""},
		"a rollout returned, to a user": {idle, with(idle, func(s *backend.Snapshot) {
			s.Pool.Rollout = &backend.Rollout{Target: "3", Good: "3", Bad: "4"}
		}), ""},
		"launches refused": {idle, with(idle, func(s *backend.Snapshot) {
			s.Pool.Leader, s.Pool.Backoff = true, &backend.Backoff{Failures: 1, Why: messages.Verbatim("UnauthorizedOperation")}
		}), "pool: Launches are held back [open]"},
		"not theirs": {idle, with(idle, func(s *backend.Snapshot) {
			s.Pool.Backoff = &backend.Backoff{Failures: 2, Why: messages.Verbatim("why")}
		}), ""},
		"signed out": {idle, backend.Snapshot{Phase: backend.SignedOut}, "signed-out: You’re signed out [open]"},
		"thrown out": {ready, backend.Snapshot{Phase: backend.SignedOut, Problem: over},
			"signed-out: Your avatar was stopped [open]"},
		"not in yet": {backend.Snapshot{Phase: backend.SigningIn}, backend.Snapshot{Phase: backend.SignedOut, Problem: over},
			""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, n := range notificationsFor(c.before, c.after, now) {
				got = append(got, n.ID+": "+n.Title+" ["+strings.Join(n.Actions, " ")+"]")
				if n.Body == "" {
					t.Errorf("%s has no body", n.ID)
				}
				for _, key := range n.Actions {
					if actionTitle(key) == "" {
						t.Errorf("the action %q has no title", key)
					}
				}
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestTooltipCountsByTheCloudsClock(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := backend.Snapshot{Phase: backend.Ready, User: &backend.User{Username: "demo"},
		Session: &backend.Session{ExpireAt: now.Add(30*time.Minute + time.Second)}, Skew: 10 * time.Minute}
	if got, want := tooltipFor(s, now), "Avatar Launcher: demo – Running · 21 min left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMenuShowsTheLastErrorOfTheLog(t *testing.T) {
	s := backend.Snapshot{Phase: backend.Ready}
	if row := menuFor(s, "", time.Now())[1]; !row.Hidden || row.Enabled {
		t.Errorf("without an error: %+v", row)
	}
	row := menuFor(s, "the GPU has fallen off the bus"+strings.Repeat("!", 100), time.Now())[1]
	if row.Hidden || !row.Enabled || !strings.HasPrefix(row.Title, "Last log error: the GPU has fallen off the bus") ||
		len([]rune(row.Title)) > 90 {
		t.Errorf("with an error: %+v", row)
	}
}

func TestNotificationsAreToldInTheLanguageInUse(t *testing.T) {
	i18n.SetLanguage(messages.Pseudo)
	t.Cleanup(func() { i18n.SetLanguage("") })
	before := backend.Snapshot{Phase: backend.Ready, User: &backend.User{}}
	after := backend.Snapshot{Phase: backend.Idle, User: &backend.User{}, Problem: &backend.Problem{
		Kind: backend.KindBusy, What: messages.New("fleet.sessionEndedElsewhere"), Why: messages.New("fleet.cloudNotAnswer"),
		Next: messages.New("fleet.pressStartAgain")}}
	said := notificationsFor(before, after, time.Now())
	if len(said) != 1 || !strings.HasPrefix(said[0].Title, "⟦") || !strings.HasPrefix(said[0].Body, "⟦") {
		t.Errorf("notified: %+v", said)
	}
}

// TestOnlyAWarningStays: what is about to stop is the one thing that must not be missed.
func TestOnlyAWarningStays(t *testing.T) {
	before := backend.Snapshot{Phase: backend.Ready, Session: &backend.Session{}}
	after := before
	after.Warning = true
	all := notificationsFor(before, after, time.Now())
	all = append(all, notificationsFor(backend.Snapshot{}, backend.Snapshot{Phase: backend.Ready}, time.Now())...)
	if len(all) != 2 || !all[0].Urgent || all[1].Urgent {
		t.Errorf("%+v", all)
	}
}
