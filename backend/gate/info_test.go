package gate_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"avatar-launcher/backend/gate"
)

// TestInfoSaysWhomTheGateKnows: a launcher waits by it for the gate of an instance that ran before its claim.
func TestInfoSaysWhomTheGateKnows(t *testing.T) {
	epoch := int64(0)
	h := gate.Handler(http.NotFoundHandler(), gate.Options{Relay: &gate.Relay{Port: 3478},
		Session: func() (gate.Session, error) { return gate.Session{Epoch: epoch}, nil }})
	for _, epoch = range []int64{0, 7} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, gate.InfoPath, nil))
		header := w.Header().Get(gate.Header)
		if got, known := gate.Epoch(header); got != epoch || !known {
			t.Errorf("%q names the epoch %d, %v, want %d", header, got, known, epoch)
		}
		if got := gate.RelayPort(header); got != 3478 {
			t.Errorf("%q names the relay's port %d, want 3478", header, got)
		}
	}
	for _, earlier := range []string{"", "1", "1; relay=3478"} {
		if _, known := gate.Epoch(earlier); known {
			t.Errorf("%q names an epoch", earlier)
		}
	}
}
