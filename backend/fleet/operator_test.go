package fleet_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

var boss = backend.User{ID: "99999999-9999-4999-8999-999999999999", Username: "operator", Role: backend.RoleOperator}

func TestOverviewIsCompleteOrAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(2 * time.Minute)
		session, _, _ := start(t, s, demo)
		o, err := s.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Machines) < 5 || len(o.Pool.Members) < 5 || len(o.Sessions) != 1 || len(o.Leases) != 1 || o.Resized != nil ||
			len(o.Queue) != 0 {
			t.Errorf("overview %+v", o)
		}
		armed := slices.ContainsFunc(o.Schedules, func(s backend.Schedule) bool {
			return s.InstanceID == session.InstanceID && s.At.After(session.ExpireAt)
		})
		if !armed || o.Sessions[0].Username != "demo" || o.Leases[0].Holder != "one" {
			t.Errorf("schedules %+v, sessions %+v, leases %+v", o.Schedules, o.Sessions, o.Leases)
		}
		if !told(o, messages.Verbatim("claimed"), messages.Verbatim("demo"), messages.Verbatim(session.InstanceID),
			messages.Message{}) {
			t.Errorf("the audit does not have the claim: %+v", o.Audit)
		}

		// An overview with a part missing would say that there is nothing of it.
		for _, service := range []string{"ec2", "dynamodb", "scheduler"} {
			id, err := w.cloud.AddFault(localcloud.Fault{
				Service: service,
				Kind:    localcloud.FaultError,
				Code:    "AccessDeniedException",
				Status:  403,
			})
			if err != nil {
				t.Fatal(err)
			}
			o, err := s.Overview(t.Context())
			var p *backend.Problem
			if o != nil || !errors.As(err, &p) || p.Kind != backend.KindDenied {
				t.Errorf("without %s: %+v, %v", service, o, err)
			}
			w.cloud.RemoveFault(id)
		}
	})
}

// told reports whether the audit has an entry.
func told(o *backend.Overview, verb, actor, instanceID, why messages.Message) bool {
	for _, e := range o.Audit {
		if string(e.Verb) == verb.String() && e.Actor == actor.String() && e.InstanceID == instanceID.String() &&
			strings.Contains(e.Why.String(), why.String()) {
			return true
		}
	}
	return false
}

func TestAnOperatorStopsRetiresAndResizes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(2 * time.Minute)
		session, _, _ := start(t, s, demo)
		overview := func() *backend.Overview {
			t.Helper()
			o, err := s.Overview(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return o
		}

		for what, err := range map[string]error{
			"a stop without a reason":       s.StopInstance(t.Context(), boss, session.InstanceID, ""),
			"a resize without a reason":     s.Resize(t.Context(), boss, new(backend.PoolSizes), ""),
			"an instance that is not there": s.Retire(t.Context(), boss, "i-0123456789abcdef0", "gone"),
			"a size beyond the maximum":     s.Resize(t.Context(), boss, &backend.PoolSizes{Stopped: 11}, "more"),
			"two sizes beyond the maximum":  s.Resize(t.Context(), boss, &backend.PoolSizes{Stopped: 9, Hot: ptr(2)}, "more"),
			"a size below nothing":          s.Resize(t.Context(), boss, &backend.PoolSizes{Stopped: -1}, "less"),
		} {
			var p *backend.Problem
			if !errors.As(err, &p) || p.Kind != backend.KindConfig || p.Next.IsZero() {
				t.Errorf("%s: %v", what, err)
			}
		}
		if o := overview(); len(o.Sessions) != 1 || o.Resized != nil {
			t.Fatalf("what was refused was done: %+v", o)
		}

		if err := s.StopInstance(t.Context(), boss, session.InstanceID, "left running"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		o := overview()
		if len(o.Sessions) != 0 || !told(o, messages.Verbatim("stopped"), messages.Verbatim("operator"),
			messages.Verbatim(session.InstanceID), messages.Verbatim("left running")) {
			t.Errorf("after the stop: %d sessions, audit %+v", len(o.Sessions), o.Audit)
		}
		if n := w.count(t)["running"]; n != 0 {
			t.Errorf("%d instances run", n)
		}
		if by, err := s.WhoEnded(t.Context(), *session); err != nil || by == nil || by.By != "operator" ||
			by.Why != "left running" {
			t.Errorf("the user is told %+v, %v", by, err)
		}

		victim := o.Pool.Members[0].InstanceID
		if err := s.Retire(t.Context(), boss, victim, "slow"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Minute)
		o = overview()
		for _, m := range o.Pool.Members {
			if m.InstanceID == victim {
				t.Errorf("the retired one is %s", m.State)
			}
		}
		if len(o.Pool.Members) != 5 || !told(o, messages.Verbatim("terminated"), messages.Verbatim("operator"),
			messages.Verbatim(victim), messages.Verbatim("slow")) {
			t.Errorf("after retiring: %d members, audit %+v", len(o.Pool.Members), o.Audit)
		}

		if err := s.Resize(t.Context(), boss, &backend.PoolSizes{Stopped: 3}, "holidays"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(12 * time.Minute) // a surplus stays for ten
		if o = overview(); o.Resized == nil || o.Resized.Stopped != 3 || len(o.Pool.Members) != 3 ||
			!told(o, messages.Verbatim("resized"), messages.Verbatim("operator"), messages.Message{},
				messages.Verbatim("holidays")) {
			t.Errorf("after resizing: %v, %d members, target %d, audit %+v", *o.Resized, len(o.Pool.Members), o.Pool.Target,
				o.Audit)
		}
		if err := s.Resize(t.Context(), boss, &backend.PoolSizes{Stopped: 2, Hot: ptr(1)}, "a class"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(25 * time.Minute) // the stops of the instances' first runs are armed
		hot := func(m backend.PoolMember) bool { return m.State == backend.Hot }
		if o = overview(); !slices.ContainsFunc(o.Pool.Members, hot) || o.Resized.Hot == nil || *o.Resized.Hot != 1 {
			t.Errorf("none runs: %+v", o.Pool.Members)
		}
		if err := s.Resize(t.Context(), boss, &backend.PoolSizes{Stopped: 2}, "over"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if o = overview(); slices.ContainsFunc(o.Pool.Members, hot) {
			t.Errorf("the profile has no hot tier: %+v", o.Pool.Members)
		}
		if err := s.Resize(t.Context(), boss, nil, "back"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if o = overview(); o.Resized != nil || len(o.Pool.Members) != 5 {
			t.Errorf("the profile's size holds again: %v, %d members", o.Resized, len(o.Pool.Members))
		}
	})
}

func ptr(n int) *int { return &n }
