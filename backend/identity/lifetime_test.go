package identity_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/localcloud"
)

const credentialCalls = "cognito-identity:GetCredentialsForIdentity"

func retrieve(t *testing.T, s *identity.Service) aws.Credentials {
	t.Helper()
	c, err := s.Credentials().Retrieve(t.Context())
	must(t, err)
	return c
}

func TestOneRenewalHoweverManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		ask := func() (got []aws.Credentials) {
			var all sync.WaitGroup
			var mu sync.Mutex
			for range 50 {
				all.Go(func() {
					c, err := s.Credentials().Retrieve(t.Context())
					mu.Lock()
					defer mu.Unlock()
					if err != nil {
						t.Error(err)
					}
					got = append(got, c)
				})
			}
			all.Wait()
			return got
		}
		first := ask()
		if n := w.count(credentialCalls); n != 1 {
			t.Errorf("%d calls for the first credentials", n)
		}
		time.Sleep(55 * time.Minute) // past 90 % of the hour: renewed beside, while the old ones are answered
		if c := retrieve(t, s); c != first[0] {
			t.Error("the first caller was not given the credentials that are still good")
		}
		ask()
		synctest.Wait()
		if n := w.count(credentialCalls); n != 2 {
			t.Errorf("%d calls after the renewal", n)
		}
		if c := retrieve(t, s); c.AccessKeyID == first[0].AccessKeyID || time.Until(c.Expires) < 30*time.Minute {
			t.Errorf("the new credentials are not in use: %v", c.Expires)
		}
		time.Sleep(3 * time.Hour) // everything has expired, as after a sleep of the machine
		ask()
		if n := w.count(credentialCalls); n != 3 {
			t.Errorf("%d calls after the expiry", n)
		}
		if n := w.count("cognito-identity:GetId"); n != 1 {
			t.Errorf("%d calls of GetId", n)
		}
	})
}

func TestIdleMakesNoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		retrieve(t, s)
		before := w.total()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := w.total() - before; n != 0 {
			t.Errorf("%d calls in a day of doing nothing", n)
		}
	})
}

func TestRefusedRenewalNeverBlocksAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		old := retrieve(t, s)
		_, err := w.admin.AdminUserGlobalSignOut(t.Context(), &cognitoidentityprovider.AdminUserGlobalSignOutInput{
			UserPoolId: &w.out.UserPoolID, Username: aws.String("demo")})
		must(t, err)
		time.Sleep(56 * time.Minute)
		for range 3 {
			if c := retrieve(t, s); c != old {
				t.Error("the last good credentials are not answered")
			}
			synctest.Wait()
		}
		if n := w.count(credentialCalls); n > 2 {
			t.Errorf("%d calls: a failed renewal is tried again at once", n)
		}
		time.Sleep(5 * time.Minute)
		_, err = s.Credentials().Retrieve(t.Context())
		refusal(t, err, backend.KindRefused, "was ended or is too old")
	})
}

func TestSlowRenewalNeverBlocksAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		old := retrieve(t, s)
		_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-identity", Kind: localcloud.FaultLatency, Latency: time.Hour})
		must(t, err)
		time.Sleep(56 * time.Minute)
		start := time.Now()
		if c := retrieve(t, s); c != old || time.Since(start) != 0 {
			t.Errorf("it took %v", time.Since(start))
		}
		time.Sleep(2 * time.Minute) // the renewal was given up
		synctest.Wait()
	})
}

func TestCredentialsOutliveTheSignOutForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		old := retrieve(t, s)
		must(t, s.SignOut(t.Context()))
		time.Sleep(59 * time.Second)
		if c := retrieve(t, s); c != old {
			t.Error("a stop that is still under way has no credentials")
		}
		time.Sleep(2 * time.Second)
		_, err := s.Credentials().Retrieve(t.Context())
		refusal(t, err, backend.KindRefused, "Nobody is signed in")
	})
}

