package identity

import (
	"context"
	"errors"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// A Lock excludes the other launchers of this computer, such as the window and a command in a terminal. It waits for
// its turn until ctx ends, and returns the function that gives the turn back.
type Lock func(ctx context.Context) (unlock func(), err error)

// Locks are the two locks that guard a sign-in that several processes share. A nil Lock excludes nobody. Anyone who
// holds Refresh may take Entries; never the other way round.
type Locks struct {
	Refresh Lock // held while a refresh token is used and its successor is stored
	Entries Lock // held while the keyring's entries are read or written: several of them make one value
}

// lockTime bounds the wait for another process: longer than it may hold a lock while its user unlocks the keyring.
const lockTime = unlockWait + 5*time.Second

// errTurn says that another process did not give a lock back in time.
var errTurn = errors.New("another launcher on this computer is renewing the sign-in")

// take waits for a lock. A lock that cannot be made, as on a full disk, excludes nobody.
func (l Lock) take(ctx context.Context) (unlock func(), err error) {
	if l == nil {
		return func() {}, nil
	}
	wait, cancel := context.WithTimeout(ctx, lockTime)
	defer cancel()
	unlock, err = l(wait)
	switch {
	case err == nil:
		return unlock, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case wait.Err() != nil:
		return nil, errTurn
	}
	return func() {}, nil
}

// renewShared renews a session whose refresh token other processes may have used since. It returns what renewTokens
// returns, and the refresh token that it used. One process at a time does this, with the newest token of the keyring,
// and stores the successor before it lets the next one in. The caller holds the turn to renew.
func (s *Service) renewShared(ctx context.Context, was *session) (next *session, used secret, err error) {
	unlock, err := s.opt.Locks.Refresh.take(ctx)
	if err != nil {
		return nil, "", err
	}
	defer unlock()
	was = s.newest(ctx, was)
	next, err = s.renewTokens(ctx, was)
	if isRefusal(err) { // a launcher that knows no lock may have used it at the same time
		if newer := s.newest(ctx, was); newer.refresh != was.refresh {
			was = newer
			next, err = s.renewTokens(ctx, was)
		}
	}
	if next != nil && next.refresh != was.refresh {
		s.vault.replace(context.WithoutCancel(ctx), backgroundWait, string(was.refresh), toStored(next))
	}
	return next, was.refresh, err
}

// newest is the session with the refresh token that the keyring holds now, if it is of the same user.
func (s *Service) newest(ctx context.Context, was *session) *session {
	k := s.vault.current(ctx)
	if k == nil || k.Refresh == string(was.refresh) || k.Sub != was.user.ID || k.Client != s.opt.ClientID {
		return was
	}
	newer := *was
	newer.refresh, newer.deviceKey = secret(k.Refresh), k.DeviceKey
	return &newer
}

// current reads the sign-in as it is now, nil if there is none or the keyring does not answer.
func (v *vault) current(ctx context.Context) *storedSignIn {
	found := make(chan *storedSignIn, 1)
	v.do(ctx, backgroundWait, func() error {
		k, err := v.storedSignIn()
		found <- k
		return err
	})
	select {
	case k := <-found:
		return k
	default:
		return nil
	}
}

// replace writes a sign-in in the place of the one that holds the refresh token old. It leaves the keyring alone if
// another process has signed out, or in, since this one last wrote or read it.
func (v *vault) replace(ctx context.Context, wait time.Duration, old string, k storedSignIn) {
	k.Client = v.client
	v.do(ctx, wait, func() error {
		var now storedSignIn
		switch err := v.entries.read(&now); {
		case errors.Is(err, errDamaged), v.stored == "":
		case errors.Is(err, ErrNotFound):
			return nil
		case err != nil:
			return err
		case !slices.Contains([]string{old, k.Refresh, v.stored}, now.Refresh):
			return nil
		}
		return v.write(k)
	})
}

// eraseOnly deletes the sign-in if it still is the one of the refresh token.
func (v *vault) eraseOnly(ctx context.Context, refresh string) {
	v.do(ctx, backgroundWait, func() error {
		k, err := v.storedSignIn()
		if err != nil || k == nil || k.Refresh != refresh {
			return err
		}
		return v.entries.erase()
	})
}

// write stores a sign-in and remembers that it did.
func (v *vault) write(k storedSignIn) error {
	err := v.entries.write(k)
	if err == nil {
		v.stored = k.Refresh
	}
	return err
}

// sayTurn is the sentence for errTurn.
var sayTurn = sentence{backend.KindBusy, messages.New("identity.anotherLauncherComputerRenewing"),
	messages.New("identity.closeLetGoStopped")}
