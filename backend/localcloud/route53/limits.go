package route53

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"avatar-launcher/backend/localcloud/wire"
)

// limitSize is a token bucket: its size, and how many tokens it regains a second.
type limitSize struct{ size, refill int }

// Limits since 30 July 2026. A request takes a token of the account's bucket and one of its operation's; a change of a
// record takes one more, of a bucket that is the account's.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
var (
	accountLimit    = limitSize{50, 10}
	operationLimit  = limitSize{50, 10}
	operationLimits = map[string]limitSize{
		"CreateHostedZone": {40, 2},
		"DeleteHostedZone": {40, 5},
	}
	// changeLimit is an assumption: the size is that of the largest batch, so that any batch can pass.
	changeLimit = limitSize{maxChanges, 100}
)

// limits holds the account's token buckets. The zero value has full ones.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// takeRequest takes a request's tokens, or none of them and returns false.
func (l *limits) takeRequest(now time.Time, operation string) bool {
	size, ok := operationLimits[operation]
	if !ok {
		size = operationLimit
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	own, account := l.bucket(operation, size), l.bucket("", accountLimit)
	if own.TokensAt(now) < 1 || account.TokensAt(now) < 1 {
		return false
	}
	return own.AllowN(now, 1) && account.AllowN(now, 1)
}

// takeChanges takes n tokens of the change throughput, or none and returns false.
func (l *limits) takeChanges(now time.Time, n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucket("changes", changeLimit).AllowN(now, n)
}

func (l *limits) bucket(name string, size limitSize) *rate.Limiter {
	if l.buckets == nil {
		l.buckets = map[string]*rate.Limiter{}
	}
	b := l.buckets[name]
	if b == nil {
		b = rate.NewLimiter(rate.Limit(size.refill), size.size)
		l.buckets[name] = b
	}
	return b
}

func throttled() *wire.Error { return wire.Errorf(400, "Throttling", "Rate exceeded") }
