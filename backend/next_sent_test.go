package backend

import (
	"math"
	"testing"
	"time"
)

// TestWhatAnInstanceSendsCosts follows a session's traffic from the reports of the log to the extension, the price on
// the page and the ending that a timer makes.
func TestWhatAnInstanceSendsCosts(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	session := Session{UserID: "1", InstanceID: "i-1", Type: "g5.2xlarge", CreationTime: now.Add(-time.Hour),
		ExpireAt: now.Add(time.Hour)}
	r := Rules{Window: time.Hour, Prices: prices}
	s := stateOf(Snapshot{Phase: Ready, User: &User{ID: "1"}, Session: &session})
	for _, e := range []sent{{"i-1", 2e9}, {"i-1", 1e9}, {"i-2", 9e9}} { // one counted again, and one of another instance
		s, _ = next(s, e, r, now)
	}
	if s.Session.Sent != 2e9 || session.Sent != 0 {
		t.Fatalf("sent %d, and the session given was changed to %d", s.Session.Sent, session.Sent)
	}
	if c := cost(s, prices); math.Abs(c.Traffic-0.18) > 1e-9 {
		t.Errorf("the traffic costs %v, want 0.18", c.Traffic)
	}
	if last := timers(s.Snapshot, r); math.Abs(last[0].Cost-(2*1.205+0.18)) > 1e-9 {
		t.Errorf("at its end it will have cost %v", last[0].Cost)
	}
	s, effects := extend(s, now)
	asked := effects[0].(doExtend).session
	s, _ = next(s, sent{"i-1", 3e9}, r, now)
	if s, _ = next(s, extended{session: &asked}, r, now); asked.Sent != 2e9 || s.Session.Sent != 3e9 {
		t.Errorf("the extension says %d sent, and afterwards the session %d", asked.Sent, s.Session.Sent)
	}
	ended := endedBy(TimerIdle, s.Session, r, now)
	if math.Abs(ended.Cost-(1.205+0.27)) > 1e-9 {
		t.Errorf("in the end it cost %v", ended.Cost)
	}
}
