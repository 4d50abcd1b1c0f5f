package localcloud

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// The kinds of Fault.
const (
	FaultLatency    = "latency"     // the answer comes Latency later
	FaultDropBefore = "drop-before" // the connection breaks and nothing has happened
	FaultDropAfter  = "drop-after"  // the connection breaks after the effect
	FaultError      = "error"       // the answer is Code with Status, and nothing has happened
)

// Fault is something that goes wrong on purpose. Latency comes before each of the kinds.
type Fault struct {
	ID        string `json:"id"` // set by AddFault
	Service   string `json:"service,omitempty"`
	Operation string `json:"operation,omitempty"` // "" or "*": all of the service's
	Contains  string `json:"contains,omitempty"`  // only calls whose body has this text, such as a table's name
	Kind      string `json:"kind"`
	Code      string `json:"code,omitempty"`   // for FaultError, "InternalFailure" where it is empty
	Status    int    `json:"status,omitempty"` // for FaultError, 500 where it is 0
	Message   string `json:"message,omitempty"`
	// Reasons are the cancellation reasons of a TransactionCanceledException, one code an item, such as "None".
	Reasons []string      `json:"reasons,omitempty"`
	Share   float64       `json:"share,omitempty"` // of the calls, 0 < Share ≤ 1; 0 means all
	Count   int           `json:"count,omitempty"` // so many calls, then no more; 0 means for ever
	Latency time.Duration `json:"latencyNanoseconds,omitempty"`
	Hits    int           `json:"hits"` // calls that it has met
}

// faults are the rules in force, in the order in which they were added; the first that meets a call counts.
type faults struct {
	mu    sync.Mutex
	rules []*Fault
	next  int
	rand  *source
}

// AddFault puts a fault in force and returns its ID.
func (c *Cloud) AddFault(f Fault) (string, error) {
	switch {
	case !slices.Contains([]string{FaultLatency, FaultDropBefore, FaultDropAfter, FaultError}, f.Kind):
		return "", fmt.Errorf("kind %q is none of latency, drop-before, drop-after, error", f.Kind)
	case f.Share < 0 || f.Share > 1 || f.Count < 0 || f.Latency < 0:
		return "", fmt.Errorf("share must be between 0 and 1, count and latency not negative")
	case f.Kind == FaultLatency && f.Latency == 0:
		return "", fmt.Errorf("a latency fault needs a latency")
	case f.Service != "" && f.Service != "*" && c.services[f.Service] == nil:
		return "", fmt.Errorf("there is no service %q", f.Service)
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return "", fmt.Errorf("status %d is no error status", f.Status)
	}
	f.Code, f.Status = cmp.Or(f.Code, "InternalFailure"), cmp.Or(f.Status, 500)
	f.Message = cmp.Or(f.Message, "A fault that was asked for.")
	f.Hits = 0
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	c.faults.next++
	f.ID = fmt.Sprintf("fault-%d", c.faults.next)
	c.faults.rules = append(c.faults.rules, &f)
	return f.ID, nil
}

// RemoveFault lifts a fault, with id "" all of them. It tells whether there was one.
func (c *Cloud) RemoveFault(id string) bool {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	before := len(c.faults.rules)
	c.faults.rules = slices.DeleteFunc(c.faults.rules, func(f *Fault) bool { return id == "" || f.ID == id })
	return len(c.faults.rules) < before
}

// Faults returns the faults in force.
func (c *Cloud) Faults() []Fault {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	out := make([]Fault, len(c.faults.rules))
	for i, f := range c.faults.rules {
		out[i] = *f
	}
	return out
}

// take returns a copy of the fault that meets a call, nil for none, and counts it.
func (fs *faults) take(service, operation string, body []byte) *Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i, f := range fs.rules {
		if !fits(f.Service, service) || !fits(f.Operation, operation) || !bytes.Contains(body, []byte(f.Contains)) {
			continue
		}
		if f.Share > 0 && f.Share < 1 && !fs.rand.share(f.Share) {
			continue
		}
		f.Hits++
		if f.Count > 0 {
			if f.Count--; f.Count == 0 {
				fs.rules = slices.Delete(fs.rules, i, i+1)
			}
		}
		taken := *f
		return &taken
	}
	return nil
}

func fits(rule, name string) bool { return rule == "" || rule == "*" || rule == name }

// before does what the fault does ahead of the call, and tells whether the call goes on.
func (f *Fault) before(ctx context.Context, e *exchange) bool {
	if f == nil {
		return true
	}
	if !pause(ctx, f.Latency) {
		panic(http.ErrAbortHandler) // the client has gone
	}
	switch f.Kind {
	case FaultDropBefore:
		panic(http.ErrAbortHandler)
	case FaultError:
		e.service.WriteError(e.w, e.id, f.answer())
		return false
	}
	return true
}

// answer is the error of a FaultError.
func (f *Fault) answer() *wire.Error {
	err := &wire.Error{Status: f.Status, Code: f.Code, Message: f.Message}
	if len(f.Reasons) == 0 {
		return err
	}
	reasons := make([]map[string]any, len(f.Reasons))
	for i, code := range f.Reasons {
		reasons[i] = map[string]any{"Code": code, "Message": f.Message}
	}
	err.Fields = map[string]any{"CancellationReasons": reasons, "Message": f.Message}
	return err
}

func (f *Fault) dropsAnswer() bool { return f != nil && f.Kind == FaultDropAfter }

// pause waits, and tells whether it was for the whole time.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
