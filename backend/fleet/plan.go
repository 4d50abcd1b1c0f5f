package fleet

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend"
)

// plan returns the steps that bring the pool back to its size and the world back to the invariants. It is pure.
func plan(v observation, now time.Time) []step {
	p := planner{
		observation: v,
		now:         now,
		rows:        map[string]instanceRow{},
		sessions:    map[claim]*sessionRow{},
		intents:     map[string]instanceRow{},
		alive:       map[string]bool{},
		gone:        map[string]instance{},
		waited:      map[string]bool{},
		owned:       map[string]bool{},
		old:         map[string]bool{},
	}
	for _, r := range v.rows {
		p.rows[r.InstanceID] = r
		if r.intent() {
			p.intents[r.LaunchToken] = r
		}
	}
	for i, r := range v.sessions {
		p.sessions[r.claim()] = &v.sessions[i]
		if r.LaunchToken != "" && now.Sub(r.CreationTime) <= intentLimit {
			p.waited[r.LaunchToken] = true
		}
	}
	for _, m := range v.instances {
		if !m.State.Gone() {
			p.judge(m)
		} else {
			p.gone[m.InstanceID] = m
		}
	}
	p.leftovers()
	p.queue()
	p.size()
	p.drift()
	return p.steps
}

// planner gathers a plan.
type planner struct {
	observation
	now      time.Time
	rows     map[string]instanceRow
	sessions map[claim]*sessionRow  // an instance may also be named by a stale session of an earlier owner
	intents  map[string]instanceRow // by launch token
	alive    map[string]bool
	gone     map[string]instance // terminated, or about to be
	waited   map[string]bool     // launch tokens that a session waits for
	owned    map[string]bool     // launch tokens whose instance is there
	free     []instanceRow       // warm, and stay so until size
	old      map[string]bool     // warm instances of an earlier launch template: they are replaced one by one
	serving  int                 // instances that are warm or will be
	warming  int                 // of these, those that are being launched or warmed
	unknown  int                 // instances without a row or intent
	steps    []step
}

func (p *planner) add(v stepKind, row instanceRow, why string) {
	p.steps = append(p.steps, step{kind: v, row: row, why: why})
}

// judge plans what one instance needs, by its row.
func (p *planner) judge(m instance) {
	p.alive[m.InstanceID] = true
	row, recorded := p.rows[m.InstanceID]
	if !recorded {
		p.judgeUnrecorded(m)
		return
	}
	old := p.current.image != "" && (m.ImageID != p.current.image || m.version != "" && m.version != p.current.version)
	switch row.State {
	case backend.Warming:
		p.judgeWarming(m, row, old)
	case backend.Warm:
		if !old {
			p.serving++
		}
		if m.up() {
			p.add(stepStop, row, "runs unclaimed")
		} else {
			p.old[row.InstanceID] = old
			p.free = append(p.free, row)
		}
	case backend.Recycling:
		p.judgeRecycling(m, row, old)
	case backend.Retired:
		p.add(stepRetire, row, "retired")
	case backend.Claimed:
		p.judgeClaimed(m, row)
	}
}

// judgeRecycling plans what an instance needs that is nobody's any more. It becomes warm only if it has been seen ready: one
// that was adopted, or whose first start was broken off, may never become so.
func (p *planner) judgeRecycling(m instance, row instanceRow, old bool) {
	p.serving++
	old = old && p.health.of(p.current.version).Failures == 0 // better an old instance than none that becomes ready
	why := "its session is over"
	if !row.Ready {
		why = "it was never seen ready"
	}
	switch {
	case m.State == backend.Running:
		p.add(stepStop, row, "runs unclaimed")
	case m.State == backend.Stopped && (p.figures.Replace || old || !row.Ready):
		p.serving--
		p.add(stepRetire, row, why)
	case m.State == backend.Stopped:
		p.add(stepRecycle, row, why)
	}
}

// judgeWarming plans what an instance needs that is being initialised.
func (p *planner) judgeWarming(m instance, row instanceRow, old bool) {
	p.serving++
	p.warming++
	switch {
	case old:
		p.serving--
		p.warming--
		p.add(stepRetire, row, "made from an earlier launch template")
	case m.State == backend.Running && p.ready[m.InstanceID]:
		p.warmed(stepPark, row, m, "initialised")
	case m.State == backend.Stopped && m.brokeDown():
		p.failed(stepRetire, row, m, "EC2 could not keep it running: "+m.reason())
	case m.State == backend.Stopped && (row.Ready || p.ready[m.InstanceID]):
		p.warmed(stepRecycle, row, m, "initialised and stopped")
	case m.State == backend.Stopped && !p.asking[m.InstanceID]:
		p.failed(stepRetire, row, m, "stopped before it was ready: "+m.reason())
	case m.up() && p.now.Sub(row.PooledAt) > p.figures.warmLimit():
		p.failed(stepRetire, row, m, "did not become ready in "+p.figures.warmLimit().String())
	}
}

