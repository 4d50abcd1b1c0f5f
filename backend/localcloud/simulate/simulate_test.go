package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
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

// has says whether a line with the text is among the records.
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

func TestBootScriptTakesWhatPendingLeaves(t *testing.T) {
	for _, tc := range []struct {
		first bool
		after time.Duration
	}{{false, warm - warm/3}, {true, cold - cold/6}} {
		t.Run(fmt.Sprint("first boot ", tc.first), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t, warm, cold)
				i := up(tc.first, map[string]string{"epoch": "7"})
				h.Changed(in("pending", i))
				h.Changed(i)
				sleep(tc.after - time.Millisecond)
				if h.Answering(i.ID) {
					t.Error("answers early")
				}
				sleep(time.Millisecond)
				if !h.Answering(i.ID) {
					t.Error("does not answer in time")
				}
				records := h.take()
				inOrder(t, records, 1)
				if last := records[len(records)-1]; *last.Msg != "avatar ready" || last.Epoch != 7 || last.Src != "signalling" {
					t.Errorf("the last line is %+v", last)
				}
				for _, text := range []string{"kernel:", "cloud-init", "nvidia", "Engine is initialized", "PixelStreaming"} {
					if !has(records, text) {
						t.Errorf("the script has no line about %s", text)
					}
				}
				for j := 1; j < len(records); j++ {
					if records[j].TS.Before(records[j-1].TS) {
						t.Error("times go back")
					}
				}
			})
		})
	}
}

func TestWithoutDelaysItAnswersAtOnce(t *testing.T) {
	h := newHost(t, 0, 0)
	i := up(true, nil)
	h.Changed(i)
	if !h.Answering(i.ID) || !has(h.take(), "avatar ready") {
		t.Error("does not answer at once")
	}
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

func TestABootGoesOnAfterTheProcessDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := up(false, nil)
		sleep(2 * time.Second)
		h := newHost(t, warm, cold)
		h.Changed(i)
		records := h.take()
		if len(records) == 0 || records[0].Seq <= 2 || has(records, "kernel: Linux") {
			t.Fatalf("resumed with %+v", records)
		}
		sleep(2 * time.Second)
		records = append(records, h.take()...)
		inOrder(t, records, records[0].Seq)
		if !h.Answering(i.ID) || !has(records, "avatar ready") {
			t.Error("not ready in time")
		}
		sleep(time.Hour)
		last := h.take()
		late := newHost(t, warm, cold)
		late.Changed(i)
		if !late.Answering(i.ID) {
			t.Error("one that was up does not answer at once")
		}
		if r := late.take(); r[0].Seq <= last[len(last)-1].Seq {
			t.Errorf("seq %d again after %d", r[0].Seq, last[len(last)-1].Seq)
		}
	})
}

func TestRebootBootsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, warm, cold)
		i := up(false, nil)
		h.Changed(i)
		sleep(time.Minute)
		h.take()
		i.Boot, i.BootTime = 2, time.Now()
		h.Changed(i)
		if h.Answering(i.ID) {
			t.Error("answers while it reboots")
		}
		sleep(4 * time.Second)
		records := h.take()
		inOrder(t, records, 1)
		if !h.Answering(i.ID) {
			t.Error("does not come back")
		}
	})
}

func get(t *testing.T, h http.Handler, method, target string) (int, http.Header, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, w.Header(), string(body)
}

func TestPlayersComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, 0, 0)
		i := up(false, nil)
		h.Changed(i)
		h.take()
		page := h.Handler(i)
		for range 3 {
			if _, _, body := get(t, page, "POST", "/beat?p=one"); !strings.Contains(body, `"players":1`) {
				t.Fatalf("beat answers %s", body)
			}
			sleep(5 * time.Second)
		}
		get(t, page, "POST", "/beat?p=two")
		if _, _, body := get(t, page, "GET", "/players"); !strings.Contains(body, `"players":2`) {
			t.Errorf("players: %s", body)
		}
		get(t, page, "POST", "/players?p=two&leave=1")
		sleep(15 * time.Second)
		if _, _, body := get(t, page, "GET", "/players"); !strings.Contains(body, `"players":0`) {
			t.Errorf("a silent page is counted: %s", body)
		}
		records := h.take()
		connected, disconnected, most := 0, 0, 0
		for _, r := range records {
			if strings.HasPrefix(*r.Msg, "player connected") {
				connected++
			}
			if strings.HasPrefix(*r.Msg, "player disconnected") {
				disconnected++
			}
			if r.Players != nil {
				most = max(most, *r.Players)
			}
		}
		if connected != 2 || disconnected != 2 || most != 1 {
			t.Errorf("%d connected, %d disconnected, at most %d in the metrics", connected, disconnected, most)
		}
		if code, _, _ := get(t, page, "POST", "/beat"); code != http.StatusBadRequest {
			t.Errorf("a beat of nobody gets %d", code)
		}
	})
}

func TestPage(t *testing.T) {
	h := newHost(t, 0, 0)
	i := up(false, map[string]string{"Name": `avatar-<b>"alice"`})
	page := h.Handler(i)
	if code, _, body := get(t, page, "GET", "/healthz"); code != 503 || !strings.Contains(body, "booting") {
		t.Errorf("before it runs: %d %s", code, body)
	}
	h.Changed(i)
	code, header, body := get(t, page, "GET", "/healthz")
	if code != 200 || strings.TrimSpace(body) != `{"instance":"`+i.ID+`","status":"ready"}` || header.Get("Content-Type") != "application/json" {
		t.Errorf("healthz: %d %s", code, body)
	}
	code, header, body = get(t, page, "GET", "/")
	if code != 200 || !strings.Contains(body, i.ID) || strings.Contains(body, "<b>") {
		t.Errorf("page: %d", code)
	}
	for _, part := range []string{"<style>" + pageCSS + "</style>", "<script>" + pageJS + "</script>"} {
		if !strings.Contains(body, part) {
			t.Errorf("the policy's digest is not of what the page holds: %.40s…", part)
		}
	}
	if !strings.Contains(header.Get("Content-Security-Policy"), digest(pageJS)) {
		t.Error("no policy")
	}
	for _, outside := range []string{"http://", "https://", "src=", "@import"} {
		if text := strings.ReplaceAll(body, "http://www.w3.org/2000/svg", ""); strings.Contains(text, outside) {
			t.Errorf("the page refers to the outside: %s", outside)
		}
	}
	if code, _, _ := get(t, page, "GET", "/other"); code != 404 {
		t.Errorf("another path gets %d", code)
	}
}

func TestUserNames(t *testing.T) {
	for tag, want := range map[string]string{"avatar-alice": "alice", "avatar-warm-3": "", "": "", "web": "", "avatar-warmth": "warmth"} {
		if got := userName(tag); got != want {
			t.Errorf("userName(%q) = %q, want %q", tag, got, want)
		}
	}
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
		body := "Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=1&InstanceType=g5.2xlarge&ImageId=" + ec2.DefaultImage +
			"&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=expire-at&TagSpecification.1.Tag.1.Value=" + expire
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
