package fleet

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"avatar-launcher/backend"

	"pgregory.net/rapid"
)

// TestARolloutNeverEmptiesThePool changes the launch template of a full pool, with some of it claimed: warm instances
// are replaced one by one, within max_instances, and in the end all are new.
func TestARolloutNeverEmptiesThePool(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size, claimed := rapid.IntRange(2, 8).Draw(t, "size"), rapid.IntRange(0, 3).Draw(t, "claimed")
		f := Figures{MaxInstances: size + claimed + rapid.IntRange(0, 6).Draw(t, "room")}
		boot := time.Duration(rapid.IntRange(1, 14).Draw(t, "boot")) * time.Minute
		w := pretendPool{view: observation{size: size, figures: f, current: template{"2", "ami-2"}, ready: map[string]bool{}}}
		w.fill(size, backend.Warm)
		w.fill(claimed, backend.Claimed)
		atLeast := size
		if f.MaxInstances == size+claimed {
			atLeast = size - 1
		}
		for at := now; at.Before(now.Add(8 * time.Hour)); at = at.Add(30 * time.Second) {
			w.boot(at, boot)
			w.turn(at)
			if warm := w.warm(""); warm < atLeast {
				t.Fatalf("after %v %d are warm, want %d", at.Sub(now), warm, atLeast)
			}
			if len(w.view.rows) > f.MaxInstances {
				t.Fatalf("after %v there are %d instances, at most %d allowed", at.Sub(now), len(w.view.rows), f.MaxInstances)
			}
		}
		if fresh, all := w.warm("2"), w.warm(""); fresh != size || all != size {
			t.Fatalf("in the end %d of %d are new, want %d", fresh, all, size)
		}
	})
}

// TestARolloutOfABrokenTemplateKeepsTheOldInstances launches a template that never becomes ready.
func TestARolloutOfABrokenTemplateKeepsTheOldInstances(t *testing.T) {
	for _, room := range []int{0, 5} {
		w := pretendPool{view: observation{
			size:    3,
			figures: Figures{MaxInstances: 3 + room},
			current: template{"2", "ami-2"},
			ready:   map[string]bool{},
		}}
		w.fill(3, backend.Warm)
		for at := now; at.Before(now.Add(48 * time.Hour)); at = at.Add(30 * time.Second) {
			w.turn(at)
		}
		if warm := w.warm("1"); warm < 2 {
			t.Errorf("with room for %d more, %d old instances are left", room, warm)
		}
	}
}

// fill adds stopped instances of an earlier launch template, or running ones with sessions that do not end.
func (w *pretendPool) fill(n int, state backend.PoolState) {
	for i := range n {
		id, expire := fmt.Sprintf("i-%s-%d", state, i), now.Add(240*time.Hour)
		m := instance{
			version: "1",
			Machine: backend.Machine{InstanceID: id, State: "stopped", LaunchTime: now.Add(-time.Hour), ImageID: "ami-1"},
		}
		row := instanceRow{InstanceID: id, State: state, Epoch: 1, PooledAt: now.Add(-time.Hour)}
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
func (w *pretendPool) boot(at time.Time, d time.Duration) {
	for _, m := range w.view.instances {
		if m.State == "running" && at.Sub(m.LaunchTime) >= d {
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
