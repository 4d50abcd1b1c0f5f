package backend

import "time"

// Prices is the profile's price table. AWS is never asked: what it would say is the operator's to know.
type Prices struct {
	Currency      string             // ISO 4217
	Hourly        map[string]float64 // of a running instance, by instance type
	AddressHourly float64            // of a public IPv4 address
	DiskMonth     float64            // of one instance's disk, running or stopped
}

// monthHours is how many hours AWS' monthly examples count.
const monthHours = 730

// shortest is the least that EC2 bills for each start of a Linux or Windows instance.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
const shortestBilled = time.Minute

// Running is what an instance costs an hour while it runs, zero if the table has no such type.
func (p Prices) Running(kind string) float64 {
	if p.Hourly[kind] == 0 {
		return 0
	}
	return p.Hourly[kind] + p.AddressHourly
}

// Session is what an instance costs that runs for a time.
func (p Prices) Session(kind string, d time.Duration) float64 {
	return p.Running(kind) * max(d, shortestBilled).Hours()
}

// cost fills in what a snapshot says about money. The pool's instances are stopped, so they cost their disks; what
// they would cost running all the time is what stopping saves.
func cost(s Snapshot, p Prices, now time.Time) Cost {
	c := Cost{Currency: p.Currency, Month: s.month}
	if s.Session != nil && s.Session.Type != "" && (s.Phase.Active() || s.Phase == Failed) {
		c.Hourly, c.Since = p.Running(s.Session.Type), s.Session.CreationTime
	}
	running, disks := 0.0, 0
	for _, m := range s.Pool.Members {
		running += p.Running(m.Type)
		disks++
	}
	c.PoolMonth, c.AlwaysOn = p.DiskMonth*float64(disks), running*monthHours
	begin := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	month := now.Sub(begin).Hours()
	spent := c.Month
	if !c.Since.IsZero() {
		spent += c.Hourly * now.Sub(c.Since).Hours()
	}
	c.Saved = max(0, running*month-spent)
	return c
}

// timers lists what will end the session, soonest first. The end that is stored is the idle timer's, or the longest
// session's where that comes first.
func timers(s Snapshot, r Rules) []Timer {
	if s.Phase != Ready || s.Session == nil {
		return nil
	}
	will := func(kind TimerKind, at time.Time) Timer {
		return Timer{Kind: kind, At: at, Cost: r.Prices.Session(s.Session.Type, at.Sub(s.Session.CreationTime))}
	}
	idle := will(TimerIdle, s.Session.ExpireAt)
	if r.Maximum <= 0 {
		return []Timer{idle}
	}
	last := will(TimerMaximum, s.Session.CreationTime.Add(r.Maximum))
	if !idle.At.Before(last.At) {
		return []Timer{last}
	}
	return []Timer{idle, last}
}
