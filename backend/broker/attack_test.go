package broker_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/golang-jwt/jwt/v5"

	"avatar-launcher/backend"
	"avatar-launcher/backend/broker"
	"avatar-launcher/backend/gate"
	source "avatar-launcher/backend/logs/kinesis"
	"avatar-launcher/backend/messages"
)

// TestOnlyAnIDTokenOfThePoolIsTaken, and every other one is refused with a sentence.
func TestOnlyAnIDTokenOfThePoolIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		c := func(change func(jwt.MapClaims)) jwt.MapClaims {
			all := jwt.MapClaims{"iss": issuer, "aud": audience, "token_use": "id", "sub": ann.ID, "cognito:username": "ann",
				"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
			if change != nil {
				change(all)
			}
			return all
		}
		set := func(name string, v any) string { return token(t, ann, func(c jwt.MapClaims) { c[name] = v }) }
		good := token(t, ann, nil)
		parts := strings.Split(good, ".")
		for name, bad := range map[string]string{
			"none":                  "",
			"not a token":           "x.y.z",
			"forged":                sign(t, jwt.SigningMethodRS256, "k1", forged, c(nil)),
			"of an unknown key":     sign(t, jwt.SigningMethodRS256, "k2", key, c(nil)),
			"unsigned":              sign(t, jwt.SigningMethodNone, "k1", jwt.UnsafeAllowNoneSignatureType, c(nil)),
			"signed by the public":  sign(t, jwt.SigningMethodHS256, "k1", x509.MarshalPKCS1PublicKey(&key.PublicKey), c(nil)),
			"without its signature": parts[0] + "." + parts[1] + ".",
			"changed":               parts[0] + "." + strings.Split(token(t, bob, nil), ".")[1] + "." + parts[2],
			"expired":               set("exp", time.Now().Add(-time.Minute).Unix()),
			"without an end":        token(t, ann, func(c jwt.MapClaims) { delete(c, "exp") }),
			"of the future":         set("iat", time.Now().Add(time.Hour).Unix()),
			"of a foreign audience": set("aud", "other"),
			"of a foreign pool":     set("iss", issuer+"x"),
			"an access token":       set("token_use", "access"),
			"a refresh token":       set("token_use", "refresh"),
			"without a user":        set("sub", ""),
			"without a user name":   set("cognito:username", ""),
			"an access token in use": token(t, ann, func(c jwt.MapClaims) {
				c["token_use"], c["client_id"] = "access", audience
				delete(c, "aud")
			}),
		} {
			status, body := w.raw(http.MethodPost, "/v1/current", bad, "{}")
			if status != http.StatusUnauthorized || !strings.Contains(body, "Your sign-in wasn’t accepted") ||
				!strings.Contains(body, "Sign in again") {
				t.Errorf("a token that is %s: %d, %s", name, status, body)
			}
		}
		if status, body := w.raw(http.MethodPost, "/v1/current", good, "{}"); status != http.StatusOK {
			t.Errorf("a good token: %d, %s", status, body)
		}
	})
}

// TestMalformedRequestsAreRefused with a sentence.
func TestMalformedRequestsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		good := token(t, ann, nil)
		for name, each := range map[string]struct {
			method, path, body string
			status             int
		}{
			"another method":       {http.MethodGet, "/v1/current", "{}", http.StatusMethodNotAllowed},
			"no such path":         {http.MethodPost, "/v1/everything", "{}", http.StatusNotFound},
			"a path with a way up": {http.MethodPost, "/v1/x/../current", "{}", http.StatusNotFound},
			"no body":              {http.MethodPost, "/v1/current", "", http.StatusBadRequest},
			"not JSON":             {http.MethodPost, "/v1/current", "x", http.StatusBadRequest},
			"two bodies":           {http.MethodPost, "/v1/current", "{}{}", http.StatusBadRequest},
			"another user":         {http.MethodPost, "/v1/current", `{"userId":"` + bob.ID + `"}`, http.StatusBadRequest},
			"too long": {http.MethodPost, "/v1/current", `{"reason":"` + strings.Repeat("x", 70_000) + `"}`,
				http.StatusRequestEntityTooLarge},
			"an operator's": {http.MethodPost, "/v1/overview", "{}", http.StatusForbidden},
		} {
			status, body := w.raw(each.method, each.path, good, each.body)
			var a struct{ Problem *backend.Problem }
			if err := json.Unmarshal([]byte(body), &a); err != nil || status != each.status || a.Problem == nil ||
				a.Problem.Next.IsZero() {
				t.Errorf("%s: %d, %s", name, status, body)
			}
		}
	})
}

