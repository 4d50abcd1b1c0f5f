package keep_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"avatar-launcher/app/keep"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/localcloud"
)

type world struct {
	*localcloud.Cloud
	out localcloud.Outputs
	cfg aws.Config
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cloud, err := localcloud.Open(localcloud.Options{BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1,
		WithoutUsers: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cloud.Close() })
	w := &world{Cloud: cloud, out: cloud.Outputs()}
	w.cfg = aws.Config{Region: w.out.Region, HTTPClient: &http.Client{Transport: cloud.Transport()},
		BaseEndpoint: aws.String("http://localcloud"),
		Credentials:  credentials.NewStaticCredentialsProvider(w.out.OperatorAccessKeyID, w.out.OperatorSecretAccessKey, "")}
	return w
}

// environment is the function's, as the stack would set it.
func (w *world) environment(settings string) func(string) string {
	o := w.out
	profile := fmt.Sprintf(`{"region":%q,"cognito":{"user_pool_id":%q,"client_id":%q,"identity_pool_id":%q},
		"tables":{"sessions":%q,"instances":%q,"leases":%q,"audit":%q,"state_index":%q,"day_index":%q},"stream":%q,
		"zone":{"id":%q,"name":%q},"avatar":{"scheme":"http","port":80},"launch":{"template":%q},
		"scheduler":{"group":%q,"stop_role_arn":%q},"log":{"ready_pattern":"avatar ready"},"warm_pool":{"size":5}}`,
		o.Region, o.UserPoolID, o.ClientID, o.IdentityPoolID, o.SessionsTable, o.InstancesTable, o.LeasesTable, o.AuditTable,
		o.StateIndex, o.DayIndex, o.Stream, o.ZoneID, o.ZoneName, o.LaunchTemplate, o.SchedulerGroup, o.StopRoleARN)
	return func(name string) string {
		return map[string]string{keep.ProfileVariable: profile, keep.SettingsVariable: settings}[name]
	}
}

func (w *world) profile(t *testing.T, settings string) config.Profile {
	t.Helper()
	p, err := keep.Settings(w.environment(settings))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// states counts the instances by their state.
func (w *world) states(t *testing.T) map[string]int {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			states[string(i.State.Name)]++
		}
	}
	return states
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// invoke runs the function once, with Lambda's time limit.
func (w *world) invoke(t *testing.T, p config.Profile, id, source string) (keep.Result, map[string]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	var out bytes.Buffer
	f := &keep.Function{Config: w.cfg, Profile: p, Stack: "avatar-launcher", Out: &out, Log: quiet()}
	got, err := f.Handle(ctx, id, keep.Event{Source: source})
	if err != nil {
		t.Fatalf("invocation %s: %v", id, err)
	}
	line := map[string]any{}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("the metrics are %q: %v", out.String(), err)
	}
	return got, line
}

// recordStart writes the row of the audit by which a desktop says that an avatar became ready.
func (w *world) recordStart(t *testing.T) {
	t.Helper()
	now := time.Now().UTC()
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	_, err := dynamodb.NewFromConfig(w.cfg).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.out.AuditTable,
		Item: map[string]types.AttributeValue{"UserId": text("u-1"), "At": text(now.Format("2006-01-02T15:04:05.000000Z") + "#1"),
			"Day": text(now.Format(time.DateOnly)), "Verb": text("started"), "Actor": text("ann")}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheFunctionFillsThePool to the size of its settings, and says so in its metrics.
func TestTheFunctionFillsThePool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := w.profile(t, `{"warm_pool":{"size":3}}`)
		got, metrics := w.invoke(t, p, "1", "aws.scheduler")
		if !got.Led || !got.Quiet || got.Missing != 0 {
			t.Errorf("the function answered %+v", got)
		}
		if n := w.states(t); n["stopped"] != 3 || len(n) != 1 {
			t.Errorf("after it there are %v", n)
		}
		if metrics["Passes"] != 1.0 || metrics["Missing"] != 0.0 || metrics["HeldBack"] != 0.0 ||
			metrics["Stack"] != "avatar-launcher" || metrics["Stopped"] != 3.0 || metrics["Claimed"] != 0.0 ||
			metrics["Waiting"] != 0.0 || metrics["Starts"] != 0.0 || metrics["Failures"] != 0.0 {
			t.Errorf("its metrics are %v", metrics)
		}
		w.recordStart(t)
		time.Sleep(time.Minute)
		if _, metrics = w.invoke(t, p, "2", "aws.scheduler"); metrics["Starts"] != 1.0 {
			t.Errorf("after a start its metrics are %v", metrics)
		}
		time.Sleep(time.Minute)
		if _, metrics = w.invoke(t, p, "3", "aws.scheduler"); metrics["Starts"] != 0.0 {
			t.Errorf("the start is counted again: %v", metrics)
		}
	})
}

// TestTheFunctionReportsABrokenImage by its metrics, which the stack's alarms read.
func TestTheFunctionReportsABrokenImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.SetNeverReady(true)
		p := w.profile(t, "")
		var metrics map[string]any
		for n := range 8 {
			_, metrics = w.invoke(t, p, fmt.Sprint(n), "aws.scheduler")
			time.Sleep(time.Minute)
		}
		if metrics["Failures"] == nil {
			t.Errorf("no failures are counted: %v", metrics)
		}
		if metrics["HeldBack"] != 1.0 || metrics["Missing"] != 5.0 || metrics["Passes"] != 1.0 {
			t.Errorf("after eight passes the metrics are %v", metrics)
		}
	})
}

