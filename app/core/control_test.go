package core

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	awskinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"avatar-launcher/app/controlplane"
	"avatar-launcher/backend"
	"avatar-launcher/backend/broker"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/logs/kinesis"
)

// throughBroker gives the desktops of the tests the account's broker in place of a control plane of their own.
var throughBroker = false

// TestTheLauncherBehavesTheSameThroughTheBroker: the desktops' tests again, with the broker and real ID tokens.
func TestTheLauncherBehavesTheSameThroughTheBroker(t *testing.T) {
	throughBroker = true
	defer func() { throughBroker = false }()
	for name, test := range map[string]func(*testing.T){
		"two desktops of one user": TestTwoDesktopsOfOneUser,
		"a viewer":                 TestAViewerKeepsTheAvatar,
		"signing in again":         TestSigningInAgainKeepsTheAvatar,
		"a sign-in that ended":     TestASignInThatWasRevoked,
		"a night":                  testANight,
	} {
		t.Run(name, test)
	}
}

// TestANight is the same without the broker.
func TestANight(t *testing.T) { testANight(t) }

// testANight leaves a signed-in launcher alone until its tokens have been renewed several times, and then
// starts and quits.
func testANight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		l := r.desktop(time.Hour)
		r.signIn(l, "demo", backend.Idle)
		time.Sleep(9 * time.Hour)
		l.Do(backend.Wish{Verb: backend.WishStart})
		s := r.until(l, 5*time.Minute, backend.Ready)
		if s.User.Username != "demo" || s.Session.Username != "demo" || s.URL == "" {
			t.Errorf("ready as %+v at %q", s.Session, s.URL)
		}
		l.Do(backend.Wish{Verb: backend.WishQuit})
		<-l.Finished()
		time.Sleep(time.Minute)
		if n := r.running(); n != 0 {
			t.Errorf("%d instances run", n)
		}
	})
}

// broker returns what stands in for the control plane of a desktop whose user is id's.
func (r *room) broker(p config.Profile, id *identity.Service) *broker.Client {
	cfg := r.operator()
	shape := controlplane.Avatar(p)
	shape.Transport = func(string) http.RoundTripper { return r.cloud.Transport() }
	r.once.Do(func() {
		f := fleet.New(fleet.Options{EC2: ec2.NewFromConfig(cfg), DynamoDB: dynamodb.NewFromConfig(cfg),
			Route53:   route53.NewFromConfig(cfg),
			Scheduler: scheduler.NewFromConfig(cfg), Names: p.Resources(), Figures: controlplane.Figures(p), Avatar: shape,
			LauncherID: "broker"})
		r.t.Cleanup(f.Wait)
		v := &broker.Verifier{Issuer: "https://cognito-idp." + p.Region + ".amazonaws.com/" + p.Cognito.UserPoolID,
			ClientID: p.Cognito.ClientID, HTTP: &http.Client{Transport: r.cloud.Transport()}}
		r.handler = &broker.Handler{Fleet: f, Verify: v.User, Logger: slog.New(slog.DiscardHandler),
			Log: broker.Log{API: awskinesis.NewFromConfig(cfg), Stream: p.Stream}}
	})
	return newBroker(p, inProcess{r.handler}, id.Credentials(), id, time.Now)
}

// stream reads the log as the desktop with these options does.
func stream(o *backend.Options, cfg aws.Config) kinesis.API {
	if client, ok := o.Fleet.(*broker.Client); ok {
		return broker.Stream{Client: client}
	}
	return awskinesis.NewFromConfig(cfg)
}

// inProcess carries requests to a handler without a socket. The answer is read while it is written.
type inProcess struct{ handler http.Handler }

func (p inProcess) Do(r *http.Request) (*http.Response, error) {
	body, out := io.Pipe()
	w := &pipe{PipeWriter: out, header: http.Header{}, begun: make(chan int, 1)}
	go func() {
		p.handler.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context()))) // Lambda tells the function of no hang-up
		w.WriteHeader(http.StatusOK)
		out.Close()
	}()
	status := <-w.begun
	context.AfterFunc(r.Context(), func() { body.CloseWithError(r.Context().Err()) })
	return &http.Response{StatusCode: status, Header: w.header, Body: body, Request: r}, nil
}

type pipe struct {
	*io.PipeWriter
	header http.Header
	once   sync.Once
	begun  chan int
}

func (w *pipe) Header() http.Header    { return w.header }
func (w *pipe) WriteHeader(status int) { w.once.Do(func() { w.begun <- status }) }
func (w *pipe) Flush()                 {}

func (w *pipe) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.PipeWriter.Write(b)
}
