package cli

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"avatar-launcher/app/i18n"
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

// keptLog is how long the log of a session that has ended is looked for: Kinesis keeps records for a day by default.
const keptLog = 24 * time.Hour

// logged returns the session whose log is to be read: the user's own, or if they have none and past is set the last
// one that ended.
func (v *visit) logged(ctx context.Context, past bool) (backend.Record, error) {
	s, err := v.Fleet.Current(ctx, v.user)
	if err != nil {
		return backend.Record{}, err
	}
	if s != nil {
		return backend.Record{InstanceID: s.InstanceID, Started: s.CreationTime}, nil
	}
	if past {
		all, err := v.History.Sessions(ctx, v.user, v.Now().Add(-keptLog))
		if err != nil {
			return backend.Record{}, err
		}
		if len(all) > 0 {
			return all[0], nil
		}
	}
	return backend.Record{}, &backend.Problem{Kind: backend.KindConfig, What: messages.New("cli.noLog"),
		Why: messages.New("cli.noInstance", v.user.Username), Next: messages.New("cli.startOneFirst")}
}

// logs prints the log of the user's session from its beginning: what there is that q asks for, or with follow until a
// signal. Without a session it prints the log of the last one, up to its end: others have used the instance since.
func (v *visit) logs(ctx context.Context, follow bool, q logs.Query) error {
	s, err := v.logged(ctx, !follow)
	if err != nil {
		return err
	}
	if !s.Ended.IsZero() {
		fmt.Fprintln(os.Stderr, i18n.Text("commands.logs.ended", clockTime(s.Ended, v.Skew()), i18n.Translate(s.Why)))
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
	go func() { ended <- v.Rooms.Logs.Follow(reading, s.InstanceID, s.Started) }()
	r := &runner{rooms: v.Rooms, out: v.out, query: q, before: s.Ended}
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
