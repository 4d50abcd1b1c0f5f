package fleet

import (
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
	old := p.current.image != "" && (m.ImageID != p.current.image || m.version != "" && m.version != p.current.version)
	switch row.State {
	case backend.Warming:
		if row.heating() {
			p.judgeHeating(m, row)
		} else {
			p.judgeWarming(m, row, old)
		}
	case backend.Warm:
		p.judgeWarm(m, row, old)
	case backend.Recycling:
		p.judgeRecycling(m, row, old)
	case backend.Retired:
		p.add(stepRetire, row, messages.New("fleet.retired"))
	case backend.Claimed:
		p.judgeClaimed(m, row)
	}
}

// judgeRecycling plans what an instance needs that is nobody's any more. It becomes warm only if it has been seen
// ready: one that was adopted, or whose first start was broken off, may never become so.
func (p *planner) judgeRecycling(m instance, row instanceRow, old bool) {
	p.serving++
	old = old && p.health.of(p.current.version).Failures == 0 // better an old instance than none that becomes ready
	why := messages.New("fleet.sessionOver")
	if !row.Ready {
		why = messages.New("fleet.neverSeenReady")
	}
	switch {
	case m.State == backend.Running:
		p.add(stepStop, row, messages.New("fleet.runsUnclaimed"))
	case m.State == backend.Stopped && (p.figures.Recycle == backend.Replace || old || !row.Ready):
		p.serving--
		p.add(stepRetire, row, why)
	case m.State == backend.Stopped && p.figures.Recycle == backend.Reset:
		p.add(stepReset, row, why)
	case m.State == backend.Stopped:
		p.add(stepRecycle, row, why)
	}
}

// judgeWarming plans what an instance needs that is being initialised.
func (p *planner) judgeWarming(m instance, row instanceRow, old bool) {
	p.serving++
	if row.ResetTask != "" && !old && !p.resets[row.ResetTask].succeeded() {
		p.judgeReset(m, row)
		return
	}
	launched := row.ResetTask == "" // a reset is no launch
	if launched {
		p.warming++
	}
	switch {
	case old:
		p.serving--
		if launched {
			p.warming--
		}
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
		p.failed(stepRetire, row, m, messages.New("fleet.notBecomeReady", p.figures.warmLimit().String()))
	}
}

// warmed plans what follows a warming that ended well. It is recorded if that changes how many may be launched.
func (p *planner) warmed(v stepKind, row instanceRow, m instance, why messages.Message) {
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
func (p *planner) failed(v stepKind, row instanceRow, m instance, why messages.Message) {
	p.add(v, row, why)
	r := launchResult{failed: true, instanceID: row.InstanceID, template: m.version, launched: row.PooledAt, why: why}
	p.steps[len(p.steps)-1].result = &r
	p.health = p.health.add(r, p.current.version, p.now) // it counts already for what this plan launches
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
