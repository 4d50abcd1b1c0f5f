package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

// cancels makes the next count transactions fail with these reasons, one a transaction's item.
func (w *world) cancels(t *testing.T, count int, reasons ...string) (end func()) {
	t.Helper()
	id, err := w.cloud.AddFault(localcloud.Fault{
		Service:   "dynamodb",
		Operation: "TransactWriteItems",
		Kind:      localcloud.FaultError,
		Code:      "TransactionCanceledException",
		Status:    400,
		Count:     count,
		Reasons:   reasons,
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() { w.cloud.RemoveFault(id) }
}

// claimed returns a world with a warm pool, its keeper stopped, and the instance that demo's next claim tries first:
// the one that demo had last.
func claimed(t *testing.T, size int) (w *world, s *fleet.Service, last string) {
	t.Helper()
	w = newWorld(t)
	s = w.desktop(t, "one")
	figures := fleet.Figures{
		PoolSize:     size,
		MaxInstances: 2 * size,
		Window:       time.Hour,
		Maximum:      12 * time.Hour,
		Grace:        time.Minute,
		TTL:          10 * time.Second,
		ReadyTimeout: 10 * time.Minute,
	}
	keeper := w.desktop(t, "keeper")
	keeper.Configure(figures)
	s.Configure(figures)
	stop := keep(t, keeper)
	time.Sleep(3 * time.Minute)
	session, _, _ := start(t, s, demo)
	if err := s.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Minute)
	stop()
	return w, s, session.InstanceID
}

// TestACancelledClaim covers the reasons for which DynamoDB cancels a claim's transaction. A claim never launches while
// instances are warm.
func TestACancelledClaim(t *testing.T) {
	for name, test := range map[string]struct {
		count   int
		reasons []string
		moved   bool
	}{
		"throttled":                      {1, []string{"ThrottlingError", "None"}, false},
		"throttled at the second item":   {3, []string{"None", "ProvisionedThroughputExceeded"}, false},
		"throttled for longer":           {20, []string{"RequestLimitExceeded", "None"}, false},
		"in conflict":                    {3, []string{"TransactionConflict", "None"}, false},
		"in conflict for longer":         {20, []string{"None", "TransactionConflict"}, false},
		"lost":                           {1, []string{"ConditionalCheckFailed", "None"}, true},
		"lost and in conflict":           {1, []string{"ConditionalCheckFailed", "TransactionConflict"}, true},
		"lost more often than one tries": {9, []string{"ConditionalCheckFailed", "None"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s, last := claimed(t, 12)
				w.cancels(t, test.count, test.reasons...)
				session, _, _ := start(t, s, demo)
				if session.Cold {
					t.Error("the start was cold though instances were warm")
				}
				if moved := session.InstanceID != last; moved != test.moved {
					t.Errorf("it got another instance than the first that it tried: %v, want %v", moved, test.moved)
				}
			})
		})
	}
}

// TestAClaimThatIsNeverTaken ends as busy, or as denied, without a launch.
func TestAClaimThatIsNeverTaken(t *testing.T) {
	for reason, want := range map[string]backend.Kind{
		"ThrottlingError": backend.KindBusy, "TransactionConflict": backend.KindBusy, "AccessDenied": backend.KindDenied,
		"AccessDeniedException": backend.KindDenied,
	} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s, _ := claimed(t, 5)
				end := w.cancels(t, 0, reason, "None")
				before := w.count(t)
				began := time.Now()
				_, err := s.Start(t.Context(), demo, func(backend.Progress) {})
				if p := backend.ProblemOf(err); p == nil || p.Kind != want {
					t.Fatalf("the start ended by %v, want kind %q", err, want)
				}
				if took := time.Since(began); want == backend.KindDenied && took > 5*time.Second {
					t.Errorf("a permission that is missing was said after %v", took)
				}
				if after := w.count(t); after["stopped"] != before["stopped"] || len(after) != len(before) {
					t.Errorf("instances before %v, after %v", before, after)
				}
				end()
				if session, _, _ := start(t, s, demo); session.Cold {
					t.Error("the next start was cold")
				}
			})
		})
	}
}

// TestAWriteInConflictIsRepeated: a transaction of somebody else is at the row that a single write is for.
func TestAWriteInConflictIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, last := claimed(t, 5)
		for _, operation := range []string{"UpdateItem", "PutItem"} {
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "dynamodb", Operation: operation, Kind: localcloud.FaultError,
				Code: "TransactionConflictException", Status: 400, Count: 3})
			if err != nil {
				t.Fatal(err)
			}
		}
		session, _, _ := start(t, s, demo)
		if session.InstanceID != last {
			t.Errorf("it got %s, want %s", session.InstanceID, last)
		}
		if err := s.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
			t.Error(err)
		}
	})
}
