package cli

import (
	"context"
	"testing"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/logs"
)

func TestPicking(t *testing.T) {
	zone := time.FixedZone("", 3600)
	now := time.Date(2026, 1, 2, 15, 0, 0, 0, zone)
	for _, tt := range []struct {
		p    picking
		want time.Time
		bad  bool
	}{
		{picking{}, time.Time{}, false},
		{picking{since: "90s"}, now.Add(-90 * time.Second), false},
		{picking{since: "14:30"}, now.Add(-30 * time.Minute), false},
		{picking{since: "14:30:10"}, now.Add(-30*time.Minute + 10*time.Second), false},
		{picking{since: "2026-01-02 14:00:00"}, now.Add(-time.Hour), false},
		{picking{since: "2026-01-02T14:00:00Z"}, now, false},
		{picking{since: "yesterday"}, time.Time{}, true},
		{picking{since: "-5m"}, time.Time{}, true},
		{picking{level: "loud"}, time.Time{}, true},
		{picking{grep: "("}, time.Time{}, true},
	} {
		q, err := tt.p.query(now)
		if (err != nil) != tt.bad || err != nil && backend.ProblemOf(err).Kind != backend.KindConfig {
			t.Errorf("%+v: %v", tt.p, err)
		}
		if err == nil && !q.Since.Equal(tt.want) {
			t.Errorf("%+v: since %v, want %v", tt.p, q.Since, tt.want)
		}
	}
	if q, _ := (picking{level: "warn", grep: "a|b"}).query(now); q != (logs.Query{Level: "warn", Pattern: "a|b"}) {
		t.Errorf("query %+v", q)
	}
}

// nobodys is a control plane in which nobody has a session.
type nobodys struct{ core.ControlPlane }

func (nobodys) Current(context.Context, backend.User) (*backend.Session, error) { return nil, nil }

// ended is a history of some sessions.
type ended []backend.Record

func (e ended) Sessions(context.Context, backend.User, time.Time) ([]backend.Record, error) {
	return e, nil
}

func (ended) Occupancy(context.Context, time.Time) ([]backend.Occupancy, error) { return nil, nil }

// TestTheLogOfTheLastSession: after a session has ended, its log is what the logs verb prints, unless it is to follow.
func TestTheLogOfTheLastSession(t *testing.T) {
	last := backend.Record{InstanceID: "i-1", Started: time.Unix(1000, 0), Ended: time.Unix(2000, 0)}
	v := visit{Rooms: &core.Rooms{Fleet: nobodys{}, History: ended{last}, Now: time.Now}}
	if got, err := v.logged(t.Context(), true); err != nil || got.InstanceID != "i-1" || !got.Ended.Equal(last.Ended) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := v.logged(t.Context(), false); err == nil {
		t.Error("a session that has ended is followed")
	}
	v.History = ended{}
	if _, err := v.logged(t.Context(), true); err == nil {
		t.Error("there is a log of no session")
	}
}
