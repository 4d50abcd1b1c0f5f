package kinesis_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/kinesis"

	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/kinesis"
)

// world is the embedded cloud with real clients of it, without a socket.
type world struct {
	cloud   *localcloud.Cloud
	out     localcloud.Outputs
	ec2     *ec2.Client
	kinesis *sdk.Client
}

func newWorld(t *testing.T) *world {
	t.Helper()
	c, err := localcloud.Open(localcloud.Options{
		BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1, Throttle: true, WithoutUsers: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	out := c.Outputs()
	cfg := aws.Config{
		Region: out.Region, BaseEndpoint: aws.String("http://localcloud"), HTTPClient: &http.Client{Transport: c.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(out.OperatorAccessKeyID, out.OperatorSecretAccessKey, ""),
	}
	return &world{cloud: c, out: out, ec2: ec2.NewFromConfig(cfg), kinesis: sdk.NewFromConfig(cfg)}
}

func (w *world) launch(t *testing.T) string {
	t.Helper()
	got, err := w.ec2.RunInstances(t.Context(), &ec2.RunInstancesInput{
		LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateName: aws.String(w.out.LaunchTemplate)},
		MinCount:       aws.Int32(1), MaxCount: aws.Int32(1),
	})
	if err != nil {
		t.Fatal(err)
	}
	return *got.Instances[0].InstanceId
}

func (w *world) put(t *testing.T, key, data string) {
	t.Helper()
	_, err := w.kinesis.PutRecord(t.Context(),
		&sdk.PutRecordInput{StreamName: &w.out.Stream, PartitionKey: &key, Data: []byte(data)})
	if err != nil {
		t.Error(err)
	}
}

func (w *world) split(t *testing.T) {
	t.Helper()
	_, err := w.kinesis.UpdateShardCount(t.Context(), &sdk.UpdateShardCountInput{
		StreamName: &w.out.Stream, TargetShardCount: aws.Int32(2), ScalingType: "UNIFORM_SCALING",
	})
	if err != nil {
		t.Error(err)
	}
}

func (w *world) book(change func(*logs.Options)) *logs.Book {
	quiet := slog.New(slog.DiscardHandler)
	o := logs.Options{
		Source: kinesis.New(kinesis.Options{API: w.kinesis, Name: w.out.Stream, Readers: 1, Log: quiet}), Log: quiet,
	}
	if change != nil {
		change(&o)
	}
	return logs.New(o)
}

func follow(t *testing.T, b *logs.Book, iid string, since time.Time, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	_ = b.Follow(ctx, iid, since)
}

func TestFollowBootOnEmbeddedCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		since := time.Now()
		iid := w.launch(t)
		other := w.launch(t)
		var ready atomic.Int32
		b := w.book(func(o *logs.Options) {
			o.ReadyPattern = regexp.MustCompile("avatar ready")
			o.OnReady = func(id string) {
				if id == iid {
					ready.Add(1)
				}
			}
		})
		go func() {
			time.Sleep(10 * time.Second)
			w.split(t)
		}()
		follow(t, b, iid, since, 2*time.Minute)

		lines := b.Lines(logs.Query{}).Lines
		if len(lines) < 20 || !strings.HasPrefix(lines[0].Text, "kernel: Linux version") {
			t.Fatalf("%d lines: %+v", len(lines), lines)
		}
		for _, l := range lines {
			if l.InstanceID != iid {
				t.Errorf("another's line (%s is the other): %+v", other, l)
			}
		}
		if s := b.Stats(); ready.Load() != 1 || s.Lost+s.Duplicates+s.Malformed != 0 || s.Others == 0 {
			t.Errorf("ready %d, %+v", ready.Load(), s)
		}
		if m, ok := b.Metrics(); !ok || m.CPU == nil {
			t.Errorf("metrics %+v", m)
		}
	})
}

func TestFollowWithFaultsOnEmbeddedCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		const iid = "i-0123456789abcdef0"
		const n = 400
		begin := w.cloud.Now()
		fault := func(f localcloud.Fault) string {
			id, err := w.cloud.AddFault(f)
			if err != nil {
				t.Error(err)
			}
			return id
		}
		fault(localcloud.Fault{Service: "kinesis", Operation: "GetRecords", Kind: localcloud.FaultDropAfter, Share: 0.3})
		fault(localcloud.Fault{Service: "kinesis", Operation: "GetRecords", Kind: localcloud.FaultError,
			Code: "ProvisionedThroughputExceededException", Status: 400, Share: 0.3})
		fault(localcloud.Fault{Service: "kinesis", Operation: "GetShardIterator", Kind: localcloud.FaultError,
			Code: "ExpiredIteratorException", Status: 400, Share: 0.5})
		go func() {
			for i := range n {
				w.put(t, iid, fmt.Sprintf(`{"v":1,"ts":%q,"seq":%d,"iid":%q,"msg":"line %d"}`,
					time.Now().UTC().Format(time.RFC3339Nano), i+1, iid, i+1))
				if i == 100 {
					w.split(t)
				}
				if i == 200 {
					w.cloud.SetClockSkew(10 * time.Minute)
				}
				time.Sleep(200 * time.Millisecond)
			}
		}()
		b := w.book(nil)
		for range 4 { // a laptop that suspends and resumes
			follow(t, b, iid, begin, 40*time.Second)
		}
		next := 1
		for _, l := range b.Lines(logs.Query{Limit: 5000}).Lines {
			if l.Source == "launcher" {
				continue
			}
			if want := fmt.Sprint("line ", next); l.Text != want {
				t.Fatalf("%q, want %q", l.Text, want)
			}
			next++
		}
		if next != n+1 {
			t.Errorf("%d lines, %+v", next-1, b.Stats())
		}
	})
}

func TestFollowWithClockSkew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.SetClockSkew(10 * time.Minute)
		const iid = "i-0123456789abcdef0"
		w.put(t, iid, "before")
		time.Sleep(time.Minute)
		since := w.cloud.Now()
		w.put(t, iid, "player connected")
		var active int
		b := w.book(func(o *logs.Options) {
			o.ActivityPattern = regexp.MustCompile("player connected")
			o.OnActivity = func(string) { active++ }
		})
		follow(t, b, iid, since, 10*time.Second)
		if p := b.Lines(logs.Query{}); len(p.Lines) != 1 || active != 1 {
			t.Errorf("active %d, %+v", active, p.Lines)
		}
	})
}
