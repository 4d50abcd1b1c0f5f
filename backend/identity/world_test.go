package identity_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go/logging"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/localcloud"
)

// world is an embedded cloud, an operator of it, and a recording of all that went over the wire and into the log.
type world struct {
	cloud *localcloud.Cloud
	out   localcloud.Outputs
	ring  *ring
	log   *buffer
	wire  *recording
	admin *cognitoidentityprovider.Client
}

func newWorld(t testing.TB) *world {
	t.Helper()
	cloud, err := localcloud.Open(localcloud.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	w := &world{cloud: cloud, out: cloud.Outputs(), ring: newRing(), log: &buffer{}}
	w.wire = &recording{next: cloud.Transport()}
	cfg := w.sdk()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(w.out.OperatorAccessKeyID, w.out.OperatorSecretAccessKey,
		"")
	cfg.HTTPClient = &http.Client{Transport: cloud.Transport()}
	w.admin = cognitoidentityprovider.NewFromConfig(cfg)
	return w
}

func (w *world) sdk() aws.Config {
	return aws.Config{Region: w.out.Region, BaseEndpoint: aws.String("http://localcloud"),
		HTTPClient: &http.Client{Transport: w.wire}}
}

// options are those of a launcher whose SDK is told elsewhere to log all that it sends and gets.
func (w *world) options() identity.Options {
	sdk := w.sdk()
	sdk.ClientLogMode, sdk.Logger = aws.LogRequestWithBody|aws.LogResponseWithBody, logging.NewStandardLogger(w.log)
	return identity.Options{
		Region: w.out.Region, UserPoolID: w.out.UserPoolID, ClientID: w.out.ClientID, IdentityPoolID: w.out.IdentityPoolID,
		HTTP: &http.Client{Transport: w.wire}, SDK: sdk, Keyring: w.ring, Account: "test",
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// service is a launcher's identity, as after a start of the program.
func (w *world) service() *identity.Service { return identity.New(w.options()) }

func (w *world) password(t testing.TB, name string) string {
	t.Helper()
	for _, u := range w.out.DemoUsers {
		if u.Username == name {
			return u.Password
		}
	}
	t.Fatalf("there is no demo user %s", name)
	return ""
}

// signedIn is a service with somebody signed in.
func (w *world) signedIn(t *testing.T, name string) *identity.Service {
	t.Helper()
	s := w.service()
	if _, c, err := s.SignIn(t.Context(), name, w.password(t, name)); err != nil || c != nil {
		t.Fatalf("sign-in: %v, %v", c, err)
	}
	return s
}

func (w *world) count(operation string) int64 { return w.cloud.CallCounts()[operation] }

func (w *world) total() (n int64) {
	for _, c := range w.cloud.CallCounts() {
		n += c
	}
	return n
}

// addUser makes a member of the group user with a temporary password.
func (w *world) addUser(t *testing.T, name, password string, attributes ...types.AttributeType) {
	t.Helper()
	_, err := w.admin.AdminCreateUser(t.Context(), &cognitoidentityprovider.AdminCreateUserInput{
		UserPoolId: &w.out.UserPoolID, Username: &name, TemporaryPassword: &password,
		MessageAction:  types.MessageActionTypeSuppress,
		UserAttributes: attributes,
	})
	must(t, err)
	w.join(t, name, "user")
}

func (w *world) join(t *testing.T, name, group string) {
	t.Helper()
	_, err := w.admin.AdminAddUserToGroup(t.Context(), &cognitoidentityprovider.AdminAddUserToGroupInput{
		UserPoolId: &w.out.UserPoolID, Username: &name, GroupName: &group})
	must(t, err)
}

func (w *world) setPassword(t *testing.T, name, password string) {
	t.Helper()
	_, err := w.admin.AdminSetUserPassword(t.Context(), &cognitoidentityprovider.AdminSetUserPasswordInput{
		UserPoolId: &w.out.UserPoolID, Username: &name, Password: &password, Permanent: true,
	})
	must(t, err)
}

func attribute(name, value string) types.AttributeType {
	return types.AttributeType{Name: &name, Value: &value}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refusal fails the test unless err is a Problem of the kind, complete, whose sentences hold the part.
func refusal(t *testing.T, err error, kind backend.Kind, part string) {
	t.Helper()
	var p *backend.Problem
	if !errors.As(err, &p) {
		t.Fatalf("got %v, not a Problem", err)
	}
	if p.Kind != kind || p.What.IsZero() || p.Why.IsZero() || p.Next.IsZero() || !strings.Contains(p.Error(), part) {
		t.Errorf("got %s %q, want %s with %q", p.Kind, p.Error(), kind, part)
	}
}

type buffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.String()
}

// recording keeps every request's and answer's body, and can cut the network.
type recording struct {
	next    http.RoundTripper
	sent    buffer
	got     buffer
	offline sync.Map // "" → whatever: no network
}

func (r *recording) cut()  { r.offline.Store("", true) }
func (r *recording) mend() { r.offline.Clear() }

func (r *recording) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, off := r.offline.Load(""); off {
		return nil, errors.New("dial tcp: connect: network is unreachable")
	}
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		_, _ = r.sent.Write(append(data, '\n'))
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(data))
	}
	res, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	_, _ = r.got.Write(append(data, '\n'))
	res.Body = io.NopCloser(bytes.NewReader(data))
	return res, err
}

// setMFA makes the pool want second factors of the kinds.
func (w *world) setMFA(t *testing.T, mode types.UserPoolMfaType, totp, sms, email bool) {
	t.Helper()
	in := &cognitoidentityprovider.SetUserPoolMfaConfigInput{UserPoolId: &w.out.UserPoolID, MfaConfiguration: mode,
		SoftwareTokenMfaConfiguration: &types.SoftwareTokenMfaConfigType{Enabled: totp}}
	if sms {
		in.SmsMfaConfiguration = &types.SmsMfaConfigType{}
	}
	if email {
		in.EmailMfaConfiguration = &types.EmailMfaConfigType{}
	}
	if mode == types.UserPoolMfaTypeOn {
		must(t, passwordsOnly(t.Context(), w.admin, in.UserPoolId))
	}
	_, err := w.admin.SetUserPoolMfaConfig(t.Context(), in)
	must(t, err)
}

// passwordsOnly takes the other first factors off the pool: Cognito refuses them beside a second factor for everybody.
func passwordsOnly(ctx context.Context, admin *cognitoidentityprovider.Client, pool *string) error {
	was, err := admin.DescribeUserPool(ctx, &cognitoidentityprovider.DescribeUserPoolInput{UserPoolId: pool})
	if err != nil {
		return err
	}
	_, err = admin.UpdateUserPool(ctx, &cognitoidentityprovider.UpdateUserPoolInput{UserPoolId: pool,
		AutoVerifiedAttributes: was.UserPool.AutoVerifiedAttributes, DeviceConfiguration: was.UserPool.DeviceConfiguration,
		MfaConfiguration: was.UserPool.MfaConfiguration})
	return err
}

// code is the newest code that the cloud sent to somebody.
func (w *world) code(t *testing.T, username string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://localcloud/_admin/outbox", nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+w.out.OperatorSecretAccessKey)
	res, err := w.cloud.Transport().RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	return lastCode(t, res.Body, username)
}
