package core

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"syscall"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

// The simulated boot times of the local profile: far enough apart that a warm start and a cold one can be told.
const (
	BootWarm = 4 * time.Second
	BootCold = 25 * time.Second
)

// embedded is the local profile's cloud: run by this process, or by another one that this process found.
type embedded struct {
	dir     string
	boot    localcloud.Options
	log     *slog.Logger
	address CloudAddress

	mu     sync.Mutex
	own    *localcloud.Cloud // nil while another process runs it
	cancel context.CancelFunc
	guard  sync.WaitGroup
}

// openEmbedded finds the user's running cloud, or starts it on the state directory. It keeps watch: where the
// process that runs the cloud ends, this one takes over at the same addresses.
func openEmbedded(ctx context.Context, dir string, p config.Profile, log *slog.Logger) (*embedded, error) {
	e := &embedded{dir: dir, log: log,
		boot: localcloud.Options{Dir: dir, BootWarm: BootWarm, BootCold: BootCold, Region: p.Region, Logger: log}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, StateProblem(dir, err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		if a, ok := FindRunning(ctx, dir); ok {
			e.address = a
			break
		}
		err := e.start(p.Avatar.Port)
		if err == nil {
			break
		}
		// In use, but not answering yet: the other process has only just begun.
		if !errors.Is(err, localcloud.ErrInUse) || time.Now().After(deadline) {
			return nil, CloudProblem(dir, err)
		}
		if !Pause(ctx, 200*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.cancel = cancel
	e.guard.Go(func() { e.standBy(watch) })
	return e, nil
}

// start runs the cloud here, at the addresses it had the last time where they are free: open pages and other
// programs go on working.
func (e *embedded) start(port int) error {
	cloud, err := OpenCloud(e.boot)
	if err != nil {
		return err
	}
	old, _ := ReadAddress(e.dir)
	edge := EdgeAddress(port, old)
	if err := cloud.Listen(hostOf(old.Endpoint), edge); err != nil {
		if port != 0 {
			_ = cloud.Close()
			return err
		}
		if err := cloud.Listen("", ""); err != nil {
			_ = cloud.Close()
			return err
		}
	}
	a := CloudAddress{Endpoint: cloud.Endpoint(), Gateway: cloud.Gateway(), EdgePort: cloud.EdgePort(),
		Outputs: cloud.Outputs()}
	if err := WriteAddress(e.dir, a); err != nil {
		_ = cloud.Close()
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.own, e.address = cloud, a
	return nil
}

// standBy takes the cloud over when the process that runs it has gone.
func (e *embedded) standBy(ctx context.Context) {
	for Pause(ctx, 2*time.Second) {
		e.mu.Lock()
		mine := e.own != nil
		e.mu.Unlock()
		if mine {
			return
		}
		if _, ok := FindRunning(ctx, e.dir); ok || ctx.Err() != nil {
			continue
		}
		if err := e.start(e.address.EdgePort); err != nil {
			e.log.Debug("the embedded cloud cannot be taken over yet", "cause", err)
		} else {
			e.log.Info("took the embedded cloud over", "endpoint", e.address.Endpoint)
		}
	}
}

// close ends the watch, and the cloud where it runs here.
func (e *embedded) close() {
	e.cancel()
	e.guard.Wait()
	if e.own != nil {
		_ = e.own.Close()
	}
}

// CloudProblem says why the embedded cloud, with its state in dir, does not run.
func CloudProblem(dir string, err error) *backend.Problem {
	p := &backend.Problem{Kind: backend.KindConfig, What: messages.New("core.embeddedCloudCannotStarted"),
		Why: i18n.Sentence(err.Error()), Cause: err,
		Next: messages.New("core.closeWhateverUsesAddress")}
	var file *fs.PathError
	switch {
	case errors.Is(err, localcloud.ErrInUse):
		p.Next = messages.New("core.anotherLauncherRunsBut")
	case errors.Is(err, syscall.ENOSPC):
		p.Next = messages.New("core.makeRoomDiskTry", dir)
	case errors.As(err, &file):
		p.Next = messages.New("core.checkFolderPermissionsTry", dir)
	}
	return p
}

// StateProblem returns the Problem of a state directory that cannot be used.
func StateProblem(dir string, err error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("core.launcherFolderCannotUsed"),
		Why:  messages.Verbatim(fmt.Sprintf("%s: %v.", dir, err)),
		Next: messages.New("core.checkFolderPermissionsSpace"), Cause: err}
}

// Pause waits, and says no where ctx ended first.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
