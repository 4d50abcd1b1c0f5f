package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/broker"
	"avatar-launcher/backend/fleet"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// functionURL is where the desktops of account mode find the stack's function.
const functionURL = "https://function"

// functionLimit is how long one invocation may take: the Timeout in build/aws.
const functionLimit = 15 * time.Minute

// account is the stack's function, by which every desktop acts in account mode, and its keeper. As Lambda does, it
// gives each request a process of its own while it runs, keeps the process for the next one, and tells it of no
// hang-up.
type account struct {
	t       testing.TB
	w       *world
	seed    uint64
	invoked sync.WaitGroup

	mu        sync.Mutex
	figures   fleet.Figures
	free      []*process
	processes []*process
	closed    bool
	killIn    int // calls until the next invocation's process dies; 0: not planned
	killAnte  bool
}

// process is one process of the function.
type process struct {
	as      desktop // whose part it plays at present
	net     *network
	service *fleet.Service
	life    context.Context // until it dies
}

func (w *world) account(t *testing.T, figures fleet.Figures, seed uint64) *account {
	a := &account{t: t, w: w, figures: figures, seed: seed}
	t.Cleanup(func() {
		a.mu.Lock()
		a.closed = true
		a.mu.Unlock()
		a.invoked.Wait()
	})
	return a
}

// run runs f beside its caller, unless the test is over.
func (a *account) run(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed {
		a.invoked.Go(f)
	}
}

// process returns a process that nobody uses, which is a new one if there is none.
func (a *account) process() *process {
	a.mu.Lock()
	defer a.mu.Unlock()
	var p *process
	if n := len(a.free); n > 0 {
		p, a.free = a.free[n-1], a.free[:n-1]
	} else {
		p = a.newProcess(len(a.processes))
		a.processes = append(a.processes, p)
	}
	if a.killIn > 0 {
		in, ante := a.killIn, a.killAnte
		p.net.set(func(n *network) { n.killIn, n.killAnte = in, ante })
		a.killIn = 0
	}
	return p
}

func (a *account) newProcess(n int) *process {
	life, end := context.WithCancel(context.Background())
	p := &process{life: life, net: &network{next: recorded(a.w.cloud.Transport()),
		rand: rand.New(rand.NewPCG(a.seed, uint64(n)+2)), onKill: end, latency: 5 * time.Millisecond}}
	p.as.name = fmt.Sprint("function-", n)
	p.net.onStop = func(r *http.Request) { a.w.stopping(&p.as, r) }
	clock := &fleet.Clock{}
	cfg := a.w.cfg.Copy()
	cfg.HTTPClient = clock.Watch(&http.Client{Transport: p.net})
	log := slog.New(slog.DiscardHandler)
	if a.w.log != nil {
		log = a.w.log.With("desktop", p.as.name)
	}
	p.service = a.w.control(cfg, clock, p.as.name, a.figures, p.net, log)
	p.service.StoreGateKeys = true
	a.t.Cleanup(p.net.kill)
	return p
}

// done gives a process back for the next request.
func (a *account) done(p *process) {
	p.service.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	p.as.user = backend.User{}
	if !p.net.isDead() {
		p.net.killIn = 0
		a.free = append(a.free, p)
	}
}

