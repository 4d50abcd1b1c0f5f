package broker

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// Client stands in for the control plane on a desktop. It implements backend.Fleet, backend.Operator and
// backend.History by a Handler.
type Client struct {
	URL   string                                    // of the function
	HTTP  awsx.Doer                                 // signs requests; see Signed
	Token func(ctx context.Context) (string, error) // the ID token of who is signed in

	once sync.Once
	kick chan struct{} // a session began or ended: the pool has changed

	mu    sync.Mutex
	start *starting // the newest, nil before the first
}

// starting is a Start under way. Once ctx is done, over is closed when the function knows that.
type starting struct {
	ctx  context.Context
	over chan struct{}
}

var (
	_ backend.Fleet    = (*Client)(nil)
	_ backend.Operator = (*Client)(nil)
	_ backend.History  = (*Client)(nil)
)

// maxAnswer is how long an answer may be, in bytes. Ten thousand records of a log fit.
const maxAnswer = 32 << 20

// post sends a request and returns its answer's body, which the caller must close.
func (c *Client) post(ctx context.Context, path string, in request) (*http.Response, error) {
	token, err := c.Token(ctx)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.URL, "/")+path,
		bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(TokenHeader, token)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") &&
		kind != "application/x-ndjson" {
		defer resp.Body.Close()
		return nil, foreign(resp)
	}
	return resp, nil
}

// unreachable says that the function did not answer.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &backend.Problem{Kind: backend.KindUnreachable, What: messages.New("broker.accountDoesntAnswer"),
		Why:  messages.New("broker.networkBrokeOffFunction"),
		Next: messages.New("common.checkNetworkConnectionTry"), Cause: err}
}

// foreign says of an answer that the function did not give it. Lambda refuses a caller whose role may not call it.
func foreign(resp *http.Response) error {
	p := &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("broker.accountGaveAnswerNot"),
		Why: messages.New("broker.itIs", resp.Status), Next: messages.New("common.tryAgainMinute")}
	switch {
	case resp.StatusCode == http.StatusForbidden:
		p.Kind, p.Why, p.Next = backend.KindDenied, messages.New("broker.signInNotCallAccount"),
			messages.New("broker.askOperatorCheckGroup")
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable:
		p.Kind, p.Why = backend.KindBusy, messages.New("broker.askedTooMuchMoment")
	}
	return p
}

// ask sends a request and returns the answer's value.
func ask[T any](ctx context.Context, c *Client, path string, in request) (T, error) {
	var out answer[T]
	resp, err := c.post(ctx, path, in)
	if err != nil {
		return out.Value, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&out); err != nil {
		return out.Value, unreachable(ctx, err)
	}
	if out.Problem != nil {
		return out.Value, remote(out.Problem, out.Code)
	}
	return out.Value, nil
}

// tell is ask for a method without a value.
func (c *Client) tell(ctx context.Context, path string, in request) error {
	_, err := ask[any](ctx, c, path, in)
	return err
}

// Prepare implements backend.Fleet.
func (c *Client) Prepare(ctx context.Context, _ backend.User) (*backend.Prepared, error) {
	return ask[*backend.Prepared](ctx, c, pathPrepare, request{})
}

// Current implements backend.Fleet. If a Start was broken off, it asks when the function knows that, so that no session
// begins later.
func (c *Client) Current(ctx context.Context, _ backend.User) (*backend.Session, error) {
	c.mu.Lock()
	s := c.start
	c.mu.Unlock()
	if s != nil && s.ctx.Err() != nil {
		select {
		case <-s.over:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return ask[*backend.Session](ctx, c, pathCurrent, request{})
}

// Start implements backend.Fleet. It takes one request, and another for each 25 seconds in the queue.
func (c *Client) Start(ctx context.Context, _ backend.User, report func(backend.Progress)) (s *backend.Session,
	err error) {
	defer c.wake()
	id, under := rand.Text(), &starting{ctx, make(chan struct{})}
	c.mu.Lock()
	c.start = under
	c.mu.Unlock()
	defer close(under.over)
	defer func() {
		if err != nil { // the answer may have broken off, and the function may go on
			c.cancel(ctx, id)
		}
	}()
	for {
		var again bool
		s, again, err = c.startOnce(ctx, id, report)
		if err != nil || !again {
			return s, err
		}
	}
}

// cancelTime is how long the function may take to answer that a start is cancelled.
const cancelTime = 5 * time.Second

// cancel tells the function that the caller of a start has gone. If it cannot be told, the start ends in an instance
// that nobody uses, which its armed stop stops.
func (c *Client) cancel(ctx context.Context, id string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), cancelTime)
	defer stop()
	_ = c.tell(ctx, pathCancel, request{Start: id})
}

// startOnce makes one request. It reports whether the wait in the queue goes on.
func (c *Client) startOnce(ctx context.Context, id string,
	report func(backend.Progress)) (s *backend.Session, again bool, err error) {
	resp, err := c.post(ctx, pathStart, request{Start: id})
	if err != nil {
		return nil, false, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var out answer[any]
		if err := json.NewDecoder(io.LimitReader(resp.Body, maxBody)).Decode(&out); err != nil || out.Problem == nil {
			return nil, false, foreign(resp)
		}
		return nil, false, remote(out.Problem, out.Code)
	}
	d := json.NewDecoder(resp.Body)
	for {
		var l line
		if err := d.Decode(&l); err != nil {
			return nil, false, unreachable(ctx, errEnded)
		}
		switch {
		case l.Progress != nil:
			report(*l.Progress)
		case l.Problem != nil:
			return nil, false, remote(l.Problem, "")
		default:
			return l.Session, l.Again, nil
		}
	}
}

// Extend implements backend.Fleet.
func (c *Client) Extend(ctx context.Context, s backend.Session) (*backend.Session, error) {
	return ask[*backend.Session](ctx, c, pathExtend, request{Session: &s})
}

// Stop implements backend.Fleet.
func (c *Client) Stop(ctx context.Context, s backend.Session, reason messages.Message) error {
	defer c.wake()
	return c.tell(ctx, pathStop, request{Session: &s, Reason: reason.String(), Message: reason.Encode()})
}

// Terminate implements backend.Fleet.
func (c *Client) Terminate(ctx context.Context, s backend.Session, reason messages.Message) error {
	defer c.wake()
	return c.tell(ctx, pathTerminate, request{Session: &s, Reason: reason.String(), Message: reason.Encode()})
}

// Machine implements backend.Fleet. Of instances that are not the user's it returns nil, unless they are an operator.
func (c *Client) Machine(ctx context.Context, instanceID string) (*backend.Machine, error) {
	return ask[*backend.Machine](ctx, c, pathMachine, request{InstanceID: instanceID})
}

// Pool implements backend.Fleet.
func (c *Client) Pool(ctx context.Context) (*backend.Pool, error) {
	return ask[*backend.Pool](ctx, c, pathPool, request{})
}

// Keep reports the pool, and again whenever this desktop has started or stopped a session, until ctx is done. It keeps
// nothing: the account's keeper does.
func (c *Client) Keep(ctx context.Context, report func(backend.Pool)) error {
	for {
		if pool, err := c.Pool(ctx); err == nil {
			report(*pool)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.kicks():
		}
	}
}

func (c *Client) kicks() chan struct{} {
	c.once.Do(func() { c.kick = make(chan struct{}, 1) })
	return c.kick
}

func (c *Client) wake() {
	select {
	case c.kicks() <- struct{}{}:
	default:
	}
}
