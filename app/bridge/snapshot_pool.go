package bridge

import (
	"cmp"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// Pool is the warm pool as last read. AsOf is nil before the first reading.
type Pool struct {
	Target  int          `json:"target"`
	Hot     int          `json:"hot"`
	Wanted  int          `json:"wanted"`
	Tiers   TierCost     `json:"tiers"`
	Members []PoolMember `json:"members"`
	Leader  bool         `json:"leader"`
	AsOf    *int64       `json:"asOf"`
	Recycle Recycle      `json:"recycle"` // "" before the first reading
	Backoff *Backoff     `json:"backoff"`
	Rollout *Rollout     `json:"rollout"`
}

func newPool(p backend.Pool) Pool {
	return Pool{p.Target, p.Hot, p.Wanted, newTierCost(p.Tiers), each(p.Members, newPoolMember), p.Leader,
		unixMillis(p.AsOf), Recycle(p.Recycle),
		optional(p.Backoff, newBackoff), optional(p.Rollout, newRollout)}
}

// TierCost is what one instance of each of the pool's tiers costs. An amount is zero if it is not known.
type TierCost struct {
	Currency     string  `json:"currency"`
	HotHour      float64 `json:"hotHour"`
	StoppedMonth float64 `json:"stoppedMonth"`
}

func newTierCost(c backend.TierCost) TierCost {
	return TierCost{cmp.Or(c.Currency, "USD"), c.HotHour, c.StoppedMonth}
}

// Rollout says which launch template version the pool is made of, or how far a new one has come. Lines are for people.
type Rollout struct {
	Lines  []string `json:"lines"`
	Stage  string   `json:"stage"`
	Paused bool     `json:"paused"`
}

func newRollout(r backend.Rollout) Rollout { return Rollout{i18n.RolloutLines(&r), r.Stage, r.Paused} }

// PoolMember is one instance of the pool.
type PoolMember struct {
	InstanceID string    `json:"instanceId"`
	State      PoolState `json:"state"`
	Owner      string    `json:"owner"`
	Zone       string    `json:"zone"`
	Type       string    `json:"type"`
	Template   string    `json:"template"`
	Draining   bool      `json:"draining"`
}

func newPoolMember(m backend.PoolMember) PoolMember {
	return PoolMember{m.InstanceID, PoolState(m.State), m.Owner, m.Zone, m.Type, m.Template, m.Draining}
}

// Backoff says why the pool launches no instances. RetryAt is nil if nothing is launched until an operator resumes it.
type Backoff struct {
	Failures   int      `json:"failures"`
	InstanceID string   `json:"instanceId"`
	Why        string   `json:"why"`
	Lines      []string `json:"lines"`
	RetryAt    *int64   `json:"retryAt"`
}

func newBackoff(b backend.Backoff) Backoff {
	out := Backoff{b.Failures, b.InstanceID, i18n.Translate(b.Why), list(b.Lines), unixMillis(b.RetryAt)}
	if b.Stopped {
		out.RetryAt = nil
	}
	return out
}
