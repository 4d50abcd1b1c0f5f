package fleet

import (
	"testing"
	"time"

	"avatar-launcher/backend"
)

// TestAFailedResetDoesNotCountAgainstTheVersion: an instance that does not become ready on its new disk is replaced,
// and launches of its version go on.
func TestAFailedResetDoesNotCountAgainstTheVersion(t *testing.T) {
	old := now.Add(-time.Hour)
	for name, reset := range map[string]string{"a newborn": "", "after a reset": "replacevol-1"} {
		for _, state := range []backend.InstanceState{backend.Stopped, backend.Running, backend.Terminated} {
			v := observation{size: 1, figures: Figures{MaxInstances: 2}, ready: map[string]bool{},
				resets:    map[string]replacement{"replacevol-1": {state: "succeeded", ended: old}},
				instances: []instance{{Machine: backend.Machine{InstanceID: "i-1", State: state, LaunchTime: old}}},
				rows: []instanceRow{{InstanceID: "i-1", State: backend.Warming, Epoch: 3, PooledAt: old,
					ResetTask: reset}}}
			steps := plan(v, now)
			if len(steps) == 0 || steps[0].kind != stepRetire && steps[0].kind != stepForget {
				t.Errorf("%s, %s: the plan is %v", name, state, steps)
				continue
			}
			if counts := steps[0].result != nil; counts != (reset == "") {
				t.Errorf("%s, %s: counts against the version: %v", name, state, counts)
			}
		}
	}
}
