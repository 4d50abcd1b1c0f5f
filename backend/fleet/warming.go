package fleet

import (
	"context"
	"time"

	"avatar-launcher/backend"
)

// readyLineDelay is how long the readiness line of an instance that has stopped may take to be read.
const readyLineDelay = 30 * time.Second

// askWarming asks each warming instance once whether it is ready: by the readiness line of its log if the profile has a
// pattern for it, else by its avatar's address. The log also says it of one that has stopped.
func (k *keeper) askWarming(ctx context.Context, v *observation) {
	rows := map[string]instanceRow{}
	for _, r := range v.rows {
		rows[r.InstanceID] = r
	}
	for _, m := range v.instances {
		r := rows[m.InstanceID]
		switch {
		case r.State != backend.Warming || r.Ready || r.ResetTask != "" && !v.resets[r.ResetTask].succeeded():
			delete(k.asked, m.InstanceID)
		case m.State == "running" && k.s.addressOf(m.Machine) != "":
			delete(k.asked, m.InstanceID)
			v.ready[m.InstanceID], _ = k.askReady(ctx, m, r, v.bootedAt(r, m))
		case m.State == "stopped" && k.s.ReadyLine != nil:
			k.askStopped(ctx, v, m, r)
		}
	}
}

// askStopped asks the log of an instance that stopped while it was warming. It goes on asking for readyLineDelay, and
// for as long as the log cannot be read.
func (k *keeper) askStopped(ctx context.Context, v *observation, m instance, r instanceRow) {
	since, known := k.asked[m.InstanceID]
	if !known {
		since = time.Now()
		k.asked[m.InstanceID] = since
	}
	ready, err := k.askReady(ctx, m, r, v.bootedAt(r, m))
	v.ready[m.InstanceID] = ready
	v.asking[m.InstanceID] = err != nil || time.Since(since) < readyLineDelay
}

// askReady asks one instance whether it is ready since a boot and, at the first boot from its disk, warm. It returns an
// error if its log cannot be read.
func (k *keeper) askReady(ctx context.Context, m instance, r instanceRow, booted time.Time) (bool, error) {
	ready, err := k.askAvatar(ctx, m, booted)
	if !ready || k.s.WarmLine == nil || r.Rehearsed && r.ResetTask == "" {
		return ready, err
	}
	return k.askLog(ctx, m, booted, k.s.WarmLine)
}

// askAvatar asks one instance whether its avatar is ready.
func (k *keeper) askAvatar(ctx context.Context, m instance, booted time.Time) (bool, error) {
	if k.s.ReadyLine != nil {
		return k.askLog(ctx, m, booted, k.s.ReadyLine)
	}
	one, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return k.s.probeOnce(one, k.s.addressOf(m.Machine)) == nil, nil
}

// askLog asks the log of an instance for a line since a boot.
func (k *keeper) askLog(ctx context.Context, m instance, booted time.Time,
	line func(context.Context, string, time.Time) (bool, error)) (bool, error) {
	one, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	ready, err := line(one, m.InstanceID, booted)
	if err != nil && ctx.Err() == nil {
		k.s.Log.Warn("the log of a warming instance could not be read", "instance", m.InstanceID, "cause", err)
	}
	return ready, err
}