// warmed plans what follows a warming that ended well. It is recorded if that changes how many may be launched.
func (p *planner) warmed(v stepKind, row instanceRow, m instance, why string) {
	p.add(v, row, why)
	if h := p.health.of(p.current.version); !h.Proven || h.Failures > 0 {
		p.steps[len(p.steps)-1].result = &launchResult{
			instanceID: row.InstanceID,
			template:   m.version,
			launched:   row.PooledAt,
		}
	}
}

// failed plans what follows a warming that failed.
func (p *planner) failed(v stepKind, row instanceRow, m instance, why string) {
	p.add(v, row, why)
	r := launchResult{failed: true, instanceID: row.InstanceID, template: m.version, launched: row.PooledAt, why: why}
	p.steps[len(p.steps)-1].result = &r
	p.health = p.health.add(r, p.current.version, p.now) // it counts already for what this plan launches
}

// judgeUnrecorded plans what an instance without a row needs: one that is being launched has an intent, and time to get its row.
func (p *planner) judgeUnrecorded(m instance) {
	token := launchToken(m.token)
	if intent, ok := p.intents[token]; ok {
		p.owned[token] = true
		if p.waited[token] && p.now.Sub(intent.PooledAt) < startLimit {
			return
		}
	} else {
		p.unknown++
	}
	if p.now.Sub(m.LaunchTime) < newborn {
		return
	}
	p.add(stepAdopt, instanceRow{
		InstanceID:   m.InstanceID,
		Zone:         m.Zone,
		InstanceType: m.Type,
		LaunchToken:  token,
	}, "no row")
}

// launchToken takes the suffix of the place off a client token (see places).
func launchToken(clientToken string) string {
	if i := strings.LastIndexByte(clientToken, '-'); i > 0 {
		return clientToken[:i]
	}
	return clientToken
}

// judgeClaimed plans what a claimed instance needs, by its session: past its end, gone, or stopped by somebody else.
func (p *planner) judgeClaimed(m instance, row instanceRow) {
	s := p.sessions[row.claim()]
	switch {
	case s == nil:
		p.add(stepStop, row, "claimed, but by no session")
	case p.now.After(s.ExpireAt.Add(reapMargin)):
		p.steps = append(p.steps, step{
			kind:    stepEnd,
			row:     row,
			session: s,
			why:     "its time was up and its launcher did not stop it",
		})
	case m.State == backend.Stopped && p.now.Sub(s.CreationTime) > startLimit:
		p.steps = append(p.steps, step{kind: stepEnd, row: row, session: s, why: "found stopped"})
	case m.owner != row.Owner || m.epoch != itoa64(row.Epoch) || m.expireAt != s.ExpireAt.UTC().Format(time.RFC3339):
		if p.now.Sub(s.CreationTime) > newborn { // younger: its desktop is about to
			p.steps = append(p.steps, step{kind: stepRetag, row: row, session: s, why: "its tags do not say what its row says"})
		}
	}
}

// leftovers finds rows whose instance is gone, intents that came to nothing, and sessions that hold nothing.
func (p *planner) leftovers() {
	claimed := map[claim]bool{}
	for _, r := range p.observation.rows {
		switch {
		case r.intent():
			if !p.owned[r.LaunchToken] && !p.waited[r.LaunchToken] && p.now.Sub(r.PooledAt) > intentLimit {
				p.add(stepWithdraw, r, "its launch came to nothing")
			} else if r.Owner == "" {
				p.serving++
				p.warming++
			}
		case p.alive[r.InstanceID]:
			claimed[r.claim()] = r.State == backend.Claimed
		case r.State == backend.Warming && p.gone[r.InstanceID].InstanceID == "" && p.now.Sub(r.PooledAt) <= newborn:
			p.serving++ // EC2 does not list it yet
			p.warming++
		case r.State == backend.Warming:
			p.failed(stepForget, r, p.gone[r.InstanceID], "was terminated while it was warming: "+p.gone[r.InstanceID].reason())
		case r.State == backend.Claimed && p.sessions[r.claim()] != nil:
			claimed[r.claim()] = true // the row stays until the session is over, so that neither is left alone
			p.loseInstance(r, p.sessions[r.claim()])
		case p.now.Sub(r.PooledAt) > newborn:
			p.add(stepForget, r, "its instance is gone")
		}
	}
	for i, s := range p.observation.sessions {
		limit := startLimit
		if s.LaunchToken != "" {
			limit = intentLimit
		}
		if p.now.Sub(s.CreationTime) > limit && !claimed[s.claim()] {
			p.steps = append(p.steps, step{
				kind:    stepEnd,
				row:     instanceRow{InstanceID: s.InstanceID, Epoch: s.Epoch},
				session: &p.observation.sessions[i],
				why:     "holds no instance",
			})
		}
	}
}

// loseInstance ends a session whose instance is gone, or about to be. A session that is just starting is left to its
// desktop, which tries another instance.
func (p *planner) loseInstance(r instanceRow, s *sessionRow) {
	if p.now.Sub(s.CreationTime) > newborn {
		why := "its instance was terminated: " + p.gone[r.InstanceID].reason()
		p.steps = append(p.steps, step{kind: stepEnd, row: r, session: s, why: why})
	}
}

