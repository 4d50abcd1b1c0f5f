package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The vectors are those of AWS's documentation: "Examples of the complete Signature Version 4 signing process" (IAM,
// ListUsers) and "Authenticating Requests: Using Query Parameters" rewritten for the header form.
const (
	docKey    = "AKIDEXAMPLE"
	docSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerifyDocumentedExample(t *testing.T) {
	r := request(t, "GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", "")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "+
		"SignedHeaders=content-type;host;x-amz-date, "+
		"Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
	s, fault, text := Parse(r)
	if fault != None {
		t.Fatal(fault, text)
	}
	if s.AccessKeyID != docKey || s.Region != "us-east-1" || s.Service != "iam" {
		t.Errorf("parsed %+v", s)
	}
	if fault, text := s.Verify(docSecret, r, nil); fault != None {
		t.Error(fault, text)
	}
	if fault, _ := s.Verify(docSecret+"x", r, nil); fault != Mismatch {
		t.Errorf("another secret: fault %d, want Mismatch", fault)
	}
}

// The test suite that AWS publishes with Signature Version 4 (service "service", region us-east-1).
func TestVerifySuite(t *testing.T) {
	for name, each := range map[string]struct{ method, url, header, signature string }{
		"get-vanilla": {"GET", "https://example.amazonaws.com/", "",
			"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		"get-vanilla-query-order-key-case": {"GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", "",
			"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		"post-vanilla": {"POST", "https://example.amazonaws.com/", "",
			"5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		"get-vanilla-empty-query-key": {"GET", "https://example.amazonaws.com/?Param1=value1", "",
			"a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
		"get-utf8 (path encoded once more)": {"GET", "https://example.amazonaws.com/%E1%88%B4", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, each.method, each.url, "")
			r.Header.Set("X-Amz-Date", "20150830T123600Z")
			if each.signature == "" {
				if got := canonicalPath(r.URL); got != "/%25E1%2588%25B4" {
					t.Errorf("path %s", got)
				}
				return
			}
			r.Header.Set("Authorization",
				"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "+
					"SignedHeaders=host;x-amz-date, Signature="+each.signature)
			s, fault, text := Parse(r)
			if fault != None {
				t.Fatal(fault, text)
			}
			if fault, _ := s.Verify(docSecret, r, nil); fault != None {
				t.Errorf("fault %d", fault)
			}
		})
	}
}

func TestParseFaults(t *testing.T) {
	const good = "AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, " +
		"Signature=00"
	for name, each := range map[string]struct {
		authorization, date string
		query               string
		want                Fault
	}{
		"none":                  {"", "", "", Missing},
		"another scheme":        {"Bearer x", "", "", Missing},
		"good":                  {good, "20150830T123600Z", "", None},
		"no date":               {good, "", "", Incomplete},
		"a date of another day": {good, "20150831T123600Z", "", Incomplete},
		"no signature": {"AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/sts/aws4_request, SignedHeaders=host",
			"20150830T123600Z", "", Incomplete},
		"short scope": {"AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1, SignedHeaders=host, Signature=00",
			"20150830T123600Z", "", Incomplete},
		"host unsigned": {"AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/sts/aws4_request, " +
			"SignedHeaders=x-amz-date, Signature=00", "20150830T123600Z", "", Incomplete},
		"another algorithm": {"AWS4-ECDSA-P256-SHA256 Credential=A", "20150830T123600Z", "", Incomplete},
		"presigned in part": {"", "", "?X-Amz-Algorithm=AWS4-HMAC-SHA256", Incomplete},
		"presigned for a month": {"", "",
			"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20150830/us-east-1/sts/aws4_request&X-Amz-Signature=00&" +
				"X-Amz-SignedHeaders=host&X-Amz-Date=20150830T123600Z&X-Amz-Expires=2592000", Incomplete},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, "POST", "http://localhost/"+each.query, "")
			r.Header.Set("Authorization", each.authorization)
			r.Header.Set("X-Amz-Date", each.date)
			if _, fault, text := Parse(r); fault != each.want {
				t.Errorf("fault %d (%s), want %d", fault, text, each.want)
			}
		})
	}
}

func TestFresh(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, each := range map[string]struct {
		s    Signature
		want Fault
	}{
		"now":                {Signature{Date: now}, None},
		"five minutes old":   {Signature{Date: now.Add(-5 * time.Minute)}, None},
		"older":              {Signature{Date: now.Add(-5*time.Minute - time.Second)}, Expired},
		"from the future":    {Signature{Date: now.Add(6 * time.Minute)}, Expired},
		"presigned and good": {Signature{Date: now.Add(-50 * time.Minute), Presigned: true, Expires: time.Hour}, None},
		"presigned and over": {Signature{Date: now.Add(-61 * time.Minute), Presigned: true, Expires: time.Hour}, Expired},
	} {
		t.Run(name, func(t *testing.T) {
			if fault, text := each.s.Fresh(now, MaxSkew); fault != each.want {
				t.Errorf("fault %d (%s), want %d", fault, text, each.want)
			}
		})
	}
}

