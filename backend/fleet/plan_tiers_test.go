package fleet

import (
	"fmt"
	"testing"
	"time"

	"avatar-launcher/backend"

	"pgregory.net/rapid"
)

// tierWorld is an observation of warm instances, i-0 and so on, each made by one function.
func tierWorld(size, hot int, each ...func(*instance, *instanceRow)) observation {
	v := observation{size: size, hot: hot, figures: Figures{MaxInstances: 10}, ready: map[string]bool{},
		health: healthRow{Proven: true}}
	for i, f := range each {
		id := fmt.Sprint("i-", i)
		m := instance{Machine: backend.Machine{InstanceID: id, State: backend.Stopped, LaunchTime: now.Add(-time.Hour)}}
		r := instanceRow{InstanceID: id, State: backend.Warm, Epoch: 1, PooledAt: now.Add(-time.Hour), Ready: true}
		f(&m, &r)
		v.instances, v.rows = append(v.instances, m), append(v.rows, r)
	}
	return v
}

// stoppedOne makes an instance that is stopped, and hotOne one that runs until a time from now.
func stoppedOne(*instance, *instanceRow) {}

func hotOne(left time.Duration) func(*instance, *instanceRow) {
	return func(m *instance, r *instanceRow) {
		m.State, r.HotUntil = backend.Running, now.Add(left).Unix()
	}
}

// changed adds a change to what makes an instance.
func changed(f, then func(*instance, *instanceRow)) func(*instance, *instanceRow) {
	return func(m *instance, r *instanceRow) { f(m, r); then(m, r) }
}

func TestPlanOfTiers(t *testing.T) {
	young := func(_ *instance, r *instanceRow) { r.PooledAt = now }
	old := func(m *instance, _ *instanceRow) { m.ImageID, m.version = "ami-0", "1" }
	fresh := func(m *instance, _ *instanceRow) { m.ImageID, m.version = "ami-1", "2" }
	heating := func(m *instance, r *instanceRow) { r.State = backend.Warming }
	updated := func(v observation) observation {
		v.current = template{version: "2", image: "ami-1"}
		v.rollout = rolloutRow{Version: 1, Target: "2", Good: "1", Stage: stageAll}
		return v
	}
	full := func(v observation, most int) observation { v.figures.MaxInstances = most; return v }
	const hour = time.Hour
	taken := func(m *instance, r *instanceRow) {
		m.State, r.State, r.Owner = backend.Running, backend.Claimed, r.InstanceID
		m.owner, m.epoch, m.expireAt = r.Owner, "1", now.Add(hour).Format(time.RFC3339)
	}
	keepFree := func(n int, v observation) observation {
		v.figures.Free = &n
		for _, r := range v.rows {
			if r.State == backend.Claimed {
				v.sessions = append(v.sessions, sessionRow{UserID: r.Owner, InstanceID: r.InstanceID, Epoch: 1,
					ExpireAt: now.Add(hour), CreationTime: now.Add(-hour)})
			}
		}
		return v
	}
	tests := []struct {
		name string
		view observation
		want string
	}{
		{"a claimed one counts", keepFree(1, tierWorld(2, 0, taken, stoppedOne)), ""},
		{"all are claimed, and one stays free", keepFree(1, tierWorld(2, 0, taken, taken)), "launch"},
		{"but not beyond the maximum", full(keepFree(1, tierWorld(2, 0, taken, taken)), 2), ""},
		{"free ones that are too many go", keepFree(1, tierWorld(2, 0, taken, stoppedOne, stoppedOne)), "retire i-1"},
		{"a stopped one is started, and a new one launched in its place", tierWorld(1, 1, stoppedOne),
			"heat i-0, launch"},
		{"both tiers full", tierWorld(1, 1, stoppedOne, hotOne(hour)), ""},
		{"at the maximum nothing is launched", full(tierWorld(2, 1, stoppedOne, hotOne(hour)), 2), ""},
		{"past its limit", tierWorld(0, 1, hotOne(-time.Second)), "stop i-0"},
		{"soon past its limit, another one is started", tierWorld(1, 1, hotOne(time.Minute), stoppedOne), "heat i-1"},
		{"too many run", tierWorld(2, 0, hotOne(hour), stoppedOne), "stop i-0"},
		{"too many run: the one that has run longest is stopped", tierWorld(1, 1, hotOne(hour), hotOne(2*hour)), "stop i-0"},
		{"one that is reserved runs on", tierWorld(1, 0, changed(hotOne(hour), func(_ *instance, r *instanceRow) {
			r.ReservedFor, r.PooledAt = "u", now
		})), "unreserve i-0"},
		{"a start that EC2 does not show yet", tierWorld(0, 1, changed(hotOne(hour), func(m *instance, r *instanceRow) {
			m.State, r.PooledAt = backend.Stopped, now
		})), ""},
		{"stopped by somebody else", tierWorld(0, 1, changed(hotOne(hour), func(m *instance, _ *instanceRow) {
			m.State = backend.Stopped
		})), "cool i-0"},
		{"and not started again at once", tierWorld(0, 1, changed(stoppedOne, func(_ *instance, r *instanceRow) {
			r.HotAfter = now.Add(time.Minute).Unix()
		})), ""},
		{"its last owner's stop may be firing", tierWorld(0, 1, changed(stoppedOne, func(_ *instance, r *instanceRow) {
			r.ArmedUntil = now.Unix()
		})), ""},
		{"a start under way", tierWorld(0, 1, changed(changed(hotOne(hour), heating), young)), ""},
		{"a start that was broken off, running", tierWorld(0, 1, changed(hotOne(hour), heating)), "park i-0"},
		{"a start that was broken off, stopped", tierWorld(0, 1, changed(changed(hotOne(hour), heating),
			func(m *instance, _ *instanceRow) { m.State = backend.Stopped })), "recycle i-0"},
		{"a new template is launched while the old ones run", updated(tierWorld(1, 1, changed(hotOne(hour), old),
			changed(stoppedOne, old))), "launch, launch"},
		{"the new one is started, the old one runs on", updated(tierWorld(1, 1, changed(hotOne(hour), old),
			changed(stoppedOne, old), changed(stoppedOne, fresh))), "heat i-2, launch"},
		{"the old one is stopped once a new one runs", updated(tierWorld(1, 1, changed(hotOne(hour), old),
			changed(hotOne(hour), fresh), changed(stoppedOne, fresh))), "stop i-0"},
		{"who waits gets the one that runs", func() observation {
			v := tierWorld(0, 1, hotOne(hour))
			v.tickets = []ticketRow{{UserID: "u", Username: "u"}}
			return v
		}(), "reserve i-0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for i, a := range plan(tt.view, now) {
				if i > 0 {
					got += ", "
				}
				got += string(a.kind)
				if a.row.InstanceID != "" {
					got += " " + a.row.InstanceID
				}
			}
			if got != tt.want {
				t.Errorf("plan %q, want %q", got, tt.want)
			}
		})
	}
}