// TestAUserReachesNothingOfAnothers: not the session, the instance, the address or the name, whatever the request says.
func TestAUserReachesNothingOfAnothers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(t)
		theirs, _, _ := run(t, w.client(t, bob, 0), bob)
		attacker := w.client(t, ann, 0)
		mine, _, _ := run(t, attacker, ann)
		disguised := *theirs
		disguised.CreationTime = mine.CreationTime // as if it were hers
		for name, s := range map[string]backend.Session{"theirs": *theirs, "theirs in disguise": disguised} {
			if got, err := attacker.Extend(t.Context(), s); err == nil && got.UserID != ann.ID {
				t.Errorf("%s: extended %+v", name, got)
			}
			if _, link, err := attacker.Invite(t.Context(), s, gate.Invite{}); err == nil &&
				strings.Contains(link, theirs.Domain) {
				t.Errorf("%s: an invitation to %s", name, link)
			}
			if link, err := attacker.Connect(t.Context(), s); err == nil && strings.Contains(link, theirs.Domain) {
				t.Errorf("%s: a link to %s", name, link)
			}
		}
		if m, err := attacker.Machine(t.Context(), theirs.InstanceID); err != nil || m != nil {
			t.Errorf("sees %+v, %v", m, err)
		}
		if err := attacker.Stop(t.Context(), *theirs, messages.Verbatim("attack")); err != nil {
			t.Errorf("the stop of another's session: %v", err)
		}
		if err := attacker.Terminate(t.Context(), *theirs, messages.Verbatim("attack")); err != nil {
			t.Errorf("the end of another's session: %v", err)
		}
		p, err := attacker.Pool(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Members {
			if m.Owner != "" && m.Owner != ann.ID {
				t.Errorf("sees that %s is %s's", m.InstanceID, m.Owner)
			}
		}
		three := 3
		_, overview := attacker.Overview(t.Context())
		for what, err := range map[string]error{"overview": overview,
			"stop":   attacker.StopInstance(t.Context(), olga, theirs.InstanceID, "x"),
			"retire": attacker.Retire(t.Context(), olga, theirs.InstanceID, "x"),
			"resize": attacker.Resize(t.Context(), olga, &backend.PoolSizes{Stopped: three}, "x"),
			"resume": attacker.Resume(t.Context(), olga, "x"), "pause": attacker.Pause(t.Context(), olga, "x"),
			"rollout": attacker.Rollout(t.Context(), olga, "", "x"),
			"drain":   attacker.Drain(t.Context(), olga, theirs.InstanceID, "x")} {
			if backend.ProblemOf(err) == nil || backend.ProblemOf(err).Kind != backend.KindDenied {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := attacker.Terminate(t.Context(), disguised, messages.Verbatim("attack")); err != nil {
			t.Error(err) // it ends her own
		}
		now, err := w.fleet.Current(t.Context(), bob)
		if err != nil || now == nil || !now.ExpireAt.Equal(theirs.ExpireAt) || now.InstanceID != theirs.InstanceID {
			t.Errorf("bob has %+v, %v; want %+v", now, err, theirs)
		}
		if m, err := w.fleet.Machine(t.Context(), theirs.InstanceID); err != nil || m.State != backend.Running {
			t.Errorf("bob's instance is %+v, %v", m, err)
		}
	})
}

// TestTheLogIsTheCallersAlone: records of other instances are left out, and those of the last owner's time.
func TestTheLogIsTheCallersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(t)
		put := func(instance, text string) {
			_, err := kinesis.NewFromConfig(w.cfg).PutRecords(t.Context(), &kinesis.PutRecordsInput{StreamName: &w.out.Stream,
				Records: []types.PutRecordsRequestEntry{{Data: []byte(text), PartitionKey: &instance}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		pool, err := w.fleet.Pool(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pool.Members {
			put(m.InstanceID, "EARLIER-OWNER")
		}
		time.Sleep(10 * time.Second)
		theirs, _, _ := run(t, w.client(t, bob, 0), bob)
		c := w.client(t, ann, 0)
		if text := everything(t, broker.Stream{Client: c}); len(text) > 0 {
			t.Errorf("without a session, ann reads %q", text)
		}
		mine, _, _ := run(t, c, ann)
		put(theirs.InstanceID, "SECRET-OF-BOB")
		put(mine.InstanceID, "line of ann")
		time.Sleep(time.Second)
		text := everything(t, broker.Stream{Client: c})
		if !bytes.Contains(text, []byte("line of ann")) {
			t.Errorf("her own line is missing in %q", text)
		}
		if bytes.Contains(text, []byte("SECRET-OF-BOB")) || bytes.Contains(text, []byte("EARLIER-OWNER")) ||
			bytes.Contains(text, []byte(theirs.InstanceID)) {
			t.Errorf("ann reads %q", text)
		}
	})
}

// Package logs reads the caller's log by a Stream as by a client of Kinesis.
var _ source.API = broker.Stream{}

// everything reads all shards from their beginnings.
func everything(t *testing.T, s broker.Stream) []byte {
	t.Helper()
	shards, err := s.ListShards(t.Context(), &kinesis.ListShardsInput{})
	if err != nil || len(shards.Shards) == 0 {
		t.Fatalf("%+v, %v", shards, err)
	}
	var out []byte
	for _, shard := range shards.Shards {
		it, err := s.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{ShardId: shard.ShardId,
			ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
		if err != nil {
			t.Fatal(err)
		}
		for next := it.ShardIterator; next != nil; {
			page, err := s.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: next})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Records {
				out = append(out, r.Data...)
			}
			if next = page.NextShardIterator; aws.ToInt64(page.MillisBehindLatest) == 0 {
				break
			}
			time.Sleep(time.Second)
		}
	}
	return out
}
