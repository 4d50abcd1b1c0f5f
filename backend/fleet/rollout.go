package fleet

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// rolloutRowID is the key of the leases table's row that says which launch template version the pool is made of.
const rolloutRowID = "pool-rollout"

// returnAfter is after how many failures of a new version the pool goes back to the last good one. It is the count from
// which launches pause (see launchPauses).
const returnAfter = 2

// rolloutStage is how far a new version has come. It is empty if the whole pool is of one version.
type rolloutStage string

const (
	stageOne   rolloutStage = "one"   // one instance of the new version, until it has been ready
	stageShare rolloutStage = "share" // a quarter of the pool's size, at least two
	stageAll   rolloutStage = "all"   // every instance, as far as sessions allow
)

// rolloutRow is the state of the pool's rollout, a row of the leases table. The keeper writes it as its plan says, and
// operators by their commands, both under Version.
type rolloutRow struct {
	LeaseID string `dynamodbav:"LeaseId"`
	Version int64  // grows with every write; each write is conditional on it
	Target  string // the template version that the pool moves to, or is made of
	Good    string // the last version whose rollout ended well, Target if nothing is under way; empty if none did
	// Bad is the version that the pool has gone back from. It is not rolled out again by itself.
	Bad        string       `dynamodbav:",omitempty"`
	Stage      rolloutStage `dynamodbav:",omitempty"`
	Paused     bool         `dynamodbav:",omitempty"` // an operator stopped the rollout
	Pinned     bool         `dynamodbav:",omitempty"` // an operator chose Target: newer versions wait
	whyColumns              // of the last change
}

// under reports whether instances of two versions are to be in the pool at once.
func (r rolloutRow) under() bool { return r.Stage == stageOne || r.Stage == stageShare }

// replacing reports whether instances of other versions than Target are replaced.
func (r rolloutRow) replacing() bool { return !r.Paused && !r.under() }

// launchVersion returns the version that a user's own launch is made of, empty for the latest: a version on trial is
// the keeper's to try.
func (r rolloutRow) launchVersion() string {
	if r.under() || r.Paused {
		return cmp.Or(r.Good, r.Target)
	}
	return r.Target
}

// want returns how many instances of Target the keeper makes, of a pool of a size.
func (r rolloutRow) want(size int) int {
	switch {
	case r.Paused:
		return 0 // what is missing is launched of the last good version
	case r.Stage == stageOne:
		return min(1, size)
	case r.Stage == stageShare:
		return shareOf(size)
	}
	return size
}

// shareOf returns the share of a pool that gets a new version before all do.
func shareOf(size int) int { return min(size, max(2, (size+3)/4)) }

// countsFor returns the version whose failures a result counts to.
func (r rolloutRow) countsFor(result launchResult) string {
	if result.template != "" && result.template == r.Good {
		return r.Good
	}
	return r.Target
}

// begin returns the row with a rollout of a version. A version that is known to be good needs no trial, nor does one in
// place of which there is no good one. A good version newer than latest is of a launch template that is gone.
func (r rolloutRow) begin(version, latest string, why messages.Message) rolloutRow {
	if number(r.Good) > number(latest) {
		r.Good = ""
	}
	r.Target, r.Bad, r.Stage, r.whyColumns = version, "", stageOne, whyColumnsOf(why)
	if r.Good == "" || r.Good == version {
		r.Stage = stageAll
	}
	return r
}

// giveUp returns the row after a version has failed: the pool goes back to the last good one.
func (r rolloutRow) giveUp(why messages.Message) rolloutRow {
	r.Bad, r.Target, r.Stage, r.whyColumns = r.Target, r.Good, stageAll, whyColumnsOf(why)
	return r
}

// public returns the rollout for people, nil if there is nothing to say.
func (r rolloutRow) public() *backend.Rollout {
	if r.Target == "" && !r.Paused {
		return nil
	}
	return &backend.Rollout{Target: r.Target, Good: r.Good, Bad: r.Bad, Stage: string(r.Stage), Paused: r.Paused,
		Pinned: r.Pinned, Why: r.message()}
}