// TestPlanOfTiersProperties draws any world: a plan stops every hot instance that is past its limit, starts no more
// than the hot tier lacks, and none that is claimed, reserved, running or of an earlier template. It launches nothing
// beyond the maximum.
func TestPlanOfTiersProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawView(t)
		acts := plan(v, now)
		stopped, heated, launched := map[string]bool{}, map[string]bool{}, 0
		for _, a := range acts {
			switch a.kind {
			case stepStop:
				stopped[a.row.InstanceID] = true
			case stepHeat:
				heated[a.row.InstanceID] = true
			case stepLaunch:
				launched++
			}
		}
		if launched > 0 && launched+len(v.rows) > v.figures.MaxInstances {
			t.Fatalf("%d launches beside %d instances, at most %d allowed", launched, len(v.rows), v.figures.MaxInstances)
		}
		if len(heated) > v.hot {
			t.Fatalf("%d are started, the hot tier's size is %d", len(heated), v.hot)
		}
		lasting := len(heated)
		for i, m := range v.instances {
			r := v.rows[i]
			if heated[r.InstanceID] && (r.State != backend.Warm || m.State != backend.Stopped || r.HotUntil != 0 ||
				r.mayFire(now)) {
				t.Fatalf("%+v is started (%s)", r, m.State)
			}
			if r.State != backend.Warm || r.HotUntil == 0 || !m.up() {
				continue
			}
			if !r.hot(now) && !stopped[r.InstanceID] {
				t.Fatalf("%s is past its limit and runs on", r.InstanceID)
			}
			if !stopped[r.InstanceID] && now.Before(time.Unix(r.HotUntil, 0).Add(-hotLead)) {
				lasting++
			}
		}
		if lasting > v.hot {
			t.Fatalf("%d run on or are started, the hot tier's size is %d", lasting, v.hot)
		}
	})
}
