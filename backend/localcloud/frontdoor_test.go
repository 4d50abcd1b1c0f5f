package localcloud

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fxamacker/cbor/v2"
)

func TestFrontDoorBelievesGoodSignaturesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		good := operatorOf(t, c)
		over, err := c.iam.Issue(root(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		kinds := map[string]func(caller) caller{
			"good":      func(k caller) caller { return k },
			"unsigned":  func(k caller) caller { k.key = ""; return k },
			"wrong key": func(k caller) caller { k.secret += "x"; return k },
			"no such":   func(k caller) caller { k.key = "AKIAIOSFODNN7EXAMPLE"; return k },
			"odd token": func(k caller) caller { k.token = "abc"; return k },
			"old":       func(k caller) caller { k.now = func() time.Time { return c.Now().Add(-16 * time.Minute) }; return k },
			"new":       func(k caller) caller { k.now = func() time.Time { return c.Now().Add(16 * time.Minute) }; return k },
			"elsewhere": func(k caller) caller { k.region = "eu-west-1"; return k },
			"expired": func(k caller) caller {
				k.key, k.secret, k.token = over.AccessKeyID, over.SecretAccessKey, over.SessionToken
				return k
			},
			"a bit slow": func(k caller) caller { k.now = func() time.Time { return c.Now().Add(-4 * time.Minute) }; return k },
		}
		json := map[string]string{
			"unsigned": "MissingAuthenticationTokenException", "wrong key": "InvalidSignatureException",
			"no such":   "UnrecognizedClientException",
			"odd token": "UnrecognizedClientException", "old": "InvalidSignatureException", "new": "InvalidSignatureException",
			"elsewhere": "InvalidSignatureException", "expired": "ExpiredTokenException",
		}
		query := map[string]string{
			"unsigned": "MissingAuthenticationToken", "wrong key": "SignatureDoesNotMatch", "no such": "InvalidClientTokenId",
			"odd token": "InvalidClientTokenId", "old": "SignatureDoesNotMatch", "new": "SignatureDoesNotMatch",
			"elsewhere": "SignatureDoesNotMatch", "expired": "ExpiredToken",
		}
		ec2 := map[string]string{
			"unsigned": "MissingAuthenticationToken", "wrong key": "AuthFailure", "no such": "AuthFailure",
			"odd token": "AuthFailure",
			"old":       "RequestExpired", "new": "RequestExpired", "elsewhere": "AuthFailure", "expired": "RequestExpired",
		}
		codes := map[string]map[string]string{"ec2": ec2, "sts": query, "route53": query}
		for _, api := range apis {
			want := codes[api.service]
			if want == nil {
				want = json
			}
			for kind, change := range kinds {
				got := change(good).call(api.service, api.operation, api.body)
				switch {
				case got.err != nil:
					t.Errorf("%s, %s: %v", api.service, kind, got.err)
				case want[kind] == "" && got.status != 200,
					want[kind] != "" && (got.status < 400 ||
						!strings.Contains(got.body+got.header.Get("X-Amzn-Errortype"), want[kind])):
					t.Errorf("%s, %s: %d %s, want %q", api.service, kind, got.status, got.body, want[kind])
				}
			}
		}
	})
}

func TestAMadeUpPresignedRequestIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		k := operatorOf(t, c)
		r := k.request("sts", "GetCallerIdentity", "")
		r.Header.Del("Authorization")
		r.URL.RawQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + k.key + "%2F" + c.Now().Format("20060102") +
			"%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=" + c.Now().Format("20060102T150405Z") +
			"&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
		if got := k.do(r); got.status != 403 || !strings.Contains(got.body, "SignatureDoesNotMatch") {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

func TestUnsignedOperations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		nobody := caller{t: t, c: c}
		got := nobody.call("cognito-idp", "InitiateAuth",
			`{"AuthFlow":"USER_SRP_AUTH","ClientId":"none","AuthParameters":{}}`)
		if got.status != 400 || strings.Contains(got.body, "MissingAuthentication") {
			t.Errorf("InitiateAuth: %d %s", got.status, got.body)
		}
		if got := nobody.do(plain(t, "GET", "http://localcloud/"+c.Outputs().UserPoolID+
			"/.well-known/jwks.json")); got.status != 200 || !strings.Contains(got.body, `"keys"`) {
			t.Errorf("JWKS: %d %s", got.status, got.body)
		}
		if got := nobody.do(plain(t, "GET", "http://cognito-idp.us-east-1.amazonaws.com/"+c.Outputs().UserPoolID+
			"/.well-known/jwks.json")); got.status != 200 {
			t.Errorf("JWKS at the issuer's own host: %d", got.status)
		}
		if got := nobody.do(plain(t, "GET", "http://localcloud/nothing/here")); got.status != 404 {
			t.Errorf("no service: %d %s", got.status, got.body)
		}
	})
}

// TestSignatureAgeDependsOnTheService asks with requests signed 6, 14 and 16 minutes ago and ahead of time.
func TestSignatureAgeDependsOnTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		for _, api := range apis {
			taken := 5 * time.Minute
			if api.service == "dynamodb" || api.service == "sts" {
				taken = 15 * time.Minute
			}
			for _, off := range []time.Duration{4, 6, 14, 16, -4, -6, -14, -16} {
				off *= time.Minute
				k := operatorOf(t, c)
				k.now = func() time.Time { return c.Now().Add(off) }
				got := k.call(api.service, api.operation, api.body)
				if ok := got.status == 200; ok != (off.Abs() <= taken) {
					t.Errorf("%s, signed at %v from now: %d %s", api.service, off, got.status, got.body)
				}
			}
		}
	})
}

// TestTheFrontDoorAnswersCBORInCBOR asks Kinesis with a wrong secret and against a fault.
func TestTheFrontDoorAnswersCBORInCBOR(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		k := operatorOf(t, c)
		ask := func(k caller) map[string]any {
			t.Helper()
			r := k.request("kinesis", "ListStreams", "\xa0")
			r.Header.Set("Content-Type", "application/x-amz-cbor-1.1")
			got := k.do(r)
			var out map[string]any
			if err := cbor.Unmarshal([]byte(got.body), &out); err != nil ||
				got.header.Get("Content-Type") != "application/x-amz-cbor-1.1" {
				t.Fatalf("%d %s %q: %v", got.status, got.header.Get("Content-Type"), got.body, err)
			}
			return out
		}
		if out := ask(k); out["StreamNames"] == nil {
			t.Errorf("the streams: %v", out)
		}
		wrong := k
		wrong.secret = "wrong"
		if out := ask(wrong); out["__type"] != "InvalidSignatureException" {
			t.Errorf("a wrong secret: %v", out)
		}
		if _, err := c.AddFault(Fault{Service: "kinesis", Kind: FaultError, Code: "LimitExceededException",
			Status: 400}); err != nil {
			t.Fatal(err)
		}
		if out := ask(k); out["__type"] != "LimitExceededException" {
			t.Errorf("a fault: %v", out)
		}
	})
}