func TestSignedRequestIsBoundToEveryPart(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, change := range map[string]func(*http.Request) string{
		"nothing": func(*http.Request) string { return "body" },
		"body":    func(*http.Request) string { return "Body" },
		"method":  func(r *http.Request) string { r.Method = "PUT"; return "body" },
		"path":    func(r *http.Request) string { r.URL.Path = "/b"; return "body" },
		"query":   func(r *http.Request) string { r.URL.RawQuery = "x=2"; return "body" },
		"host":    func(r *http.Request) string { r.Host = "other"; return "body" },
		"date":    func(r *http.Request) string { r.Header.Set("X-Amz-Date", "20260301T120001Z"); return "body" },
		"token":   func(r *http.Request) string { r.Header.Set("X-Amz-Security-Token", "other"); return "body" },
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, "POST", "http://localhost/a?x=1", "body")
			Sign(r, []byte("body"), docKey, docSecret, "token", "us-east-1", "sts", now)
			body := change(r)
			s, fault, text := Parse(r)
			if fault != None {
				t.Fatal(text)
			}
			fault, _ = s.Verify(docSecret, r, []byte(body))
			if (fault == None) != (name == "nothing") {
				t.Errorf("fault %d", fault)
			}
		})
	}
}

func TestVerifyPresigned(t *testing.T) {
	const query = "Action=GetCallerIdentity&X-Amz-Algorithm=AWS4-HMAC-SHA256&" +
		"X-Amz-Credential=AKIDEXAMPLE%2F20260301%2Fus-east-1%2Fsts%2Faws4_request" +
		"&X-Amz-Date=20260301T120000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host"
	r := request(t, "GET", "http://localhost/?"+query+"&X-Amz-Signature=00", "")
	s, fault, text := Parse(r)
	if fault != None || !s.Presigned || s.Expires != time.Minute {
		t.Fatal(fault, text)
	}
	if fault, _ := s.Verify(docSecret, r, nil); fault != Mismatch {
		t.Errorf("a made-up signature: fault %d", fault)
	}
	sum := sha256.Sum256(nil)
	digest := s.sign(docSecret, s.canonical(r, hex.EncodeToString(sum[:])))
	r.URL.RawQuery = query + "&X-Amz-Signature=" + hex.EncodeToString(digest)
	if s, _, _ = Parse(r); s == nil {
		t.Fatal("not parsed")
	}
	if fault, _ := s.Verify(docSecret, r, nil); fault != None {
		t.Errorf("fault %d", fault)
	}
	r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "Expires=60", "Expires=600", 1)
	if s, _, _ = Parse(r); s == nil {
		t.Fatal("not parsed")
	}
	if fault, _ := s.Verify(docSecret, r, nil); fault != Mismatch {
		t.Errorf("a longer life than was signed: fault %d", fault)
	}
}

// FuzzParse: no header and no query makes Parse or Verify panic, and none passes without the secret.
func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
		"20150830T123600Z", "a=b&c")
	f.Add("AWS4-HMAC-SHA256 ,,,=", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=-1")
	f.Add("", "", "X-Amz-Signature=%zz")
	f.Fuzz(func(t *testing.T, authorization, date, query string) {
		r := request(t, "POST", "http://localhost/", "")
		r.URL.RawQuery = query
		r.Header["Authorization"] = []string{authorization}
		r.Header["X-Amz-Date"] = []string{date}
		s, fault, _ := Parse(r)
		if fault != None {
			return
		}
		if fault, _ := s.Verify("a secret that nobody has", r, nil); fault == None {
			t.Error("passed without the secret")
		}
	})
}

// TestAuthorityIsSigned: a client that speaks HTTP/2 signs its name of the host.
func TestAuthorityIsSigned(t *testing.T) {
	r := request(t, "POST", "http://127.0.0.1:8000/", "")
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	head := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/kinesis/aws4_request, " +
		"SignedHeaders=:authority;x-amz-date, Signature="
	r.Header.Set("Authorization", head+"00")
	s, fault, text := Parse(r)
	if fault != None {
		t.Fatal(fault, text)
	}
	sum := sha256.Sum256(nil)
	digest := hex.EncodeToString(s.sign(docSecret, s.canonical(r, hex.EncodeToString(sum[:]))))
	r.Header.Set("Authorization", head+digest)
	if s, _, _ = Parse(r); s == nil {
		t.Fatal("not read")
	}
	if fault, text := s.Verify(docSecret, r, nil); fault != None {
		t.Error(fault, text)
	}
	r.Host = "127.0.0.1:8001"
	if fault, _ := s.Verify(docSecret, r, nil); fault != Mismatch {
		t.Errorf("another host: fault %d, want Mismatch", fault)
	}
}

// TestKeysAreForgottenAtALimit derives more keys than are kept, and one of them again.
func TestKeysAreForgottenAtALimit(t *testing.T) {
	const scope = "20150830/us-east-1/iam/aws4_request"
	first := hex.EncodeToString(keys.of(docSecret, scope))
	for i := range 2 * mostKeys {
		keys.of(strings.Repeat("x", i+1), scope)
	}
	if n := len(keys.keys); n > mostKeys {
		t.Errorf("%d keys are kept", n)
	}
	if again := hex.EncodeToString(keys.of(docSecret, scope)); again != first {
		t.Errorf("the key is %s now, it was %s", again, first)
	}
}
