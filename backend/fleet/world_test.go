package fleet_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/smithy-go/middleware"
)

// world is a cloud with its clients: the real SDK, in this process, in the bubble's time.
type world struct {
	cloud *localcloud.Cloud
	out   localcloud.Outputs
	cfg   aws.Config
	http  *http.Client
	log   *slog.Logger
	stops stops
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, localcloud.Options{BootWarm: bootWarm, BootCold: 25 * time.Second, Seed: 1, WithoutUsers: true})
}

func newWorldOf(t *testing.T, o localcloud.Options) *world {
	t.Helper()
	cloud, err := localcloud.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cloud.Close() })
	w := &world{cloud: cloud, out: cloud.Outputs(), http: &http.Client{Transport: recorded(cloud.Transport())}}
	w.cfg = aws.Config{Region: w.out.Region, HTTPClient: w.http, BaseEndpoint: aws.String("http://localcloud"),
		Credentials: credentials.NewStaticCredentialsProvider(w.out.OperatorAccessKeyID, w.out.OperatorSecretAccessKey, ""),
		APIOptions:  []func(*middleware.Stack) error{(&decoded{}).add},
	}
	return w
}

// resolve looks a name up in the cloud's zones.
func (w *world) resolve(_ context.Context, name string) ([]string, error) {
	return w.cloud.Resolve(name), nil
}

// withForeign puts the records into the zone that are not the launcher's.
func (w *world) withForeign(t *testing.T) {
	t.Helper()
	for label, address := range foreign {
		_, err := route53.NewFromConfig(w.cfg).ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{
			HostedZoneId: &w.out.ZoneID, ChangeBatch: &r53types.ChangeBatch{Changes: []r53types.Change{{
				Action: r53types.ChangeActionCreate, ResourceRecordSet: &r53types.ResourceRecordSet{
					Name: aws.String(label + "." + w.out.ZoneName + "."), Type: r53types.RRTypeA, TTL: aws.Int64(300),
					ResourceRecords: []r53types.ResourceRecord{{Value: &address}}}}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) desktop(t *testing.T, id string, change ...func(*fleet.Options)) *fleet.Service {
	t.Helper()
	clock := &fleet.Clock{}
	cfg := w.cfg.Copy()
	cfg.HTTPClient = clock.Watch(w.http)
	o := fleet.Options{
		EC2:        ec2.NewFromConfig(cfg),
		DynamoDB:   dynamodb.NewFromConfig(cfg),
		Route53:    route53.NewFromConfig(cfg),
		Scheduler:  scheduler.NewFromConfig(cfg),
		LauncherID: id,
		Clock:      clock,
		Names: backend.Resources{
			SessionsTable:  w.out.SessionsTable,
			InstancesTable: w.out.InstancesTable,
			LeasesTable:    w.out.LeasesTable,
			AuditTable:     w.out.AuditTable,
			StateIndex:     w.out.StateIndex,
			DayIndex:       w.out.DayIndex,
			LaunchTemplate: w.out.LaunchTemplate,
			ZoneID:         w.out.ZoneID,
			ZoneName:       w.out.ZoneName,
			ParkingAddress: w.out.ParkingAddress,
			ScheduleGroup:  w.out.SchedulerGroup,
			StopRoleARN:    w.out.StopRoleARN,
		},
		Figures: fleet.Figures{
			PoolSize:     5,
			MaxInstances: 10,
			Window:       time.Hour,
			Maximum:      12 * time.Hour,
			Grace:        time.Minute,
			TTL:          10 * time.Second,
			ReadyTimeout: 10 * time.Minute,
		},
		Avatar: fleet.Avatar{
			Scheme:     "http",
			HealthPath: "/healthz",
			Transport:  func(string) http.RoundTripper { return w.cloud.Transport() },
			Resolve:    w.resolve,
		},
	}
	for _, f := range change {
		f(&o)
	}
	s := fleet.New(o)
	t.Cleanup(s.Wait)
	return s
}

// count says how many of the cloud's instances are in each state.
func (w *world) count(t *testing.T) map[string]int {
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

// page asks a name's health page through its DNS record, as a browser would.
func (w *world) page(t *testing.T, domain string) string {
	t.Helper()
	resp, err := w.http.Get("http://" + domain + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// keep runs a desktop's keeper until the test stops it.
func keep(t *testing.T, s *fleet.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Keep(ctx, func(backend.Pool) {})
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func start(t *testing.T, s *fleet.Service, u backend.User) (*backend.Session, []backend.Phase, time.Duration) {
	t.Helper()
	began := time.Now()
	var phases []backend.Phase
	session, err := s.Start(t.Context(), u, func(p backend.Progress) {
		if p.Phase != "" && (len(phases) == 0 || phases[len(phases)-1] != p.Phase) {
			phases = append(phases, p.Phase)
		}
	})
	if err != nil {
		t.Fatalf("start for %s: %v", u.Username, err)
	}
	return session, phases, time.Since(began)
}
