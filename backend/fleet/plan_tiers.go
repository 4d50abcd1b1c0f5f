package fleet

import (
	"cmp"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// The pool has two tiers: stopped instances (size), and hot ones, which run and are ready (hot). A hot instance is made
// of a stopped one, and a new stopped one is launched in its place.

// judgeWarm plans what an instance needs that may be claimed.
func (p *planner) judgeWarm(m instance, row instanceRow, old, kept bool) {
	if !old && !row.Draining {
		p.serving.add(1, kept)
	}
	p.old[row.InstanceID], p.other[row.InstanceID] = old, old || kept
	young := p.now.Sub(row.PooledAt) <= newborn // EC2 may not show the start yet
	switch {
	case row.Draining && m.up():
		p.add(stepStop, row, messages.New("fleet.drained"))
	case row.Draining:
		p.add(stepRetire, row, messages.New("fleet.drained"))
	case row.hot(p.now) && (m.up() || young):
		p.free = append(p.free, row)
		p.hotRows = append(p.hotRows, row)
	case m.up() && row.HotUntil != 0:
		p.add(stepStop, row, messages.New("fleet.hotLimit"))
	case m.up():
		p.add(stepStop, row, messages.New("fleet.runsUnclaimed"))
	case row.HotUntil != 0:
		p.add(stepCool, row, messages.New("fleet.hotStopped", m.reason()))
	default:
		p.free = append(p.free, row)
		if m.State == backend.Stopped {
			p.startable[row.InstanceID] = true
		}
	}
}

// judgeHeating plans what an instance needs whose start for the hot tier is under way, or was broken off.
func (p *planner) judgeHeating(m instance, row instanceRow, kept bool) {
	p.serving.add(1, kept)
	switch {
	case p.now.Sub(row.PooledAt) <= newborn:
		p.heating++
	case m.up():
		p.add(stepPark, row, messages.New("fleet.startBrokenOff"))
	case m.State == backend.Stopped:
		p.add(stepRecycle, row, messages.New("fleet.startBrokenOff"))
	}
}

// tiers takes the hot instances out of p.free, stops those that are too many, and starts stopped ones in place of those
// that are missing or soon past their limit.
func (p *planner) tiers() {
	p.free = slices.DeleteFunc(p.free, func(r instanceRow) bool { return r.HotUntil != 0 })
	lead := min(hotLead, p.figures.hotLimit()/2)
	lasting := slices.DeleteFunc(slices.Clone(p.hotRows), func(r instanceRow) bool {
		return !p.now.Before(time.Unix(r.HotUntil, 0).Add(-lead))
	})
	slices.SortFunc(lasting, func(a, b instanceRow) int { // those to keep first
		return cmp.Or(compareBool(p.old[a.InstanceID], p.old[b.InstanceID]),
			-compareBool(a.ReservedFor != "", b.ReservedFor != ""), -cmp.Compare(a.HotUntil, b.HotUntil),
			cmp.Compare(a.InstanceID, b.InstanceID))
	})
	for i, r := range lasting {
		if i >= p.observation.hot && r.ReservedFor == "" {
			p.add(stepStop, r, messages.New("fleet.hotAboveSize"))
		}
	}
	lasting = slices.DeleteFunc(lasting, func(r instanceRow) bool { return p.old[r.InstanceID] })
	missing := p.observation.hot - len(lasting) - p.heating
	for _, r := range slices.Clone(p.free) {
		if missing <= 0 {
			break
		}
		if !p.startable[r.InstanceID] || p.old[r.InstanceID] || r.mayFire(p.now) || p.now.Unix() < r.HotAfter {
			continue
		}
		p.add(stepHeat, r, messages.New("fleet.hotBelowSize"))
		p.free = slices.DeleteFunc(p.free, func(f instanceRow) bool { return f.InstanceID == r.InstanceID })
		missing--
	}
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
