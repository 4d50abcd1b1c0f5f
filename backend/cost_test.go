package backend

import (
	"math"
	"testing"
	"time"
)

var prices = Prices{Currency: "USD", Hourly: map[string]float64{"g5.2xlarge": 1.2}, AddressHourly: 0.005, DiskMonth: 8,
	TrafficGB: 0.09}

func TestPricesSession(t *testing.T) {
	for _, tt := range []struct {
		kind string
		d    time.Duration
		sent int64
		want float64
	}{
		{"g5.2xlarge", time.Hour, 0, 1.205},
		{"g5.2xlarge", 10 * time.Second, 0, 1.205 / 60},         // a minute is the least
		{"g5.2xlarge", time.Hour, 4_500_000_000, 1.205 + 0.405}, // an hour at 10 Mbit/s
		{"unheard.of", time.Hour, 4_500_000_000, 0},
	} {
		if got, known := prices.Session(tt.kind, tt.d, tt.sent); math.Abs(got-tt.want) > 1e-9 || known != (tt.want > 0) {
			t.Errorf("%v of %s cost %v (known: %v), want %v", tt.d, tt.kind, got, known, tt.want)
		}
	}
}

func TestCost(t *testing.T) {
	at := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) // 24 hours into the month
	s := state{Snapshot: Snapshot{Phase: Ready, Session: &Session{Type: "g5.2xlarge",
		CreationTime: at.Add(-2 * time.Hour)}, Pool: Pool{Members: []PoolMember{{Type: "g5.2xlarge"}, {Type: "g5.2xlarge"}}}},
		month: 2.5}
	c := cost(s, prices)
	for name, pair := range map[string][2]float64{
		"an hour":         {c.Hourly, 1.205},
		"the month":       {c.Month, 2.5},
		"the pool":        {c.PoolMonth, 16},
		"always on":       {c.AlwaysOn, 2 * 1.205 * 730},
		"while no longer": {cost(stateOf(Snapshot{Phase: Idle}), prices).Hourly, 0},
		"the next one":    {cost(stateOf(Snapshot{Phase: Idle, Pool: s.Pool}), prices).Hourly, 1.205},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, pair[0], pair[1])
		}
	}
	if !c.Since.Equal(s.Session.CreationTime) {
		t.Errorf("it costs since %v", c.Since)
	}
}

// TestNothingIsComparedWithAnUnknownPrice: a comparison with instances whose price is not known would be wrong.
func TestNothingIsComparedWithAnUnknownPrice(t *testing.T) {
	at := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	known, unknown := PoolMember{Type: "g5.2xlarge"}, PoolMember{Type: "unheard.of"}
	for name, s := range map[string]Snapshot{
		"in the pool": {Phase: Idle, Pool: Pool{Members: []PoolMember{known, unknown}}},
		"running": {Phase: Ready, Session: &Session{Type: "unheard.of", CreationTime: at.Add(-time.Hour)},
			Pool: Pool{Members: []PoolMember{known}}},
	} {
		if c := cost(stateOf(s), prices); c.AlwaysOn != 0 || c.Hourly != 0 || c.PoolMonth == 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestTimers(t *testing.T) {
	created := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	s := Snapshot{Phase: Ready, Session: &Session{Type: "g5.2xlarge", CreationTime: created,
		ExpireAt: created.Add(time.Hour)}}
	got := timers(s, Rules{Maximum: 2 * time.Hour, Prices: prices})
	if len(got) != 2 || got[0].Kind != TimerIdle || got[1].Kind != TimerMaximum ||
		!got[1].At.Equal(created.Add(2*time.Hour)) {
		t.Fatalf("timers %+v", got)
	}
	if math.Abs(got[1].Cost-2*1.205) > 1e-9 {
		t.Errorf("by the longest session it will have cost %v", got[1].Cost)
	}
	s.Session.ExpireAt = created.Add(2 * time.Hour)
	if got := timers(s, Rules{Maximum: 2 * time.Hour}); len(got) != 1 || got[0].Kind != TimerMaximum {
		t.Errorf("at the end of the longest session: %+v", got)
	}
	if got := timers(s, Rules{Maximum: time.Hour}); len(got) != 1 || !got[0].At.Equal(s.Session.ExpireAt) {
		t.Errorf("after the longest session was made shorter than what is stored: %+v", got)
	}
	s.Phase = Idle
	if got := timers(s, Rules{Maximum: time.Hour}); got != nil {
		t.Errorf("without a session: %+v", got)
	}
}

func TestTiersCost(t *testing.T) {
	p := Prices{Currency: "EUR", Hourly: map[string]float64{"g5.2xlarge": 1.2}, AddressHourly: 0.005, DiskMonth: 7.3}
	pool := Pool{Members: []PoolMember{{Type: "g5.2xlarge"}, {Type: "g5.2xlarge"}}}
	for name, tt := range map[string]struct {
		prices Prices
		types  []string
		want   TierCost
	}{
		"by the pool's only type":      {p, nil, TierCost{"EUR", 1.215, 7.3}},
		"by the profile's first type":  {p, []string{"g6.xlarge", "g5.2xlarge"}, TierCost{"EUR", 0, 7.3}},
		"without a price for the disk": {Prices{Currency: "EUR", Hourly: p.Hourly}, nil, TierCost{"EUR", 1.2, 0}},
	} {
		got := tt.prices.Tiers(pool.TypeToLaunch(tt.types))
		if math.Abs(got.HotHour-tt.want.HotHour) > 1e-9 {
			t.Errorf("%s: a running one costs %v an hour, want %v", name, got.HotHour, tt.want.HotHour)
		}
		if got.HotHour = tt.want.HotHour; got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
