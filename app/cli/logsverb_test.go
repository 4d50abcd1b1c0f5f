package cli

import (
	"testing"
	"time"

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
