package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type m = map[string]any

// cloud is one service with a root caller that remembers what it invoked.
type cloud struct {
	*Service
	*wiretest.Bench
	t testing.TB

	mu    sync.Mutex
	fired []string // time since start and input
	fail  int      // how many invocations fail from now on
	start time.Time
}

func newCloud(t testing.TB, dir string) *cloud {
	t.Helper()
	c := &cloud{Bench: wiretest.NewBench(t, dir), t: t, start: time.Now()}
	var err error
	c.Service, err = New(c.Env, c.Store, Options{Invoke: c.record})
	c.Place(c.Service, err)
	return c
}

func (c *cloud) record(_ context.Context, t Target) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fired = append(c.fired, fmt.Sprintf("%v %s", time.Since(c.start), t.Input))
	if c.fail > 0 {
		c.fail--
		return errors.New("the target refused")
	}
	return nil
}

func (c *cloud) wantFired(what string, fired ...string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if fmt.Sprint(c.fired) != fmt.Sprint(fired) {
		c.t.Errorf("%s: fired at %q, want %q", what, c.fired, fired)
	}
	c.fired = nil
}

func (c *cloud) raw(method, path, body string, auth wire.Authorizer) (int, m, string) {
	c.t.Helper()
	w := wiretest.Serve(c.t, c.Service, method, "https://scheduler.us-east-1.amazonaws.com"+path, body, c.env.Now(), auth)
	out := m{}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		c.t.Fatalf("%s %s answered %q: %v", method, path, w.Body, err)
	}
	return w.Code, out, w.Header().Get("X-Amzn-Errortype")
}

func (c *cloud) call(method, path string, in any) (m, string) {
	c.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	_, out, code := c.raw(method, path, string(b), nil)
	return out, code
}

func (c *cloud) must(method, path string, in any) m {
	c.t.Helper()
	out, code := c.call(method, path, in)
	if code != "" {
		c.t.Fatalf("%s %s: %s: %v", method, path, code, out["Message"])
	}
	return out
}

const role = "arn:aws:iam::123456789012:role/stopper"

// schedule is a valid definition with changes; a nil value leaves a member out.
func scheduleOf(expression string, changes m) m {
	d := m{
		"ScheduleExpression": expression, "FlexibleTimeWindow": m{"Mode": "OFF"},
		"Target": m{"Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "RoleArn": role,
			"Input": `{"InstanceIds":["i-1"]}`},
	}
	for k, v := range changes {
		if d[k] = v; v == nil {
			delete(d, k)
		}
	}
	return d
}

func in(d time.Duration) string {
	return "at(" + time.Now().UTC().Add(d).Format("2006-01-02T15:04:05") + ")"
}

const input = ` {"InstanceIds":["i-1"]}`

func TestOneTimeSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "")
		c.must("POST", "/schedules/keep", scheduleOf(in(time.Hour), nil))
		c.must("POST", "/schedules/drop", scheduleOf(in(2*time.Hour), m{"ActionAfterCompletion": "DELETE"}))
		time.Sleep(59 * time.Minute)
		c.wantFired("before")
		time.Sleep(2 * time.Minute)
		c.wantFired("after", "1h0m0s"+input)
		time.Sleep(time.Hour)
		c.wantFired("the other", "2h0m0s"+input)
		wiretest.Want(t, "kept", c.must("GET", "/schedules/keep", nil)["State"].(string), "ENABLED")
		_, code := c.call("GET", "/schedules/drop", nil)
		wiretest.Want(t, "deleted itself", code, "ResourceNotFoundException")
		c.must("PUT", "/schedules/keep", scheduleOf(in(10*time.Minute), nil))
		time.Sleep(11 * time.Minute)
		c.wantFired("updated", "2h11m0s"+input)
		c.must("POST", "/schedules/past", scheduleOf(in(-time.Hour), nil))
		synctest.Wait()
		time.Sleep(time.Second)
		c.wantFired("a time in the past", "2h12m0s"+input)
	})
}

func TestTimeZone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "") // the bubble starts on 2000-01-01 at 00:00 UTC
		c.must("POST", "/schedules/s",
			scheduleOf("at(2000-01-01T02:00:00)", m{"ScheduleExpressionTimezone": "Europe/Berlin"}))
		time.Sleep(2 * time.Hour)
		c.wantFired("02:00 in Berlin", "1h0m0s"+input)
	})
}

