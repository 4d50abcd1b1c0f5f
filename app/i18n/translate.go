package i18n

import (
	"slices"

	"avatar-launcher/backend"
)

// Translate says in the language in use what a room has said in English; see messages.Catalogue.Tell.
func Translate(text string) string { return Catalogue().Tell(text) }

// Problem is a problem for a person's eyes. The one that it was made of stays English, for the log and for errors.
func Problem(p *backend.Problem) *backend.Problem {
	if p == nil {
		return nil
	}
	out := *p
	out.What, out.Why, out.Next = Translate(p.What), Translate(p.Why), Translate(p.Next)
	return &out
}

// ProblemOf is the problem of an error, for a person's eyes; nil for none.
func ProblemOf(err error) *backend.Problem { return Problem(backend.ProblemOf(err)) }

// Snapshot is what the page shows.
func Snapshot(s backend.Snapshot) backend.Snapshot {
	s.Problem = Problem(s.Problem)
	s.Notices = slices.Clone(s.Notices)
	for i := range s.Notices {
		s.Notices[i].Problem = Problem(s.Notices[i].Problem)
	}
	if s.Queue != nil {
		q := *s.Queue
		q.Why = Translate(q.Why)
		s.Queue = &q
	}
	s.Pool = Pool(s.Pool)
	return s
}

// Pool translates why launches are held back. Lines of an instance's log stay as they are.
func Pool(p backend.Pool) backend.Pool {
	if p.Backoff != nil {
		b := *p.Backoff
		b.Why = Translate(b.Why)
		p.Backoff = &b
	}
	return p
}
