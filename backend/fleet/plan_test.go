package fleet

import (
	"fmt"
	"testing"
	"time"

	"avatar-launcher/backend"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

var poolStates = []backend.PoolState{backend.Warming, backend.Warm, backend.Claimed, backend.Recycling, backend.Retired}

func TestPlan(t *testing.T) {
	old := now.Add(-time.Hour)
	one := func(state backend.InstanceState, pool backend.PoolState) observation {
		return observation{size: 1, figures: Figures{MaxInstances: 2}, ready: map[string]bool{},
			instances: []instance{{Machine: backend.Machine{InstanceID: "i-1", State: state, LaunchTime: old}}},
			rows:      []instanceRow{{InstanceID: "i-1", State: pool, Epoch: 3, PooledAt: old}}}
	}
	with := func(v observation, f func(*observation)) observation { f(&v); return v }
	claimed := func(state backend.InstanceState, expire, created time.Time) observation {
		return with(one(state, backend.Claimed), func(v *observation) {
			v.size = 0
			v.rows[0].Owner = "u"
			v.instances[0].owner, v.instances[0].epoch, v.instances[0].expireAt = "u", "3", expire.Format(time.RFC3339)
			v.sessions = []sessionRow{{UserID: "u", InstanceID: "i-1", Epoch: 3, ExpireAt: expire, CreationTime: created}}
		})
	}
	reset := func(v observation, task, state string) observation {
		v.rows[0].ResetTask, v.rows[0].PooledAt, v.ready["i-1"] = task, now, true
		v.resets = map[string]replacement{}
		if state != "" {
			v.resets[task] = replacement{state: state}
		}
		return v
	}
	tests := []struct {
		name string
		view observation
		want []stepKind
	}{
		{"an empty world is filled", observation{
			size:    3,
			figures: Figures{MaxInstances: 10},
		}, []stepKind{stepLaunch, stepLaunch, stepLaunch}},
		{"never beyond the maximum", observation{
			size:    3,
			figures: Figures{MaxInstances: 2},
		}, []stepKind{stepLaunch, stepLaunch}},
		{"warm and stopped is well", one("stopped", backend.Warm), nil},
		{"warm but running is stopped", one("running", backend.Warm), []stepKind{stepStop}},
		{"initialised is parked",
			with(one("running", backend.Warming), func(v *observation) {
				v.ready["i-1"] = true
				v.rows[0].PooledAt = now
			}), []stepKind{stepPark}},
		{"ready and stopped is warm",
			with(one("stopped", backend.Warming), func(v *observation) { v.rows[0].Ready = true }), []stepKind{stepRecycle}},
		{"stopped, and its log says that it was ready",
			with(one("stopped", backend.Warming), func(v *observation) { v.ready["i-1"] = true }), []stepKind{stepRecycle}},
		{"stopped unready is retired", one("stopped", backend.Warming), []stepKind{stepRetire}},
		{"stopped, and its log is still read",
			with(one("stopped", backend.Warming), func(v *observation) { v.asking = map[string]bool{"i-1": true} }), nil},
		{"a new one is rehearsed",
			with(one("stopped", backend.Warming), func(v *observation) {
				v.rows[0].Ready, v.figures.Rehearse = true, true
			}), []stepKind{stepRehearse}},
		{"one that was rehearsed is warm",
			with(one("stopped", backend.Warming), func(v *observation) {
				v.rows[0].Ready, v.rows[0].Rehearsed, v.figures.Rehearse = true, true, true
			}), []stepKind{stepRecycle}},
		{"a rehearsal that has ended unready is a failure",
			with(one("stopped", backend.Warming), func(v *observation) {
				v.rows[0].Rehearsed, v.instances[0].LaunchTime = true, old
			}), []stepKind{stepRetire}},
		{"a rehearsal whose start was cut short is repeated",
			with(one("stopped", backend.Warming), func(v *observation) {
				v.rows[0].Rehearsed, v.rows[0].PooledAt = true, now.Add(-time.Minute)
			}), []stepKind{stepRehearse}},
		{"but not while it may be on its way",
			with(one("stopped", backend.Warming), func(v *observation) {
				v.rows[0].Rehearsed, v.rows[0].PooledAt = true, now
			}), nil},
		{"never ready is retired", one("running", backend.Warming), []stepKind{stepRetire}},
		{"given back is recycled",
			with(one("stopped", backend.Recycling), func(v *observation) { v.rows[0].Ready = true }), []stepKind{stepRecycle}},
		{"given back is replaced", with(one("stopped", backend.Recycling), func(v *observation) {
			v.rows[0].Ready, v.figures.Recycle = true, backend.Replace
		}), []stepKind{stepRetire, stepLaunch}},
		{"given back is reset", with(one("stopped", backend.Recycling), func(v *observation) {
			v.rows[0].Ready, v.figures.Recycle = true, backend.Reset
		}), []stepKind{stepReset}},
		{"a reset that was interrupted is begun again", reset(one("stopped", backend.Warming), resetDue, ""),
			[]stepKind{stepReset}},
		{"what runs for its reset gets its disk", reset(one("running", backend.Warming), resetDue, ""),
			[]stepKind{stepClean}},
		{"a disk that is being replaced is waited for",
			reset(one("running", backend.Warming), "replacevol-1", "in-progress"), nil},
		{"a disk whose task is not listed yet is waited for",
			reset(one("running", backend.Warming), "replacevol-1", ""), nil},
		{"a disk that cannot be replaced goes with its instance",
			reset(one("running", backend.Warming), "replacevol-1", "failed-detached"), []stepKind{stepRetire, stepLaunch}},
		{"a reset that takes too long is given up",
			with(reset(one("running", backend.Warming), "replacevol-1", "pending"), func(v *observation) {
				v.rows[0].PooledAt = old
			}), []stepKind{stepRetire, stepLaunch}},
		{"a new disk that is ready is parked",
			reset(one("running", backend.Warming), "replacevol-1", "succeeded"), []stepKind{stepPark}},
		{"given back and never seen ready is replaced", one("stopped", backend.Recycling),
			[]stepKind{stepRetire, stepLaunch}},
		{"given back but running is stopped", one("running", backend.Recycling), []stepKind{stepStop}},
		{"stopping is waited for", one("stopping", backend.Recycling), nil},
		{"unrecorded is adopted",
			with(one("running", backend.Warm), func(v *observation) { v.rows = nil; v.size = 0 }), []stepKind{stepAdopt}},
		{"a newborn is spared",
			with(one("running", backend.Warm), func(v *observation) {
				v.rows = nil
				v.size = 0
				v.instances[0].LaunchTime = now
			}), nil},
		{"a row without instance is forgotten",
			with(one("x", backend.Warm), func(v *observation) { v.instances = nil; v.size = 0 }), []stepKind{stepForget}},
		{"a session in its time is left alone", claimed("running", now.Add(time.Minute), old), nil},
		{"a session past its time is ended", claimed("running", now.Add(-2*time.Minute), old), []stepKind{stepEnd}},
		{"a session found stopped is ended", claimed("stopped", now.Add(time.Hour), old), []stepKind{stepEnd}},
		{"a session whose instance is being terminated is ended",
			claimed("shutting-down", now.Add(time.Hour), now.Add(-time.Minute)), []stepKind{stepEnd}},
		{"and that of one that is gone",
			with(claimed("x", now.Add(time.Hour), old), func(v *observation) { v.instances = nil }), []stepKind{stepEnd}},
		{"but not of one that EC2 may not list yet, since its launch was throttled",
			with(claimed("x", now.Add(time.Hour), now.Add(-time.Minute)), func(v *observation) { v.instances = nil }), nil},
		{"a session so young is its desktop's to end", claimed("terminated", now.Add(time.Hour), now), nil},
		{"a session that is just starting is spared", claimed("stopped", now.Add(time.Hour), now), nil},
		{"an earlier owner's open session does not count, read last",
			with(claimed("running", now.Add(time.Hour), old), func(v *observation) {
				v.sessions = append(v.sessions, sessionRow{
					UserID:       "x",
					InstanceID:   "i-1",
					Epoch:        2,
					ExpireAt:     now.Add(time.Hour),
					CreationTime: now,
				})
			}), nil},
		{"nor does it, read first, and it is closed", with(claimed("running", now.Add(time.Hour), old), func(v *observation) {
			v.sessions = append([]sessionRow{{
				UserID:       "x",
				InstanceID:   "i-1",
				Epoch:        2,
				ExpireAt:     now.Add(time.Hour),
				CreationTime: old,
			}}, v.sessions...)
		}), []stepKind{stepEnd}},
		{"nor does it after its end", with(claimed("running", now.Add(time.Hour), old), func(v *observation) {
			v.sessions = append(v.sessions, sessionRow{
				UserID:       "x",
				InstanceID:   "i-1",
				Epoch:        2,
				ExpireAt:     old,
				CreationTime: old,
			})
		}), []stepKind{stepEnd}},
		{"claimed by no session is stopped",
			with(one("running", backend.Claimed), func(v *observation) { v.size = 0 }), []stepKind{stepStop}},
		{"surplus goes after a while",
			with(one("stopped", backend.Warm), func(v *observation) { v.size = 0 }), []stepKind{stepRetire}},
		{"fresh surplus stays",
			with(one("stopped", backend.Warm), func(v *observation) { v.size = 0; v.rows[0].PooledAt = now }), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []stepKind
			for _, a := range plan(tt.view, now) {
				got = append(got, a.kind)
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("plan %v, want %v", got, tt.want)
			}
		})
	}
}

