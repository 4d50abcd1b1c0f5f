package fleet

import (
	"context"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"github.com/google/uuid"
)

// poolUser is the UserId of audit rows that concern no session: the pool's own instances.
const poolUser = "pool"

// keepAudit is how long a row of the audit stays, by DynamoDB's TTL.
const keepAudit = 400 * 24 * time.Hour

// auditTime is the form of At: RFC 3339 with a fixed number of digits, so that the order of text is that of time.
const auditTime = "2006-01-02T15:04:05.000000Z"

// auditRow is a row of the audit table: key UserId and At, with an index by Day and At for an operator's list.
type auditRow struct {
	UserID     string `dynamodbav:"UserId"`
	At         string // auditTime, then # and something random
	Day        string // 2006-01-02, UTC
	Username   string `dynamodbav:",omitempty"`
	Actor      string
	Event      backend.AuditEvent `dynamodbav:"Verb"`
	InstanceID string             `dynamodbav:"InstanceId,omitempty"`
	PurgeAt    int64
	Why        messages.Message `dynamodbav:"-"` // kept in whyColumns
	whyColumns

	// Of EventStarted and the events that end a session:
	InstanceType string                    `dynamodbav:",omitempty"`
	Cold         bool                      `dynamodbav:",omitempty"`
	StartTook    int64                     `dynamodbav:",omitempty"` // nanoseconds
	Phases       map[backend.Phase]int64   `dynamodbav:",omitempty"` // nanoseconds, of EventStarted
	Began        time.Time                 `dynamodbav:",omitempty"`
	Cost         float64                   `dynamodbav:",omitempty"`
	Counts       map[backend.PoolState]int `dynamodbav:",omitempty"` // of EventOccupancy
	Target       int                       `dynamodbav:",omitempty"`
	Waiting      int                       `dynamodbav:",omitempty"`
}

// whyColumns keep a message in a row: as English text for who reads the table, and so that every launcher can say it in
// its own language. A launcher that does not know the message shows the text.
type whyColumns struct {
	Text    string `dynamodbav:"Why,omitempty"`
	Encoded string `dynamodbav:"WhyMessage,omitempty"`
}

func whyColumnsOf(m messages.Message) whyColumns { return whyColumns{m.String(), m.Encode()} }

func (w whyColumns) message() messages.Message { return messages.Decode(w.Encoded, w.Text) }

// recordEvent writes one row of the audit. The event has happened already, so a failure to write is only logged.
func (s *Service) recordEvent(ctx context.Context, row auditRow) {
	now := s.Clock.Now()
	row.At, row.Day = now.Format(auditTime)+"#"+uuid.NewString()[:8], now.Format(time.DateOnly)
	row.PurgeAt = now.Add(keepAudit).Unix()
	row.whyColumns = whyColumnsOf(row.Why)
	if row.Actor == "" {
		row.Actor = s.LauncherID
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.ledger.addEvent(ctx, row); err != nil {
		s.Log.Warn("the audit could not be written", "event", row.Event, "instance", row.InstanceID, "cause", err)
	}
}

// endEvents are the events that end a session, by the state that its instance goes on to.
var endEvents = map[backend.PoolState]backend.AuditEvent{
	backend.Recycling: backend.EventStopped,
	backend.Retired:   backend.EventTerminated,
}

// recordEnd writes the audit row of a session's end. Only the process that closed the session's row calls it.
func (s *Service) recordEnd(ctx context.Context, row sessionRow, state backend.PoolState, actor string,
	why messages.Message) {
	a := auditRow{
		UserID:       row.UserID,
		Username:     row.Username,
		Actor:        actor,
		Event:        endEvents[state],
		InstanceID:   row.InstanceID,
		Why:          why,
		InstanceType: row.InstanceType,
		Cold:         row.Cold,
		Began:        row.CreationTime,
	}
	if row.ReadyAt != 0 {
		a.StartTook = row.ReadyAt - row.CreationTime.UnixNano()
	}
	a.Cost, _ = s.Prices.Session(row.InstanceType, s.Clock.Now().Sub(row.CreationTime), row.Sent)
	s.recordEvent(ctx, a)
}

// readHistory reads what the user's sessions of this month cost, and how long the last starts took.
func (s *Service) readHistory(ctx context.Context, u backend.User) (backend.Prepared, error) {
	now := s.Clock.Now()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	rows, err := s.ledger.eventsOf(ctx, u.ID, now.AddDate(0, 0, -45))
	p := backend.Prepared{}
	for _, r := range rows {
		switch r.Event {
		case backend.EventStarted:
			start := backend.Start{Cold: r.Cold, Took: time.Duration(r.StartTook), Phases: map[backend.Phase]time.Duration{}}
			for phase, took := range r.Phases {
				start.Phases[phase] = time.Duration(took)
			}
			p.Starts = append(p.Starts, start)
		case endEvents[backend.Recycling], endEvents[backend.Retired]:
			if !r.time().Before(month) {
				p.Month += r.Cost
			}
		}
	}
	return p, err
}

func (r auditRow) time() time.Time {
	at, _, _ := strings.Cut(r.At, "#")
	t, _ := time.Parse(auditTime, at)
	return t
}

// Sessions lists the user's ended sessions since a time, newest first.
func (s *Service) Sessions(ctx context.Context, u backend.User, since time.Time) ([]backend.Record, error) {
	rows, err := s.ledger.eventsOf(ctx, u.ID, since)
	if err != nil {
		return nil, problem(messages.New("fleet.cannotReadHistory"), err)
	}
	records := []backend.Record{}
	for _, r := range slices.Backward(rows) {
		if r.Event == endEvents[backend.Recycling] || r.Event == endEvents[backend.Retired] {
			records = append(records, backend.Record{
				InstanceID: r.InstanceID,
				Type:       r.InstanceType,
				Started:    r.Began,
				Ended:      r.time(),
				StartTook:  time.Duration(r.StartTook),
				Cold:       r.Cold,
				Cost:       r.Cost,
				Why:        r.message(),
			})
		}
	}
	return records, nil
}

// Occupancy lists the pool's counts since a time, oldest first.
func (s *Service) Occupancy(ctx context.Context, since time.Time) ([]backend.Occupancy, error) {
	rows, err := s.ledger.eventsOf(ctx, poolUser, since)
	if err != nil {
		return nil, problem(messages.New("fleet.cannotReadPoolHistory"), err)
	}
	samples := []backend.Occupancy{}
	for _, r := range rows {
		if r.Event == backend.EventOccupancy {
			samples = append(samples, backend.Occupancy{
				At:        r.time(),
				Target:    r.Target,
				Waiting:   r.Waiting,
				Warm:      r.Counts[backend.Warm],
				Warming:   r.Counts[backend.Warming],
				Claimed:   r.Counts[backend.Claimed],
				Recycling: r.Counts[backend.Recycling],
			})
		}
	}
	return samples, nil
}

func (r auditRow) entry() backend.Entry {
	return backend.Entry{
		At:         r.time(),
		UserID:     r.UserID,
		Username:   r.Username,
		Actor:      r.Actor,
		Verb:       r.Event,
		InstanceID: r.InstanceID,
		Why:        r.message(),
	}
}
