package bridge

import (
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// askTime is how long a page waits for what it shows.
const askTime = 30 * time.Second

// History is the history page's service.
type History struct{ service }

// HistoryResult is what has happened: the user's own sessions, and how full the pool was.
type HistoryResult struct {
	Since     int64         `json:"since"`
	Sessions  []PastSession `json:"sessions"`  // newest first
	Occupancy []Occupancy   `json:"occupancy"` // oldest first
	Problem   *Problem      `json:"problem"`   // why the sessions could not be read
	// Partial says why the pool's occupancy is missing while the sessions are there.
	Partial *Problem `json:"partial"`
}

// Read gives what happened in the last days.
func (p *History) Read(days int) HistoryResult {
	since := time.Now().AddDate(0, 0, -max(1, min(days, 365)))
	out := HistoryResult{Since: since.UnixMilli(), Sessions: []PastSession{}, Occupancy: []Occupancy{}}
	user := p.snapshot().User
	if user == nil {
		out.Problem = newProblem(signedOutProblem())
		return out
	}
	ctx, done := p.window.Call(askTime)
	defer done()
	sessions, err := p.rooms().History.Sessions(ctx, *user, since)
	if err != nil {
		out.Problem = problemOf(err)
		return out
	}
	out.Sessions = each(sessions, newPastSession)
	occupancy, err := p.rooms().History.Occupancy(ctx, since)
	out.Occupancy, out.Partial = each(occupancy, newOccupancy), problemOf(err)
	return out
}

func signedOutProblem() *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: messages.New("common.nobodySignedIn"),
		Next: messages.New("common.signInFirst")}
}
