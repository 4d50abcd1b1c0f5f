package simulate

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/ec2"
	"avatar-launcher/backend/localcloud/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	warm = 6 * time.Second
	cold = 24 * time.Second
)

// said is a record as a reader parses it.
type said struct {
	V       int       `json:"v"`
	TS      time.Time `json:"ts"`
	Seq     int64     `json:"seq"`
	IID     string    `json:"iid"`
	Epoch   int64     `json:"epoch"`
	Level   string    `json:"lvl"`
	Src     string    `json:"src"`
	Msg     *string   `json:"msg"`
	CPU     *float64  `json:"cpu"`
	GPU     *float64  `json:"gpu"`
	Mem     *float64  `json:"mem"`
	NetOut  *float64  `json:"net_out"`
	FPS     *float64  `json:"fps"`
	Players *int      `json:"players"`
}

// host is a Service under test with what it has put and stopped.
type host struct {
	*Service
	t *testing.T

	mu      sync.Mutex
	records []said
	stopped []string
	refuse  bool // the stream
	keep    bool // Stop fails
}

func testEnv() wire.Env {
	source := rand.New(rand.NewPCG(3, 4))
	var mu sync.Mutex
	return wire.Env{
		Now:  func() time.Time { return time.Now().UTC() },
		Rand: func(n int64) int64 { mu.Lock(); defer mu.Unlock(); return source.Int64N(n) },
	}
}

func newHost(t *testing.T, warm, cold time.Duration) *host {
	t.Helper()
	h := &host{t: t}
	s, err := New(testEnv(), Options{Warm: warm, Cold: cold, Stream: "logs", Put: h.put, Stop: h.halt})
	if err != nil {
		t.Fatal(err)
	}
	h.Service = s
	t.Cleanup(s.Close)
	return h
}

func (h *host) put(stream, key string, data []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse {
		return errors.New("ProvisionedThroughputExceededException")
	}
	var r said
	if err := json.Unmarshal(data, &r); err != nil {
		h.t.Errorf("not JSON: %s", data)
	}
	if stream != "logs" || key != r.IID || r.V != 1 || r.Msg == nil || r.TS.IsZero() || r.Level == "" {
		h.t.Errorf("record %s in %s under %s", data, stream, key)
	}
	h.records = append(h.records, r)
	return nil
}

func (h *host) halt(ids ...string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = append(h.stopped, ids...)
	if h.keep {
		return errors.New("IncorrectInstanceState")
	}
	return nil
}

// set changes what the stream or Stop answers from now on.
func (h *host) set(flag *bool, v bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*flag = v
}

// stops counts what Stop was asked.
func (h *host) stops() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.stopped)
}

// take returns the records put since the last call.
func (h *host) take() []said {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.records
	h.records = nil
	return out
}

// has reports whether a line with the text is among the records.
func has(records []said, text string) bool {
	for _, r := range records {
		if strings.Contains(*r.Msg, text) {
			return true
		}
	}
	return false
}

// inOrder fails the test unless the records are numbered from first without a gap.
func inOrder(t *testing.T, records []said, first int64) {
	t.Helper()
	for i, r := range records {
		if r.Seq != first+int64(i) {
			t.Fatalf("record %d has seq %d, want %d", i, r.Seq, first+int64(i))
		}
	}
}

// up is an instance that has just begun to run.
func up(firstBoot bool, tags map[string]string) ec2.Instance {
	return ec2.Instance{
		ID: "i-0123456789abcdef0", State: "running", PrivateIP: "172.31.0.9", PublicIP: "198.18.0.9", Zone: "us-east-1a",
		Type: "g5.2xlarge", FirstBoot: firstBoot, Boot: 1, BootTime: time.Now(), LaunchTime: time.Now(), Tags: tags,
	}
}

func in(state string, i ec2.Instance) ec2.Instance {
	i.State = state
	return i
}

// sleep lets the bubble's time pass, and what is due then happen.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestMetricsEveryFiveSecondsAndTalkBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, 0, 0)
		i := up(false, nil)
		h.Changed(i)
		booted := int64(len(h.take()))
		sleep(10 * time.Minute)
		records := h.take()
		inOrder(t, records, booted+1)
		var measured, talk int
		for _, r := range records {
			if r.Src != "metrics" {
				talk++
				continue
			}
			measured++
			if r.CPU == nil || *r.CPU <= 0 || *r.CPU > 100 || *r.GPU <= 0 || *r.GPU > 100 || *r.Mem <= 0 || *r.Mem > 100 ||
				*r.FPS < 50 || *r.FPS > 60 || *r.NetOut <= 0 || *r.Players != 0 {
				t.Fatalf("metrics %+v", r)
			}
		}
		if measured != 120 {
			t.Errorf("%d metrics in ten minutes", measured)
		}
		if talk < 20 || talk > 40 {
			t.Errorf("%d lines in ten minutes, want one every 15 to 30 s", talk)
		}
		h.Changed(in("stopping", i))
		sleep(time.Minute)
		records = h.take()
		if !has(records, "systemd: powering off") || h.Answering(i.ID) {
			t.Error("it does not power off")
		}
		if n := len(records); n > 3 {
			t.Errorf("%d lines from a stopped machine", n)
		}
		h.Changed(in("stopped", i))
		i.Boot, i.BootTime = 2, time.Now()
		h.Changed(in("pending", i))
		h.Changed(i)
		inOrder(t, h.take(), 1)
	})
}

func TestSelfStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, 0, 0)
		i := up(false, map[string]string{"expire-at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
		h.Changed(i)
		sleep(30 * time.Minute)
		i.Tags = map[string]string{"expire-at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)} // extended
		h.Changed(i)
		sleep(61*time.Minute - time.Second)
		if h.stops() != 0 {
			t.Fatal("stops before its time")
		}
		h.take()
		h.set(&h.keep, true)
		sleep(time.Second)
		if h.stops() != 1 || !has(h.take(), "self-stop") {
			t.Fatalf("asked to stop %d times a minute after its time", h.stops())
		}
		h.set(&h.keep, false)
		sleep(time.Minute)
		if n := h.stops(); n != 2 {
			t.Errorf("asked %d times, want again once after the failure", n)
		}
	})
}

func TestARefusingStreamGetsTheLinesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, 0, 0)
		h.set(&h.refuse, true)
		i := up(false, nil)
		h.Changed(i)
		sleep(2 * time.Minute)
		if len(h.take()) != 0 {
			t.Fatal("refused lines were put")
		}
		h.set(&h.refuse, false)
		sleep(time.Minute)
		records := h.take()
		inOrder(t, records, 1)
		if !has(records, "avatar ready") {
			t.Error("the boot is lost")
		}
		h.set(&h.refuse, true)
		sleep(3 * time.Hour)
		h.set(&h.refuse, false)
		sleep(time.Minute)
		records = h.take()
		inOrder(t, records, records[0].Seq)
		if len(records) < queueLength || len(records) > queueLength+20 {
			t.Errorf("%d lines kept", len(records))
		}
	})
}

func TestCloseLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, warm, cold)
		i := up(true, nil)
		h.Changed(i)
		h.Close()
		h.take()
		sleep(time.Hour)
		if n := len(h.take()); n != 0 {
			t.Errorf("%d lines after Close", n)
		}
		h.Changed(in("stopping", i))
		if n := len(h.take()); n != 0 {
			t.Errorf("%d lines after Close", n)
		}
	})
}

// The instances and their insides together, as the embedded cloud composes them.
func TestWithEC2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{t: t}
		env := testEnv()
		env.Region, env.AccountID = "us-east-1", "123456789012"
		env.Throttle = func() bool { return false }
		env.NewID = func(n int) string { return strings.Repeat("a", n) }
		var cloud *ec2.Service
		s, err := New(env, Options{Warm: warm, Cold: cold, Stream: "logs", Put: h.put,
			Stop: func(ids ...string) error { return cloud.Stop(ids...) }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if cloud, err = ec2.New(env, nil, ec2.Options{Warm: warm, Cold: cold, Changed: s.Changed}); err != nil {
			t.Fatal(err)
		}
		defer cloud.Close()
		expire := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
		body := "Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=1&InstanceType=g5.2xlarge&ImageId=" +
			ec2.DefaultImage +
			"&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=expire-at&TagSpecification.1.Tag.1.Value=" +
			expire
		w := httptest.NewRecorder()
		cloud.Serve(t.Context(), w, &wire.Call{
			Operation: "RunInstances", Region: env.Region, Now: env.Now(), RequestID: "r", Body: []byte(body),
			Request: httptest.NewRequest("POST", "/", nil),
		})
		if w.Code != 200 {
			t.Fatal(w.Body)
		}
		id := cloud.Instances()[0].ID
		sleep(cold - time.Millisecond)
		if s.Answering(id) {
			t.Error("answers early")
		}
		sleep(time.Millisecond)
		if !s.Answering(id) {
			t.Error("does not answer at Cold")
		}
		sleep(2*time.Minute - cold + warm)
		if got, _ := cloud.Instance(id); got.State != "stopped" || s.Answering(id) {
			t.Errorf("two minutes later it is %s", got.State)
		}
		if records := h.take(); !has(records, "self-stop") || !has(records, "powering off") {
			t.Error("it says nothing of its end")
		}
	})
}
