package fleet

import (
	"cmp"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// judge plans what one instance needs, by its row.
func (p *planner) judge(m instance) {
	p.alive[m.InstanceID] = true
	row, recorded := p.rows[m.InstanceID]
	if !recorded {
		p.judgeUnrecorded(m)
		return
	}
	p.judgeType(m, row)
	other := !p.isTarget(m, row)
	old, kept := other && p.rollout.replacing(), other && !p.rollout.replacing()
	switch row.State {
	case backend.Warming:
		if row.heating() {
			p.judgeHeating(m, row, kept)
		} else {
			p.judgeWarming(m, row, old || p.abandoned(m, row) || row.Draining, kept)
		}
	case backend.Warm:
		p.judgeWarm(m, row, old, kept)
	case backend.Recycling:
		p.judgeRecycling(m, row, old, kept)
	case backend.Retired:
		p.add(stepRetire, row, messages.New("fleet.retired"))
	case backend.Claimed:
		p.judgeClaimed(m, row)
	}
}

// judgeType corrects the type that a row gives: a process may have died between changing it and recording it, and an
// operator may change it by hand. A start that has just claimed the instance is about to record it.
func (p *planner) judgeType(m instance, row instanceRow) {
	s := p.sessions[row.claim()]
	if row.State == backend.Claimed && s != nil && p.now.Sub(s.CreationTime) <= startLimit {
		return
	}
	if m.Type != "" && row.InstanceType != "" && m.Type != row.InstanceType && row.State != backend.Retired {
		p.steps = append(p.steps, step{kind: stepRetype, row: row, instanceType: m.Type,
			why: messages.New("fleet.typeChanged", row.InstanceType, m.Type)})
	}
}

// judgeRecycling plans what an instance needs that is nobody's any more. It becomes warm only if it has been seen
// ready: one that was adopted, or whose first start was broken off, may never become so.
func (p *planner) judgeRecycling(m instance, row instanceRow, old, kept bool) {
	p.serving.add(1, kept)
	old = old && p.health.of(p.version()).Failures == 0 // better an old instance than none that becomes ready
	why := messages.New("fleet.sessionOver")
	switch {
	case !row.Ready:
		why = messages.New("fleet.neverSeenReady")
	case row.Draining:
		why = messages.New("fleet.drained")
	}
	switch {
	case m.State == backend.Running:
		p.add(stepStop, row, messages.New("fleet.runsUnclaimed"))
	case m.State == backend.Stopped && (p.figures.Recycle == backend.Replace || old || !row.Ready || row.Draining ||
		kept && p.lastRoom()):
		p.serving.add(-1, kept)
		p.add(stepRetire, row, why)
	case m.State == backend.Stopped && p.figures.Recycle == backend.Reset:
		p.add(stepReset, row, why)
	case m.State == backend.Stopped:
		p.add(stepRecycle, row, why)
	}
}

// lastRoom reports whether a pool of one instance has to give it up to try a new version: there is no room for both.
func (p *planner) lastRoom() bool {
	return p.rollout.under() && p.want() <= 1 && len(p.observation.rows) >= p.figures.MaxInstances
}

// abandoned reports whether a version is neither the one that the pool moves to nor the last good one.
func (p *planner) abandoned(m instance, row instanceRow) bool {
	v := versionOf(m, row)
	return p.rollout.under() && v != "" && v != p.rollout.Target && v != p.rollout.Good
}

// judgeWarming plans what an instance needs that is being initialised.
func (p *planner) judgeWarming(m instance, row instanceRow, old, kept bool) {
	p.serving.add(1, kept)
	if row.ResetTask != "" && !old && !p.resets[row.ResetTask].succeeded() {
		p.judgeReset(m, row, kept)
		return
	}
	launched := 0 // a reset is no launch
	if row.ResetTask == "" {
		launched = 1
	}
	p.warming.add(launched, kept)
	switch {
	case old:
		p.serving.add(-1, kept)
		p.warming.add(-launched, kept)
		p.add(stepRetire, row, messages.New("fleet.madeEarlierLaunchTemplate"))
	case m.State == backend.Running && p.ready[m.InstanceID]:
		p.warmed(stepPark, row, m, messages.New("fleet.initialised"))
	case m.State == backend.Stopped && m.brokeDown():
		p.failed(stepRetire, row, m, messages.New("fleet.ec2CannotKeepRunning", m.reason()))
	case m.State == backend.Stopped && row.notRestarted(m):
		if p.now.Sub(row.PooledAt) > newborn {
			p.add(stepRehearse, row, messages.New("fleet.startBrokenOff"))
		}
	case m.State == backend.Stopped && (row.Ready || p.ready[m.InstanceID]) && p.figures.Rehearse && !row.Rehearsed:
		p.add(stepRehearse, row, messages.New("fleet.rehearsal"))
	case m.State == backend.Stopped && (row.Ready || p.ready[m.InstanceID]):
		p.warmed(stepRecycle, row, m, messages.New("fleet.initialisedStopped"))
	case m.State == backend.Stopped && !p.asking[m.InstanceID]:
		p.failed(stepRetire, row, m, messages.New("fleet.stoppedBeforeReady", m.reason()))
	case m.up() && p.now.Sub(row.PooledAt) > p.figures.warmLimit():
		p.failed(stepRetire, row, m, messages.New("fleet.notBecomeReady", backend.Length(p.figures.warmLimit())))
	}
}

// warmed plans what follows a warming that ended well. It is recorded if that changes how many may be launched.
func (p *planner) warmed(v stepKind, row instanceRow, m instance, why messages.Message) {
	p.add(v, row, why)
	r := launchResult{instanceID: row.InstanceID, template: versionOf(m, row), launched: row.PooledAt}
	if h := p.health.of(p.countsFor(r)); !h.Proven || h.Failures > 0 {
		p.steps[len(p.steps)-1].result = &r
	}
}

// failed plans what follows a warming that failed. A reset that failed says nothing of the version: its instance has
// been warm before.
func (p *planner) failed(v stepKind, row instanceRow, m instance, why messages.Message) {
	p.add(v, row, why)
	if row.ResetTask != "" {
		return
	}
	r := launchResult{failed: true, instanceID: row.InstanceID, template: versionOf(m, row), launched: row.PooledAt,
		why: why}
	p.steps[len(p.steps)-1].result = &r
	p.health = p.health.add(r, p.countsFor(r), p.now) // it counts already for what this plan launches
}

// countsFor returns the version whose failures a result counts to.
func (p *planner) countsFor(r launchResult) string {
	return cmp.Or(p.rollout.countsFor(r), p.current.version)
}

// judgeUnrecorded plans what an instance without a row needs: one that is being launched has an intent,
// and time to get its row.
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
	}, messages.New("fleet.noRow"))
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
		p.add(stepStop, row, messages.New("fleet.claimedButNoSession"))
	case p.now.After(s.ExpireAt.Add(reapMargin)):
		p.steps = append(p.steps, step{
			kind:    stepEnd,
			row:     row,
			session: s,
			why:     messages.New("fleet.timeLauncherNotStop"),
		})
	case m.State == backend.Stopped && p.now.Sub(s.CreationTime) > startLimit:
		p.steps = append(p.steps, step{kind: stepEnd, row: row, session: s, why: messages.New("common.foundStopped")})
	case m.owner != row.Owner || m.epoch != itoa64(row.Epoch) || m.expireAt != s.ExpireAt.UTC().Format(time.RFC3339):
		if p.now.Sub(s.CreationTime) > newborn { // younger: its desktop is about to
			p.steps = append(p.steps, step{kind: stepRetag, row: row, session: s, why: messages.New("fleet.tagsNotSayRow")})
		}
	}
}
