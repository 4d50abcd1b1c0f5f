package window

import (
	"context"
	"slices"
	"strings"

	"avatar-launcher/app/controlplane"
	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// live are the keys of a profile that take effect while the launcher runs, by themselves or with all below them.
// Whatever else changes waits for the next start: clients, names and the log's patterns are made once.
var live = []string{
	"warm_pool.size", "warm_pool.free", "warm_pool.hot", "warm_pool.hot_limit", "warm_pool.rehearse",
	"warm_pool.max_instances", "warm_pool.recycle", "warm_pool.hours", "warm_pool.time_zone", "warm_pool.warm_limit",
	"warm_pool.max_failures", "session",
	"prices", "zone.ttl", "avatar.ready_timeout", "stay_signed_in",
}

// watchConfig takes a changed configuration into force, and says which of its keys wait for the next start. A broken
// one leaves the old one in force, which is said too.
func (s *Shell) watchConfig(ctx context.Context, first config.Profile) {
	l, file := s.rooms.Launcher, s.rooms.File
	refuse := func(p *backend.Problem) { l.Notify("config", p) }
	accept := func(f *config.File) {
		p, err := f.Select(first.Name)
		if err != nil {
			refuse(backend.ProblemOf(err))
			return
		}
		s.rooms.Fleet.Configure(controlplane.Figures(p))
		now := core.Rules(p)
		l.SetRules(now)
		s.rules.Store(&now)
		l.Notify("config", waitProblem(toRestart(first, p)))
		s.adoptDesktop(f.Desktop)
	}
	config.Watch(ctx, file, accept, refuse)
}

// toRestart are the keys in which a profile differs from the one that the launcher started with, live ones left out.
func toRestart(first, now config.Profile) []string {
	return slices.DeleteFunc(config.Changes(first, now), func(key string) bool {
		return slices.ContainsFunc(live, func(l string) bool { return key == l || strings.HasPrefix(key, l+".") })
	})
}

// waitProblem says which keys wait, nil if none does.
func waitProblem(keys []string) *backend.Problem {
	if len(keys) == 0 {
		return nil
	}
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("window.partNewConfigurationWaits"),
		Why:  messages.New("window.notYetForceEverything", strings.Join(keys, ", ")),
		Next: messages.New("window.quitOpenLauncherAgain")}
}
