package core

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"avatar-launcher/app/controlplane"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/localcloud"
)

// room is a cloud with desktops before it, all in one bubble of virtual time.
type room struct {
	t        *testing.T
	cloud    *localcloud.Cloud
	profile  config.Profile
	password map[string]string

	once    sync.Once
	handler http.Handler // the account's broker, for desktops that have it
}

func newRoom(t *testing.T) *room {
	t.Helper()
	return newRoomOf(t, localcloud.Options{BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1})
}

func newRoomOf(t *testing.T, o localcloud.Options) *room {
	t.Helper()
	cloud, err := localcloud.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	r := &room{t: t, cloud: cloud, password: map[string]string{}}
	r.profile = CloudAddress{Endpoint: "http://localcloud",
		Outputs: cloud.Outputs()}.fill(config.Default().Profiles["local"])
	for _, u := range cloud.Outputs().DemoUsers {
		r.password[u.Username] = u.Password
	}
	return r
}

func (r *room) sdk() aws.Config {
	return aws.Config{Region: r.profile.Region, BaseEndpoint: aws.String("http://localcloud"),
		HTTPClient: &http.Client{Transport: r.cloud.Transport()}}
}

func (r *room) operator() aws.Config {
	cfg, out := r.sdk(), r.cloud.Outputs()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(out.OperatorAccessKeyID, out.OperatorSecretAccessKey, "")
	return cfg
}

// desktop is a launcher on a computer of its own, with the credentials of the user who signs in there.
func (r *room) desktop(window time.Duration, more ...func(*backend.Options, aws.Config)) *backend.Launcher {
	p, cfg := r.profile, r.sdk()
	p.Session.Window, p.Session.Maximum = window, 12*time.Hour
	o := backend.Options{Inbox: backend.NewInbox(), Rules: Rules(p), Profile: p.Name}
	id := identity.New(identity.Options{Region: p.Region, UserPoolID: p.Cognito.UserPoolID, ClientID: p.Cognito.ClientID,
		IdentityPoolID: p.Cognito.IdentityPoolID, HTTP: cfg.HTTPClient, SDK: cfg, Keyring: identity.Memory(), Account: p.Name,
		Notify: o.Inbox.Notify})
	cfg.Credentials = id.Credentials()
	shape := controlplane.Avatar(p)
	shape.Transport = func(string) http.RoundTripper { return r.cloud.Transport() }
	f := fleet.New(fleet.Options{EC2: ec2.NewFromConfig(cfg), DynamoDB: dynamodb.NewFromConfig(cfg),
		Route53:   route53.NewFromConfig(cfg),
		Scheduler: scheduler.NewFromConfig(cfg), Names: p.Resources(), Figures: controlplane.Figures(p), Avatar: shape,
		LauncherID: launcherID()})
	o.Identity, o.Fleet = id, f
	if throughBroker {
		o.Fleet = r.broker(p, id)
	}
	o.BeforeSignOut = func(ctx context.Context) { FinishBackground(ctx, f) }
	for _, add := range more {
		add(&o, cfg)
	}
	l := backend.New(o)
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = l.Run(ctx) }()
	r.t.Cleanup(func() { cancel(); <-ended; f.Wait() })
	return l
}

// until waits for a desktop to reach a phase.
func (r *room) until(l *backend.Launcher, limit time.Duration, phases ...backend.Phase) backend.Snapshot {
	r.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(time.Second) {
		synctest.Wait()
		s := l.Snapshot()
		for _, p := range phases {
			if s.Phase == p && !s.Adopting {
				return s
			}
		}
	}
	s := l.Snapshot()
	r.t.Fatalf("after %v the phase is %q, not %v; problem: %v", limit, s.Phase, phases, s.Problem)
	return s
}

func (r *room) signIn(l *backend.Launcher, name string, phases ...backend.Phase) backend.Snapshot {
	r.t.Helper()
	l.Do(backend.Wish{Verb: backend.WishSignIn, Username: name, Password: r.password[name]})
	return r.until(l, 5*time.Minute, phases...)
}

// running counts the instances that are not stopped or gone.
func (r *room) running() (n int) {
	out, err := ec2.NewFromConfig(r.operator()).DescribeInstances(r.t.Context(),
		&ec2.DescribeInstancesInput{Filters: []types.Filter{
			{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}}}})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, one := range out.Reservations {
		n += len(one.Instances)
	}
	return n
}

