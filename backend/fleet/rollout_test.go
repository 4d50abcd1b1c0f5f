package fleet

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"avatar-launcher/backend"

	"pgregory.net/rapid"
)

// TestARolloutNeverEmptiesThePool changes the launch template of a full pool, with some of it claimed: the new version
// goes to one instance, to a share, then to all, within max_instances, and in the end all are new.
func TestARolloutNeverEmptiesThePool(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size, claimed := rapid.IntRange(2, 12).Draw(t, "size"), rapid.IntRange(0, 3).Draw(t, "claimed")
		f := Figures{MaxInstances: size + claimed + rapid.IntRange(0, 6).Draw(t, "room")}
		boot := time.Duration(rapid.IntRange(1, 14).Draw(t, "boot")) * time.Minute
		w := newPretendPool(size, f)
		w.fill(claimed, backend.Claimed)
		atLeast := size
		if f.MaxInstances == size+claimed {
			atLeast = size - 1
		}
		var stages []rolloutStage
		for at := now; at.Before(now.Add(6 * time.Hour)); at = at.Add(time.Minute) {
			w.boot(at, boot)
			w.turn(at)
			if stage := w.view.rollout.Stage; len(stages) == 0 || stages[len(stages)-1] != stage {
				stages = append(stages, stage)
			}
			w.checkPool(t, at, atLeast)
			w.checkStage(t, at)
		}
		if fresh, all := w.warm("2"), w.warm(""); fresh != size || all != size {
			t.Fatalf("in the end %d of %d are new, want %d", fresh, all, size)
		}
		if fmt.Sprint(stages) != "[one share all ]" || w.view.rollout.Good != "2" {
			t.Fatalf("the stages were %q, in the end %+v", stages, w.view.rollout)
		}
	})
}

// checkPool checks how many instances there are.
func (w *pretendPool) checkPool(t *rapid.T, at time.Time, atLeast int) {
	if warm := w.warm(""); warm < atLeast {
		t.Fatalf("after %v %d are warm, want %d", at.Sub(now), warm, atLeast)
	}
	if len(w.view.rows) > w.view.figures.MaxInstances {
		t.Fatalf("after %v there are %d instances, at most %d allowed", at.Sub(now), len(w.view.rows),
			w.view.figures.MaxInstances)
	}
}

// checkStage checks that there are no more instances of the new version than its stage allows.
func (w *pretendPool) checkStage(t *rapid.T, at time.Time) {
	r, made := w.view.rollout, 0
	for _, m := range w.view.instances {
		if m.version == r.Target && !m.State.Gone() {
			made++
		}
	}
	if r.under() && made > r.want(w.view.size) {
		t.Fatalf("after %v there are %d instances of version %s at the stage %s", at.Sub(now), made, r.Target, r.Stage)
	}
}

// TestARolloutOfABrokenTemplateReturns launches a template that never becomes ready: the pool tries it on one instance
// twice, goes back, and is not moved to it again until an operator says so.
func TestARolloutOfABrokenTemplateReturns(t *testing.T) {
	for _, room := range []int{0, 5} {
		w := newPretendPool(3, Figures{MaxInstances: 3 + room})
		for at := now; at.Before(now.Add(48 * time.Hour)); at = at.Add(time.Minute) {
			w.bootVersion("1", at, 2*time.Minute)
			w.turn(at)
			if warm := w.warm(""); warm < 2 {
				t.Fatalf("with room for %d more, %d are warm after %v", room, warm, at.Sub(now))
			}
		}
		r := w.view.rollout
		if warm := w.warm("1"); warm != 3 || r.Target != "1" || r.Good != "1" || r.Bad != "2" || r.Stage != "" {
			t.Errorf("with room for %d more, %d old instances are left: %+v", room, warm, r)
		}
		if w.launched["2"] != returnAfter {
			t.Errorf("with room for %d more, the broken version was launched %d times", room, w.launched["2"])
		}
		w.view.current = template{"3", "ami-3"}
		for at := now.Add(48 * time.Hour); at.Before(now.Add(60 * time.Hour)); at = at.Add(time.Minute) {
			w.boot(at, 2*time.Minute)
			w.turn(at)
		}
		if fresh := w.warm("3"); fresh != 3 || w.view.rollout.Good != "3" || w.view.rollout.Bad != "" {
			t.Errorf("the mended version is on %d instances: %+v", fresh, w.view.rollout)
		}
	}
}

