package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/hashicorp/go-retryablehttp"
)

// keySet holds the user pool's signing keys. They are fetched when a token names one that is not known, which is also
// how a rotation is noticed; never in the background.
type keySet struct {
	*jwkset.MemoryJWKSet
	url    string
	client *retryablehttp.Client

	fetching sync.Mutex
	fetched  time.Time
}

// refetch is how long after a fetch an unknown key is simply unknown: forged tokens must not make us ask.
const refetch = time.Minute

func newKeySet(url string, doer Doer) *keySet {
	c := retryablehttp.NewClient()
	c.Logger, c.RetryMax, c.RetryWaitMin, c.RetryWaitMax = nil, 3, 200*time.Millisecond, 2*time.Second
	if doer != nil {
		c.HTTPClient = &http.Client{Transport: doerTransport{doer}}
	}
	c.HTTPClient.Timeout = 10 * time.Second
	return &keySet{MemoryJWKSet: jwkset.NewMemoryStorage(), url: url, client: c}
}

type doerTransport struct{ Doer }

func (t doerTransport) RoundTrip(r *http.Request) (*http.Response, error) { return t.Do(r) }

// want fetches the keys unless kid is known.
func (k *keySet) want(ctx context.Context, kid string) error {
	k.fetching.Lock() // one fetch at a time; it is bounded by ctx and the client's time-out
	defer k.fetching.Unlock()
	if _, err := k.KeyRead(ctx, kid); err == nil || wall().Sub(k.fetched) < refetch {
		return nil
	}
	keys, err := k.fetch(ctx)
	if err != nil {
		return err
	}
	k.fetched = wall()
	return k.KeyReplaceAll(ctx, keys)
}

func (k *keySet) fetch(ctx context.Context) ([]jwkset.JWK, error) {
	req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return nil, err
	}
	res, err := k.client.Do(req)
	if err != nil {
		return nil, &keysError{err}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, &keysError{err}
	}
	var set jwkset.JWKSMarshal
	if res.StatusCode != http.StatusOK || json.Unmarshal(data, &set) != nil {
		return nil, &keysError{fmt.Errorf("HTTP status %d: %w", res.StatusCode, errNotCognito)}
	}
	var keys []jwkset.JWK
	for _, m := range set.Keys {
		// A key of a kind that we do not know is somebody else's business.
		if key, err := jwkset.NewJWKFromMarshal(m, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{}); err == nil {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// keysError says that the signing keys could not be had.
type keysError struct{ cause error }

func (e *keysError) Error() string { return "the pool's signing keys: " + e.cause.Error() }
func (e *keysError) Unwrap() error { return e.cause }
