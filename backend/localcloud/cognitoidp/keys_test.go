package cognitoidp_test

import (
	"crypto/rsa"
	"errors"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"avatar-launcher/backend/localcloud/cognitoidp"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

// TestKeysAreMadeWhenTheyAreNeeded, once for a pool: they stay over a restart, and a pool whose keys cannot be made
// says so.
func TestKeysAreMadeWhenTheyAreNeeded(t *testing.T) {
	dir := t.TempDir()
	var made atomic.Int32
	broken := false
	opt := cognitoidp.Options{GenerateKey: func() (*rsa.PrivateKey, error) {
		if broken {
			return nil, errors.New("no entropy")
		}
		return readyKeys()[made.Add(1)%2], nil
	}}
	open := func() (*cloud, *store.Store) {
		t.Helper()
		st, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		env := wiretest.Env(nil)
		svc, err := cognitoidp.New(env, st, opt)
		if err != nil {
			t.Fatal(err)
		}
		return &cloud{t: t, env: env, svc: svc}, st
	}
	c, st := open()
	pool := c.must("CreateUserPool", obj{"PoolName": "people"}).str("UserPool", "Id")
	if made.Load() != 0 {
		t.Errorf("a new pool has %d keys already", made.Load())
	}
	ask := func(c *cloud) (int, string) {
		w := httptest.NewRecorder()
		c.svc.Pages().ServeHTTP(w, httptest.NewRequest("GET", "/"+pool+"/.well-known/jwks.json", nil))
		return w.Code, w.Body.String()
	}
	broken = true
	if code, text := ask(c); code != 500 || strings.Contains(text, "entropy") {
		t.Errorf("keys that cannot be made: %d %s", code, text)
	}
	broken = false
	code, first := ask(c)
	if code != 200 || strings.Count(first, `"kid"`) != 2 || made.Load() != 2 {
		t.Fatalf("%d keys made: %d %s", made.Load(), code, first)
	}
	c.svc.Close()
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	c, st = open()
	defer st.Close()
	if _, again := ask(c); again != first || made.Load() != 2 {
		t.Errorf("after a restart %d keys are made, and they are\n%s\nand were\n%s", made.Load(), again, first)
	}
}