func TestTheNextUserNeverGetsTheLastOnesCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		first := retrieve(t, s)
		must(t, s.SignOut(t.Context()))
		_, _, err := s.SignIn(t.Context(), "alice", w.password(t, "alice"))
		must(t, err)
		second := retrieve(t, s)
		time.Sleep(2 * time.Minute) // the farewell of the first is over
		if second.AccessKeyID == first.AccessKeyID || retrieve(t, s) != second {
			t.Error("the credentials of two users were mixed up")
		}
	})
}

func TestWaitingForCredentialsCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-identity", Kind: localcloud.FaultLatency, Latency: time.Hour})
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var all sync.WaitGroup
		for range 2 { // the one that renews, and the one that waits for its turn
			all.Go(func() {
				_, err := s.Credentials().Retrieve(ctx)
				refusal(t, err, backend.KindUnreachable, "in time")
			})
		}
		all.Wait()
	})
}

// rotate makes the pool's client exchange refresh tokens at each use.
func (w *world) rotate(t *testing.T) {
	t.Helper()
	out, err := w.admin.DescribeUserPoolClient(t.Context(), &cognitoidentityprovider.DescribeUserPoolClientInput{
		UserPoolId: &w.out.UserPoolID, ClientId: &w.out.ClientID})
	must(t, err)
	c := out.UserPoolClient
	_, err = w.admin.UpdateUserPoolClient(t.Context(), &cognitoidentityprovider.UpdateUserPoolClientInput{
		UserPoolId: &w.out.UserPoolID, ClientId: &w.out.ClientID, ClientName: c.ClientName,
		ExplicitAuthFlows:          []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth},
		PreventUserExistenceErrors: c.PreventUserExistenceErrors, EnableTokenRevocation: aws.Bool(true),
		RefreshTokenRotation: &types.RefreshTokenRotationType{Feature: types.FeatureTypeEnabled, RetryGracePeriodSeconds: aws.Int32(0)},
	})
	must(t, err)
}

func TestRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rotate(t)
		s := w.signedIn(t, "demo")
		stolen := w.ring.copied()
		for range 5 {
			time.Sleep(2 * time.Hour)
			retrieve(t, s)
		}
		if n := w.count("cognito-idp:GetTokensFromRefreshToken"); n != 5 {
			t.Errorf("%d refreshes", n)
		}
		for range 2 { // as after a crash: the keyring holds the newest token, that of a start that failed soon after, too
			_, err := w.service().Resume(t.Context())
			must(t, err)
		}

		o := w.options()
		o.Keyring = stolen
		_, err := identity.New(o).Resume(t.Context())
		refusal(t, err, backend.KindRefused, "used a second time")
		stolen.wantEmpty(t)
	})
}

// TestRotationWhileTheKeysCannotBeHad: the pool has voided the old token by the time that the new ID token waits for its
// key. The next try, of a start or of a launcher that runs, must have the new one.
func TestRotationWhileTheKeysCannotBeHad(t *testing.T) {
	for name, tt := range map[string]struct {
		keys func() (io.Reader, error)
		kind backend.Kind
	}{
		"the endpoint is away":   {func() (io.Reader, error) { return nil, io.ErrUnexpectedEOF }, backend.KindUnreachable},
		"an answer far too long": {func() (io.Reader, error) { return endless{}, nil }, backend.KindUnreachable},
		"keys of before":         {func() (io.Reader, error) { return strings.NewReader(`{"keys":[]}`), nil }, backend.KindRefused},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.rotate(t)
				w.signedIn(t, "demo").Forget()
				cloud := w.wire.next
				w.wire.next = keyless{cloud, tt.keys}
				_, err := w.service().Resume(t.Context())
				refusal(t, err, tt.kind, "")
				w.wire.next = cloud
				s := w.service()
				_, err = s.Resume(t.Context())
				must(t, err)

				time.Sleep(2 * time.Hour)
				w.wire.next = keyless{cloud, tt.keys}
				_, err = s.Credentials().Retrieve(t.Context())
				refusal(t, err, tt.kind, "")
				w.wire.next = cloud
				time.Sleep(2 * time.Minute)
				retrieve(t, s)
				_, err = w.service().Resume(t.Context())
				must(t, err)
			})
		})
	}
}

