package fleet

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend"
)

// seen is an instance as EC2 describes it, with the tags that mirror the tables and what it was launched from.
type seen struct {
	backend.Machine
	owner, epoch, expireAt string // tags
	token                  string // the client token of its launch
	version                string // of the launch template, by the tag that EC2 sets; empty if there is none
}

// up reports whether the instance runs, or will in a moment.
func (m seen) up() bool { return m.State == "running" || m.State == "pending" }

// view is one reading of the world: EC2 first, then the tables, so that an instance without a row is either new or
// truly unrecorded, and a row without an instance is truly left over.
type view struct {
	machines []seen // pool instances, those that were terminated of late included
	rows     []instanceRow
	sessions []sessionRow    // those that have not ended
	ended    []sessionRow    // those that have, as long as their rows stay
	tickets  []ticketRow     // those that are alive, in the order in which they are served
	stale    []ticketRow     // those that nobody keeps alive
	ready    map[string]bool // warming instances that have shown that they are ready
	asking   map[string]bool // stopped warming instances whose log may still show it
	size     int             // how many warm instances there should be
	figures  Figures
	current  template // what a launch would be made of now; zero if it was not read
	health   healthRow
	// armed and names are read at a deep look only, nil otherwise: when each claimed instance's armed stop fires,
	// and where each name points.
	armed map[string]time.Time
	names map[string]string
}

// template is what makes one launch differ from another. Its image is empty if the template names none by its ID.
type template struct{ version, image string }

// verb is what the keeper does to one instance.
type verb string

const (
	launch    verb = "launch"    // launch a new instance to be warmed
	park      verb = "park"      // warming and ready: stop it, it is then warm
	recycle   verb = "recycle"   // stopped: scrub it, and say warm
	retire    verb = "retire"    // terminate it and forget its row
	adopt     verb = "adopt"     // unrecorded: write a row, and stop it
	stop      verb = "stop"      // runs unclaimed: stop it
	end       verb = "end"       // end a session that is over in truth
	forget    verb = "forget"    // a row whose instance is gone: delete it
	withdraw  verb = "withdraw"  // an intent that came to nothing: delete it
	reserve   verb = "reserve"   // it is for the next user in the queue
	unreserve verb = "unreserve" // whom it was for does not wait any more
	retag     verb = "retag"     // its tags do not say what its row says
	rearm     verb = "rearm"     // its stop is not armed for the end of its session
	rename    verb = "rename"    // a name does not point where it should
	dequeue   verb = "dequeue"   // a place in the queue that nobody keeps
)

// action is one step of a plan. Every action is checked again under the row's epoch when it is carried out.
type action struct {
	verb    verb
	row     instanceRow // InstanceID is always set but for launch, rename and dequeue
	session *sessionRow // for end, retag, rearm, rename
	ticket  ticketRow   // for reserve, dequeue
	why     string
	result  *launchResult // for park, recycle, retire, forget: how its warming ended
}

const (
	newborn = 30 * time.Second // an instance or session younger than this is spared: its other half is on the way
	// startLimit is when a claimed instance that is stopped was not started, or was stopped by hand: its desktop may ask
	// EC2 for claimTime where that is asked too much.
	startLimit  = claimTime + time.Minute
	reapMargin  = 60 * time.Second // past its ExpireAt, a session is ended by the keeper after this
	excessPause = 10 * time.Minute // a surplus stays this long, so that stop, start, stop does not launch and delete one each time
	// intentLimit is when an intent has come to nothing: a signed request is refused after five minutes (SigV4), so
	// that none is still on its way.
	intentLimit = 10 * time.Minute
	// reserveLimit is how long an instance is kept for somebody who does not take it.
	reserveLimit = 2 * time.Minute
)

