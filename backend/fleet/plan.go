package fleet

import (
	"cmp"
	"slices"
	"time"

	"avatar-launcher/backend"
)

// view is one reading of the world: EC2 first, then the tables, so that an instance without a row is either new or
// truly unrecorded, and a row without an instance is truly left over.
type view struct {
	machines []backend.Machine // pool instances that are not terminated
	rows     []instanceRow
	sessions []sessionRow    // those that have not ended
	ready    map[string]bool // warming instances whose avatar has answered
	figures  Figures
}

// verb is what the keeper does to one instance.
type verb string

const (
	launch  verb = "launch"  // launch a new instance to be warmed
	park    verb = "park"    // warming and ready: stop it, it is then warm
	recycle verb = "recycle" // stopped: scrub it, and say warm
	retire  verb = "retire"  // terminate it and forget its row
	adopt   verb = "adopt"   // unrecorded: write a row, and stop it
	stop    verb = "stop"    // runs unclaimed: stop it
	end     verb = "end"     // end a session that is over in truth
	forget  verb = "forget"  // a row whose instance is gone: delete it
)

// action is one step of a plan. Every action is checked again under the row's epoch when it is carried out.
type action struct {
	verb    verb
	row     instanceRow // InstanceID is always set but for launch
	session *sessionRow // for end
	why     string
}

const (
	newborn     = 30 * time.Second // an instance or session younger than this is spared: its other half is on the way
	startLimit  = 3 * time.Minute  // a claimed instance that is stopped this long after its claim was not started, or was stopped by hand
	warmLimit   = 15 * time.Minute // an instance that has not become ready in this time is broken
	reapMargin  = 60 * time.Second // past its ExpireAt, a session is ended by the keeper after this
	excessPause = 10 * time.Minute // a surplus stays this long, so that stop, start, stop does not launch and delete one each time
)

// plan says what brings the pool back to its size and the world back to the invariants. It is pure.
func plan(v view, now time.Time) []action {
	rows := map[string]instanceRow{}
	for _, r := range v.rows {
		rows[r.InstanceID] = r
	}
	sessions := map[string]*sessionRow{}
	for i := range v.sessions {
		sessions[v.sessions[i].InstanceID] = &v.sessions[i]
	}
	var acts []action
	alive := map[string]bool{}
	serving := 0 // instances that are warm or will be
	var surplus []instanceRow
	for _, m := range v.machines {
		if m.State == "shutting-down" || m.State == "terminated" {
			continue
		}
		alive[m.InstanceID] = true
		row, recorded := rows[m.InstanceID]
		if recorded && (row.State == backend.Warm || row.State == backend.Warming || row.State == backend.Recycling) {
			serving++
		}
		if recorded && row.State == backend.Warm {
			surplus = append(surplus, row)
		}
		if a, ok := planOne(m, row, recorded, sessions[m.InstanceID], v, now); ok {
			acts = append(acts, a)
		}
	}
	acts = append(acts, planLeftovers(v, alive, now)...)
	return append(acts, planSize(v, serving, len(alive), surplus, now)...)
}

func planOne(m backend.Machine, row instanceRow, recorded bool, session *sessionRow, v view, now time.Time) (action, bool) {
	up := m.State == "running" || m.State == "pending"
	if !recorded {
		if now.Sub(m.LaunchTime) < newborn {
			return action{}, false
		}
		return action{verb: adopt, row: instanceRow{InstanceID: m.InstanceID, Zone: m.Zone, InstanceType: m.Type}, why: "no row"}, true
	}
	a := action{row: row}
	switch row.State {
	case backend.Warming:
		switch {
		case m.State == "running" && v.ready[m.InstanceID]:
			a.verb, a.why = park, "initialised"
		case m.State == "stopped":
			a.verb, a.why = recycle, "initialised and stopped"
		case up && now.Sub(row.PooledAt) > warmLimit:
			a.verb, a.why = retire, "did not become ready"
		}
	case backend.Warm:
		if m.State == "running" {
			a.verb, a.why = stop, "runs unclaimed"
		}
	case backend.Recycling:
		switch {
		case m.State == "running":
			a.verb, a.why = stop, "runs unclaimed"
		case m.State == "stopped" && v.figures.Replace:
			a.verb, a.why = retire, "its session is over"
		case m.State == "stopped":
			a.verb, a.why = recycle, "its session is over"
		}
	case backend.Retired:
		a.verb, a.why = retire, "retired"
	case backend.Claimed:
		return planClaimed(a, m, session, now)
	}
	return a, a.verb != ""
}

// planClaimed judges a claimed instance by its session: past its end, gone, or stopped behind its back.
func planClaimed(a action, m backend.Machine, session *sessionRow, now time.Time) (action, bool) {
	a.session = session
	switch {
	case session == nil || session.Epoch != a.row.Epoch:
		a.session = nil
		a.verb, a.why = stop, "claimed, but by no session"
	case now.After(session.ExpireAt.Add(reapMargin)):
		a.verb, a.why = end, "its time was up and its launcher did not stop it"
	case m.State == "stopped" && now.Sub(session.CreationTime) > startLimit:
		a.verb, a.why = end, "found stopped"
	}
	return a, a.verb != ""
}

// planLeftovers finds rows whose instance is gone and sessions that hold nothing.
func planLeftovers(v view, alive map[string]bool, now time.Time) []action {
	var acts []action
	claimed := map[string]bool{}
	for _, r := range v.rows {
		if alive[r.InstanceID] {
			claimed[r.InstanceID] = r.State == backend.Claimed
			continue
		}
		if now.Sub(r.PooledAt) > newborn {
			acts = append(acts, action{verb: forget, row: r, why: "its instance is gone"})
		}
	}
	for i, s := range v.sessions {
		old := now.Sub(s.CreationTime) > startLimit
		if old && !claimed[s.InstanceID] || now.After(s.ExpireAt.Add(reapMargin)) && !alive[s.InstanceID] {
			acts = append(acts, action{verb: end, row: instanceRow{InstanceID: s.InstanceID, Epoch: s.Epoch}, session: &v.sessions[i], why: "holds no instance"})
		}
	}
	return acts
}

// planSize launches what is missing, within max_instances, and retires what has been too much for a while.
func planSize(v view, serving, total int, surplus []instanceRow, now time.Time) []action {
	var acts []action
	for n := serving; n < v.figures.PoolSize && total < v.figures.MaxInstances; n++ {
		acts = append(acts, action{verb: launch, why: "the pool is below its size"})
		total++
	}
	slices.SortFunc(surplus, func(a, b instanceRow) int {
		return cmp.Or(a.PooledAt.Compare(b.PooledAt), cmp.Compare(a.InstanceID, b.InstanceID))
	})
	for i := 0; i < serving-v.figures.PoolSize && i < len(surplus); i++ {
		if now.Sub(surplus[i].PooledAt) > excessPause || total > v.figures.MaxInstances {
			acts = append(acts, action{verb: retire, row: surplus[i], why: "the pool is above its size"})
			total--
		}
	}
	return acts
}