// queue gives what is free to those who wait, in their order, and takes back what nobody fetches.
func (p *planner) queue() {
	for _, t := range p.stale {
		p.steps = append(p.steps, step{kind: stepDequeue, ticket: t, why: "nobody waits there any more"})
	}
	waits := map[string]bool{}
	for _, t := range p.tickets {
		waits[t.UserID] = true
	}
	served := map[string]bool{}
	var free []instanceRow
	for _, r := range p.free {
		switch {
		case r.ReservedFor == "":
			free = append(free, r)
		case !waits[r.ReservedFor] || served[r.ReservedFor] || p.now.Sub(r.PooledAt) > reserveLimit:
			p.add(stepUnreserve, r, "whom it was for does not wait any more")
		default:
			served[r.ReservedFor] = true
		}
	}
	for _, t := range p.tickets {
		if len(free) == 0 {
			break
		}
		if !served[t.UserID] {
			p.steps = append(p.steps, step{kind: stepReserve, row: free[0], ticket: t, why: "it is " + t.Username + "'s turn"})
			free = free[1:]
		}
	}
	p.free = free
}

// size launches what is missing, within max_instances and what earlier failures allow, and retires what has been too much for a while.
func (p *planner) size() {
	total := len(p.observation.rows) + p.unknown // every row counts, intents too, until its instance is gone
	allowed := p.health.allowed(p.current.version, p.warming, p.figures, p.now)
	for p.serving < p.observation.size && total < p.figures.MaxInstances && allowed > 0 {
		p.add(stepLaunch, instanceRow{}, "the pool is below its size")
		p.serving++
		p.warming++
		total++
		allowed--
	}
	p.replace(total, allowed)
	slices.SortFunc(p.free, func(a, b instanceRow) int {
		return cmp.Or(a.PooledAt.Compare(b.PooledAt), cmp.Compare(a.InstanceID, b.InstanceID))
	})
	for i := 0; i < p.serving-p.observation.size && i < len(p.free); i++ {
		if p.now.Sub(p.free[i].PooledAt) > excessPause || total > p.figures.MaxInstances {
			p.add(stepRetire, p.free[i], "the pool is above its size")
			total--
		}
	}
}

// replace retires instances of an earlier launch template once new ones are warm, so that the pool always has warm
// instances. It leaves the new ones in p.free. At max_instances it retires one to make room for a launch, if another
// instance is warm.
func (p *planner) replace(total, allowed int) {
	old, leaving := p.splitOld()
	excess := len(p.free) + len(old) - p.observation.size
	if excess <= 0 && total >= p.figures.MaxInstances && p.serving < p.observation.size && allowed > 0 && p.warming == 0 && leaving == 0 &&
		len(p.free)+len(old) > 1 {
		excess = 1
	}
	for i := 0; i < excess && i < len(old); i++ {
		p.add(stepRetire, old[i], "made from an earlier launch template")
	}
}

// splitOld takes the instances of an earlier launch template out of p.free and returns them, oldest first, with the
// number of those that are being terminated.
func (p *planner) splitOld() (old []instanceRow, leaving int) {
	all := p.free
	p.free = nil
	for _, r := range all {
		if p.old[r.InstanceID] {
			old = append(old, r)
		} else {
			p.free = append(p.free, r)
		}
	}
	for _, r := range p.observation.rows {
		if r.State == backend.Retired {
			leaving++
		}
	}
	slices.SortFunc(old, func(a, b instanceRow) int {
		return cmp.Or(a.PooledAt.Compare(b.PooledAt), cmp.Compare(a.InstanceID, b.InstanceID))
	})
	return old, leaving
}

// drift compares armed stops and names with the sessions, when they were read. It touches no name that none of
// the sessions has had: whatever else is in the zone belongs to somebody else.
func (p *planner) drift() {
	held := map[string]bool{} // names
	for i, s := range p.observation.sessions {
		row := p.rows[s.InstanceID]
		if row.State != backend.Claimed || row.claim() != s.claim() {
			continue
		}
		held[s.Domain] = true
		if p.armed != nil && p.now.Sub(s.CreationTime) > newborn && p.now.Before(s.ExpireAt) {
			at, want := p.armed[s.InstanceID], s.ExpireAt.Add(p.figures.Grace)
			if at.Sub(want).Abs() > time.Second {
				p.steps = append(p.steps, step{
					kind:    stepRearm,
					row:     row,
					session: &p.observation.sessions[i],
					why:     "its stop is armed for another time",
				})
			}
		}
		if p.names != nil && s.PublicIP != "" && p.names[s.Domain] != s.PublicIP {
			p.steps = append(p.steps, step{
				kind:    stepRename,
				session: &p.observation.sessions[i],
				why:     s.Domain + " points elsewhere",
			})
		}
	}
	for i, s := range p.observation.ended {
		if !held[s.Domain] && (s.NamePending || p.names[s.Domain] != parked) {
			p.steps = append(p.steps, step{
				kind:    stepRename,
				session: &p.observation.ended[i],
				why:     "nothing runs behind " + s.Domain,
			})
		}
	}
}

// parked stands for the parking address in an observation's names.
const parked = ""
