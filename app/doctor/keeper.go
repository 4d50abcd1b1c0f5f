package doctor

import (
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// keeperSilence is how long the pool may go without a keeper: the account's function runs each five minutes, and its
// alarm waits as long.
const keeperSilence = 30 * time.Minute

// mayKeep reports whether the checks found that this user's launcher looks after the pool while it is open.
func mayKeep(checks []backend.Check) bool {
	return slices.ContainsFunc(checks, func(c backend.Check) bool { return c.OK && c.Why.ID == "account.desktopKeepPool" })
}

// keeper says when a keeper last worked, as the pool tells, and what to do if that is long ago. It is no fault if the
// user's own launcher is the one that does.
func keeper(p *backend.Pool, err error, own bool) backend.Check {
	name := messages.New("doctor.keeper")
	if err != nil {
		return Failed(name, err)
	}
	ago := max(0, p.AsOf.Sub(p.KeptAt)).Round(time.Second)
	c := backend.Check{Name: name, OK: own}
	switch {
	case p.KeptAt.IsZero():
		c.Why, c.Cure = messages.New("doctor.keeperNever"), messages.New("doctor.addKeeper")
	case ago > keeperSilence:
		c.Why, c.Cure = messages.New("doctor.keeperSilent", backend.Length(ago)), messages.New("doctor.lookForKeeper")
	default:
		return backend.Check{Name: name, OK: true, Why: messages.New("doctor.keeperRan", backend.Length(ago))}
	}
	if own {
		c.Cure = messages.New("doctor.keepOpen")
	}
	return c
}
