package osdesktop

import (
	"context"
	"log/slog"
	"os"
	"sync"

	"github.com/godbus/dbus/v5"
)

// The names of systemd-logind, org.freedesktop.login1(5).
const (
	loginService = "org.freedesktop.login1"
	loginPath    = "/org/freedesktop/login1"
	loginManager = "org.freedesktop.login1.Manager"
)

// Inhibitor holds a delay lock of logind while an instance is up: a shutdown waits some seconds for us to let go of
// it. Where there is no logind, it does nothing.
type Inhibitor struct {
	mu     sync.Mutex
	bus    *dbus.Conn
	lock   *os.File // nil while none is held
	log    *slog.Logger
	reason Reason
}

// Begin listens for the shutdown until ctx is done; ends then stops the instance, and the lock is let go of after it.
func (i *Inhibitor) Begin(ctx context.Context, log *slog.Logger, why Reason, ends func()) {
	bus, err := dbus.ConnectSystemBus()
	if err != nil {
		log.Debug("there is no system bus to hear of a shutdown by", "cause", err)
		return
	}
	if err := bus.AddMatchSignal(dbus.WithMatchInterface(loginManager),
		dbus.WithMatchMember("PrepareForShutdown")); err != nil {
		log.Debug("a shutdown will not be heard of", "cause", err)
		_ = bus.Close()
		return
	}
	signals := make(chan *dbus.Signal, 4)
	bus.Signal(signals)
	i.mu.Lock()
	i.bus, i.log, i.reason = bus, log, why
	i.mu.Unlock()
	context.AfterFunc(ctx, func() { _ = bus.Close() })
	go func() {
		for signal := range signals {
			if begins, ok := argument(signal); ok && begins {
				ends()
				i.Hold(false)
			}
		}
	}()
}

// argument is the one of PrepareForShutdown: true before it, false after one that was called off.
func argument(signal *dbus.Signal) (begins, ok bool) {
	if len(signal.Body) == 1 {
		begins, ok = signal.Body[0].(bool)
	}
	return begins, ok
}

// Hold takes the lock, or lets go of it.
func (i *Inhibitor) Hold(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.bus == nil || on == (i.lock != nil):
	case !on:
		_ = i.lock.Close()
		i.lock = nil
	default:
		var fd dbus.UnixFD
		who, why := i.reason()
		manager := i.bus.Object(loginService, loginPath)
		call := manager.Call(loginManager+".Inhibit", dbus.FlagNoAutoStart, "shutdown", who, why, "delay")
		if err := call.Store(&fd); err != nil {
			i.log.Debug("a shutdown will not wait", "cause", err)
			i.bus = nil // there is no logind: do not ask with each snapshot
			return
		}
		i.lock = os.NewFile(uintptr(fd), "inhibitor")
	}
}
