package bridge

import (
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// Overview is the whole fleet as an operator sees it. See backend.Overview.
type Overview struct {
	AsOf      *int64     `json:"asOf"`
	Pool      Pool       `json:"pool"`
	Resized   *PoolSizes `json:"resized"`
	Machines  []Machine  `json:"machines"`
	Sessions  []Session  `json:"sessions"`
	Leases    []Lease    `json:"leases"`
	Queue     []Ticket   `json:"queue"`
	Schedules []Schedule `json:"schedules"`
	Audit     []Entry    `json:"audit"`
}

func newOverview(o backend.Overview) Overview {
	return Overview{
		AsOf:      unixMillis(o.AsOf),
		Pool:      newPool(o.Pool),
		Resized:   optional(o.Resized, newPoolSizes),
		Machines:  each(o.Machines, newMachine),
		Sessions:  each(o.Sessions, newSession),
		Leases:    each(o.Leases, newLease),
		Queue:     each(o.Queue, newTicket),
		Schedules: each(o.Schedules, newSchedule),
		Audit:     each(o.Audit, newEntry),
	}
}

// PoolSizes are the sizes of the pool's tiers that an operator has set.
type PoolSizes struct {
	Stopped int  `json:"stopped"`
	Hot     *int `json:"hot"` // nil: the profile's
}

func newPoolSizes(s backend.PoolSizes) PoolSizes { return PoolSizes(s) }

// Lease names the launcher that does a task for all.
type Lease struct {
	ID       string `json:"id"`
	Holder   string `json:"holder"`
	Version  int64  `json:"version"`
	Duration *int64 `json:"duration"`
}

func newLease(l backend.Lease) Lease { return Lease{l.ID, l.Holder, l.Version, millis(l.Duration)} }

// Ticket is somebody's place in the queue for an instance.
type Ticket struct {
	UserID     string `json:"userId"`
	Username   string `json:"username"`
	Number     int64  `json:"number"`
	Since      *int64 `json:"since"`
	LauncherID string `json:"launcherId"`
}

func newTicket(t backend.Ticket) Ticket {
	return Ticket{t.UserID, t.Username, t.Number, unixMillis(t.Since), t.LauncherID}
}

// Schedule is an armed stop.
type Schedule struct {
	InstanceID string `json:"instanceId"`
	At         *int64 `json:"at"`
}

func newSchedule(s backend.Schedule) Schedule { return Schedule{s.InstanceID, unixMillis(s.At)} }

// Entry is one row of the audit.
type Entry struct {
	At         *int64 `json:"at"`
	Username   string `json:"username"`
	Actor      string `json:"actor"`
	Verb       string `json:"verb"`
	InstanceID string `json:"instanceId"`
	Why        string `json:"why"`
}

func newEntry(e backend.Entry) Entry {
	return Entry{unixMillis(e.At), e.Username, e.Actor, string(e.Verb), e.InstanceID, i18n.Translate(e.Why)}
}

// PastSession is a session that has ended. StartTook is nil if it never was ready.
type PastSession struct {
	InstanceID string  `json:"instanceId"`
	Type       string  `json:"type"`
	Started    int64   `json:"started"`
	Ended      int64   `json:"ended"`
	StartTook  *int64  `json:"startTook"`
	Cold       bool    `json:"cold"`
	Cost       float64 `json:"cost"`
	Why        string  `json:"why"`
}

func newPastSession(r backend.Record) PastSession {
	return PastSession{
		InstanceID: r.InstanceID,
		Type:       r.Type,
		Started:    r.Started.UnixMilli(),
		Ended:      r.Ended.UnixMilli(),
		StartTook:  millis(r.StartTook),
		Cold:       r.Cold,
		Cost:       r.Cost,
		Why:        i18n.Translate(r.Why),
	}
}

// Occupancy counts the pool's instances by state at one time.
type Occupancy struct {
	At        int64 `json:"at"`
	Target    int   `json:"target"`
	Warm      int   `json:"warm"`
	Warming   int   `json:"warming"`
	Claimed   int   `json:"claimed"`
	Recycling int   `json:"recycling"`
	Waiting   int   `json:"waiting"`
}

func newOccupancy(o backend.Occupancy) Occupancy {
	return Occupancy{o.At.UnixMilli(), o.Target, o.Warm, o.Warming, o.Claimed, o.Recycling, o.Waiting}
}
