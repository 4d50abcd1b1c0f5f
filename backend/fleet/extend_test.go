package fleet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

// An extension that is cut short at any of its calls leaves an instance that stops when its session's row says so,
// though nobody keeps the pool: by the schedule or, where that was moved already, by the instance's own timer.
func TestAnInterruptedExtensionDoesNotOutliveItsSession(t *testing.T) {
	for n := 1; n <= 6; n++ {
		for _, ante := range []bool{true, false} {
			t.Run(fmt.Sprintf("call=%d,before=%v", n, ante), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					d := w.launch(t, "one", userNo(1), false, 0, figures, 1)
					time.Sleep(time.Minute)
					d.do(backend.WishStart)
					time.Sleep(2 * time.Minute)
					if p := d.launcher.Snapshot().Phase; p != backend.Ready {
						t.Fatalf("it is %s", p)
					}
					time.Sleep(20*time.Minute + time.Second)
					d.net.set(func(net *network) { net.killIn, net.killAnte = n, ante })
					d.do(backend.WishExtend)
					time.Sleep(10 * time.Second)
					if d.alive() {
						t.Fatal("it was not cut short")
					}
					v, err := w.truth(t.Context())
					if err != nil || len(v.sessions) != 1 {
						t.Fatalf("%+v, %v", v.sessions, err)
					}
					time.Sleep(time.Until(v.sessions[0].ExpireAt.Add(stopMargin)))
					if running := w.count(t)["running"]; running != 0 {
						t.Errorf("it runs on after the end of its session, %v", v.sessions[0].ExpireAt)
					}
				})
			})
		}
	}
}
