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

// vault keeps a sign-in in a keyring. One goroutine at a time works through the jobs in their order; it ends when
// there are none. Who gives up waiting leaves the job behind: a keyring that is unlocked late still gets it.
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

	telling sync.Mutex // makes changed hear them in order
}

// newVault makes a vault over a keyring; nil is none, which is said from the start.
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
func (v *vault) save(ctx context.Context, k kept) {
	k.Client = v.client
	v.do(ctx, backgroundWait, func() error {
		v.stored = ""
		return v.write(k)
	})
}

// load reads the sign-in, nil if there is none, and what is to be revoked. It waits longer than the others: it runs at
// the start, when the user may be typing the keyring's password. Entries that do not belong together, or to another app
// client, are deleted, and so is what is left of a sign-in whose sign-out a crash cut short.
func (v *vault) load(ctx context.Context) (*kept, []debt) {
	type content struct {
		sign  *kept
		debts []debt
	}
	found := make(chan content, 1)
	v.do(ctx, unlockWait, func() error {
		debts, err := v.debts()
		if err != nil {
			return err
		}
		k, err := v.kept()
		if err == nil && (k == nil && len(debts) > 0 || k != nil && (k.Client != v.client || slices.Contains(debts, k.debt()))) {
			k, err = nil, v.entries.erase()
		}
		if k != nil {
			v.stored = k.Refresh
		}
		found <- content{k, debts}
		return err
	})
	select {
	case c := <-found:
		return c.sign, c.debts
	default:
		return nil, nil
	}
}

// kept reads the sign-in, nil if there is none; damaged entries are deleted.
func (v *vault) kept() (*kept, error) {
	k := &kept{}
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

// do queues a job and waits for its end, for ctx, or for the time given. A keyring that has not answered after three
// seconds is locked: that is said while the wait goes on.
func (v *vault) do(ctx context.Context, wait time.Duration, job func() error) {
	done := make(chan struct{})
	v.enqueue(func() {
		defer close(done)
		v.judge(v.guarded(ctx, job))
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
			v.sayLocked(done)
		case <-last.C:
			v.sayLocked(done)
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

// sayLocked makes a keyring that does not answer the condition, unless it did just now.
func (v *vault) sayLocked(done <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	select {
	case <-done: // and it was judged
	default:
		v.set(lockedKeyring(ErrLocked))
	}
}

// set makes a condition the standing one. The caller holds the lock.
func (v *vault) set(p *backend.Problem) {
	was := v.notice
	v.notice = p
	if (p == nil) != (was == nil) || p != nil && p.Error() != was.Error() {
		go v.tell()
	}
}

// tell says the condition of now: the last caller says the last one.
func (v *vault) tell() {
	v.telling.Lock()
	defer v.telling.Unlock()
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

// judge turns how a job ended into the standing condition.
func (v *vault) judge(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, none := v.entries.ring.(*memory); none {
		return // what was said at the start stays true
	}
	switch {
	case err == nil:
		v.set(nil)
	case isLocked(err):
		v.set(lockedKeyring(err))
	case isTooBig(err):
		v.set(smallKeyring(err))
	default:
		v.set(noKeyring(v.stay, err))
	}
}

// Unlock tries again to keep the sign-in, which asks for the keyring's password where it is locked, and waits up to a
// minute for it. Notice tells how it came out.
func (s *Service) Unlock(ctx context.Context) {
	s.mu.Lock()
	was := s.session
	s.mu.Unlock()
	if was != nil {
		s.vault.replace(ctx, unlockWait, string(was.refresh), keepsake(was))
	}
}
