package window

import (
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/config"
)

func TestToRestartNamesWhatAReloadDoesNotTake(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*config.Profile)
		want   string
	}{
		"nothing":         {func(*config.Profile) {}, ""},
		"pool size":       {func(p *config.Profile) { p.WarmPool.Size = 9 }, ""},
		"hot tier":        {func(p *config.Profile) { p.WarmPool.Hot, p.WarmPool.HotLimit, p.WarmPool.Free = 2, time.Hour, 1 }, ""},
		"session times":   {func(p *config.Profile) { p.Session.Window, p.Session.Grace = time.Minute, time.Second }, ""},
		"the kept signin": {func(p *config.Profile) { p.StaySignedIn = true }, ""},
		"endpoint":        {func(p *config.Profile) { p.Endpoint = "http://127.0.0.1:1" }, "endpoint"},
		"keeping":         {func(p *config.Profile) { p.WarmPool.Keep = false }, "warm_pool.keep"},
		"patterns and names": {func(p *config.Profile) {
			p.Log.ReadyPattern, p.Tables.Sessions, p.Launch.SubnetIDs, p.WarmPool.Size = "up", "other", []string{"subnet-1"}, 2
		}, "tables.sessions launch.subnet_ids log.ready_pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			first := config.Default().Profiles["local"]
			now := first
			c.change(&now)
			if got := strings.Join(toRestart(first, now), " "); got != c.want {
				t.Errorf("waiting: %q, want %q", got, c.want)
			}
			if p := waitProblem(toRestart(first, now)); (p == nil) != (c.want == "") {
				t.Errorf("problem: %v", p)
			}
		})
	}
}
