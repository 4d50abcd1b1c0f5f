package keep

import (
	"testing"

	"avatar-launcher/backend"
)

func TestMissingCountsBothTiers(t *testing.T) {
	pool := func(wanted int, states ...backend.PoolState) backend.Pool {
		p := backend.Pool{Wanted: wanted}
		for _, s := range states {
			p.Members = append(p.Members, backend.PoolMember{State: s})
		}
		return p
	}
	for name, tt := range map[string]struct {
		pool backend.Pool
		most int
		want int
	}{
		"both full":             {pool(3, backend.Warm, backend.Warm, backend.Hot), 10, 0},
		"one warms":             {pool(3, backend.Warm, backend.Hot, backend.Warming), 10, 1},
		"no room for more":      {pool(3, backend.Hot, backend.Claimed, backend.Claimed), 3, 0},
		"claims count for size": {pool(1, backend.Warm, backend.Claimed, backend.Claimed), 10, 0},
	} {
		if got := missing(tt.pool, tt.most); got != tt.want {
			t.Errorf("%s: %d are missing, want %d", name, got, tt.want)
		}
	}
}
