package kinesis

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/bits"
)

// hashKey is a point in Kinesis's key space of 128 bits; on the wire it is a decimal number.
type hashKey struct{ hi, lo uint64 }

var maxHashKey = hashKey{^uint64(0), ^uint64(0)}

// hashOf maps a partition key to its point, by MD5 as AWS documents.
func hashOf(partitionKey string) hashKey {
	sum := md5.Sum([]byte(partitionKey))
	return hashKey{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:])}
}

// parseHashKey reads a decimal number of at most 39 digits below 2^128.
func parseHashKey(s string) (hashKey, bool) {
	if s == "" || len(s) > 39 || (len(s) > 1 && s[0] == '0') {
		return hashKey{}, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return hashKey{}, false
		}
	}
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || n.BitLen() > 128 {
		return hashKey{}, false
	}
	var b [16]byte
	n.FillBytes(b[:])
	return hashKey{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}, true
}

func (h hashKey) String() string { return h.big().String() }

func (h hashKey) big() *big.Int {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], h.hi)
	binary.BigEndian.PutUint64(b[8:], h.lo)
	return new(big.Int).SetBytes(b[:])
}

func (h hashKey) less(o hashKey) bool { return h.hi < o.hi || h.hi == o.hi && h.lo < o.lo }

func (h hashKey) plus(n uint64) hashKey {
	lo, carry := bits.Add64(h.lo, n, 0)
	return hashKey{h.hi + carry, lo}
}

func (h hashKey) minus(n uint64) hashKey {
	lo, borrow := bits.Sub64(h.lo, n, 0)
	return hashKey{h.hi - borrow, lo}
}

// boundary is the start of range i of n equal ranges over the whole key space.
func boundary(i, n int) hashKey {
	if i == 0 {
		return hashKey{}
	}
	space := new(big.Int).Lsh(big.NewInt(1), 128)
	space.Div(space, big.NewInt(int64(n)))
	space.Mul(space, big.NewInt(int64(i)))
	h, _ := parseHashKey(space.String())
	return h
}

// MarshalText implements encoding.TextMarshaler: decimal.
func (h hashKey) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *hashKey) UnmarshalText(b []byte) error {
	v, ok := parseHashKey(string(b))
	if !ok {
		return fmt.Errorf("%q is not a hash key", b)
	}
	*h = v
	return nil
}
