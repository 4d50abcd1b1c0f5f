// Package sigv4 reads and checks AWS Signature Version 4, in the Authorization header and in presigned query
// strings (IAM User Guide, "AWS Signature Version 4 for API requests").
package sigv4

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Algorithm is the only signing algorithm that is taken.
const Algorithm = "AWS4-HMAC-SHA256"

const (
	dateLayout = "20060102T150405Z"
	// MaxSkew is how far a request's date may be from the server's clock, for services without a longer time of their own.
	MaxSkew = 5 * time.Minute
	// maxExpires is the longest life of a presigned request, seven days.
	maxExpires = 7 * 24 * time.Hour
)

// Fault is what is wrong with a signature. The front door names it in the service's own terms.
type Fault int

// The faults, in the order in which AWS looks for them.
const (
	None       Fault = iota
	Missing          // no signature at all
	Incomplete       // a signature with a part missing or malformed
	Expired          // dated too far from the server's clock, or presigned and over
	Mismatch         // signed with another key, or changed on the way
)

// Signature is a request's signature, taken apart but not yet checked.
type Signature struct {
	AccessKeyID   string
	Date          time.Time
	Day           string // the scope's date, 20060102
	Region        string
	Service       string
	SignedHeaders []string
	Digest        string // the signature itself, lower-case hex
	Token         string // session token, "" for long-lived keys
	Presigned     bool
	Expires       time.Duration // presigned only
}

// Parse finds the signature of r. The string says what is wrong where the fault is Incomplete.
func Parse(r *http.Request) (*Signature, Fault, string) {
	if header := r.Header.Get("Authorization"); strings.HasPrefix(header, "AWS4-") {
		return parseHeader(r, header)
	}
	if q := r.URL.Query(); q.Has("X-Amz-Algorithm") || q.Has("X-Amz-Signature") {
		return parseQuery(q)
	}
	return nil, Missing, "Missing Authentication Token"
}

func parseHeader(r *http.Request, header string) (*Signature, Fault, string) {
	algorithm, rest, _ := strings.Cut(header, " ")
	if algorithm != Algorithm {
		return nil, Incomplete, "Unsupported AWS 'algorithm': '" + algorithm + "'."
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[k] = v
	}
	for _, k := range []string{"Credential", "Signature", "SignedHeaders"} {
		if parts[k] == "" {
			return nil, Incomplete, "Authorization header requires '" + k + "' parameter. Authorization=" + algorithm
		}
	}
	s := &Signature{Digest: parts["Signature"], SignedHeaders: strings.Split(parts["SignedHeaders"], ";"),
		Token: r.Header.Get("X-Amz-Security-Token")}
	date := r.Header.Get("X-Amz-Date")
	if date == "" {
		date = httpDate(r.Header.Get("Date"))
	}
	return s.finish(parts["Credential"], date)
}

func parseQuery(q url.Values) (*Signature, Fault, string) {
	if a := q.Get("X-Amz-Algorithm"); a != Algorithm {
		return nil, Incomplete, "Unsupported AWS 'algorithm': '" + a + "'."
	}
	for _, k := range []string{"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if q.Get(k) == "" {
			return nil, Incomplete, "AWS query-string parameters must include '" + k + "'."
		}
	}
	s := &Signature{
		Digest: q.Get("X-Amz-Signature"), SignedHeaders: strings.Split(q.Get("X-Amz-SignedHeaders"), ";"),
		Token: q.Get("X-Amz-Security-Token"), Presigned: true, Expires: 15 * time.Minute,
	}
	if text := q.Get("X-Amz-Expires"); text != "" {
		seconds, err := strconv.Atoi(text)
		s.Expires = time.Duration(seconds) * time.Second
		if err != nil || seconds < 0 || s.Expires > maxExpires {
			return nil, Incomplete, "X-Amz-Expires must be a number of seconds between 0 and 604800."
		}
	}
	return s.finish(q.Get("X-Amz-Credential"), q.Get("X-Amz-Date"))
}

func httpDate(s string) string {
	t, err := http.ParseTime(s)
	if err != nil {
		return ""
	}
	return t.UTC().Format(dateLayout)
}

// finish reads the credential scope AKID/20060102/region/service/aws4_request and the date.
func (s *Signature) finish(credential, date string) (*Signature, Fault, string) {
	scope := strings.Split(credential, "/")
	if len(scope) != 5 || scope[4] != "aws4_request" {
		return nil, Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. " +
			"keyid/date/region/service/term, got '" + credential + "'"
	}
	t, err := time.Parse(dateLayout, date)
	if err != nil {
		return nil, Incomplete, "Date must be in ISO-8601 'basic format'. Got '" + date +
			"'. See http://en.wikipedia.org/wiki/ISO_8601"
	}
	if t.Format("20060102") != scope[1] {
		return nil, Incomplete,
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
				scope[1] + "' != '" + date + "'"
	}
	if !slices.Contains(s.SignedHeaders, "host") && !slices.Contains(s.SignedHeaders, ":authority") {
		return nil, Incomplete, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
	}
	s.AccessKeyID, s.Day, s.Region, s.Service, s.Date = scope[0], scope[1], scope[2], scope[3], t
	return s, None, ""
}