// number returns a launch template version as a number, 0 if it is none.
func number(version string) int {
	n, _ := strconv.Atoi(version)
	return n
}

// roll decides how the rollout goes on, and plans to store it if it changes. The rest of the plan follows the new row:
// it is only carried out once the row is stored.
func (p *planner) roll() {
	next := p.nextRollout()
	if p.current.version == "" || next == p.rollout {
		return
	}
	p.rollout = next
	p.steps = append(p.steps, step{kind: stepRollout, rollout: &next, why: next.message()})
}

// nextRollout returns the row as it should be.
func (p *planner) nextRollout() rolloutRow {
	r, latest := p.rollout, p.current.version
	h := p.health.of(r.Target)
	switch {
	case r.Target == "":
		r.Good = p.usualVersion()
		why := messages.New("fleet.rolloutBegins", latest)
		if r.Good == "" || r.Good == latest {
			why = messages.New("fleet.rolloutKnown", latest)
		}
		r = r.begin(latest, latest, why)
	case !r.Pinned && latest != r.Target && latest != r.Bad:
		r = r.begin(latest, latest, messages.New("fleet.rolloutBegins", latest))
	case r.Stage != "" && r.Good != "" && r.Target != r.Good && h.Failures >= returnAfter:
		r = r.giveUp(messages.New("fleet.rolloutReturns", r.Target, r.Good, h.message()))
	case r.Paused:
	default:
		r = p.advance(r)
	}
	return r
}

// advance returns the row of the next stage if what this one asks for is there.
func (p *planner) advance(r rolloutRow) rolloutRow {
	proven, others := p.versions()
	switch {
	case r.Stage == stageOne && proven >= min(1, p.want()):
		r.Stage, r.whyColumns = stageShare, whyColumnsOf(messages.New("fleet.rolloutShare", r.Target))
	case r.Stage == stageShare && proven >= shareOf(p.want()):
		r.Stage, r.whyColumns = stageAll, whyColumnsOf(messages.New("fleet.rolloutAll", r.Target))
	case r.Stage == stageAll && others == 0 && proven >= max(1, min(p.want(), p.figures.MaxInstances)):
		r.Good, r.Stage, r.whyColumns = r.Target, "", whyColumnsOf(messages.New("fleet.rolloutDone", r.Target))
	}
	return r
}

// versions counts the instances of Target that have been ready, and those of other versions that nobody has claimed.
func (p *planner) versions() (proven, others int) {
	for _, m := range p.observation.instances {
		row, recorded := p.rows[m.InstanceID]
		switch {
		case m.State.Gone() || !recorded || row.State == backend.Retired:
		case p.isTarget(m, row):
			if row.Ready {
				proven++
			}
		case row.State != backend.Claimed:
			others++
		}
	}
	return proven, others
}

// usualVersion returns the version of most instances that have been ready, empty if there is none.
func (p *planner) usualVersion() (usual string) {
	count := map[string]int{}
	for _, m := range p.observation.instances {
		if row := p.rows[m.InstanceID]; row.Ready && !m.State.Gone() && versionOf(m, row) != "" {
			count[versionOf(m, row)]++
		}
	}
	for _, v := range slices.Sorted(maps.Keys(count)) {
		if count[v] > count[usual] {
			usual = v
		}
	}
	return usual
}

// versionOf returns the launch template version that an instance was made of, empty if it is not known.
func versionOf(m instance, row instanceRow) string { return cmp.Or(m.version, row.Template) }

// isTarget reports whether an instance is of the version that the pool moves to. Its image decides, too: a launch
// template that was deleted and made anew counts its versions from 1 again.
func (p *planner) isTarget(m instance, row instanceRow) bool {
	if p.rollout.Target == "" {
		return true
	}
	if v := versionOf(m, row); v != "" && v != p.rollout.Target {
		return false
	}
	return p.rollout.Target != p.current.version || p.current.image == "" || m.ImageID == p.current.image
}