// RoundTrip runs the function for a request. The answer's body is read while it is written, and breaks off if the
// process dies.
func (a *account) RoundTrip(r *http.Request) (*http.Response, error) {
	u, ok := a.user(r.Header.Get(broker.TokenHeader))
	if !ok {
		return nil, errors.New("a token of nobody's")
	}
	p := a.process()
	p.as.user = u
	h := &broker.Handler{Fleet: p.service, Logger: slog.New(slog.DiscardHandler),
		Verify: func(context.Context, string) (backend.User, error) { return u, nil }}
	body, out := io.Pipe()
	answer := &piped{process: p, out: out, header: http.Header{}, begun: make(chan begun, 1)}
	ctx, cancel := context.WithTimeout(p.life, functionLimit)
	dead := context.AfterFunc(p.life, func() {
		out.CloseWithError(io.ErrUnexpectedEOF)
		answer.begin(http.StatusBadGateway, http.Header{})
	})
	request := r.Clone(ctx)
	a.run(func() {
		defer cancel()
		h.ServeHTTP(answer, request)
		dead()
		if p.net.isDead() {
			out.CloseWithError(io.ErrUnexpectedEOF)
		}
		answer.WriteHeader(http.StatusOK)
		out.Close()
		a.done(p)
	})
	select {
	case head := <-answer.begun:
		context.AfterFunc(r.Context(), func() { body.CloseWithError(r.Context().Err()) })
		return &http.Response{StatusCode: head.status, Status: http.StatusText(head.status), Header: head.header, Body: body,
			Request: r}, nil
	case <-r.Context().Done():
		body.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
}

// user finds whose token a request carries: it is the user's name.
func (a *account) user(token string) (backend.User, bool) {
	for n := range 100 {
		if u := userNo(n); u.Username == token {
			return u, true
		}
	}
	return backend.User{}, false
}

// piped is the function's answer.
type piped struct {
	process *process
	out     *io.PipeWriter
	header  http.Header
	once    sync.Once
	begun   chan begun
}

// begun is the head of an answer.
type begun struct {
	status int
	header http.Header
}

func (p *piped) Header() http.Header { return p.header }
func (p *piped) Flush()              {}
func (p *piped) WriteHeader(status int) {
	p.begin(status, p.header.Clone())
}

func (p *piped) begin(status int, header http.Header) {
	p.once.Do(func() { p.begun <- begun{status, header} })
}

func (p *piped) Write(data []byte) (int, error) {
	if p.process.net.isDead() { // a process that is no more says nothing
		return 0, io.ErrClosedPipe
	}
	p.WriteHeader(http.StatusOK)
	return p.out.Write(data)
}

// join lets a desktop act by the function. All it needs is its user's sign-in.
func (a *account) join(d *desktop, _ aws.Config) {
	d.net.next = a
	d.options.KeepPool = false
	d.options.Fleet = &broker.Client{URL: functionURL, HTTP: &http.Client{Transport: d.net},
		Token: func(context.Context) (string, error) { return d.user.Username, nil }}
}

// keep runs the keeper's function every two minutes until ctx is done. The stack runs it every five, and at each change
// of an instance's state.
func (a *account) keep(ctx context.Context) {
	for ctx.Err() == nil {
		a.run(func() {
			p := a.process()
			defer a.done(p)
			ctx, cancel := context.WithTimeout(p.life, functionLimit-time.Minute)
			defer cancel()
			_, _ = p.service.KeepOnce(ctx, 0, func(backend.Pool) {})
		})
		if !wait(ctx, 2*time.Minute) {
			return
		}
	}
}

// configure deploys other figures: requests that begin from now on have them.
func (a *account) configure(figures fleet.Figures) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.figures = figures
	for _, p := range a.processes {
		p.service.Configure(figures)
	}
}

// disturb lets something happen to the function: the next process dies at one of its calls, or all of them lose a
// service, answers and requests for some time. mend ends it.
func (a *account) disturb(s *simulation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch s.rand.IntN(3) {
	case 0:
		a.killIn, a.killAnte = 1+s.rand.IntN(40), s.rand.IntN(2) == 0
		s.tell("the next process of the function dies at its call %d (before it %v)", a.killIn, a.killAnte)
		s.survive("function killed")
	case 1:
		name := []string{"route53", "scheduler", "dynamodb"}[s.rand.IntN(3)]
		until := time.Now().Add(time.Duration(1+s.rand.IntN(600)) * time.Second)
		s.tell("%s fails for the function until %s", name, until.Format(time.TimeOnly))
		a.each(func(n *network) { n.broken = map[string]time.Time{name: until} })
		s.survive(name + " failing for the function")
	default:
		s.tell("the function loses a fifth of its answers and a tenth of its requests")
		a.each(func(n *network) { n.lose, n.fail = 0.2, 0.1 })
		s.survive("lost answers of the function")
	}
}

func (a *account) mend() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.killIn = 0
	a.each(func(n *network) { n.lose, n.fail, n.broken = 0, 0, nil })
}

func (a *account) each(change func(*network)) {
	for _, p := range slices.Clone(a.processes) {
		p.net.set(change)
	}
}

// TestSimulationInAccountMode runs TestSimulation's histories with desktops that have no rights but to call the stack's
// function, which dies between any two calls, too, and with no keeper but the function's.
func TestSimulationInAccountMode(t *testing.T) {
	sum, histories := tally{faults: map[string]int{}}, histories("ACCOUNT_HISTORIES")
	t.Cleanup(func() {
		t.Logf("%d histories, %.0f virtual hours, %d calls, survived: %v", histories, sum.hours, sum.calls, sum.faults)
	})
	for n := range uint64(histories) {
		seed := *firstSeed + n
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSimulation(t, seed, &sum)
				s.account = s.w.account(t, s.figures, seed)
				ctx, end := context.WithCancel(t.Context())
				defer end()
				s.account.run(func() { s.account.keep(ctx) })
				s.run()
			})
		})
	}
}
