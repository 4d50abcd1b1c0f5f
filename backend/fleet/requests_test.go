package fleet_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// requestsFile takes every distinct request that the tests' control planes make, one a line, with what differs between two
// runs (IDs, times, addresses, numbers) replaced. Two versions of this package that behave alike write the same lines,
// apart from rare faults that chance brings in one run only: `go test ./backend/fleet -count=1 -args -requests FILE`.
var requestsFile = flag.String("requests", "", "write the distinct requests of all tests to this file")

var requests struct {
	sync.Mutex
	seen map[string]bool
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if *requestsFile != "" {
		lines := slices.Sorted(maps.Keys(requests.seen))
		if err := os.WriteFile(*requestsFile, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// recorder notes requests on their way to the cloud.
type recorder struct{ next http.RoundTripper }

// recorded returns next, or a recorder before it if -requests is set.
func recorded(next http.RoundTripper) http.RoundTripper {
	if *requestsFile == "" {
		return next
	}
	return recorder{next}
}

func (r recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	if req.Header.Get("Authorization") == "" { // of a probe or a browser
		return r.next.RoundTrip(req)
	}
	line := shape(req, body)
	requests.Lock()
	if requests.seen == nil {
		requests.seen = map[string]bool{}
	}
	requests.seen[line] = true
	requests.Unlock()
	return r.next.RoundTrip(req)
}

// varying are the parts of requests that differ between two runs.
var varying = []struct {
	find    *regexp.Regexp
	replace string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`\bi-[0-9a-f]{8,17}`), "INSTANCE"},
	{regexp.MustCompile(`avatar-warm-[0-9a-f]+`), "avatar-warm-ID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?(#[0-9a-f]{8})?`), "TIME"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d`), "DAY"},
	{regexp.MustCompile(`\d+\.\d+\.\d+\.\d+`), "ADDRESS"},
	{regexp.MustCompile(`(user|sub-of-|d)\d+(-user\d+)?`), "USER"},
	{regexp.MustCompile(`(LaunchTemplateVersion|Version)=\d+`), "$1=N"},
	{regexp.MustCompile(`"N":"[-\d.e+]+"`), `"N":"N"`},
	{regexp.MustCompile(`"S":"[A-Za-z0-9_-]{40,}"`), `"S":"KEY"`},
	{regexp.MustCompile(`Value=[A-Za-z0-9_-]{40,}`), "Value=KEY"},
	{regexp.MustCompile(`UUID-\d+`), "UUID-N"},
	{regexp.MustCompile(`(Value=|"S":")\d+("?)`), "${1}N$2"},
}

// shape returns a request in a form that is the same in every run.
func shape(r *http.Request, body []byte) string {
	text := r.Method + " " + r.URL.RequestURI() + " " + r.Header.Get("X-Amz-Target") + " "
	var object any
	if json.Unmarshal(body, &object) == nil {
		sorted, _ := json.Marshal(object) // an object's keys in order
		text += string(sorted)
	} else if form, err := url.ParseQuery(string(body)); err == nil && form.Has("Action") {
		var pairs []string
		for k, v := range form {
			pairs = append(pairs, k+"="+strings.Join(v, ","))
		}
		slices.Sort(pairs)
		text += strings.Join(pairs, "&")
	} else {
		text += strings.ReplaceAll(string(body), "\n", " ")
	}
	for _, v := range varying {
		text = v.find.ReplaceAllString(text, v.replace)
	}
	return text
}
