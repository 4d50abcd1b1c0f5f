package localcloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// listening opens a cloud without delays that listens, and a client that leaves nothing open.
func listening(t *testing.T) (*Cloud, *http.Client) {
	t.Helper()
	c := open(t, Options{Seed: 1})
	if err := c.Listen("", ""); err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(tr.CloseIdleConnections)
	return c, &http.Client{Transport: tr, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func fetch(t *testing.T, client *http.Client, r *http.Request) result {
	t.Helper()
	res, err := client.Do(r)
	if err != nil {
		return result{err: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return result{status: res.StatusCode, body: string(body), header: res.Header, err: err}
}

func TestWebPagesCannotDriveTheCloud(t *testing.T) {
	c, client := listening(t)
	host := strings.TrimPrefix(c.Endpoint(), "http://")
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		t.Fatal(err)
	}
	jwks := "/" + c.Outputs().UserPoolID + "/.well-known/jwks.json"
	login := "/login?client_id=" + c.Outputs().ClientID
	for name, each := range map[string]struct {
		method, path, host string
		headers            map[string]string
		refused            bool
	}{
		"by address":                     {"GET", jwks, "", nil, false},
		"localhost":                      {"GET", jwks, "localhost:" + port, nil, false},
		"below localhost":                {"GET", jwks, "aws.localhost:" + port, nil, false},
		"IPv6":                           {"GET", jwks, "[::1]:" + port, nil, false},
		"another loopback address":       {"GET", jwks, "127.9.9.9:" + port, nil, false},
		"a name of the attacker's":       {"GET", jwks, "evil.example:" + port, nil, true},
		"a name that ends alike":         {"GET", jwks, "evillocalhost:" + port, nil, true},
		"an address of the network":      {"GET", jwks, "192.168.1.7:" + port, nil, true},
		"amazonaws.com from outside":     {"GET", jwks, "dynamodb.us-east-1.amazonaws.com", nil, true},
		"API with another origin":        {"POST", "/", "", map[string]string{"Origin": "http://evil.example"}, true},
		"API with its own origin":        {"POST", "/", "", map[string]string{"Origin": "http://" + host}, true},
		"API from a page without origin": {"POST", "/", "", map[string]string{"Sec-Fetch-Site": "cross-site"}, true},
		"an avatar's page": {"POST", "/", "",
			map[string]string{"Origin": "http://demo.avatar.localhost:8080", "Sec-Fetch-Site": "cross-site"}, true},
		"sandboxed page": {"POST", "/login", "",
			map[string]string{"Origin": "null", "Sec-Fetch-Site": "cross-site"}, true},
		"a form of another site": {"POST", "/login", "",
			map[string]string{"Origin": "http://evil.example", "Sec-Fetch-Mode": "navigate"}, true},
		"hosted sign-in, own form": {"POST", "/login", "",
			map[string]string{"Origin": "http://" + host, "Sec-Fetch-Site": "same-origin"}, false},
		"hosted sign-in, opened": {"GET", login, "",
			map[string]string{"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, false},
		"hosted sign-in, linked to": {"GET", login, "",
			map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, false},
		"an identity provider's form": {"POST", "/saml2/idpresponse", "", map[string]string{"Origin": "https://idp.example",
			"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, false},
		"an identity provider's form, by a name of the attacker's": {"POST", "/saml2/idpresponse", "evil.example:" + port,
			map[string]string{"Origin": "https://idp.example"}, true},
		"hosted sign-in, fetched": {"GET", login, "",
			map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, true},
		"the operator's API": {"GET", "/_admin/outputs", "", map[string]string{"Origin": "http://evil.example"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := plain(t, each.method, c.Endpoint()+each.path)
			r.Host = each.host
			for k, v := range each.headers {
				r.Header.Set(k, v)
			}
			got := fetch(t, client, r)
			if refused := got.status == 403 && strings.HasPrefix(got.body, "The embedded cloud"); got.err != nil ||
				refused != each.refused {
				t.Errorf("refused %t, want %t: %d %v %s", refused, each.refused, got.status, got.err, got.body)
			}
		})
	}
}

func TestListenOnLoopbackOnly(t *testing.T) {
	c := open(t, Options{Seed: 1})
	for _, address := range []string{"0.0.0.0:0", ":0", "192.168.1.1:0", "example.com:80", "127.0.0.1"} {
		if err := c.Listen(address, ""); err == nil {
			t.Errorf("listens at %s", address)
		}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if err := c.Listen(taken.Addr().String(), ""); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a taken port: %v", err)
	}
	if c.Endpoint() != "http://localcloud" || c.EdgePort() != 0 {
		t.Error("a failed Listen has left something behind")
	}
}

func TestInstancesListenAtTheirAddressesWhileTheyAnswer(t *testing.T) {
	c, client := listening(t)
	k := operatorOf(t, c)
	if c.Gateway() != "" {
		t.Logf("no loopback addresses beside 127.0.0.1 here; through %s", c.Gateway())
	}
	if got := k.call("ec2", "RunInstances",
		"LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=1&MaxCount=1"); got.status != 200 {
		t.Fatal(got.body)
	}
	in := c.ec2.Load().Instances()[0]
	k.point("demo.avatar.localhost", in.PublicIP)
	direct, named := fmt.Sprintf("http://%s:%d/", in.PublicIP, c.EdgePort()),
		plain(t, "GET", fmt.Sprintf("http://127.0.0.1:%d/", c.EdgePort()))
	named.Host = "demo.avatar.localhost"
	if got := fetch(t, client, named); got.status != 200 || !strings.Contains(got.body, in.ID) {
		t.Errorf("by name: %d %v", got.status, got.err)
	}
	if c.Gateway() != "" {
		return
	}
	if got := fetch(t, client, plain(t, "GET", direct)); got.status != 200 || !strings.Contains(got.body, in.ID) {
		t.Errorf("by address: %d %v", got.status, got.err)
	}
	if got := k.call("ec2", "StopInstances", "InstanceId.1="+in.ID); got.status != 200 {
		t.Fatal(got.body)
	}
	if got := fetch(t, client, plain(t, "GET", direct)); !errors.Is(got.err, syscall.ECONNREFUSED) {
		t.Errorf("a stopped instance: %d %v, want connection refused", got.status, got.err)
	}
}

func TestDateIsTheCloudsClock(t *testing.T) {
	c, client := listening(t)
	c.SetClockSkew(-time.Hour)
	got := fetch(t, client, plain(t, "GET", c.Endpoint()+"/"+c.Outputs().UserPoolID+"/.well-known/jwks.json"))
	date, err := http.ParseTime(got.header.Get("Date"))
	if off := time.Since(date) - time.Hour; err != nil || off < -time.Minute || off > time.Minute {
		t.Errorf("Date %q, %v", got.header.Get("Date"), err)
	}
}

func TestFaultsOverTheOperatorsAPI(t *testing.T) {
	c, client := listening(t)
	k := operatorOf(t, c)
	admin := func(method, path, body string) result {
		t.Helper()
		r, err := http.NewRequest(method, c.Endpoint()+"/_admin/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+k.secret)
		return fetch(t, client, r)
	}
	list := func() result {
		t.Helper()
		r := k.request("dynamodb", "ListTables", "{}")
		r.URL.Host = strings.TrimPrefix(c.Endpoint(), "http://")
		r.Host = "localcloud.localhost"
		r.Header.Del("Authorization")
		k.sign(r, "{}")
		return fetch(t, client, r)
	}
	if got := fetch(t, client, plain(t, "GET", c.Endpoint()+"/_admin/outputs")); got.status != 401 {
		t.Errorf("without the key: %d", got.status)
	}
	if got := admin("POST", "faults",
		`{"service":"dynamodb","operation":"ListTables","kind":"error","code":"ThrottlingException","status":400,
			"count":2}`); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for i, want := range []int{400, 400, 200} {
		if got := list(); got.status != want || want == 400 && !strings.Contains(got.body, "ThrottlingException") {
			t.Errorf("call %d: %d %s", i, got.status, got.body)
		}
	}
	added := admin("POST", "faults", `{"service":"dynamodb","kind":"drop-before"}`)
	if got := list(); got.err == nil {
		t.Errorf("a dropped connection answered %d", got.status)
	}
	var id struct{ ID string }
	if err := json.Unmarshal([]byte(added.body), &id); err != nil {
		t.Fatal(err)
	}
	if got := admin("DELETE", "faults/"+id.ID, ""); got.status != 204 {
		t.Errorf("lifting it: %d %s", got.status, got.body)
	}
	if got := list(); got.status != 200 {
		t.Errorf("after lifting it: %d %v", got.status, got.err)
	}
	for _, bad := range []string{`{"kind":"flood"}`, `{"kind":"error","share":2}`, `{"kind":"error","servise":"ec2"}`,
		`{"kind":"error","service":"s3"}`, `{"kind":"latency"}`, `{`} {
		if got := admin("POST", "faults", bad); got.status != 400 {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
	if got := admin("POST", "instances/i-00000000000000000/kill", ""); got.status != 400 ||
		!strings.Contains(got.body, "InvalidInstanceID.NotFound") {
		t.Errorf("killing nobody: %d %s", got.status, got.body)
	}
	if got := admin("POST", "clock", `{"skew":"10m"}`); got.status != 200 || !strings.Contains(got.body, "600") {
		t.Errorf("clock: %d %s", got.status, got.body)
	}
	if got := admin("GET", "counts", ""); !strings.Contains(got.body, `"dynamodb:ListTables":5`) {
		t.Errorf("counts: %s", got.body)
	}
}
