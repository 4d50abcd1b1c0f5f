package fleet

import (
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// leftovers finds rows whose instance is gone, intents that came to nothing, and sessions that hold nothing.
func (p *planner) leftovers() {
	claimed := map[claim]bool{}
	for _, r := range p.observation.rows {
		switch {
		case r.intent():
			if !p.owned[r.LaunchToken] && !p.waited[r.LaunchToken] && p.now.Sub(r.PooledAt) > intentLimit {
				p.add(stepWithdraw, r, messages.New("fleet.launchCameNothing"))
			} else if r.Owner == "" {
				p.launching(r)
			}
		case p.alive[r.InstanceID]:
			claimed[r.claim()] = r.State == backend.Claimed
		case r.State == backend.Warming && p.gone[r.InstanceID].InstanceID == "" && p.now.Sub(r.PooledAt) <= newborn:
			p.launching(r) // EC2 does not list it yet
		case r.State == backend.Warming:
			p.failed(stepForget, r, p.gone[r.InstanceID], messages.New("fleet.terminatedWarming", p.gone[r.InstanceID].reason()))
		case r.State == backend.Claimed && p.sessions[r.claim()] != nil:
			claimed[r.claim()] = true // the row stays until the session is over, so that neither is left alone
			p.loseInstance(r, p.sessions[r.claim()])
		case p.now.Sub(r.PooledAt) > newborn:
			p.add(stepForget, r, messages.New("fleet.instanceGone"))
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
				why:     messages.New("fleet.holdsNoInstance"),
			})
		}
	}
}

// launching counts an instance that EC2 does not list yet.
func (p *planner) launching(r instanceRow) {
	kept := !p.rollout.replacing() && r.Template != "" && r.Template != p.rollout.Target
	p.serving.add(1, kept)
	p.warming.add(1, kept)
}

// loseInstance ends a session whose instance is gone, or about to be. A session that is just starting is left to its
// desktop, which tries another instance. EC2 lists a terminated instance for about an hour, so one that it does not
// list may have been launched since: its session can be older than newborn if the launch was throttled.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html
func (p *planner) loseInstance(r instanceRow, s *sessionRow) {
	limit := newborn
	if p.gone[r.InstanceID].InstanceID == "" {
		limit = startLimit
	}
	if p.now.Sub(s.CreationTime) > limit {
		why := messages.New("fleet.instanceTerminated", p.gone[r.InstanceID].reason())
		p.steps = append(p.steps, step{kind: stepEnd, row: r, session: s, why: why})
	}
}

// drift compares armed stops and names with the sessions, when they were read. It touches no name that none of
// the sessions has had: whatever else is in the zone belongs to somebody else. Nor does it touch one that sessions of
// two users name: one of them made it up.
func (p *planner) drift() {
	held := map[string]bool{} // names
	disputed := p.disputedNames()
	for i, s := range p.observation.sessions {
		row := p.rows[s.InstanceID]
		if row.State != backend.Claimed || row.claim() != s.claim() {
			continue
		}
		held[s.Domain] = true
		if p.armed != nil && p.now.Sub(s.CreationTime) > newborn && p.now.Before(s.ExpireAt) {
			at, want := p.armed[s.InstanceID], backend.ArmedStop(s.ExpireAt, p.figures.Grace)
			if at.Sub(want).Abs() > time.Second {
				p.steps = append(p.steps, step{
					kind:    stepRearm,
					row:     row,
					session: &p.observation.sessions[i],
					why:     messages.New("fleet.stopArmedAnotherTime"),
				})
			}
		}
		if p.names != nil && s.PublicIP != "" && !disputed[s.Domain] && p.names[s.Domain] != s.PublicIP {
			p.steps = append(p.steps, step{
				kind:    stepRename,
				session: &p.observation.sessions[i],
				why:     messages.New("fleet.pointsElsewhere", s.Domain),
			})
		}
	}
	for i, s := range p.observation.ended {
		if !held[s.Domain] && !disputed[s.Domain] && (s.NamePending || p.names[s.Domain] != parked) {
			p.steps = append(p.steps, step{
				kind:    stepRename,
				session: &p.observation.ended[i],
				why:     messages.New("fleet.nothingRunsBehind", s.Domain),
			})
		}
	}
}

// disputedNames returns the names that sessions of several users have, and "", which is no name.
func (p *planner) disputedNames() map[string]bool {
	users, disputed := map[string]string{}, map[string]bool{"": true}
	for _, s := range slices.Concat(p.observation.sessions, p.observation.ended) {
		if user, named := users[s.Domain]; named && user != s.UserID {
			disputed[s.Domain] = true
		}
		users[s.Domain] = s.UserID
	}
	return disputed
}

// parked stands for the parking address in an observation's names.
const parked = ""