func TestRecurringSchedules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "")
		c.must("POST", "/schedules/rate", scheduleOf("rate(10 minutes)", nil))
		time.Sleep(25 * time.Minute)
		c.wantFired("rate", "0s"+input, "10m0s"+input, "20m0s"+input)
		c.must("PUT", "/schedules/rate", scheduleOf("rate(10 minutes)", m{"State": "DISABLED"}))
		time.Sleep(time.Hour)
		c.wantFired("disabled")
		end := float64(time.Now().Add(45 * time.Minute).Unix())
		start := float64(time.Now().Add(20 * time.Minute).Unix())
		c.must("PUT", "/schedules/rate",
			scheduleOf("rate(10 minutes)", m{"StartDate": start, "EndDate": end, "ActionAfterCompletion": "DELETE"}))
		time.Sleep(2 * time.Hour)
		c.wantFired("from start to end", "1h45m0s"+input, "1h55m0s"+input, "2h5m0s"+input)
		_, code := c.call("GET", "/schedules/rate", nil)
		wiretest.Want(t, "complete", code, "ResourceNotFoundException")
		c.must("POST", "/schedules/cron", scheduleOf("cron(0/30 4 * * ? *)", nil))
		time.Sleep(2 * time.Hour)
		c.wantFired("cron", "4h0m0s"+input, "4h30m0s"+input)
	})
}

func TestFlexibleWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "")
		c.must("POST", "/schedules/s",
			scheduleOf(in(time.Hour), m{"FlexibleTimeWindow": m{"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}}))
		time.Sleep(time.Hour)
		synctest.Wait()
		c.mu.Lock()
		wiretest.Want(t, "at the start of the window", len(c.fired), 0)
		c.mu.Unlock()
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		c.mu.Lock()
		wiretest.Want(t, "within the window", len(c.fired), 1)
		c.mu.Unlock()
	})
}

func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "")
		target := func(policy m) m {
			return m{"Target": m{"Arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "RoleArn": role, "RetryPolicy": policy}}
		}
		c.fail = 2
		c.must("POST", "/schedules/a", scheduleOf(in(time.Minute), nil))
		time.Sleep(time.Hour)
		c.wantFired("until it works", "1m0s"+input, "1m1s"+input, "1m3s"+input)
		c.fail = 100
		c.must("POST", "/schedules/b", scheduleOf(in(time.Minute), target(m{"MaximumRetryAttempts": 1})))
		time.Sleep(time.Hour)
		c.wantFired("one retry", "1h1m0s ", "1h1m1s ")
		c.must("POST", "/schedules/c", scheduleOf(in(time.Minute), target(m{"MaximumEventAgeInSeconds": 60})))
		time.Sleep(time.Hour)
		c.wantFired("a minute of retries", "2h1m0s ", "2h1m1s ", "2h1m3s ", "2h1m7s ", "2h1m15s ", "2h1m31s ")
		c.must("POST", "/schedules/d", scheduleOf(in(time.Minute), nil))
		time.Sleep(64 * time.Second)
		c.must("DELETE", "/schedules/d", nil)
		time.Sleep(time.Hour)
		c.mu.Lock()
		wiretest.Want(t, "deleted while it is retried", len(c.fired), 3)
		c.mu.Unlock()
	})
}

func TestClockJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "")
		var skew atomic.Int64
		c.Service.env.Now = func() time.Time { return time.Now().UTC().Add(time.Duration(skew.Load())) }
		c.must("POST", "/schedules/s", scheduleOf(in(time.Hour), nil))
		skew.Store(int64(2 * time.Hour)) // as after the machine slept, or an operator set the clock
		time.Sleep(time.Minute)
		c.wantFired("within a minute of the jump", "30s"+input)
	})
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	c := newCloud(t, dir)
	c.must("POST", "/schedule-groups/g", m{})
	c.must("POST", "/schedules/far", scheduleOf(in(time.Hour), m{"GroupName": "g", "StartDate": time.Now().Unix()}))
	before := c.must("GET", "/schedules/far?groupName=g", nil)
	// A stop that came due while the process was down.
	c.must("POST", "/schedules/due", scheduleOf(in(time.Hour), m{"ActionAfterCompletion": "DELETE"}))
	c.Service.mu.Lock()
	sc := c.schedules["default/due"]
	sc.Next, sc.Nominal = time.Now().Add(-time.Hour), time.Now().Add(-time.Hour)
	c.keep(sc)
	c.Service.mu.Unlock()
	c.End()

	fired := make(chan Target, 1)
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	next := &cloud{t: t}
	next.Service, err = New(c.env, st, Options{Invoke: func(_ context.Context, t Target) error { fired <- t; return nil }})
	if err != nil {
		t.Fatal(err)
	}
	got := <-fired
	wiretest.Want(t, "what was due", string(got.Input), `{"InstanceIds":["i-1"]}`)
	wiretest.Want(t, "its role", got.RoleARN, role)
	wiretest.Want(t, "what is not due", fmt.Sprint(next.must("GET", "/schedules/far?groupName=g", nil)),
		fmt.Sprint(before))
	next.Close()
	if v := st.Get(scheduleBucket, "default/due"); len(v) != 0 {
		t.Errorf("a schedule that deletes itself is still stored: %s", v)
	}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func BenchmarkCreateSchedule(b *testing.B) {
	c := newCloud(b, "")
	body := string(marshal(b, scheduleOf(in(time.Hour), nil)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		c.raw("POST", fmt.Sprintf("/schedules/s%d", i), body, nil)
	}
}
