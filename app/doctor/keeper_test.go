package doctor

import (
	"errors"
	"testing"
	"time"

	"avatar-launcher/backend"
)

// TestTheDoctorSaysWhenTheKeeperLastRan, and what to do if it has not for half an hour.
func TestTheDoctorSaysWhenTheKeeperLastRan(t *testing.T) {
	now := time.Now()
	for name, tt := range map[string]struct {
		pool *backend.Pool
		err  error
		ok   bool
		why  string
	}{
		"at work": {&backend.Pool{AsOf: now, KeptAt: now.Add(-4*time.Minute - 10*time.Second)}, nil, true,
			"The pool’s keeper last ran 4 min 10 s ago."},
		"its clock is ahead": {&backend.Pool{AsOf: now, KeptAt: now.Add(time.Second)}, nil, true,
			"The pool’s keeper last ran 0 s ago."},
		"silent": {&backend.Pool{AsOf: now, KeptAt: now.Add(-49 * time.Hour)}, nil, false,
			"The pool’s keeper last ran 49 h ago. Since then nothing has been added to the pool or cleaned up."},
		"never":  {&backend.Pool{AsOf: now}, nil, false, "Nobody has looked after the pool yet."},
		"unread": {nil, errors.New("no route"), false, ""},
	} {
		if c := keeper(tt.pool, tt.err, true); c.OK != (tt.err == nil) {
			t.Errorf("%s, beside a launcher that looks after the pool: %+v", name, c)
		}
		c := keeper(tt.pool, tt.err, false)
		if c.OK != tt.ok || tt.why != "" && c.Why.String() != tt.why || !tt.ok && tt.err == nil && c.Cure.IsZero() {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
