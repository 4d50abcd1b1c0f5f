package localcloud

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"time"
)

// journalLength is how many of the last calls are remembered.
const journalLength = 1000

// CallRecord is one API call as the operator sees it, much as CloudTrail would tell it.
type CallRecord struct {
	Time      time.Time     `json:"time"`
	RequestID string        `json:"requestId"`
	Service   string        `json:"service"`
	Operation string        `json:"operation"`
	Principal string        `json:"principal,omitempty"` // ARN
	UserAgent string        `json:"userAgent,omitempty"`
	Status    int           `json:"status"` // HTTP; 0 if no answer was given
	ErrorCode string        `json:"errorCode,omitempty"`
	Message   string        `json:"message,omitempty"` // of the error
	Attempt   string        `json:"attempt,omitempty"` // as the SDK counts them: "attempt=2; max=3"
	Fault     string        `json:"fault,omitempty"`   // kind of the injected fault
	Took      time.Duration `json:"tookNanoseconds"`
}

// journal keeps the last calls and counts all of them.
type journal struct {
	mu       sync.Mutex
	last     []CallRecord // a ring once it is full
	at       int
	counts   map[string]int64 // by "service:Operation"
	refusals map[string]int64 // by "service:Operation ErrorCode"
}

func (j *journal) add(e *exchange) {
	rec := CallRecord{
		Time: e.begun, RequestID: e.id, Operation: e.operation, Principal: e.principal.ARN, UserAgent: e.r.UserAgent(),
		Status: e.w.status, ErrorCode: e.w.code(), Message: e.w.message(), Attempt: e.r.Header.Get("Amz-Sdk-Request"),
		Fault: e.fault, Took: e.cloud.Now().Sub(e.begun),
	}
	if e.service != nil {
		rec.Service = e.service.Name()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts == nil {
		j.counts, j.refusals = map[string]int64{}, map[string]int64{}
	}
	j.counts[rec.Service+":"+rec.Operation]++
	if rec.ErrorCode != "" {
		j.refusals[rec.Service+":"+rec.Operation+" "+rec.ErrorCode]++
	}
	if len(j.last) < journalLength {
		j.last = append(j.last, rec)
		return
	}
	j.last[j.at] = rec
	j.at = (j.at + 1) % journalLength
}

// Seen returns a channel that is closed as soon as Calls, CallCounts or Faults would say something new. A test that
// waits for a launcher in a process of its own takes it, looks, and waits by it: what comes in between is not missed.
func (c *Cloud) Seen() <-chan struct{} { return c.seen.next() }

// bell wakes all who wait.
type bell struct {
	mu sync.Mutex
	ch chan struct{} // nil if nobody waits
}

func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// Calls returns the last calls, at most 1000, the oldest first.
func (c *Cloud) Calls() []CallRecord {
	j := &c.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	return append(append([]CallRecord{}, j.last[j.at:]...), j.last[:j.at]...)
}

// Granted returns the IAM actions ("ec2:StartInstances") that sessions of a role were allowed since Open, sorted.
func (c *Cloud) Granted(role string) []string { return c.iam.Granted(role) }

// CallCounts returns how often each operation ("ec2:StartInstances") was called since Open, refused calls included.
func (c *Cloud) CallCounts() map[string]int64 {
	c.journal.mu.Lock()
	defer c.journal.mu.Unlock()
	out := map[string]int64{}
	maps.Copy(out, c.journal.counts)
	return out
}

// Refusals returns how often each operation was refused with each error code ("ec2:StartInstances
// RequestLimitExceeded") since Open.
func (c *Cloud) Refusals() map[string]int64 {
	c.journal.mu.Lock()
	defer c.journal.mu.Unlock()
	out := map[string]int64{}
	maps.Copy(out, c.journal.refusals)
	return out
}

// BucketUse returns how much of each of EC2's token buckets ("us-east-1/StartInstances") was in use at the fullest
// moment since Open while limits were in force, from 0 to 1; at 1 requests are refused.
func (c *Cloud) BucketUse() map[string]float64 { return c.ec2.Load().BucketUse() }

// recorder passes an answer on and notes its status and the beginning of an error.
type recorder struct {
	http.ResponseWriter
	status int
	head   []byte
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.status >= 400 && len(r.head) < 512 {
		r.head = append(r.head, b[:min(len(b), 512)]...)
	}
	return r.ResponseWriter.Write(b)
}

// Flush implements http.Flusher, for event streams.
func (r *recorder) Flush() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if f, ok := r.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// code is the error code of the answer: JSON protocols have it in a header, XML ones in the body.
func (r *recorder) code() string {
	if r.status < 400 {
		return ""
	}
	if t := r.Header().Get("X-Amzn-Errortype"); t != "" {
		return t
	}
	return between(r.head, "<Code>", "</Code>")
}

// message is the text of the answer's error.
func (r *recorder) message() string {
	if r.status < 400 {
		return ""
	}
	var body struct{ Message string }
	if json.Unmarshal(r.head, &body) == nil {
		return body.Message
	}
	return between(r.head, "<Message>", "</Message>")
}

// between returns the text between two marks, "" if it is not whole.
func between(b []byte, from, to string) string {
	_, rest, _ := bytes.Cut(b, []byte(from))
	text, _, ok := bytes.Cut(rest, []byte(to))
	if !ok {
		return ""
	}
	return string(text)
}
