package cognitoidp

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"sort"
	"strconv"
	"time"
)

// attribute is a user attribute as the API writes it.
type attribute struct {
	Name  string
	Value string
}

// stamp is a time as awsJson writes it: seconds since 1970 with milliseconds.
type stamp time.Time

// MarshalJSON implements json.Marshaler.
func (t stamp) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', -1, 64), nil
}

// unguessable returns n random bytes in unpadded URL-safe base64. Secrets come from the system's randomness, not from
// the cloud's seeded source, which an observer could predict.
func unguessable(n int) string {
	return base64.RawURLEncoding.EncodeToString(randomBytes(n))
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand aborts the program instead
	return b
}

const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// identifier returns n characters of the first m alphanumerics from the cloud's seeded source.
func (s *Service) identifier(n, m int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphanumeric[s.env.Rand(int64(m))]
	}
	return string(b)
}

// uuid makes a version 4 UUID from the cloud's seeded source.
func (s *Service) uuid() string {
	h := []byte(s.env.NewID(32))
	h[12] = '4'
	h[16] = "89ab"[int(h[16])%4]
	return string(h[:8]) + "-" + string(h[8:12]) + "-" + string(h[12:16]) + "-" + string(h[16:20]) + "-" + string(h[20:])
}

// page cuts one page out of sorted keys: those behind the token, at most limit (or fallback where it is 0).
func page(keys []string, token string, limit *int32, fallback int) (cut []string, next string, err error) {
	n := fallback
	if limit != nil {
		n = int(*limit)
	}
	if n < 1 || n > 60 {
		return nil, "", fail("InvalidParameterException",
			"1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value "+
				"between 1 and 60", n)
	}
	sort.Strings(keys)
	start := 0
	if token != "" {
		after, decodeErr := base64.StdEncoding.DecodeString(token)
		if decodeErr != nil {
			return nil, "", fail("InvalidParameterException", "Invalid pagination token provided.")
		}
		start = sort.Search(len(keys), func(i int) bool { return keys[i] > string(after) })
	}
	end := min(start+n, len(keys))
	if end < len(keys) {
		next = base64.StdEncoding.EncodeToString([]byte(keys[end-1]))
	}
	return keys[start:end], next, nil
}

func mapKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// jsonText is v as the JSON text that some challenge parameters hold.
func jsonText(v any) string {
	b, _ := json.Marshal(v) // maps and slices of strings only
	return string(b)
}
