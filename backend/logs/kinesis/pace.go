package kinesis

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

	// quietReads is how many reads in a row must bring no lines before the interval grows to sharedInterval. Five reads
	// a second of a log that nothing is written to would keep the processor busy at rest.
	quietReads = 15

	// unreachedMax is the longest wait after a call that no server answered. Retrying costs nothing, and lines should
	// appear soon after the network is back.
	unreachedMax = 5 * time.Second
)

// pace decides how often one shard is read: as often as its share allows, less often after throttled reads.
type pace struct {
	readers  int
	empty    int           // reads in a row that brought no lines
	penalty  time.Duration // added since reads were throttled
	failures int           // in a row
}

// idleInterval is the interval of a reader that has caught up.
func (p *pace) idleInterval() time.Duration {
	if p.readers == 1 {
		return minInterval
	}
	return max(sharedInterval, time.Duration(p.readers)*minInterval)
}

// next returns the wait after a successful read of some lines. behind is the distance from the end of the shard.
func (p *pace) next(behind time.Duration, lines int) time.Duration {
	p.failures = 0
	p.empty++
	if lines > 0 {
		p.empty = 0
	}
	p.penalty = p.penalty * 3 / 4
	if p.penalty < minInterval/4 {
		p.penalty = 0
	}
	d := p.idleInterval()
	if p.empty > quietReads {
		d = max(d, sharedInterval)
	}
	if behind > 0 {
		d = minInterval
	}
	return jitter(d + p.penalty)
}

// throttled returns the wait after a throttled read. It is random within the interval, so that readers that collided do
// not collide again, and grows with each throttled read.
func (p *pace) throttled() time.Duration {
	p.failures++
	p.penalty = min(maxPenalty, max(minInterval, p.penalty*3/2))
	return minInterval + rand.N(p.idleInterval()) + p.penalty
}

// failed returns the wait after any other failed call.
func (p *pace) failed(err error) time.Duration {
	most := retryMax
	if err != nil && awsx.Code(err) == "" {
		most = unreachedMax
	}
	p.failures++
	return jitter(min(most, minInterval<<min(p.failures, 10)))
}

// jitter adds up to a fifth, so that desktops that started together drift apart. It never shortens d, which would
// exceed the limit.
func jitter(d time.Duration) time.Duration {
	return d + rand.N(d/5+1)
}
