package updates

import (
	"errors"
	"io/fs"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// problem says to people why a check failed.
func problem(err error, address string) *backend.Problem {
	p := &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("updates.cannotCheck"),
		Next: messages.New("updates.askAdministrator"), Cause: err}
	var file *fs.PathError
	switch {
	case errors.As(err, &unreachable{}):
		p.Kind, p.Why, p.Next = backend.KindUnreachable, messages.New("updates.noAnswer", address, err.Error()),
			messages.New("updates.triedLater")
	case errors.As(err, &file):
		p.Why, p.Next = messages.New("updates.cannotKeep", err.Error()), messages.New("updates.checkFolder")
	case errors.Is(err, errSignature):
		p.Why = messages.New("updates.badSignature", address)
	case errors.Is(err, errProduct):
		p.Why = messages.New("updates.otherProduct", address)
	case errors.Is(err, errExpired):
		p.Why = messages.New("updates.expired", address)
	case errors.Is(err, errOlder):
		p.Why = messages.New("updates.older", address)
	default:
		p.Why = messages.New("updates.notReleases", address)
	}
	return p
}

func keyProblem(err error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("updates.cannotCheck"),
		Why: messages.New("updates.keyUnreadable"), Next: messages.New("updates.writeKey"), Cause: err}
}

// Notice says to people that there is a newer release, and what is new in it; nil if there is none.
func Notice(s Status, language string) *backend.Problem {
	if !s.Newer {
		return nil
	}
	return &backend.Problem{Kind: backend.KindLeftover, What: messages.New("updates.available", s.Release.Version),
		Why: messages.Verbatim(s.Release.NewsIn(language)), Next: messages.New("updates.installWhenSuits")}
}