// TestPlanProperties draws any world: a plan never touches a session in its time, never goes beyond the maximum,
// never names an instance twice, and stops whatever runs unclaimed.
func TestPlanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawView(t)
		acts := plan(v, now)
		total, seen, ends := len(v.instances), map[string]bool{}, map[claim]bool{}
		for _, a := range acts {
			if a.kind == stepLaunch {
				total++
				continue
			}
			if a.kind == stepEnd {
				if ends[a.session.claim()] {
					t.Fatalf("the session %+v is ended twice", *a.session)
				}
				ends[a.session.claim()] = true
				continue
			}
			if seen[string(a.kind)+a.row.InstanceID] {
				t.Fatalf("%s of %s twice", a.kind, a.row.InstanceID)
			}
			seen[string(a.kind)+a.row.InstanceID] = true
		}
		if total > max(v.figures.MaxInstances, len(v.instances)) {
			t.Fatalf("%d instances, at most %d allowed", total, v.figures.MaxInstances)
		}
		for i, m := range v.instances {
			touched := seen["stop"+m.InstanceID] || seen["retire"+m.InstanceID] || ends[v.rows[i].claim()] ||
				seen["adopt"+m.InstanceID]
			inTime := v.rows[i].State == backend.Claimed && len(v.sessions) > i && v.sessions[i].Epoch == v.rows[i].Epoch &&
				v.sessions[i].ExpireAt.After(now)
			if inTime && m.State == "running" && touched {
				t.Fatalf("a session in its time is touched: %+v", acts)
			}
			unclaimed := v.rows[i].State == backend.Warm || v.rows[i].State == backend.Recycling
			if v.rows[i].hot(now) && v.rows[i].State == backend.Warm {
				continue // see TestPlanOfTiersProperties
			}
			if unclaimed && m.State == "running" && !touched {
				t.Fatalf("%s runs unclaimed and is left running", m.InstanceID)
			}
		}
	})
}

