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

// requestsFile takes every distinct request that the tests' control planes make, one a line, with what differs between
// two runs (IDs, times, addresses, numbers, texts but for the states of rows) replaced. Two versions of this package
// that behave alike write the same lines, apart from rare faults that chance brings in one run only: `go test
// ./backend/fleet -count=1 -args -requests FILE`.
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
	target := req.Header.Get("X-Amz-Target")
	if req.Header.Get("Authorization") == "" || strings.HasPrefix(target, "Kinesis") { // of a probe, a browser or the log
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
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(-\d+)?`), "UUID"},
	{regexp.MustCompile(`\bi-[0-9a-f]{8,17}`), "INSTANCE"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?`), "TIME"},
	{regexp.MustCompile(`\d+\.\d+\.\d+\.\d+`), "ADDRESS"},
	{regexp.MustCompile(`"N":"[-\d.e+]+"`), `"N":"N"`},
	{regexp.MustCompile(`<Name>[^<]*</Name>`), "<Name>NAME</Name>"},
	{regexp.MustCompile(`"M":\{("[a-z]+":\{"N":"N"\},?)*\}`), `"M":"M"`},
}

// texts are the string values of requests; those that are states of rows, or that every run writes, are kept.
var (
	texts = regexp.MustCompile(`("S":"|Value=)[^"&]*`)
	kept  = strings.Fields("warming warm claimed recycling launching retired ended claiming probing ready pool " +
		"pool-size pool-health pool-rollout one share all " +
		"seats queue-number avatar")
)

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
	return texts.ReplaceAllStringFunc(text, func(found string) string {
		head := texts.FindStringSubmatch(found)[1]
		if slices.Contains(kept, strings.TrimPrefix(found, head)) {
			return found
		}
		return head + "TEXT"
	})
}
