package identity

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"avatar-launcher/backend"
)

const (
	backgroundWait = 3 * time.Second  // how long anybody waits for the keyring unasked
	unlockWait     = 60 * time.Second // how long while the user may be unlocking it
)

// vault stores a sign-in in a keyring. One goroutine at a time works through the jobs in their order and ends when
// there are none. A caller that gives up waiting leaves its job queued: a keyring that is unlocked late still gets it.
type vault struct {
	client  string
	stay    bool
	entries entries
	lock    Lock   // held during every job
	stored  string // the refresh token that this process last wrote or read; only jobs use it

	mu      sync.Mutex
	jobs    []func()
	working bool
	notice  *backend.Problem
	changed func(*backend.Problem) // hears of new conditions

	publishing sync.Mutex // makes changed hear them in order
}

// newVault returns a vault over a keyring. A nil ring means that there is none, which is its condition from the start.
func newVault(ring Keyring, account, client string, stay bool) *vault {
	v := &vault{client: client, stay: stay, entries: entries{ring, account}, changed: func(*backend.Problem) {}}
	if ring == nil {
		v.entries.ring, v.notice = Memory(), noKeyring(stay, nil)
	}
	return v
}

func (v *vault) condition() *backend.Problem {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.notice
}

// save writes a new sign-in over whatever the keyring holds.
func (v *vault) save(ctx context.Context, k storedSignIn) {
	k.Client = v.client
	v.do(ctx, backgroundWait, func() error {
		v.stored = ""
		return v.write(k)
	})
}

// load returns the stored sign-in, nil if there is none, and the pending revocations. It waits longer than the other
// calls, because at a start the user may be typing the keyring's password. It deletes entries that do not belong
// together or belong to another app client, and what a sign-out left that a crash cut short.
func (v *vault) load(ctx context.Context) (*storedSignIn, []revocation) {
	type content struct {
		sign    *storedSignIn
		pending []revocation
	}
	found := make(chan content, 1)
	v.do(ctx, unlockWait, func() error {
		pending, err := v.pending()
		if err != nil {
			return err
		}
		k, err := v.storedSignIn()
		if err == nil && (k == nil && len(pending) > 0 || k != nil &&
			(k.Client != v.client || slices.Contains(pending, k.revocation()))) {
			k, err = nil, v.entries.erase()
		}
		if k != nil {
			v.stored = k.Refresh
		}
		found <- content{k, pending}
		return err
	})
	select {
	case c := <-found:
		return c.sign, c.pending
	default:
		return nil, nil
	}
}

// storedSignIn reads the sign-in, nil if there is none; damaged entries are deleted.
func (v *vault) storedSignIn() (*storedSignIn, error) {
	k := &storedSignIn{}
	err := v.entries.read(k)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case errors.Is(err, errDamaged), err == nil && k.Refresh == "":
		return nil, v.entries.erase()
	case err != nil:
		return nil, err
	}
	return k, nil
}

// do queues a job and returns when it has ended, when ctx is done or after wait. A keyring that has not answered within
// backgroundWait counts as locked, which is reported while the wait goes on.
func (v *vault) do(ctx context.Context, wait time.Duration, job func() error) {
	done := make(chan struct{})
	v.enqueue(func() {
		defer close(done)
		v.setOutcome(v.guarded(ctx, job))
	})
	first := time.NewTimer(min(wait, backgroundWait))
	defer first.Stop()
	last := time.NewTimer(wait)
	defer last.Stop()
	for {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-first.C:
			v.reportLocked(done)
		case <-last.C:
			v.reportLocked(done)
			return
		}
	}
}

// guarded runs a job while no other process works on the entries. The job runs even if nobody waits for it any longer.
func (v *vault) guarded(ctx context.Context, job func() error) error {
	unlock, err := v.lock.take(context.WithoutCancel(ctx))
	if err != nil {
		return ErrLocked
	}
	defer unlock()
	return job()
}

// reportLocked makes a keyring that does not answer the condition, unless it did just now.
func (v *vault) reportLocked(done <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	select {
	case <-done: // and it was judged
	default:
		v.set(lockedKeyring(ErrLocked))
	}
}

// set changes the condition. The caller must hold mu.
func (v *vault) set(p *backend.Problem) {
	was := v.notice
	v.notice = p
	if (p == nil) != (was == nil) || p != nil && p.Error() != was.Error() {
		go v.publish()
	}
}

// publish passes the present condition to changed. The last of several concurrent calls passes the newest one.
func (v *vault) publish() {
	v.publishing.Lock()
	defer v.publishing.Unlock()
	v.changed(v.condition())
}

func (v *vault) enqueue(job func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.jobs = append(v.jobs, job)
	if !v.working {
		v.working = true
		go v.work()
	}
}

func (v *vault) work() {
	for {
		v.mu.Lock()
		if len(v.jobs) == 0 {
			v.working = false
			v.mu.Unlock()
			return
		}
		job := v.jobs[0]
		v.jobs = v.jobs[1:]
		v.mu.Unlock()
		job()
	}
}

// setOutcome sets the condition from a job's error.
func (v *vault) setOutcome(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, none := v.entries.ring.(*memory); none {
		return // the condition from the start stays true
	}
	switch {
	case err == nil:
		v.set(nil)
	case errors.Is(err, ErrPortable):
		v.set(portableKeyring())
	case isLocked(err):
		v.set(lockedKeyring(err))
	case isTooBig(err):
		v.set(smallKeyring(err))
	default:
		v.set(noKeyring(v.stay, err))
	}
}

// Unlock stores the sign-in again, for which a locked keyring asks the user for its password, and waits up to a minute.
// Notice returns the outcome.
func (s *Service) Unlock(ctx context.Context) {
	s.mu.Lock()
	was := s.session
	s.mu.Unlock()
	if was != nil {
		s.vault.replace(ctx, unlockWait, string(was.refresh), toStored(was))
	}
}