func drawView(t *rapid.T) (v observation) {
	v = observation{
		ready:   map[string]bool{},
		size:    rapid.IntRange(0, 5).Draw(t, "size"),
		hot:     rapid.IntRange(0, 4).Draw(t, "hot"),
		figures: Figures{MaxInstances: rapid.IntRange(0, 10).Draw(t, "max")},
		current: template{rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(t, "latest"), ""},
	}
	version := rapid.SampledFrom([]string{"", "1", "2", "3"})
	if rapid.Bool().Draw(t, "rollout") {
		v.rollout = rolloutRow{Version: 1, Target: version.Draw(t, "target"), Good: version.Draw(t, "good"),
			Stage:  rapid.SampledFrom([]rolloutStage{"", stageOne, stageShare, stageAll}).Draw(t, "stage"),
			Paused: rapid.Bool().Draw(t, "paused"), Pinned: rapid.Bool().Draw(t, "pinned")}
	}
	if rapid.Bool().Draw(t, "follows claims") {
		free := rapid.IntRange(0, 4).Draw(t, "free")
		v.figures.Free = &free
	}
	n := rapid.IntRange(0, 8).Draw(t, "n")
	defer func() { // sessions whose ending failed, of earlier owners: before and after those that hold something
		for i := range rapid.IntRange(0, 3).Draw(t, "stale") {
			s := sessionRow{UserID: fmt.Sprint("stale", i), InstanceID: fmt.Sprintf("i-%d", i), Epoch: 0,
				ExpireAt: now.Add(time.Hour), CreationTime: now.Add(-time.Hour)}
			v.sessions = append(v.sessions, s)
		}
	}()
	for i := range n {
		id := fmt.Sprintf("i-%d", i)
		ago := func(name string) time.Time {
			return now.Add(-time.Duration(rapid.IntRange(-7200, 7200).Draw(t, name)) * time.Second)
		}
		v.instances = append(v.instances, instance{version: version.Draw(t, "version"), Machine: backend.Machine{
			InstanceID: id, LaunchTime: ago("launch"),
			State: rapid.SampledFrom([]backend.InstanceState{"pending", "running", "stopping", "stopped"}).Draw(t, "state")}})
		v.rows = append(v.rows, instanceRow{
			InstanceID: id,
			Owner:      id,
			Epoch:      1,
			PooledAt:   ago("pooled"),
			Draining:   rapid.Bool().Draw(t, "draining"),
			State:      rapid.SampledFrom(poolStates).Draw(t, "pool"),
			Ready:      rapid.Bool().Draw(t, "seen ready"),
		})
		if rapid.Bool().Draw(t, "is hot") {
			v.rows[i].HotUntil = ago("hot until").Unix()
		}
		v.sessions = append(v.sessions, sessionRow{
			UserID:       id,
			InstanceID:   id,
			Epoch:        int64(rapid.IntRange(1, 2).Draw(t, "epoch")),
			ExpireAt:     ago("expire"),
			CreationTime: ago("created"),
		})
	}
	return v
}