// TestTwoDesktopsOfOneUser has the second attach to the first one's session; both show it, and either stops it.
func TestTwoDesktopsOfOneUser(t *testing.T) {
	for name, stopper := range map[string]int{"the first stops": 0, "the second stops": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t)
				desks := []*backend.Launcher{r.desktop(time.Hour), r.desktop(time.Hour)}
				r.signIn(desks[0], "demo", backend.Idle)
				desks[0].Do(backend.Wish{Verb: backend.WishStart})
				first := r.until(desks[0], 5*time.Minute, backend.Ready)
				second := r.signIn(desks[1], "demo", backend.Ready)
				if first.Session.InstanceID != second.Session.InstanceID || first.URL != second.URL || second.URL == "" ||
					!first.Session.ExpireAt.Equal(second.Session.ExpireAt) {
					t.Errorf("the first shows %s %s, the second %s %s", first.Session.InstanceID, first.URL, second.Session.InstanceID,
						second.URL)
				}
				if n := r.running(); n != 1 {
					t.Errorf("%d instances run", n)
				}
				desks[stopper].Do(backend.Wish{Verb: backend.WishStop})
				r.until(desks[stopper], time.Minute, backend.Idle)
				other := r.until(desks[1-stopper], 3*time.Minute, backend.Idle, backend.Failed)
				if other.Session != nil || other.Problem == nil || !strings.Contains(other.Problem.Error(), "stopped") {
					t.Errorf("the other shows %+v, %v", other.Session, other.Problem)
				}
				time.Sleep(time.Minute)
				if n := r.running(); n != 0 {
					t.Errorf("%d instances run after the stop", n)
				}
				// Nothing is spoilt: the other starts anew.
				desks[1-stopper].Do(backend.Wish{Verb: backend.WishStart})
				r.until(desks[1-stopper], 5*time.Minute, backend.Ready)
			})
		})
	}
}

// TestANameIsParkedBeforeTheSignOut ends a program while Route 53 refuses changes for longer than an ending waits.
func TestANameIsParkedBeforeTheSignOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		l := r.desktop(time.Hour)
		r.signIn(l, "demo", backend.Idle)
		l.Do(backend.Wish{Verb: backend.WishStart})
		session := r.until(l, 5*time.Minute, backend.Ready).Session
		fault, err := r.cloud.AddFault(localcloud.Fault{Service: "route53", Operation: "ChangeResourceRecordSets",
			Kind: localcloud.FaultError, Code: "ServiceUnavailable", Status: 503})
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(4*time.Second, func() { r.cloud.RemoveFault(fault) })
		l.Do(backend.Wish{Verb: backend.WishQuit})
		<-l.Finished()
		out, err := route53.NewFromConfig(r.operator()).ListResourceRecordSets(t.Context(),
			&route53.ListResourceRecordSetsInput{HostedZoneId: &r.profile.Zone.ID, StartRecordName: &session.Domain})
		if err != nil {
			t.Fatal(err)
		}
		if got := *out.ResourceRecordSets[0].ResourceRecords[0].Value; got != r.profile.Zone.ParkingAddress {
			t.Errorf("%s points at %s when the program ends, want %s", session.Domain, got, r.profile.Zone.ParkingAddress)
		}
	})
}

// TestASignInThatWasRevoked stops by the last valid credentials; when they are over, the armed stop acts, and its time
// is said.
func TestASignInThatWasRevoked(t *testing.T) {
	for name, after := range map[string]time.Duration{"the credentials last": 57 * time.Minute,
		"they are over": 65 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(t)
				l := r.desktop(2 * time.Hour)
				r.signIn(l, "demo", backend.Idle)
				l.Do(backend.Wish{Verb: backend.WishStart})
				end := r.until(l, 5*time.Minute, backend.Ready).Session.ExpireAt
				idp := cognitoidentityprovider.NewFromConfig(r.operator())
				_, err := idp.AdminUserGlobalSignOut(t.Context(), &cognitoidentityprovider.AdminUserGlobalSignOutInput{
					UserPoolId: &r.profile.Cognito.UserPoolID, Username: aws.String("demo")})
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(after)
				synctest.Wait()
				told := false
				for _, n := range l.Snapshot().Notices {
					told = told || n.Key == "sign-in" && strings.HasPrefix(n.Problem.Next.String(), "Sign in again")
				}
				if !told {
					t.Errorf("nothing is said: %+v", l.Snapshot().Notices)
				}
				l.Do(backend.Wish{Verb: backend.WishStop})
				s := r.until(l, time.Minute, backend.Idle, backend.Failed)
				if after < time.Hour {
					if s.Phase != backend.Idle || r.running() != 0 {
						t.Errorf("phase %q, %d instances run: %v", s.Phase, r.running(), s.Problem)
					}
					return
				}
				at := end.Add(r.profile.Session.Grace)
				if s.Phase != backend.Failed || !strings.Contains(s.Problem.Next.String(), at.Local().Format("15:04")) {
					t.Fatalf("phase %q, %v", s.Phase, s.Problem)
				}
				time.Sleep(time.Until(at) + 3*time.Minute)
				if n := r.running(); n != 0 {
					t.Errorf("%d instances run after the armed stop", n)
				}
			})
		})
	}
}