// TestAVersionThatBreaksLateIsTakenBack lets a new version work on the first instances only: those that became ready
// are replaced by the last good version.
func TestAVersionThatBreaksLateIsTakenBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 10).Draw(t, "size")
		good := rapid.IntRange(1, size-1).Draw(t, "good")
		w := newPretendPool(size, Figures{MaxInstances: size + rapid.IntRange(0, 4).Draw(t, "room")})
		for at := now; at.Before(now.Add(8 * time.Hour)); at = at.Add(time.Minute) {
			w.bootVersion("1", at, 3*time.Minute)
			if w.launched["2"] <= good {
				w.bootVersion("2", at, 3*time.Minute)
			}
			w.turn(at)
			w.checkPool(t, at, size-1)
		}
		if r := w.view.rollout; w.warm("1") != size || r.Bad != "2" || r.Stage != "" {
			t.Fatalf("%d of %d are of the last good version: %+v", w.warm("1"), size, r)
		}
	})
}

// TestAPausedRolloutReplacesNothing pauses a rollout at each stage: what is missing is launched of the last good
// version.
func TestAPausedRolloutReplacesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(4, 12).Draw(t, "size")
		w := newPretendPool(size, Figures{MaxInstances: size + rapid.IntRange(1, 4).Draw(t, "room")})
		stage := rapid.SampledFrom([]rolloutStage{stageOne, stageShare, stageAll}).Draw(t, "stage")
		at := now
		for ; w.view.rollout.Stage != stage; at = at.Add(time.Minute) {
			w.boot(at, 2*time.Minute)
			w.turn(at)
		}
		w.view.rollout.Paused = true
		launched := w.launched["2"]
		w.lose(0)
		for end := at.Add(5 * time.Hour); at.Before(end); at = at.Add(time.Minute) {
			w.boot(at, 2*time.Minute)
			w.turn(at)
		}
		if w.launched["2"] != launched || w.warm("") < size || w.view.rollout.Stage != stage {
			t.Fatalf("%d launches of the new version, want %d; %d of %d are warm; %+v", w.launched["2"], launched,
				w.warm(""), size, w.view.rollout)
		}
		w.view.rollout.Paused = false
		for end := at.Add(5 * time.Hour); at.Before(end); at = at.Add(time.Minute) {
			w.boot(at, 2*time.Minute)
			w.turn(at)
		}
		if w.warm("2") != size {
			t.Fatalf("resumed, %d of %d are new: %+v", w.warm("2"), size, w.view.rollout)
		}
	})
}

// TestAPoolOfOneIsRolledOutBetweenSessions has no room for a second instance: the first is replaced when it comes back.
func TestAPoolOfOneIsRolledOutBetweenSessions(t *testing.T) {
	w := newPretendPool(1, Figures{MaxInstances: 1})
	for at := now; at.Before(now.Add(time.Hour)); at = at.Add(time.Minute) {
		w.boot(at, 2*time.Minute)
		w.turn(at)
		if w.warm("") != 1 {
			t.Fatalf("the only instance was taken away after %v", at.Sub(now))
		}
	}
	w.view.rows[0].State = backend.Recycling
	for at := now.Add(time.Hour); at.Before(now.Add(2 * time.Hour)); at = at.Add(time.Minute) {
		w.boot(at, 2*time.Minute)
		w.turn(at)
	}
	if w.warm("2") != 1 || w.view.rollout.Good != "2" {
		t.Errorf("%d are new: %+v", w.warm("2"), w.view.rollout)
	}
}

// TestAVersionWithoutProofIsNotGood changes the template of a pool of size 0: users get the new version, and the pool
// goes back from it once it has a size and the version fails.
func TestAVersionWithoutProofIsNotGood(t *testing.T) {
	w := newPretendPool(2, Figures{MaxInstances: 6})
	w.turn(now.Add(-time.Minute))
	w.view.size = 0
	for at := now; at.Before(now.Add(time.Hour)); at = at.Add(time.Minute) {
		w.turn(at)
	}
	if r := w.view.rollout; r.launchVersion() != "2" || r.Good != "1" || w.warm("") != 0 {
		t.Errorf("at size 0: %+v, %d are warm", r, w.warm(""))
	}
	w.view.size = 2
	for at := now.Add(time.Hour); at.Before(now.Add(3 * time.Hour)); at = at.Add(time.Minute) {
		w.bootVersion("1", at, 2*time.Minute)
		w.turn(at)
	}
	if r := w.view.rollout; w.warm("1") != 2 || r.Bad != "2" {
		t.Errorf("at size 2: %+v, %d are warm", r, w.warm("1"))
	}
}

