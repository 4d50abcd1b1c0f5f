package bridge

import (
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// askTime is how long a page waits for what it shows.
const askTime = 30 * time.Second

// Past is the history page's service.
type Past struct{ service }

// Chronicle is what has happened: the user's own sessions, and how full the pool was.
type Chronicle struct {
	Since     time.Time           `json:"since"`
	Sessions  []backend.Record    `json:"sessions"`  // newest first
	Occupancy []backend.Occupancy `json:"occupancy"` // oldest first
	Problem   *backend.Problem    `json:"problem"`   // why the sessions could not be read
	// Partial says why the pool's occupancy is missing while the sessions are there.
	Partial *backend.Problem `json:"partial"`
}

// Read gives what happened in the last days.
func (p *Past) Read(days int) Chronicle {
	out := Chronicle{Since: time.Now().AddDate(0, 0, -max(1, min(days, 365)))}
	user := p.snapshot().User
	if user == nil {
		out.Problem = i18n.Problem(signedOutProblem())
		return out
	}
	ctx, done := p.window.Call(askTime)
	defer done()
	var err error
	if out.Sessions, err = p.rooms().History.Sessions(ctx, *user, out.Since); err != nil {
		out.Problem = i18n.ProblemOf(err)
		return out
	}
	for i := range out.Sessions {
		out.Sessions[i].Why = i18n.Translated(out.Sessions[i].Why)
	}
	if out.Occupancy, err = p.rooms().History.Occupancy(ctx, out.Since); err != nil {
		out.Partial = i18n.ProblemOf(err)
	}
	return out
}

func signedOutProblem() *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: messages.New("common.nobodySignedIn"), Next: messages.New("common.signInFirst")}
}