// Fresh checks the signature's date against the server's clock. It may be maxSkew away from it in either direction.
func (s *Signature) Fresh(now time.Time, maxSkew time.Duration) (Fault, string) {
	minutes := strconv.Itoa(int(maxSkew.Minutes())) + " min.)"
	stamp, clock := s.Date.Format(dateLayout), now.UTC().Format(dateLayout)
	switch {
	case s.Date.Sub(now) > maxSkew:
		return Expired, "Signature not yet current: " + stamp + " is still later than " +
			now.UTC().Add(maxSkew).Format(dateLayout) + " (" + clock + " + " + minutes
	case s.Presigned && now.Sub(s.Date) > s.Expires:
		return Expired, "Request has expired."
	case !s.Presigned && now.Sub(s.Date) > maxSkew:
		return Expired, "Signature expired: " + stamp + " is now earlier than " + now.UTC().Add(-maxSkew).Format(dateLayout) +
			" (" + clock + " - " + minutes
	}
	return None, ""
}

// Verify checks that the signature is that of r and body by secret.
func (s *Signature) Verify(secret string, r *http.Request, body []byte) (Fault, string) {
	const mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS " +
		"Secret Access Key and signing method. Consult the service documentation for details."
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if claimed := r.Header.Get("X-Amz-Content-Sha256"); claimed != "" && claimed != hash {
		return Mismatch, mismatch
	}
	given, err := hex.DecodeString(s.Digest)
	if err != nil || !hmac.Equal(given, s.sign(secret, s.canonical(r, hash))) {
		return Mismatch, mismatch
	}
	return None, ""
}

func (s *Signature) sign(secret, canonical string) []byte {
	sum := sha256.Sum256([]byte(canonical))
	scope := s.Day + "/" + s.Region + "/" + s.Service + "/aws4_request"
	text := Algorithm + "\n" + s.Date.Format(dateLayout) + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	return mac(keys.of(secret, scope), text)
}

// keyCache keeps the keys that requests are signed with: a client's is the same all day, and deriving it is most of a
// signature.
type keyCache struct {
	mu   sync.Mutex
	keys map[string][]byte // by secret and scope
}

// mostKeys is how many signing keys are kept before all are forgotten.
const mostKeys = 1000

var keys = keyCache{keys: map[string][]byte{}}

// of returns the signing key of a secret for a scope "day/region/service/aws4_request".
func (c *keyCache) of(secret, scope string) []byte {
	id := secret + " " + scope
	c.mu.Lock()
	defer c.mu.Unlock()
	if key, ok := c.keys[id]; ok {
		return key
	}
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	if len(c.keys) >= mostKeys {
		clear(c.keys)
	}
	c.keys[id] = key
	return key
}

func mac(key []byte, data string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(data)) // never fails
	return m.Sum(nil)
}

// canonical is the canonical request. Paths are encoded twice, as every service but S3 has it.
func (s *Signature) canonical(r *http.Request, bodyHash string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n" + canonicalPath(r.URL) + "\n" + canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range s.SignedHeaders {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.SignedHeaders, ";") + "\n" + bodyHash)
	return b.String()
}

func canonicalPath(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" {
		return "/"
	}
	segments := strings.Split(path, "/")
	for i := range segments {
		segments[i] = escape(segments[i])
	}
	return strings.Join(segments, "/")
}

func canonicalQuery(raw string) string {
	var pairs [][2]string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		k, v = unescape(k), unescape(v)
		if k != "X-Amz-Signature" {
			pairs = append(pairs, [2]string{escape(k), escape(v)})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	out := make([]string, len(pairs))
	for i, pair := range pairs {
		out[i] = pair[0] + "=" + pair[1]
	}
	return strings.Join(out, "&")
}

func unescape(s string) string {
	out, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return out
}

func headerValue(r *http.Request, name string) string {
	values := r.Header.Values(name)
	switch {
	case name == "host", name == ":authority": // HTTP/2's name of it
		values = []string{r.Host}
	case name == "content-length" && len(values) == 0:
		values = []string{strconv.FormatInt(r.ContentLength, 10)} // net/http keeps it out of the header map
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(out, ",")
}

// escape is AWS's UriEncode: everything but unreserved characters, in upper-case hex.
func escape(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
	}
	return b.String()
}

// Sign signs r for tests of other packages and for the cloud's own tools: it sets Host-dependent headers
// X-Amz-Date, X-Amz-Security-Token and Authorization.
func Sign(r *http.Request, body []byte, accessKeyID, secret, token, region, service string, now time.Time) {
	s := &Signature{AccessKeyID: accessKeyID, Date: now.UTC(), Day: now.UTC().Format("20060102"), Region: region,
		Service: service}
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	r.Header.Set("X-Amz-Date", s.Date.Format(dateLayout))
	s.SignedHeaders = []string{"host", "x-amz-date"}
	if token != "" {
		r.Header.Set("X-Amz-Security-Token", token)
		s.SignedHeaders = append(s.SignedHeaders, "x-amz-security-token")
	}
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(s.sign(secret, s.canonical(r, hex.EncodeToString(sum[:]))))
	r.Header.Set("Authorization", Algorithm+" Credential="+accessKeyID+"/"+s.Day+"/"+region+"/"+service+
		"/aws4_request, SignedHeaders="+strings.Join(s.SignedHeaders, ";")+", Signature="+digest)
}
