package identity

import (
	"context"
	"errors"
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

	mu      sync.Mutex
	jobs    []func()
	working bool
	notice  *backend.Problem
}

// newVault makes a vault over a keyring; nil is none, which is said from the start.
func newVault(ring Keyring, account, client string, stay bool) *vault {
	v := &vault{client: client, stay: stay, entries: entries{ring, account}}
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

func (v *vault) save(ctx context.Context, k kept) {
	k.Client = v.client
	v.do(ctx, backgroundWait, func() error { return v.entries.write(k) })
}

func (v *vault) erase(ctx context.Context) {
	v.do(ctx, backgroundWait, v.entries.erase)
}

// load waits longer than the others: it runs at the start, when the user may be typing the keyring's password.
// Entries that do not belong together, or to another app client, are deleted.
func (v *vault) load(ctx context.Context) *kept {
	found := make(chan *kept, 1)
	v.do(ctx, unlockWait, func() error {
		k, err := v.entries.read()
		switch {
		case errors.Is(err, ErrNotFound):
			return nil
		case errors.Is(err, errDamaged), err == nil && k.Client != v.client:
			return v.entries.erase()
		case err == nil:
			found <- k
		}
		return err
	})
	select {
	case k := <-found:
		return k
	default:
		return nil
	}
}

// do queues a job and waits for its end, for ctx, or for the time given.
func (v *vault) do(ctx context.Context, wait time.Duration, job func() error) {
	done := make(chan struct{})
	v.enqueue(func() {
		defer close(done)
		v.judge(job())
	})
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-done:
	case <-ctx.Done():
	case <-timer.C:
		v.mu.Lock()
		defer v.mu.Unlock()
		select {
		case <-done: // just now, and it was judged
		default:
			v.notice = lockedKeyring(ErrLocked)
		}
	}
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
		v.notice = nil
	case isLocked(err):
		v.notice = lockedKeyring(err)
	case isTooBig(err):
		v.notice = smallKeyring(err)
	default:
		v.notice = noKeyring(v.stay, err)
	}
}
