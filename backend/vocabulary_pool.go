package backend

import (
	"time"

	"avatar-launcher/backend/messages"
)

// PoolState is the State attribute of a row of the instances table.
type PoolState string

// The states of an instance's row. Warming runs to initialise itself; warm is stopped and may be claimed.
const (
	Warming   PoolState = "warming"
	Warm      PoolState = "warm"
	Claimed   PoolState = "claimed"
	Recycling PoolState = "recycling"
	Launching PoolState = "launching" // stands for an instance that is being launched and has no ID yet; never shown
	Retired   PoolState = "retired"
	// Hot is how a warm instance is shown that runs and waits for a claim. Its row says warm, and when it is stopped.
	Hot PoolState = "hot"
)

// Recycle is what happens to an instance after a session.
type Recycle string

// The values of Recycle.
const (
	Reuse   Recycle = "reuse"   // it is stopped, and goes back to the pool with its disk as it was left
	Replace Recycle = "replace" // it is terminated, and a new one takes its place
	Reset   Recycle = "reset"   // its root volume is replaced before anybody gets it again
)

// PoolMember is one row of the instances table.
type PoolMember struct {
	InstanceID string    `json:"instanceId"`
	State      PoolState `json:"state"`
	Owner      string    `json:"owner"` // UserId while claimed, else empty
	Epoch      int64     `json:"epoch"`
	Zone       string    `json:"zone"`
	Type       string    `json:"type"`
	PooledAt   time.Time `json:"pooledAt"`
	Template   string    `json:"template"` // the launch template version, empty if it is not known
	Draining   bool      `json:"draining"` // nobody gets it any more; it goes when its session is over
	// HotUntil is when an instance is stopped that runs and waits for a claim; zero for all others.
	HotUntil time.Time `json:"hotUntil"`
}

// Pool is the warm pool as last read.
type Pool struct {
	Target  int          `json:"target"` // warm_pool.size of the profile: stopped instances
	Hot     int          `json:"hot"`    // warm_pool.hot of the profile: running ones beside them
	Wanted  int          `json:"wanted"` // how many of both there should be now, beside those that are claimed
	Members []PoolMember `json:"members"`
	Leader  bool         `json:"leader"`  // this desktop keeps the pool
	AsOf    time.Time    `json:"asOf"`    // zero before the first reading
	KeptAt  time.Time    `json:"keptAt"`  // when a keeper last worked, as Pool reads it; zero if none has
	Recycle Recycle      `json:"recycle"` // what happens to an instance after a session
	// Tiers is what one more instance of each tier costs.
	Tiers TierCost `json:"tiers"`
	// Backoff is non-nil while failures hold launches back.
	Backoff *Backoff `json:"backoff"`
	// Rollout is nil until a keeper has seen the launch template.
	Rollout *Rollout `json:"rollout"`
}

// Rollout says which launch template version the pool is made of, or how far a new one has come.
type Rollout struct {
	Target string           `json:"target"` // the version that the pool moves to, or is made of
	Good   string           `json:"good"`   // the last version that came to the end; it is Target if nothing is under way
	Bad    string           `json:"bad"`    // the version that the pool has gone back from, empty if there is none
	Stage  string           `json:"stage"`  // one, share, all; empty if nothing is under way
	Paused bool             `json:"paused"`
	Pinned bool             `json:"pinned"` // an operator chose Target: newer versions wait
	Why    messages.Message `json:"why"`    // the last change
}

// Backoff says why the pool launches no instances although it is below its size.
type Backoff struct {
	// instances that failed to become ready since the last that did, or refused launches
	Failures int `json:"failures"`
	// of the last one; empty if AWS refused the launches, so that there is none
	InstanceID string           `json:"instanceId"`
	Why        messages.Message `json:"why"`     // what is known of it, EC2's state reason included
	Lines      []string         `json:"lines"`   // the end of its log
	RetryAt    time.Time        `json:"retryAt"` // when the next launch is due; zero if Stopped
	// nothing is launched until an operator resumes it or the template changes
	Stopped bool `json:"stopped"`
}