// TestTheFunctionsEventStopsWhatNobodyOwns within a minute.
func TestTheFunctionsEventStopsWhatNobodyOwns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := w.profile(t, `{"warm_pool":{"size":1}}`)
		w.invoke(t, p, "1", "aws.scheduler")
		all, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
		if err != nil {
			t.Fatal(err)
		}
		id := *all.Reservations[0].Instances[0].InstanceId
		if _, err := ec2.NewFromConfig(w.cfg).StartInstances(t.Context(),
			&ec2.StartInstancesInput{InstanceIds: []string{id}}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		w.invoke(t, p, "2", "aws.ec2")
		if n := w.states(t); n["running"]+n["pending"] != 0 || time.Since(began) > time.Minute {
			t.Errorf("after %v there are %v", time.Since(began), n)
		}
	})
}

// TestSettingsSayWhatIsWrong with the function's environment.
func TestSettingsSayWhatIsWrong(t *testing.T) {
	for name, each := range map[string]struct{ profile, settings, want string }{
		"no JSON":           {"{", "", keep.ProfileVariable},
		"settings not JSON": {"{}", "size: 3", keep.SettingsVariable},
		"an unknown key":    {`{"warm_pool":{"sise":3}}`, "", "sise"},
		"not on AWS":        {`{"cloud":"embedded"}`, "", "AWS only"},
	} {
		_, err := keep.Settings(func(v string) string {
			return map[string]string{keep.ProfileVariable: each.profile, keep.SettingsVariable: each.settings}[v]
		})
		if err == nil || !strings.Contains(err.Error(), each.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAProcessKeepsThePoolAndGivesTheLeaseBack, so that the next one need not wait.
func TestAProcessKeepsThePoolAndGivesTheLeaseBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := w.profile(t, "")
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- (&keep.Process{Config: w.cfg, Profile: p, LauncherID: "server-1", Log: quiet()}).Run(ctx)
		}()
		time.Sleep(3 * time.Minute)
		if n := w.states(t); n["stopped"] != 5 {
			t.Errorf("after three minutes there are %v", n)
		}
		end()
		if err := <-done; err != nil {
			t.Errorf("it ended by %v", err)
		}
		began := time.Now()
		if err := (&keep.Process{Config: w.cfg, Profile: p, LauncherID: "server-2", Once: true,
			Log: quiet()}).Run(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the next one waited %v", took)
		}
	})
}

// TestHealthSaysWhetherThePoolIsKept: of a leader by its readings, of a standby by AWS's answers.
func TestHealthSaysWhetherThePoolIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var cut atomic.Bool
		client := doer(func(r *http.Request) (*http.Response, error) {
			if cut.Load() {
				return nil, io.ErrUnexpectedEOF
			}
			return (&http.Client{Transport: w.Transport()}).Do(r)
		})
		var leader, standby keep.Health
		for id, h := range map[string]*keep.Health{"a": &leader, "b": &standby} {
			cfg := w.cfg.Copy()
			cfg.HTTPClient = client
			p := &keep.Process{Config: cfg, Profile: w.profile(t, ""), LauncherID: id, Log: quiet()}
			go func() { _ = p.RunWith(t.Context(), h) }()
			time.Sleep(2 * time.Minute)
		}
		ask := func(h http.Handler) (int, keep.State) {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/healthz", nil))
			var s keep.State
			if err := json.Unmarshal(rec.Body.Bytes(), &s); err != nil {
				t.Error(err)
			}
			return rec.Code, s
		}
		first, second := &leader, &standby
		if !leader.State().Leading {
			first, second = second, first
		}
		if code, s := ask(first); code != 200 || !s.Leading || s.Target != 5 {
			t.Errorf("the leader answers %d, %+v", code, s)
		}
		if code, s := ask(second); code != 200 || s.Leading {
			t.Errorf("the standby answers %d, %+v", code, s)
		}
		cut.Store(true)
		time.Sleep(13 * time.Minute)
		for _, h := range []*keep.Health{first, second} {
			if code, s := ask(h); code != http.StatusServiceUnavailable {
				t.Errorf("without AWS it answers %d, %+v", code, s)
			}
		}
	})
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// TestTheHealthEndpointAnswersOnLoopback and ends with the process.
func TestTheHealthEndpointAnswersOnLoopback(t *testing.T) {
	w := newWorld(t)
	ctx, end := context.WithCancel(t.Context())
	at := make(chan string, 1)
	done := make(chan error)
	p := &keep.Process{Config: w.cfg, Profile: w.profile(t, ""), LauncherID: "a", Listen: "127.0.0.1:0", Log: quiet(),
		Listening: func(address string) { at <- address }}
	go func() { done <- p.Run(ctx) }()
	url := "http://" + <-at + "/healthz"
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.Header.Get("Content-Type") != "application/json" {
		t.Errorf("it answers %d, %v", resp.StatusCode, resp.Header)
	}
	end()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if resp, err := http.Get(url); err == nil {
		resp.Body.Close()
		t.Error("the endpoint outlives the process")
	}
}
