package fleet

import (
	"cmp"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
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
		other:       map[string]bool{},
		old:         map[string]bool{},
		startable:   map[string]bool{},
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
	p.roll()
	for _, m := range v.instances {
		if !m.State.Gone() {
			p.judge(m)
		} else {
			p.gone[m.InstanceID] = m
		}
	}
	p.leftovers()
	p.queue()
	p.tiers()
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
	free     []instanceRow       // warm, and stay so until size; from tiers on without the hot ones
	hotRows  []instanceRow       // warm and running, within their limit; those that are reserved, too
	heating  int                 // instances that are being started for the hot tier
	// warm instances that are stopped, not only stopping
	startable map[string]bool
	other     map[string]bool // warm instances of other launch template versions than the pool moves to
	old       map[string]bool // of these, those that are being replaced
	serving   count           // instances that are warm or will be
	warming   count           // of these, those that are being launched or warmed
	unknown   int             // instances without a row or intent
	steps     []step
}

// count counts instances while a rollout is under way.
type count struct {
	target int // of the version that the pool moves to; all, unless other versions are kept
	kept   int // of other versions, which stay for now
}

func (c count) all() int { return c.target + c.kept }

// add adds n instances. Unless the rollout keeps other versions, all count as of the version that the pool moves to.
func (c *count) add(n int, kept bool) {
	if kept {
		c.kept += n
	} else {
		c.target += n
	}
}

func (p *planner) add(v stepKind, row instanceRow, why messages.Message) {
	p.steps = append(p.steps, step{kind: v, row: row, why: why})
}

// queue gives what is free to those who wait, in their order, and takes back what nobody fetches.
func (p *planner) queue() {
	for _, t := range p.stale {
		p.steps = append(p.steps, step{kind: stepDequeue, ticket: t, why: messages.New("fleet.nobodyWaits")})
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
			p.add(stepUnreserve, r, messages.New("fleet.whomNotWait"))
		default:
			served[r.ReservedFor] = true
		}
	}
	for _, t := range p.tickets {
		if len(free) == 0 {
			break
		}
		if !served[t.UserID] {
			p.steps = append(p.steps, step{kind: stepReserve, row: free[0], ticket: t,
				why: messages.New("fleet.turn", t.Username)})
			free = free[1:]
		}
	}
	p.free = free
}

// want is how many instances both tiers should have together.
func (p *planner) want() int {
	return p.figures.stopped(p.observation.size, claimed(p.observation.rows)) + p.observation.hot
}

// targetHot counts the hot instances of the version that the pool moves to.
func (p *planner) targetHot() (n int) {
	for _, r := range p.hotRows {
		if !p.other[r.InstanceID] {
			n++
		}
	}
	return n
}

// freshHot counts the hot instances that are not being replaced.
func (p *planner) freshHot() int {
	n := p.heating
	for _, r := range p.hotRows {
		if !p.old[r.InstanceID] {
			n++
		}
	}
	return n
}

// size launches what is missing, within max_instances and what earlier failures allow, and retires what has been too
// much for a while.
func (p *planner) size() {
	total := len(p.observation.rows) + p.unknown // every row counts, intents too, until its instance is gone
	want := p.rollout.want(p.want())
	allowed := p.health.allowed(p.version(), p.warming.target, p.figures, p.now)
	for p.serving.target < want && total < p.figures.MaxInstances && allowed > 0 {
		p.launch(p.version(), false)
		total++
		allowed--
	}
	total = p.fill(total)
	p.replace(total, allowed, want)
	slices.SortFunc(p.free, oldestFirst)
	trial := 0 // instances on trial are too many until they are warm
	if !p.rollout.replacing() {
		trial = p.warming.target
	}
	for i := 0; i < p.serving.all()-trial-p.want() && i < len(p.free); i++ {
		if p.now.Sub(p.free[i].PooledAt) > excessPause || total > p.figures.MaxInstances {
			p.add(stepRetire, p.free[i], messages.New("fleet.poolAboveSize"))
			total--
		}
	}
}

// version returns the launch template version that the pool moves to.
func (p *planner) version() string { return cmp.Or(p.rollout.Target, p.current.version) }

func (p *planner) launch(version string, kept bool) {
	p.add(stepLaunch, instanceRow{Template: version}, messages.New("fleet.poolBelowSize"))
	p.serving.add(1, kept)
	p.warming.add(1, kept)
}

// fill launches what a pool that keeps two versions lacks of the last good one. It returns how many instances there are
// then.
func (p *planner) fill(total int) int {
	if p.rollout.replacing() {
		return total
	}
	version, warming := p.rollout.launchVersion(), p.warming.kept
	if version == p.rollout.Target {
		warming = p.warming.target
	}
	allowed := p.health.allowed(version, warming, p.figures, p.now)
	for p.serving.all() < p.want() && total < p.figures.MaxInstances && allowed > 0 {
		p.launch(version, version != p.rollout.Target)
		total++
		allowed--
	}
	return total
}

// replace retires instances of other launch template versions once those of the new one are warm, so that the pool
// always has warm instances. It leaves those that stay in p.free. At max_instances it retires one to make room for a
// launch, if another instance is warm.
func (p *planner) replace(total, allowed, want int) {
	if p.rollout.Paused {
		return
	}
	old, leaving := p.splitOld()
	excess := p.freshHot() + len(p.free) + len(old) - p.want()
	if p.rollout.under() {
		excess = min(excess, len(p.free)+p.targetHot()) // a new one takes the place of an old one
	}
	if excess <= 0 && total >= p.figures.MaxInstances && p.serving.target < want && allowed > 0 &&
		p.warming.all() == 0 && leaving == 0 && len(p.free)+len(old) > 1 {
		excess = 1
	}
	for i, r := range old {
		if i < excess {
			p.add(stepRetire, r, messages.New("fleet.madeEarlierLaunchTemplate"))
			if p.rollout.under() {
				p.serving.kept--
			}
		} else if p.rollout.under() {
			p.free = append(p.free, r)
		}
	}
}

func oldestFirst(a, b instanceRow) int {
	return cmp.Or(a.PooledAt.Compare(b.PooledAt), cmp.Compare(a.InstanceID, b.InstanceID))
}

// splitOld takes the instances of other launch template versions out of p.free and returns them, oldest first, with the
// number of those that are being terminated.
func (p *planner) splitOld() (old []instanceRow, leaving int) {
	all := p.free
	p.free = nil
	for _, r := range all {
		if p.other[r.InstanceID] {
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
	slices.SortFunc(old, oldestFirst)
	return old, leaving
}
