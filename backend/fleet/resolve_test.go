package fleet_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
)

// avatarDesktop returns a control plane whose avatars are reached as given.
func (w *world) avatarDesktop(t *testing.T, avatar fleet.Avatar) *fleet.Service {
	t.Helper()
	s := fleet.New(fleet.Options{
		EC2:        ec2.NewFromConfig(w.cfg),
		DynamoDB:   dynamodb.NewFromConfig(w.cfg),
		Route53:    route53.NewFromConfig(w.cfg),
		Scheduler:  scheduler.NewFromConfig(w.cfg),
		LauncherID: "one",
		Names:      w.names(),
		Figures:    figures,
		Avatar:     avatar,
	})
	t.Cleanup(s.Wait)
	return s
}

// probes counts the requests to instances before their name resolves to them.
type probes struct {
	w            *world
	early, later int
}

func (p *probes) RoundTrip(r *http.Request) (*http.Response, error) {
	if slices.Contains(p.w.cloud.Resolve(r.Host), r.URL.Hostname()) {
		p.later++
	} else {
		p.early++
	}
	return p.w.cloud.Transport().RoundTrip(r)
}

// TestReadyWaitsUntilTheNameResolves starts on a cloud whose name servers learn of a change after a while, once without
// a record of the name and once with a parked one.
func TestReadyWaitsUntilTheNameResolves(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				if err := w.cloud.SetBehavior(localcloud.Behavior{NameLag: 40 * time.Second}); err != nil {
					t.Fatal(err)
				}
				asked := &probes{w: w}
				s := w.avatarDesktop(t, fleet.Avatar{
					Scheme:     scheme,
					HealthPath: "/healthz",
					Transport:  func(string) http.RoundTripper { return asked },
					Resolve:    w.resolve,
				})
				for range 2 {
					session, _, _ := start(t, s, demo)
					if got := w.cloud.Resolve(session.Domain); !slices.Contains(got, session.PublicIP) {
						t.Errorf("ready, and %s resolves to %v, not to %s", session.Domain, got, session.PublicIP)
					}
					if scheme == "https" && asked.early > 0 {
						t.Errorf("over TLS the avatar was asked %d times before its name resolved", asked.early)
					}
					if err := s.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Minute)
				}
				if asked.early+asked.later == 0 {
					t.Error("the avatar was not asked")
				}
			})
		})
	}
}

// TestANameThatIsLateIsSaid starts where the name does not resolve in time, and where Route 53 does not take it.
func TestANameThatIsLateIsSaid(t *testing.T) {
	for name, trouble := range map[string]func(*world) error{
		"late": func(w *world) error { return w.cloud.SetBehavior(localcloud.Behavior{NameLag: 10 * time.Minute}) },
		"refused": func(w *world) error {
			_, err := w.cloud.AddFault(localcloud.Fault{
				Service: "route53", Operation: "ChangeResourceRecordSets", Kind: localcloud.FaultError, Code: "AccessDenied",
				Status: 403,
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				if err := trouble(w); err != nil {
					t.Fatal(err)
				}
				s := w.desktop(t, "one")
				var notices []backend.Notice
				began := time.Now()
				if _, err := s.Start(t.Context(), demo, func(p backend.Progress) {
					if p.Notice != nil {
						notices = append(notices, *p.Notice)
					}
				}); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > 100*time.Second {
					t.Errorf("it took %v", took)
				}
				if len(notices) != 1 || notices[0].Key != backend.NoticeName || notices[0].Problem == nil {
					t.Errorf("the notices are %+v", notices)
				}
			})
		})
	}
}

// TestALookupThatHangsIsGivenUp starts where this computer's resolver does not answer.
func TestALookupThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.avatarDesktop(t, fleet.Avatar{
			Scheme:     "http",
			HealthPath: "/healthz",
			Transport:  func(string) http.RoundTripper { return w.cloud.Transport() },
			Resolve: func(ctx context.Context, _ string) ([]string, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			},
		})
		if _, _, took := start(t, s, demo); took > 100*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
