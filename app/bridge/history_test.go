package bridge

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// past is a history of one session and two samples of the pool.
type past struct {
	since             time.Time
	user              string
	sessions, samples error // in place of an answer
}

func (p *past) Sessions(_ context.Context, u backend.User, since time.Time) ([]backend.Record, error) {
	p.user, p.since = u.Username, since
	if p.sessions != nil {
		return nil, p.sessions
	}
	return []backend.Record{{InstanceID: "i-1", Type: "g5.xlarge", Started: since.Add(time.Hour),
		Ended: since.Add(2 * time.Hour), StartTook: 3 * time.Second, Cost: 1.25,
		Why: messages.New("fleet.sessionEndedElsewhere")}}, nil
}

func (p *past) Occupancy(_ context.Context, since time.Time) ([]backend.Occupancy, error) {
	if p.samples != nil {
		return nil, p.samples
	}
	return []backend.Occupancy{{At: since, Target: 2, Warm: 2}, {At: since.Add(time.Hour), Target: 2, Claimed: 1}}, nil
}

func TestTheHistoryIsThatOfTheUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s := running(t, &passwords{role: backend.RoleUser}, config.Profile{}, "")
		p := &past{}
		w.rooms.History = p
		h := &History{s}
		if out := h.Read(7); out.Problem == nil || out.Sessions == nil || p.user != "" {
			t.Errorf("signed out: %+v, and %q was asked for", out, p.user)
		}
		(&Account{s}).SignIn("ann", "x")
		synctest.Wait()
		out := h.Read(7)
		since := time.Now().AddDate(0, 0, -7)
		if out.Problem != nil || out.Partial != nil || p.user != "ann" || !p.since.Equal(since) ||
			out.Since != since.UnixMilli() || len(out.Occupancy) != 2 || out.Occupancy[1].Claimed != 1 {
			t.Errorf("a week of %q since %v: %+v", p.user, p.since, out)
		}
		want := PastSession{InstanceID: "i-1", Type: "g5.xlarge", Started: since.Add(time.Hour).UnixMilli(),
			Ended: since.Add(2 * time.Hour).UnixMilli(), StartTook: new(int64(3000)), Cost: 1.25,
			Why: messages.New("fleet.sessionEndedElsewhere").String()}
		if len(out.Sessions) != 1 || *out.Sessions[0].StartTook != 3000 {
			t.Fatalf("sessions %+v", out.Sessions)
		}
		if want.StartTook = out.Sessions[0].StartTook; out.Sessions[0] != want {
			t.Errorf("session %+v, want %+v", out.Sessions[0], want)
		}
		for days, most := range map[int]int{0: 1, -5: 1, 1000: 365} {
			h.Read(days)
			if want := time.Now().AddDate(0, 0, -most); !p.since.Equal(want) {
				t.Errorf("%d days: since %v, want %v", days, p.since, want)
			}
		}
	})
}

// TestAPartlyReadHistory shows the sessions without the pool, and nothing but the reason without the sessions.
func TestAPartlyReadHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s := running(t, &passwords{role: backend.RoleUser}, config.Profile{}, "")
		p := &past{samples: errors.New("no index")}
		w.rooms.History = p
		(&Account{s}).SignIn("ann", "x")
		synctest.Wait()
		h := &History{s}
		if out := h.Read(1); out.Problem != nil || out.Partial == nil || len(out.Sessions) != 1 || out.Occupancy == nil {
			t.Errorf("without the pool: %+v", out)
		}
		p.sessions = errors.New("no table")
		if out := h.Read(1); out.Problem == nil || out.Partial != nil || len(out.Sessions) != 0 || out.Sessions == nil {
			t.Errorf("without the sessions: %+v", out)
		}
	})
}