// keyless answers for the pool's signing keys in its own way, and has ID tokens name a key that nobody has.
type keyless struct {
	next http.RoundTripper
	keys func() (io.Reader, error)
}

var tokenHeader = regexp.MustCompile(`"IdToken":"[^".]+\.`)

func (k keyless) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/jwks.json") {
		body, err := k.keys()
		if err != nil {
			return nil, err
		}
		return &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(io.LimitReader(body, 64<<20))}, nil
	}
	res, err := k.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(res.Body)
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"new"}`))
	data = tokenHeader.ReplaceAll(data, []byte(`"IdToken":"`+header+"."))
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return res, err
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestTokensOfSomebodyElse: an answer to a renewal that is for another user, a proxy's mistake, is never taken.
func TestTokensOfSomebodyElse(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	o.Keyring = newRing()
	if _, c, err := identity.New(o).SignIn(t.Context(), "alice", w.password(t, "alice")); err != nil || c != nil {
		t.Fatal(c, err)
	}
	w.signedIn(t, "demo").Forget()
	found := regexp.MustCompile(`"RefreshToken":"([^"]+)"`).FindAllStringSubmatch(w.wire.got.String(), -1)
	if len(found) != 2 {
		t.Fatalf("%d refresh tokens were seen", len(found))
	}
	alice, demo := found[0][1], found[1][1]
	w.wire.next = swapping{next: w.wire.next, from: demo, to: alice}
	_, err := w.service().Resume(t.Context())
	refusal(t, err, backend.KindRefused, "")
	w.ring.wantEmpty(t)
}

// swapping replaces text in what is sent.
type swapping struct {
	next     http.RoundTripper
	from, to string
}

func (s swapping) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return s.next.RoundTrip(r)
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	data = bytes.ReplaceAll(data, []byte(s.from), []byte(s.to))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return s.next.RoundTrip(r)
}

func TestClientsThatKnowTheOlderRefreshOnly(t *testing.T) {
	w := newWorld(t)
	w.signedIn(t, "demo").Forget()
	_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "GetTokensFromRefreshToken",
		Kind: localcloud.FaultError, Code: "UnsupportedOperationException", Status: 400})
	must(t, err)
	if user, err := w.service().Resume(t.Context()); err != nil || user.Username != "demo" {
		t.Errorf("got %v, %v", user, err)
	}
}

func TestClockThatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		ahead time.Duration // of the cloud
		good  bool
	}{
		"a little slow": {4 * time.Minute, true},
		"a little fast": {-4 * time.Minute, true},
		"very slow":     {2 * time.Hour, false},
		"very fast":     {-2 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.cloud.SetClockSkew(tt.ahead)
				s := w.service()
				_, _, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
				if !tt.good {
					refusal(t, err, backend.KindRefused, "clock is wrong")
					return
				}
				must(t, err)
				if life := time.Until(retrieve(t, s).Expires); life < 59*time.Minute || life > 61*time.Minute {
					t.Errorf("by this computer's clock the credentials last %v", life)
				}
			})
		})
	}
}

func TestIdentityThatWasDeleted(t *testing.T) {
	w := newWorld(t)
	s := w.signedIn(t, "demo")
	retrieve(t, s)
	s.Forget()
	s = w.service()
	_, err := s.Resume(t.Context())
	must(t, err)
	_, err = w.cloud.AddFault(localcloud.Fault{Service: "cognito-identity", Operation: "GetCredentialsForIdentity",
		Kind: localcloud.FaultError, Code: "ResourceNotFoundException", Status: 400, Count: 1})
	must(t, err)
	retrieve(t, s)
	if n := w.count("cognito-identity:GetId"); n != 2 {
		t.Errorf("%d calls of GetId", n)
	}
}
