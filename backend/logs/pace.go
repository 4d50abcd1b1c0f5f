package logs

import (
	"math/rand/v2"
	"time"

	"avatar-launcher/backend/awsx"
)

// The intervals between two reads of a shard. Kinesis serves five reads a second of a shard to all its readers.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
const (
	minInterval    = 200 * time.Millisecond
	sharedInterval = time.Second
	maxPenalty     = 10 * time.Second
	retryMax       = 30 * time.Second

	// unreachedMax is the maxPenalty between two tries of a cloud that does not answer at all: they cost nobody anything,
	// and anyone who watches is to see lines soon after the network is back.
	unreachedMax = 5 * time.Second
)

// pace is how fast one shard is read: as fast as its share allows, slower after each throttled read and
// slowly back.
type pace struct {
	readers  int
	penalty  time.Duration // added since reads were throttled
	failures int           // in a row
}

// caughtUp is the interval of a reader that has read all there is.
func (p *pace) idleInterval() time.Duration {
	if p.readers == 1 {
		return minInterval
	}
	return max(sharedInterval, time.Duration(p.readers)*minInterval)
}

// next is the wait after a read that succeeded; behind is how far it was from the end of the shard.
func (p *pace) next(behind time.Duration) time.Duration {
	p.failures = 0
	p.penalty = p.penalty * 3 / 4
	if p.penalty < minInterval/4 {
		p.penalty = 0
	}
	d := p.idleInterval()
	if behind > 0 {
		d = minInterval
	}
	return jitter(d + p.penalty)
}

// throttled is the wait after a read that was refused for its rate. Its place within the interval is left to chance,
// for those who came at the same moment would only meet again; refused again and again, it grows.
func (p *pace) throttled() time.Duration {
	p.failures++
	p.penalty = min(maxPenalty, max(minInterval, p.penalty*3/2))
	return minInterval + rand.N(p.idleInterval()) + p.penalty
}

// failed is the wait after a call that failed otherwise.
func (p *pace) failed(err error) time.Duration {
	most := retryMax
	if err != nil && awsx.Code(err) == "" {
		most = unreachedMax
	}
	p.failures++
	return jitter(min(most, minInterval<<min(p.failures, 10)))
}

// jitter adds up to a fifth, so that desktops that began together drift apart. It takes nothing off: a shorter wait
// would pass the limit.
func jitter(d time.Duration) time.Duration {
	return d + rand.N(d/5+1)
}
