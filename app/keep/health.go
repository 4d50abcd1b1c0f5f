package keep

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend"
)

const (
	// leaderSilence is how long the process that keeps the pool may go without reading it. A quiet pool is read each 30 s.
	leaderSilence = 2 * time.Minute
	// standbySilence is the same for a process that waits for the lease, which it reads each ten minutes.
	standbySilence = 12 * time.Minute
)

// Health answers GET /healthz: 200 while the keeper hears from AWS, 503 if it does not, with what it knows as JSON. It
// holds nothing secret.
type Health struct {
	mu       sync.Mutex
	pool     backend.Pool
	readAt   time.Time // when the pool was read last
	answerAt time.Time // when AWS answered last, other than by an error of its own or of the credentials
}

// saw is told each reading of the pool.
func (h *Health) saw(p backend.Pool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pool, h.readAt = p, time.Now()
}

// State is what /healthz says.
type State struct {
	OK         bool                      `json:"ok"`
	Leading    bool                      `json:"leading"` // this process keeps the pool; false: another one does
	Target     int                       `json:"target"`
	Instances  map[backend.PoolState]int `json:"instances"`
	HeldBack   *backend.Backoff          `json:"heldBack"` // why no instances are launched, nil if they are
	ReadAt     time.Time                 `json:"readAt"`   // when the pool was read last
	LastAnswer time.Time                 `json:"lastAnswer"`
}

// State returns how the keeper is now.
func (h *Health) State() State {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := State{Leading: h.pool.Leader, Target: h.pool.Target, Instances: map[backend.PoolState]int{},
		HeldBack: h.pool.Backoff,
		ReadAt:   h.readAt, LastAnswer: h.answerAt}
	for _, m := range h.pool.Members {
		out.Instances[m.State]++
	}
	if out.Leading {
		out.OK = time.Since(h.readAt) < leaderSilence
	} else {
		out.OK = time.Since(h.answerAt) < standbySilence
	}
	return out
}

// ServeHTTP implements http.Handler.
func (h *Health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/healthz" {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	state := h.State()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !state.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(state) // the client may have gone
}

// watch notes AWS's answers.
func (h *Health) watch(client aws.HTTPClient) aws.HTTPClient {
	if client == nil {
		client = http.DefaultClient
	}
	return answers{client, h}
}

type answers struct {
	aws.HTTPClient
	health *Health
}

func (a answers) Do(r *http.Request) (*http.Response, error) {
	resp, err := a.HTTPClient.Do(r)
	if err == nil && resp.StatusCode < 500 && resp.StatusCode != http.StatusForbidden &&
		resp.StatusCode != http.StatusUnauthorized {
		a.health.mu.Lock()
		a.health.answerAt = time.Now()
		a.health.mu.Unlock()
	}
	return resp, err
}