// plan says what brings the pool back to its size and the world back to the invariants. It is pure.
func plan(v view, now time.Time) []action {
	p := planner{view: v, now: now, rows: map[string]instanceRow{}, sessions: map[claim]*sessionRow{}, intents: map[string]instanceRow{},
		alive: map[string]bool{}, gone: map[string]seen{}, waited: map[string]bool{}, owned: map[string]bool{}, old: map[string]bool{}}
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
	for _, m := range v.machines {
		if m.State != "shutting-down" && m.State != "terminated" {
			p.instance(m)
		} else {
			p.gone[m.InstanceID] = m
		}
	}
	p.leftovers()
	p.queue()
	p.size()
	p.drift()
	return p.acts
}

// planner gathers a plan.
type planner struct {
	view
	now      time.Time
	rows     map[string]instanceRow
	sessions map[claim]*sessionRow  // an instance may also be named by a stale session of an earlier owner
	intents  map[string]instanceRow // by launch token
	alive    map[string]bool
	gone     map[string]seen // terminated, or about to be
	waited   map[string]bool // launch tokens that a session waits for
	owned    map[string]bool // launch tokens whose instance is there
	free     []instanceRow   // warm, and stay so until size
	old      map[string]bool // warm instances of an earlier launch template: they are replaced one by one
	serving  int             // instances that are warm or will be
	warming  int             // of these, those that are being launched or warmed
	unknown  int             // instances without a row or intent
	acts     []action
}

func (p *planner) do(v verb, row instanceRow, why string) {
	p.acts = append(p.acts, action{verb: v, row: row, why: why})
}

// instance judges one instance by its row.
func (p *planner) instance(m seen) {
	p.alive[m.InstanceID] = true
	row, recorded := p.rows[m.InstanceID]
	if !recorded {
		p.unrecorded(m)
		return
	}
	old := p.current.image != "" && (m.ImageID != p.current.image || m.version != "" && m.version != p.current.version)
	switch row.State {
	case backend.Warming:
		p.warmingUp(m, row, old)
	case backend.Warm:
		if !old {
			p.serving++
		}
		if m.up() {
			p.do(stop, row, "runs unclaimed")
		} else {
			p.old[row.InstanceID] = old
			p.free = append(p.free, row)
		}
	case backend.Recycling:
		p.serving++
		old = old && p.health.of(p.current.version).Failures == 0 // better an old instance than none that becomes ready
		switch {
		case m.State == "running":
			p.do(stop, row, "runs unclaimed")
		case m.State == "stopped" && (p.figures.Replace || old):
			p.serving--
			p.do(retire, row, "its session is over")
		case m.State == "stopped":
			p.do(recycle, row, "its session is over")
		}
	case backend.Retired:
		p.do(retire, row, "retired")
	case backend.Claimed:
		p.claimed(m, row)
	}
}

// warmingUp judges an instance that is being initialised.
func (p *planner) warmingUp(m seen, row instanceRow, old bool) {
	p.serving++
	p.warming++
	switch {
	case old:
		p.serving--
		p.warming--
		p.do(retire, row, "made from an earlier launch template")
	case m.State == "running" && p.ready[m.InstanceID]:
		p.warmed(park, row, m, "initialised")
	case m.State == "stopped" && m.brokeDown():
		p.failed(retire, row, m, "EC2 could not keep it running: "+m.reason())
	case m.State == "stopped" && (row.Ready || p.ready[m.InstanceID]):
		p.warmed(recycle, row, m, "initialised and stopped")
	case m.State == "stopped" && !p.asking[m.InstanceID]:
		p.failed(retire, row, m, "stopped before it was ready: "+m.reason())
	case m.up() && p.now.Sub(row.PooledAt) > p.figures.warmLimit():
		p.failed(retire, row, m, "did not become ready in "+p.figures.warmLimit().String())
	}
}

// warmed plans what follows a warming that ended well. It is recorded if that changes how many may be launched.
func (p *planner) warmed(v verb, row instanceRow, m seen, why string) {
	p.do(v, row, why)
	if h := p.health.of(p.current.version); !h.Proven || h.Failures > 0 {
		p.acts[len(p.acts)-1].result = &launchResult{instanceID: row.InstanceID, template: m.version, launched: row.PooledAt}
	}
}

