package app

import (
	"context"
	"time"

	"avatar-launcher/backend"
)

// caughtUp is how long the stream must be silent before the logs verb takes it as read.
const caughtUp = 2 * time.Second

// logs prints the log of the user's session from its beginning: what there is, or with follow until a signal.
func (v *visit) logs(ctx context.Context, follow bool) error {
	s, err := v.fleet.Current(ctx, v.user)
	if err != nil {
		return err
	}
	if s == nil {
		return &backend.Problem{Kind: backend.KindConfig, What: "There is no log", Why: "No instance of " + v.user.Username + " is up.", Next: "Start one first."}
	}
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	grown := make(chan struct{}, 1)
	defer v.rooms.logs.Subscribe(func(uint64, uint64) {
		select {
		case grown <- struct{}{}:
		default:
		}
	})()
	ended := make(chan error, 1)
	go func() { ended <- v.rooms.logs.Follow(reading, s.InstanceID, s.CreationTime) }()
	r := &runner{rooms: v.rooms, out: v.out}
	quiet := time.NewTimer(2 * caughtUp) // the first answer may take longer
	defer quiet.Stop()
	for {
		select {
		case <-grown:
			r.printLines()
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
