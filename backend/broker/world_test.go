package broker_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/golang-jwt/jwt/v5"

	"avatar-launcher/backend"
	"avatar-launcher/backend/broker"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"
)

const (
	issuer   = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool"
	audience = "client"
)

// Making a key takes a while, so the tests share two: Cognito's, and a forger's.
var key, forged = newKey(), newKey()

func newKey() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

var (
	ann  = backend.User{ID: "11111111-1111-4111-8111-111111111111", Username: "ann", Role: backend.RoleUser}
	bob  = backend.User{ID: "22222222-2222-4222-8222-222222222222", Username: "bob", Role: backend.RoleUser}
	olga = backend.User{ID: "33333333-3333-4333-8333-333333333333", Username: "olga", Role: backend.RoleOperator}
)

// token is an ID token of a user's. change may make it another one.
func token(t *testing.T, u backend.User, change func(jwt.MapClaims)) string {
	t.Helper()
	c := jwt.MapClaims{"iss": issuer, "aud": audience, "token_use": "id", "sub": u.ID, "cognito:username": u.Username,
		"iat": time.Now().Unix(), "exp": time.Now().Add(24 * time.Hour).Unix()}
	if u.Role == backend.RoleOperator {
		c["cognito:groups"] = []string{"operator"}
	}
	if change != nil {
		change(c)
	}
	return sign(t, jwt.SigningMethodRS256, "k1", key, c)
}

func sign(t *testing.T, method jwt.SigningMethod, id string, with any, c jwt.MapClaims) string {
	t.Helper()
	made := jwt.NewWithClaims(method, c)
	made.Header["kid"] = id
	text, err := made.SignedString(with)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// keys serves the user pool's keys.
func keys(*http.Request) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{"keys": []any{map[string]any{"kid": "k1", "kty": "RSA", "alg": "RS256",
		"use": "sig",
		"n":   base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e":   base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(body)))}, err
}

// world is a cloud with a broker in front of it.
type world struct {
	*localcloud.Cloud
	out     localcloud.Outputs
	cfg     aws.Config
	fleet   *fleet.Service // the broker's
	handler *broker.Handler
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, localcloud.Options{BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1,
		WithoutUsers: true})
}

func newWorldOf(t *testing.T, o localcloud.Options) *world {
	t.Helper()
	cloud, err := localcloud.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cloud.Close() })
	w := &world{Cloud: cloud, out: cloud.Outputs()}
	w.cfg = aws.Config{Region: w.out.Region, HTTPClient: &http.Client{Transport: cloud.Transport()},
		BaseEndpoint: aws.String("http://localcloud"),
		Credentials:  credentials.NewStaticCredentialsProvider(w.out.OperatorAccessKeyID, w.out.OperatorSecretAccessKey, "")}
	w.fleet, w.handler = w.process(t)
	return w
}

// process is one process of the function: what it keeps in memory, no other has.
func (w *world) process(t *testing.T) (*fleet.Service, *broker.Handler) {
	t.Helper()
	s := w.service(t, "broker")
	s.StoreGateKeys = true
	v := &broker.Verifier{Issuer: issuer, ClientID: audience, HTTP: doer(keys)}
	return s, &broker.Handler{Fleet: s, Verify: v.User, Logger: slog.New(slog.DiscardHandler),
		Log: broker.Log{API: kinesis.NewFromConfig(w.cfg), Stream: w.out.Stream}}
}

// service is the control plane itself.
func (w *world) service(t *testing.T, id string) *fleet.Service {
	t.Helper()
	o := w.out
	s := fleet.New(fleet.Options{EC2: ec2.NewFromConfig(w.cfg), DynamoDB: dynamodb.NewFromConfig(w.cfg),
		Route53:   route53.NewFromConfig(w.cfg),
		Scheduler: scheduler.NewFromConfig(w.cfg), LauncherID: id,
		Names: backend.Resources{SessionsTable: o.SessionsTable, InstancesTable: o.InstancesTable, LeasesTable: o.LeasesTable,
			AuditTable: o.AuditTable, StateIndex: o.StateIndex, DayIndex: o.DayIndex, LaunchTemplate: o.LaunchTemplate,
			ZoneID:   o.ZoneID,
			ZoneName: o.ZoneName, ParkingAddress: o.ParkingAddress, ScheduleGroup: o.SchedulerGroup, StopRoleARN: o.StopRoleARN},
		Figures: fleet.Figures{PoolSize: 2, MaxInstances: 6, Window: time.Hour, Maximum: 12 * time.Hour, Grace: time.Minute,
			TTL: 10 * time.Second, ReadyTimeout: 10 * time.Minute},
		Avatar: fleet.Avatar{Scheme: "http", HealthPath: "/healthz", Transport: func(string) http.RoundTripper {
			return w.Transport()
		}}})
	t.Cleanup(s.Wait)
	return s
}

// fill runs a keeper until the pool is full.
func (w *world) fill(t *testing.T) {
	t.Helper()
	if _, err := w.service(t, "keeper").KeepOnce(t.Context(), 0, func(backend.Pool) {}); err != nil {
		t.Fatal(err)
	}
}

// client is the desktop of a user whose way to the broker takes rtt there and back.
func (w *world) client(t *testing.T, u backend.User, rtt time.Duration) *broker.Client {
	t.Helper()
	return clientOf(t, w.handler, u, rtt)
}

func clientOf(t *testing.T, h *broker.Handler, u backend.User, rtt time.Duration) *broker.Client {
	t.Helper()
	return &broker.Client{URL: "https://broker", HTTP: &streaming{handler: h, rtt: rtt},
		Token: func(context.Context) (string, error) { return token(t, u, nil), nil }}
}

// streaming carries requests to a handler without a socket. The answer's body is read while it is written.
type streaming struct {
	handler http.Handler
	rtt     time.Duration
	mu      sync.Mutex
	calls   int
}

func (s *streaming) Do(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.calls++
	s.mu.Unlock()
	time.Sleep(s.rtt)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	body, out := io.Pipe()
	w := &pipeWriter{out: out, header: http.Header{}, begun: make(chan int, 1)}
	go func() {
		s.handler.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context()))) // Lambda tells the function of no hang-up
		w.WriteHeader(http.StatusOK)
		out.Close()
	}()
	status := <-w.begun
	context.AfterFunc(r.Context(), func() { body.CloseWithError(r.Context().Err()) })
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: w.header, Body: body, Request: r},
		nil
}

type pipeWriter struct {
	out    *io.PipeWriter
	header http.Header
	once   sync.Once
	begun  chan int
}

func (w *pipeWriter) Header() http.Header { return w.header }
func (w *pipeWriter) WriteHeader(status int) {
	w.once.Do(func() { w.begun <- status })
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.out.Write(p)
}
func (w *pipeWriter) Flush() {}

// raw sends a request as it is and returns the status and the answer's body.
func (w *world) raw(method, path, token, body string) (int, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set(broker.TokenHeader, token)
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}
