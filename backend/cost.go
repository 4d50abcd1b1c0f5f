package backend

import "time"

// Prices is the profile's price table, which setup writes.
type Prices struct {
	Currency      string             // ISO 4217
	Hourly        map[string]float64 // of a running instance, by instance type
	AddressHourly float64            // of a public IPv4 address
	DiskMonth     float64            // of one instance's disk, running or stopped
	TrafficGB     float64            // of 10⁹ bytes that an instance sends to the internet
}

// monthHours is how many hours AWS' monthly examples count.
const monthHours = 730

// shortest is the least that EC2 bills for each start of a Linux or Windows instance.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
const shortestBilled = time.Minute

// Running returns what an instance costs an hour while it runs. It reports whether the table has its type.
func (p Prices) Running(kind string) (hourly float64, known bool) {
	price := p.Hourly[kind]
	if price == 0 {
		return 0, false
	}
	return price + p.AddressHourly, true
}

// Session returns what an instance costs that runs for d and sends a number of bytes. It reports whether the table has
// its type; without the type, the traffic alone is no figure either.
func (p Prices) Session(kind string, d time.Duration, sent int64) (cost float64, known bool) {
	hourly, known := p.Running(kind)
	if !known {
		return 0, false
	}
	return hourly*max(d, shortestBilled).Hours() + p.traffic(sent), true
}

// traffic returns what it costs to send a number of bytes. All of it is counted as traffic to the internet: an
// account's first 100 GB a month, which are free, are shared with everything else in it.
// https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer
func (p Prices) traffic(sent int64) float64 { return p.TrafficGB * float64(sent) / 1e9 }

// TierCost is what one free instance costs in each of the pool's tiers. An amount that is not known is zero.
type TierCost struct {
	Currency     string  `json:"currency"`
	HotHour      float64 `json:"hotHour"`      // running, with its disk
	StoppedMonth float64 `json:"stoppedMonth"` // its disk
}

// Tiers returns what an instance of a type costs in each tier.
func (p Prices) Tiers(kind string) TierCost {
	c := TierCost{Currency: p.Currency, StoppedMonth: p.DiskMonth}
	if hourly, known := p.Running(kind); known {
		c.HotHour = hourly + p.DiskMonth/monthHours
	}
	return c
}

// cost fills in what a snapshot says about money. The pool's instances are stopped, so they cost their disks; what
// they would cost running all the time is what stopping saves.
func cost(s state, p Prices) Cost {
	c := Cost{Currency: p.Currency, Month: s.month}
	if s.Session != nil && s.Session.Type != "" && (s.Phase.Active() || s.Phase == Failed) {
		c.Hourly, _ = p.Running(s.Session.Type)
		c.Since = s.Session.CreationTime
		c.Traffic = p.traffic(s.Session.Sent)
	} else if s.Session == nil {
		c.Hourly, _ = p.Running(s.Pool.onlyType()) // of the next session
	}
	c.PoolMonth = p.DiskMonth * float64(len(s.Pool.Members))
	running := 0.0
	for _, m := range s.Pool.Members {
		hourly, known := p.Running(m.Type)
		if !known {
			return c // nothing to compare with
		}
		running += hourly
	}
	if !c.Since.IsZero() && c.Hourly == 0 {
		return c
	}
	c.AlwaysOn = running * monthHours
	return c
}

// Spent returns what the running session has cost at a time of the cloud's clock. It reports whether one runs whose
// price is known.
func (c Cost) Spent(now time.Time) (amount float64, known bool) {
	if c.Since.IsZero() || c.Hourly == 0 {
		return 0, false
	}
	return c.Hourly*max(now.Sub(c.Since), shortestBilled).Hours() + c.Traffic, true
}

// TypeToLaunch returns the type of the pool's next instance: the first of the profile's types, else the one that all
// instances have. It returns "" if neither is known.
func (p Pool) TypeToLaunch(types []string) string {
	if len(types) > 0 {
		return types[0]
	}
	return p.onlyType()
}

// onlyType returns the type that all instances of the pool have. It returns "" if they differ or there are none.
func (p Pool) onlyType() string {
	kind := ""
	for n, m := range p.Members {
		if n > 0 && m.Type != kind {
			return ""
		}
		kind = m.Type
	}
	return kind
}

// timers lists what will end the snapshot's session, none if it is not ready.
func timers(s Snapshot, r Rules) []Timer {
	if s.Phase != Ready || s.Session == nil {
		return nil
	}
	return SessionTimers(*s.Session, r)
}

// SessionTimers lists what will end a session, soonest first. The end that is stored is the idle timer's, or the
// longest session's where that comes first. An end that was stored before the longest session was made shorter holds.
func SessionTimers(s Session, r Rules) []Timer {
	will := func(kind TimerKind, at time.Time) Timer {
		cost, _ := r.Prices.Session(s.Type, at.Sub(s.CreationTime), s.Sent)
		return Timer{Kind: kind, At: at, Cost: cost}
	}
	idle := will(TimerIdle, s.ExpireAt)
	if r.Maximum <= 0 {
		return []Timer{idle}
	}
	last := will(TimerMaximum, s.CreationTime.Add(r.Maximum))
	if !idle.At.Before(last.At) {
		return []Timer{will(TimerMaximum, s.ExpireAt)}
	}
	return []Timer{idle, last}
}
