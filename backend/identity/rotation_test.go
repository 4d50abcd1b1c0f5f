package identity_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

// rotate makes the pool's client exchange refresh tokens at each use.
func (w *world) rotate(t *testing.T) {
	t.Helper()
	w.rotateWithin(t, 0)
}

// rotateWithin does so with a time in which a token that was exchanged is still taken, in seconds.
func (w *world) rotateWithin(t *testing.T, grace int32) {
	t.Helper()
	out, err := w.admin.DescribeUserPoolClient(t.Context(), &cognitoidentityprovider.DescribeUserPoolClientInput{
		UserPoolId: &w.out.UserPoolID, ClientId: &w.out.ClientID})
	must(t, err)
	c := out.UserPoolClient
	_, err = w.admin.UpdateUserPoolClient(t.Context(), &cognitoidentityprovider.UpdateUserPoolClientInput{
		UserPoolId: &w.out.UserPoolID, ClientId: &w.out.ClientID, ClientName: c.ClientName,
		ExplicitAuthFlows:          []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth},
		PreventUserExistenceErrors: c.PreventUserExistenceErrors, EnableTokenRevocation: aws.Bool(true),
		RefreshTokenRotation: &types.RefreshTokenRotationType{Feature: types.FeatureTypeEnabled,
			RetryGracePeriodSeconds: aws.Int32(grace)},
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
		refusal(t, err, backend.KindRefused, "used twice")
		stolen.wantEmpty(t)
	})
}

// TestRotationWhileTheKeysCannotBeHad: the pool has voided the old token by the time that the new ID token waits for
// its key. The next try, of a start or of a launcher that runs, must have the new one.
func TestRotationWhileTheKeysCannotBeHad(t *testing.T) {
	for name, tt := range map[string]struct {
		keys func() (io.Reader, error)
		kind backend.Kind
	}{
		"the endpoint is away":   {func() (io.Reader, error) { return nil, io.ErrUnexpectedEOF }, backend.KindUnreachable},
		"an answer far too long": {func() (io.Reader, error) { return endless{}, nil }, backend.KindUnreachable},
		"keys of before": {func() (io.Reader, error) { return strings.NewReader(`{"keys":[]}`), nil },
			backend.KindRefused},
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
