package keep

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// Process is the keeper as a process on a server.
type Process struct {
	Config     aws.Config
	Profile    config.Profile
	LauncherID string // tells this process from every other
	Once       bool   // make one pass and end
	Listen     string // address of the health endpoint; "" for none
	Log        *slog.Logger

	// Listening is told the health endpoint's address; nil if nobody wants to know.
	Listening func(address string)
}

// shutdownTime is how long the health endpoint's open requests may take at the end.
const shutdownTime = 2 * time.Second

// Run keeps the pool until ctx is done, or for one pass. It gives the lease back before it returns. It returns nil if
// it was ctx that ended it, and an error if the pass failed or the endpoint's address cannot be had.
func (k *Process) Run(ctx context.Context) error { return k.RunWith(ctx, &Health{}) }

// RunWith is Run with a Health of the caller's.
func (k *Process) RunWith(ctx context.Context, h *Health) error {
	cfg := k.Config.Copy()
	cfg.HTTPClient = h.watch(cfg.HTTPClient)
	if k.Listen != "" {
		stop, err := k.serve(h)
		if err != nil {
			return err
		}
		defer stop()
	}
	s := Fleet(cfg, k.Profile, k.LauncherID, k.Log)
	defer s.Wait()
	if k.Once {
		pass, err := s.KeepOnce(ctx, 0, h.saw)
		if err != nil && ctx.Err() == nil {
			return err
		}
		k.Log.Info("the pass ended", "led", pass.Led, "quiet", pass.Quiet)
		return nil
	}
	k.Log.Info("keeping the pool", "as", k.LauncherID)
	err := s.Keep(ctx, h.saw)
	k.Log.Info("the keeper ended")
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// serve starts the health endpoint. It returns what ends it.
func (k *Process) serve(h *Health) (stop func(), err error) {
	l, err := net.Listen("tcp", k.Listen)
	if err != nil {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("keep.keeperHealthEndpointCannot"),
			Why:  sentence(err),
			Next: messages.New("keep.chooseAnotherAddressListen"), Cause: err}
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			k.Log.Warn("the health endpoint ended", "cause", err)
		}
	}()
	if k.Listening != nil {
		k.Listening(l.Addr().String())
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
		<-done
	}, nil
}

// sentence makes one of an error.
func sentence(err error) messages.Message { return messages.Verbatim(err.Error() + ".") }