// TestADrainedInstanceIsReplaced drains a warm instance, one that is being given back and one that is claimed.
func TestADrainedInstanceIsReplaced(t *testing.T) {
	for _, state := range []backend.PoolState{backend.Warm, backend.Recycling, backend.Claimed} {
		w := newPretendPool(2, Figures{MaxInstances: 5})
		w.view.current = template{"1", "ami-1"}
		if state == backend.Claimed {
			w.fill(1, state)
		} else {
			w.view.rows[1].State = state
		}
		drained := &w.view.rows[len(w.view.rows)-1]
		drained.Draining = true
		id := drained.InstanceID
		for at := now; at.Before(now.Add(time.Hour)); at = at.Add(time.Minute) {
			w.boot(at, 2*time.Minute)
			w.turn(at)
		}
		there := slices.ContainsFunc(w.view.rows, func(r instanceRow) bool { return r.InstanceID == id })
		if there != (state == backend.Claimed) || w.warm("") != 2 {
			t.Errorf("%s: the drained instance is there %v, %d are warm", state, there, w.warm(""))
		}
		if _, ok := choose([]instanceRow{{InstanceID: id, State: backend.Warm, Draining: true, ReservedFor: "u"}}, "u", 0, true,
			func(instanceRow) bool { return false }); ok {
			t.Error("a drained instance is chosen")
		}
	}
}

// newPretendPool makes a full pool of version 1 whose launch template has a version 2.
func newPretendPool(size int, f Figures) *pretendPool {
	w := &pretendPool{view: observation{size: size, figures: f, current: template{"2", "ami-2"}, ready: map[string]bool{}}}
	w.fill(size, backend.Warm)
	return w
}

// lose lets a warm instance vanish.
func (w *pretendPool) lose(n int) {
	i := slices.IndexFunc(w.view.rows, func(r instanceRow) bool { return r.State == backend.Warm })
	w.machine(w.view.rows[i+n].InstanceID).State = "terminated"
}

// fill adds stopped instances of an earlier launch template, or running ones with sessions that do not end.
func (w *pretendPool) fill(n int, state backend.PoolState) {
	for i := range n {
		id, expire := fmt.Sprintf("i-%s-%d", state, i), now.Add(240*time.Hour)
		m := instance{
			version: "1",
			Machine: backend.Machine{InstanceID: id, State: "stopped", LaunchTime: now.Add(-time.Hour), ImageID: "ami-1"},
		}
		row := instanceRow{InstanceID: id, State: state, Epoch: 1, PooledAt: now.Add(-time.Hour), Ready: true}
		if state == backend.Claimed {
			m.State, m.owner, m.epoch, m.expireAt, row.Owner = "running", id, "1", expire.Format(time.RFC3339), id
			w.view.sessions = append(w.view.sessions, sessionRow{
				UserID:       id,
				InstanceID:   id,
				Epoch:        1,
				ExpireAt:     expire,
				CreationTime: now,
			})
		}
		w.view.instances, w.view.rows = append(w.view.instances, m), append(w.view.rows, row)
	}
}

// boot lets instances become ready after d.
func (w *pretendPool) boot(at time.Time, d time.Duration) { w.bootVersion("", at, d) }

// bootVersion lets instances of one version become ready after d, "" for all.
func (w *pretendPool) bootVersion(version string, at time.Time, d time.Duration) {
	for _, m := range w.view.instances {
		if (version == "" || m.version == version) && m.State == "running" && at.Sub(m.LaunchTime) >= d {
			w.view.ready[m.InstanceID] = true
		}
	}
}

// warm counts the warm instances of one version of the launch template, "" for all.
func (w *pretendPool) warm(version string) (n int) {
	for _, m := range w.view.instances {
		i := slices.IndexFunc(w.view.rows, func(r instanceRow) bool { return r.InstanceID == m.InstanceID })
		if i >= 0 && w.view.rows[i].State == backend.Warm && (version == "" || m.version == version) {
			n++
		}
	}
	return n
}