// failed plans what follows a warming that failed.
func (p *planner) failed(v verb, row instanceRow, m seen, why string) {
	p.do(v, row, why)
	r := launchResult{failed: true, instanceID: row.InstanceID, template: m.version, launched: row.PooledAt, why: why}
	p.acts[len(p.acts)-1].result = &r
	p.health = p.health.add(r, p.current.version, p.now) // it counts already for what this plan launches
}

// unrecorded judges an instance without a row: one that is being launched has an intent, and time to get its row.
func (p *planner) unrecorded(m seen) {
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
	p.do(adopt, instanceRow{InstanceID: m.InstanceID, Zone: m.Zone, InstanceType: m.Type, LaunchToken: token}, "no row")
}

// launchToken takes the suffix of the place off a client token (see places).
func launchToken(clientToken string) string {
	if i := strings.LastIndexByte(clientToken, '-'); i > 0 {
		return clientToken[:i]
	}
	return clientToken
}

// claimed judges a claimed instance by its session: past its end, gone, or stopped behind its back.
func (p *planner) claimed(m seen, row instanceRow) {
	s := p.sessions[row.claim()]
	switch {
	case s == nil:
		p.do(stop, row, "claimed, but by no session")
	case p.now.After(s.ExpireAt.Add(reapMargin)):
		p.acts = append(p.acts, action{verb: end, row: row, session: s, why: "its time was up and its launcher did not stop it"})
	case m.State == "stopped" && p.now.Sub(s.CreationTime) > startLimit:
		p.acts = append(p.acts, action{verb: end, row: row, session: s, why: "found stopped"})
	case m.owner != row.Owner || m.epoch != itoa64(row.Epoch) || m.expireAt != s.ExpireAt.UTC().Format(time.RFC3339):
		if p.now.Sub(s.CreationTime) > newborn { // younger: its desktop is about to
			p.acts = append(p.acts, action{verb: retag, row: row, session: s, why: "its tags do not say what its row says"})
		}
	}
}

// leftovers finds rows whose instance is gone, intents that came to nothing, and sessions that hold nothing.
func (p *planner) leftovers() {
	claimed := map[claim]bool{}
	for _, r := range p.view.rows {
		switch {
		case r.intent():
			if !p.owned[r.LaunchToken] && !p.waited[r.LaunchToken] && p.now.Sub(r.PooledAt) > intentLimit {
				p.do(withdraw, r, "its launch came to nothing")
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
			p.failed(forget, r, p.gone[r.InstanceID], "was terminated while it was warming: "+p.gone[r.InstanceID].reason())
		case r.State == backend.Claimed && p.sessions[r.claim()] != nil:
			claimed[r.claim()] = true // the row stays until the session is over, so that neither is left alone
			p.loseInstance(r, p.sessions[r.claim()])
		case p.now.Sub(r.PooledAt) > newborn:
			p.do(forget, r, "its instance is gone")
		}
	}
	for i, s := range p.view.sessions {
		limit := startLimit
		if s.LaunchToken != "" {
			limit = intentLimit
		}
		if p.now.Sub(s.CreationTime) > limit && !claimed[s.claim()] {
			p.acts = append(p.acts, action{verb: end, row: instanceRow{InstanceID: s.InstanceID, Epoch: s.Epoch}, session: &p.view.sessions[i], why: "holds no instance"})
		}
	}
}

// loseInstance ends a session whose instance is gone, or about to be. A session that is just starting is left to its
// desktop, which tries another instance.
func (p *planner) loseInstance(r instanceRow, s *sessionRow) {
	if p.now.Sub(s.CreationTime) > newborn {
		why := "its instance was terminated: " + p.gone[r.InstanceID].reason()
		p.acts = append(p.acts, action{verb: end, row: r, session: s, why: why})
	}
}

// queue gives what is free to those who wait, in their order, and takes back what nobody fetches.
func (p *planner) queue() {
	for _, t := range p.stale {
		p.acts = append(p.acts, action{verb: dequeue, ticket: t, why: "nobody waits there any more"})
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
			p.do(unreserve, r, "whom it was for does not wait any more")
		default:
			served[r.ReservedFor] = true
		}
	}
	for _, t := range p.tickets {
		if len(free) == 0 {
			break
		}
		if !served[t.UserID] {
			p.acts = append(p.acts, action{verb: reserve, row: free[0], ticket: t, why: "it is " + t.Username + "'s turn"})
			free = free[1:]
		}
	}
	p.free = free
}

