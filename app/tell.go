package app

import (
	"slices"

	"avatar-launcher/backend"
)

// tell says in the language in use what a room has said in English; see messages.Catalogue.Tell.
func tell(text string) string { return language().Tell(text) }

// told is a problem for a person's eyes. The one that it was made of stays English, for the log and for errors.
func told(p *backend.Problem) *backend.Problem {
	if p == nil {
		return nil
	}
	out := *p
	out.What, out.Why, out.Next = tell(p.What), tell(p.Why), tell(p.Next)
	return &out
}

// toldOf is the problem of an error, for a person's eyes; nil for none.
func toldOf(err error) *backend.Problem { return told(backend.ProblemOf(err)) }

// toldSnapshot is what the page shows.
func toldSnapshot(s backend.Snapshot) backend.Snapshot {
	s.Problem = told(s.Problem)
	s.Notices = slices.Clone(s.Notices)
	for i := range s.Notices {
		s.Notices[i].Problem = told(s.Notices[i].Problem)
	}
	if s.Queue != nil {
		q := *s.Queue
		q.Why = tell(q.Why)
		s.Queue = &q
	}
	s.Pool = toldPool(s.Pool)
	return s
}

// toldPool translates why launches are held back. Lines of an instance's log stay as they are.
func toldPool(p backend.Pool) backend.Pool {
	if p.Backoff != nil {
		b := *p.Backoff
		b.Why = tell(b.Why)
		p.Backoff = &b
	}
	return p
}
