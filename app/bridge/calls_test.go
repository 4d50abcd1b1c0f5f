package bridge

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
)

// identity signs everybody in.
type identity struct{ backend.Identity }

func (identity) SignIn(context.Context, string, string) (*backend.User, *backend.Challenge, error) {
	return &backend.User{ID: "1", Username: "demo", Role: backend.RoleOperator}, nil, nil
}

func (identity) Notice() *backend.Problem { return nil }

// fleet has nothing.
type fleet struct{ backend.Fleet }

func (fleet) Current(context.Context, backend.User) (*backend.Session, error) { return nil, nil }

func (fleet) Prepare(context.Context, backend.User) (*backend.Prepared, error) {
	return &backend.Prepared{}, nil
}

func (fleet) Pool(context.Context) (*backend.Pool, error) { return &backend.Pool{}, nil }

// silent never answers.
type silent struct {
	backend.History
	backend.Operator
}

func (silent) Sessions(ctx context.Context, _ backend.User, _ time.Time) ([]backend.Record, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silent) Overview(ctx context.Context) (*backend.Overview, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silent) StopInstance(ctx context.Context, _ backend.User, _, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// closing is a window that is closed while the page's calls are under way.
type closing struct {
	Window
	ctx   context.Context
	rooms *core.Rooms
}

func (w *closing) Rooms() *core.Rooms { return w.rooms }
func (w *closing) Log() *slog.Logger  { return slog.New(slog.DiscardHandler) }

func (w *closing) Call(within time.Duration) (context.Context, func()) {
	return context.WithTimeout(w.ctx, within)
}

func TestThePagesCallsEndWithTheWindow(t *testing.T) {
	calls := map[string]func(service){
		"history":  func(s service) { (&History{s}).Read(1) },
		"fleet":    func(s service) { (&Fleet{s}).Overview() },
		"an order": func(s service) { (&Fleet{s}).StopInstance("i-1", "why") },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := backend.New(backend.Options{Identity: identity{}, Fleet: fleet{}})
				work, end := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() { defer close(ended); _ = l.Run(work) }()
				defer func() { end(); <-ended }()
				l.Do(backend.Wish{Verb: backend.WishSignIn, Username: "demo", Password: "x"})
				synctest.Wait()
				if l.Snapshot().User == nil {
					t.Fatalf("nobody is signed in: %v", l.Snapshot().Problem)
				}
				ctx, closed := context.WithCancel(t.Context())
				w := &closing{ctx: ctx, rooms: &core.Rooms{Launcher: l, History: silent{}, Operator: silent{}}}
				from := time.Now()
				time.AfterFunc(time.Second, closed)
				call(service{w})
				if took := time.Since(from); took != time.Second {
					t.Errorf("it went on for %v, the window for a second", took)
				}
			})
		})
	}
}
