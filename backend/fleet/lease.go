package fleet

import (
	"context"
	"time"
)

const (
	poolLease     = "pool"
	leaseDuration = time.Minute
	leaseRenew    = leaseDuration / 3
	// rivalPause is how long a desktop that found a living holder waits before it reads the lease again, unless it starts
	// or stops a session: an idle launcher makes six calls an hour here.
	rivalPause = 10 * time.Minute
	// firstPause is the same for a holder that was seen for the first time: it may be dead.
	firstPause = leaseDuration + 5*time.Second
)

// leaseRow is a row of the leases table. Duration is in nanoseconds. No time of another machine is compared: a rival
// waits a whole Duration by its own clock and takes over only if Version has not moved (dynamodb-lock-client's rule).
type leaseRow struct {
	LeaseID  string `dynamodbav:"LeaseId"`
	Holder   string // empty once it was given back
	Version  int64
	Duration int64
	At       time.Time // when Holder last wrote it, for people
}

// free reports whether a row says that nobody has the lease.
func (r leaseRow) free() bool { return r.Holder == "" }

// lease is the pool's lease as this desktop sees it.
type lease struct {
	s       *Service
	version int64
	until   time.Time // counted from before the last successful write
	rival   leaseRow  // the holder as seen last
	since   time.Time // when its Version was first seen
	met     bool      // the holder has been seen to move: it lives
	before  time.Time // when an earlier holder last wrote it; zero if none did
}

// acquire takes the lease if nobody holds it, or if its holder has not moved for a whole Duration since it was first
// seen. It makes one read, and one write if it campaigns. It returns false if the holder lives, or may.
func (l *lease) acquire(ctx context.Context) (bool, error) {
	began := time.Now()
	seen, err := l.s.ledger.lease(ctx)
	if err != nil {
		return false, err
	}
	if seen != nil {
		l.before = seen.At
	}
	if seen == nil || seen.free() || seen.Holder == l.s.LauncherID {
		return l.write(ctx, seen)
	}
	if seen.Version != l.rival.Version || seen.Holder != l.rival.Holder || l.since.IsZero() {
		l.met = seen.Holder == l.rival.Holder
		l.rival, l.since = *seen, began
		return false, nil
	}
	if time.Since(l.since) < time.Duration(seen.Duration) {
		return false, nil
	}
	return l.write(ctx, seen)
}

// renew renews the lease. It returns false if somebody else has it.
func (l *lease) renew(ctx context.Context) (bool, error) {
	return l.write(ctx, &leaseRow{Version: l.version})
}

func (l *lease) held() bool { return time.Now().Before(l.until) }

func (l *lease) write(ctx context.Context, seen *leaseRow) (bool, error) {
	began := time.Now()
	row := leaseRow{LeaseID: poolLease, Holder: l.s.LauncherID, Version: began.UnixNano(), Duration: int64(leaseDuration),
		At: l.s.Clock.Now()}
	if seen != nil {
		row.Version = seen.Version + 1
	}
	err := l.s.ledger.takeLease(ctx, row, seen)
	if isConditionFailed(err) {
		l.until = time.Time{}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l.version, l.until = row.Version, began.Add(leaseDuration)
	return true, nil
}

// release gives the lease back, so that the next desktop need not wait.
func (l *lease) release(ctx context.Context) error {
	return l.s.ledger.giveLeaseBack(ctx, leaseRow{LeaseID: poolLease, Version: l.version + 1, At: l.s.Clock.Now()})
}
