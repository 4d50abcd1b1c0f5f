package cli

import (
	"context"
	"regexp"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

// caughtUp is how long the stream must be silent before the logs verb takes it as read.
const caughtUp = 2 * time.Second

// picking is which lines the logs verb prints, as the command line says it.
type picking struct{ level, grep, since string }

// query reads the flags.
func (p picking) query(now time.Time) (logs.Query, error) {
	q := logs.Query{Level: p.level, Pattern: p.grep}
	if p.level != "" && !slices.Contains([]string{"debug", "info", "warn", "error"}, p.level) {
		return q, usage(messages.New("commands.logs.notALevel", p.level))
	}
	if _, err := regexp.Compile(p.grep); err != nil {
		return q, usage(messages.New("commands.logs.notAPattern", err))
	}
	since, ok := sinceTime(p.since, now)
	if !ok {
		return q, usage(messages.New("commands.logs.notATime", p.since))
	}
	q.Since = since
	return q, nil
}

// sinceTime reads a time: so long ago, a time of this day, or a moment. "" is the beginning.
func sinceTime(s string, now time.Time) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), true
	}
	for _, form := range []string{time.TimeOnly, "15:04"} {
		if t, err := time.Parse(form, s); err == nil {
			year, month, day := now.Date()
			return time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), 0, now.Location()), true
		}
	}
	for _, form := range []string{time.RFC3339Nano, time.DateTime, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(form, s, now.Location()); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// logs prints the log of the user's session from its beginning: what there is that q asks for, or with follow until a
// signal.
func (v *visit) logs(ctx context.Context, follow bool, q logs.Query) error {
	s, err := v.Fleet.Current(ctx, v.user)
	if err != nil {
		return err
	}
	if s == nil {
		return &backend.Problem{Kind: backend.KindConfig, What: messages.New("cli.noLog"),
			Why: messages.New("cli.noInstance", v.user.Username), Next: messages.New("cli.startOneFirst")}
	}
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	grown := make(chan struct{}, 1)
	defer v.Rooms.Logs.Subscribe(func(uint64, uint64) {
		select {
		case grown <- struct{}{}:
		default:
		}
	})()
	ended := make(chan error, 1)
	go func() { ended <- v.Rooms.Logs.Follow(reading, s.InstanceID, s.CreationTime) }()
	r := &runner{rooms: v.Rooms, out: v.out, query: q}
	quiet := time.NewTimer(2 * caughtUp) // the first answer may take longer
	defer quiet.Stop()
	for {
		select {
		case <-grown:
			r.printLines()
			if err := stdout.failure(); err != nil {
				return err
			}
			quiet.Reset(caughtUp)
		case <-quiet.C:
			if !follow {
				cancel()
			}
		case err := <-ended:
			r.printLines()
			if reading.Err() != nil {
				return nil // the end that was asked for
			}
			return err
		}
	}
}
