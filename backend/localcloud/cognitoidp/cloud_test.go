package cognitoidp_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/cognitoidp"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	region   = "us-east-1"
	password = "Correct-Horse-7"
)

// readyKeys spares the tests the making of RSA keys; every pool gets the same two.
var readyKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	var out []*rsa.PrivateKey
	for range 2 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out = append(out, k)
	}
	return out
})

// cloud is a user pool service with one pool and one client, driven over its wire protocol.
type cloud struct {
	t      testing.TB
	env    wire.Env
	svc    *cognitoidp.Service
	pool   string
	client string
	call   wire.Call // template: principal and authorizer of the next calls
}

func options() cognitoidp.Options {
	var n atomic.Int32
	return cognitoidp.Options{GenerateKey: func() (*rsa.PrivateKey, error) { return readyKeys()[n.Add(1)%2], nil }}
}

// bare is a service without a pool.
func bare(t testing.TB, st *store.Store) *cloud {
	t.Helper()
	env := wiretest.Env(nil)
	svc, err := cognitoidp.New(env, st, options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(svc.Close)
	return &cloud{t: t, env: env, svc: svc,
		call: wire.Call{Principal: wire.Principal{ARN: "arn:aws:iam::123456789012:root", Root: true}}}
}

// fresh is a service with one pool, made with poolMore over the defaults, and one client, with clientMore.
func fresh(t testing.TB, poolMore, clientMore obj) *cloud {
	t.Helper()
	st, err := store.Open("")
	if err != nil {
		t.Fatal(err)
	}
	c := bare(t, st)
	c.pool = c.must("CreateUserPool", obj{"PoolName": "avatars"}.with(poolMore)).at("UserPool", "Id").(string)
	c.addClient(clientMore)
	return c
}

func (c *cloud) addClient(more obj) {
	c.t.Helper()
	c.client = c.must("CreateUserPoolClient", obj{"UserPoolId": c.pool, "ClientName": "launcher",
		"ExplicitAuthFlows": []string{"ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
			"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH"}}.with(more)).at("UserPoolClient", "ClientId").(string)
}

// addUser makes a confirmed user with the tests' password.
func (c *cloud) addUser(name string, attributes ...obj) {
	c.t.Helper()
	c.must("AdminCreateUser", obj{"UserPoolId": c.pool, "Username": name, "MessageAction": "SUPPRESS",
		"UserAttributes": attributes})
	c.must("AdminSetUserPassword", obj{"UserPoolId": c.pool, "Username": name, "Password": password, "Permanent": true})
}

func attr(name, value string) obj { return obj{"Name": name, "Value": value} }

// obj is a JSON object.
type obj map[string]any

func (o obj) with(more obj) obj {
	out := obj{}
	for _, m := range []obj{o, more} {
		for k, v := range m {
			if v == nil {
				delete(out, k)
				continue
			}
			out[k] = v
		}
	}
	return out
}

// at follows a path of member names, and array indices.
func (o obj) at(path ...any) any {
	var v any = map[string]any(o)
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[p.(string)]
		case []any:
			if i := p.(int); i < len(x) {
				v = x[i]
				continue
			}
			return nil
		default:
			return nil
		}
	}
	return v
}

func (o obj) str(path ...any) string { s, _ := o.at(path...).(string); return s }

// apiError is an error answer.
type apiError struct{ code, message string }

func (e *apiError) String() string { return e.code + ": " + e.message }

// try makes one call.
func (c *cloud) try(op string, in any) (obj, *apiError) {
	c.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	status, raw := c.raw(op, body)
	out := obj{}
	if err := json.Unmarshal(raw, &out); err != nil {
		c.t.Fatalf("%s answered %d %q: %v", op, status, raw, err)
	}
	if status != 200 {
		return nil, &apiError{out.str("__type"), out.str("message")}
	}
	return out, nil
}

func (c *cloud) raw(op string, body []byte) (int, []byte) {
	r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+op)
	w := httptest.NewRecorder()
	call := c.call
	call.Service, call.Operation, call.Region = "cognito-idp", c.svc.Operation(r, body), region
	call.Request, call.Body, call.Now, call.RequestID = r, body, c.env.Now(), "test"
	c.svc.Serve(context.Background(), w, &call) // not the test's: a fuzz target may not ask f for its own
	return w.Code, w.Body.Bytes()
}

func (c *cloud) must(op string, in any) obj {
	c.t.Helper()
	out, e := c.try(op, in)
	if e != nil {
		c.t.Fatalf("%s: %s", op, e)
	}
	return out
}

// refused wants the call to fail with a code, and a message that contains part.
func (c *cloud) refused(code, part, op string, in any) {
	c.t.Helper()
	_, e := c.try(op, in)
	switch {
	case e == nil:
		c.t.Fatalf("%s succeeded, want %s", op, code)
	case e.code != code || !bytes.Contains([]byte(e.message), []byte(part)):
		c.t.Fatalf("%s: %s, want %s: …%s…", op, e, code, part)
	}
}

// login is USER_PASSWORD_AUTH.
func (c *cloud) login(name, pw string) obj {
	return obj{"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": c.client,
		"AuthParameters": obj{"USERNAME": name, "PASSWORD": pw}}
}

// tokens signs in and answers the AuthenticationResult.
func (c *cloud) tokens(name string) obj {
	c.t.Helper()
	out := c.must("InitiateAuth", c.login(name, password))
	r, ok := out["AuthenticationResult"].(map[string]any)
	if !ok {
		c.t.Fatalf("no tokens: %v", out)
	}
	return r
}

// respond answers a challenge of an earlier answer.
func (c *cloud) respond(from obj, responses obj) obj {
	return obj{"ClientId": c.client, "ChallengeName": from["ChallengeName"], "Session": from["Session"],
		"ChallengeResponses": responses}
}

// lastCode is the newest code that was sent for a purpose.
func (c *cloud) lastCode(purpose string) string {
	c.t.Helper()
	box := c.svc.Outbox()
	for i := len(box) - 1; i >= 0; i-- {
		if box[i].Purpose == purpose {
			return box[i].Code
		}
	}
	c.t.Fatalf("no %s message among %d", purpose, len(box))
	return ""
}

func wantEqual(t testing.TB, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
