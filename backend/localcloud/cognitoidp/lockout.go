package cognitoidp

import "time"

// The lockout of the developer guide, "Lockout behavior for failed sign-in attempts": from the fifth failure on the
// user waits 2^(n-5) seconds, at most about 15 minutes; tries during the wait do not count; a success, or 15 minutes
// without a try, start afresh.
const (
	freeFailures = 5
	longestWait  = 15 * time.Minute
	forgetAfter  = 15 * time.Minute
)

// attempts counts the failures of one username. Names that nobody has are counted alike, so that a lockout does not
// tell who exists.
type attempts struct {
	failures int
	until    time.Time
	last     time.Time
}

func attemptsKey(p *pool, username string) string { return p.ID + "/" + p.fold(username) }

// lockName is the name under which failures count: the username, whatever alias was typed.
func lockName(p *pool, username string) string {
	if u := p.find(username); u != nil {
		return u.Username
	}
	return username
}

// checkLock refuses a user who has to wait.
func (s *Service) checkLock(p *pool, username string, now time.Time) error {
	a := s.attempts[attemptsKey(p, lockName(p, username))]
	if a != nil && now.Before(a.until) {
		return fail("NotAuthorizedException", "Password attempts exceeded")
	}
	return nil
}

// failed counts a wrong password.
func (s *Service) failed(p *pool, username string, now time.Time) {
	if len(s.attempts) >= 10000 {
		for k, a := range s.attempts {
			if a.stale(now) {
				delete(s.attempts, k)
			}
		}
	}
	k := attemptsKey(p, lockName(p, username))
	a := s.attempts[k]
	if a == nil || a.stale(now) {
		a = &attempts{}
		s.attempts[k] = a
	}
	a.failures++
	a.last = now
	if n := a.failures - freeFailures; n >= 0 {
		wait := longestWait
		if n < 10 {
			wait = min(longestWait, time.Second<<n)
		}
		a.until = now.Add(wait)
	}
	s.opt.Log.Info("cognito-idp: a sign-in was refused", "pool", p.ID, "username", username, "failures", a.failures)
}

func (a *attempts) stale(now time.Time) bool {
	since := a.last
	if a.until.After(since) {
		since = a.until
	}
	return now.Sub(since) >= forgetAfter
}

// forgive starts the count afresh.
func (s *Service) forgive(p *pool, username string) {
	delete(s.attempts, attemptsKey(p, lockName(p, username)))
}