// size launches what is missing, within max_instances and what earlier failures allow, and retires what has been too much for a while.
func (p *planner) size() {
	total := len(p.view.rows) + p.unknown // every row counts, intents too, until its instance is gone
	allowed := p.health.allowed(p.current.version, p.warming, p.figures, p.now)
	for p.serving < p.view.size && total < p.figures.MaxInstances && allowed > 0 {
		p.do(launch, instanceRow{}, "the pool is below its size")
		p.serving++
		p.warming++
		total++
		allowed--
	}
	p.replace(total, allowed)
	slices.SortFunc(p.free, func(a, b instanceRow) int {
		return cmp.Or(a.PooledAt.Compare(b.PooledAt), cmp.Compare(a.InstanceID, b.InstanceID))
	})
	for i := 0; i < p.serving-p.view.size && i < len(p.free); i++ {
		if p.now.Sub(p.free[i].PooledAt) > excessPause || total > p.figures.MaxInstances {
			p.do(retire, p.free[i], "the pool is above its size")
			total--
		}
	}
}

// replace retires instances of an earlier launch template once new ones are warm, so that the pool always has warm
// instances. It leaves the new ones in p.free. At max_instances it retires one to make room for a launch, if another
// instance is warm.
func (p *planner) replace(total, allowed int) {
	old, leaving := p.splitOld()
	excess := len(p.free) + len(old) - p.view.size
	if excess <= 0 && total >= p.figures.MaxInstances && p.serving < p.view.size && allowed > 0 && p.warming == 0 && leaving == 0 &&
		len(p.free)+len(old) > 1 {
		excess = 1
	}
	for i := 0; i < excess && i < len(old); i++ {
		p.do(retire, old[i], "made from an earlier launch template")
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
	for _, r := range p.view.rows {
		if r.State == backend.Retired {
			leaving++
		}
	}
	slices.SortFunc(old, func(a, b instanceRow) int {
		return cmp.Or(a.PooledAt.Compare(b.PooledAt), cmp.Compare(a.InstanceID, b.InstanceID))
	})
	return old, leaving
}

// drift compares, at a deep look, what is armed and named with what the sessions say. It touches no name that none of
// the sessions has had: whatever else is in the zone belongs to somebody else.
func (p *planner) drift() {
	held := map[string]bool{} // names
	for i, s := range p.view.sessions {
		row := p.rows[s.InstanceID]
		if row.State != backend.Claimed || row.claim() != s.claim() {
			continue
		}
		held[s.Domain] = true
		if p.armed != nil && p.now.Sub(s.CreationTime) > newborn && p.now.Before(s.ExpireAt) {
			if at, want := p.armed[s.InstanceID], s.ExpireAt.Add(p.figures.Grace); at.Before(want.Add(-time.Second)) || at.After(want.Add(time.Second)) {
				p.acts = append(p.acts, action{verb: rearm, row: row, session: &p.view.sessions[i], why: "its stop is armed for another time"})
			}
		}
		if p.names != nil && s.PublicIP != "" && p.names[s.Domain] != s.PublicIP {
			p.acts = append(p.acts, action{verb: rename, session: &p.view.sessions[i], why: s.Domain + " points elsewhere"})
		}
	}
	for i, s := range p.view.ended {
		if !held[s.Domain] && (s.NamePending || p.names[s.Domain] != parked) {
			p.acts = append(p.acts, action{verb: rename, session: &p.view.ended[i], why: "nothing runs behind " + s.Domain})
		}
	}
}

// parked stands for the parking address in a view's names.
const parked = ""
