package fleet_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

// TestTheHistoryCountsWhatWasSent: what the instance has sent is in the cost of a session that its user stops, and of
// one whose launcher dies: there as of the last extension.
func TestTheHistoryCountsWhatWasSent(t *testing.T) {
	withoutRace(t)
	for name, dies := range map[string]bool{"stopped": false, "ended by the keeper": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				d := w.launch(t, "one", userNo(1), false, 0, figures, 1)
				other := w.launch(t, "two", userNo(2), true, 0, figures, 2)
				time.Sleep(time.Minute)
				d.do(backend.WishStart)
				time.Sleep(5 * time.Minute)
				s := d.launcher.Snapshot()
				if s.Phase != backend.Ready {
					t.Fatalf("it is %s", s.Phase)
				}
				d.options.Inbox.Sent(s.Session.InstanceID, 10e9)
				time.Sleep(20 * time.Minute)
				d.do(backend.WishExtend)
				time.Sleep(time.Minute)
				if dies {
					d.net.kill()
				} else {
					d.do(backend.WishStop)
				}
				time.Sleep(3 * time.Hour)
				records, err := other.service.Sessions(t.Context(), userNo(1), s.Session.CreationTime)
				if err != nil || len(records) != 1 {
					t.Fatalf("%+v, %v", records, err)
				}
				r := records[0]
				if want := 1.212*r.Ended.Sub(r.Started).Hours() + 0.9; math.Abs(r.Cost-want) > 0.01 {
					t.Errorf("%v cost %v, want %v", r.Ended.Sub(r.Started), r.Cost, want)
				}
			})
		})
	}
}
