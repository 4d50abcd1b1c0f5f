package localcloud

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	mathrand "math/rand/v2"
	"sync"

	"avatar-launcher/backend/localcloud/store"
)

const cloudBucket = "cloud"

// source is a seeded random source for IDs and addresses, never for secrets.
type source struct {
	mu sync.Mutex
	r  *mathrand.Rand
}

// newSource makes a source. Each opening of the same state has its own numbers: a repeated ID would be one that
// exists.
func newSource(seed, opening uint64) *source {
	return &source{r: mathrand.New(mathrand.NewPCG(seed, opening))}
}

// n returns a number in [0, n), 0 if n is not positive.
func (s *source) n(n int64) int64 {
	if n <= 0 {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Int64N(n)
}

// hex returns n lower-case hex digits.
func (s *source) hex(n int) string {
	const digits = "0123456789abcdef"
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]byte, n)
	for i := range out {
		out[i] = digits[s.r.IntN(16)]
	}
	return string(out)
}

// share tells with a probability of p.
func (s *source) share(p float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Float64() < p
}

// countOpening counts how often the state has been opened and keeps the count.
func (c *Cloud) countOpening() (uint64, error) {
	n := uint64(1)
	if v := c.st.Get(cloudBucket, "openings"); len(v) == 8 {
		n = binary.BigEndian.Uint64(v) + 1
	}
	return n, c.st.Apply(store.Op{Bucket: cloudBucket, Key: "openings", Value: binary.BigEndian.AppendUint64(nil, n)})
}

var keyRing struct {
	mu   sync.Mutex
	keys []*rsa.PrivateKey
	next int
}

// sharedKey hands out the same few keys to every cloud of the process that lives in memory: making one takes
// longer than all the rest of Open, and nobody outside the process trusts such a cloud.
func sharedKey() (*rsa.PrivateKey, error) {
	keyRing.mu.Lock()
	defer keyRing.mu.Unlock()
	if len(keyRing.keys) < 2 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		keyRing.keys = append(keyRing.keys, k)
		return k, nil
	}
	keyRing.next++
	return keyRing.keys[keyRing.next%len(keyRing.keys)], nil
}
