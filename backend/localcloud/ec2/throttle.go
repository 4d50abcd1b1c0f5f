package ec2

import (
	"maps"
	"strings"

	"golang.org/x/time/rate"

	"avatar-launcher/backend/localcloud/wire"
)

// bucket is a token bucket of
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html: its size, and the refill a second.
type bucket struct{ size, refill int }

// requestBuckets and resourceBuckets are of the operations that have their own.
var (
	requestBuckets = map[string]bucket{
		"RunInstances":       {5, 2},
		"StartInstances":     {5, 2},
		"StopInstances":      {100, 5},
		"TerminateInstances": {100, 5},
		"CreateTags":         {100, 10},
		"DeleteTags":         {100, 10},
	}
	resourceBuckets = map[string]bucket{
		"RunInstances":       {1000, 2},
		"StartInstances":     {1000, 2},
		"StopInstances":      {1000, 20},
		"TerminateInstances": {1000, 20},
	}
	describing         = bucket{100, 20}
	describingAll      = bucket{50, 10} // neither filtered nor paginated, of the APIs that page
	mutating           = bucket{50, 5}
	unfilteredSeparate = map[string]bool{
		"DescribeInstances": true, "DescribeInstanceStatus": true, "DescribeSecurityGroups": true, "DescribeTags": true,
	}
)

// throttle takes the request's tokens, and the resources' where the operation has a bucket for them.
func (s *Service) throttle(c *wire.Call, p params) *wire.Error {
	if s.env.Throttle == nil || !s.env.Throttle() {
		return nil
	}
	name, b := bucketOf(c.Operation, p)
	if !s.take(c, name, b, 1) {
		return throttled()
	}
	if b, ok := resourceBuckets[c.Operation]; ok &&
		!s.take(c, c.Operation+"/resources", b, resourceCount(c.Operation, p)) {
		return throttled()
	}
	return nil
}

func throttled() *wire.Error {
	return wire.Errorf(503, "RequestLimitExceeded", "Request limit exceeded.")
}

func bucketOf(operation string, p params) (string, bucket) {
	if b, ok := requestBuckets[operation]; ok {
		return operation, b
	}
	if !strings.HasPrefix(operation, "Describe") {
		return operation, mutating
	}
	narrowed := p.has("MaxResults") || len(p.groups("Filter")) > 0 || len(p.list("InstanceId")) > 0
	if unfilteredSeparate[operation] && !narrowed {
		return operation + "/all", describingAll
	}
	return operation, describing
}

func resourceCount(operation string, p params) int {
	if operation != "RunInstances" {
		return len(p.list("InstanceId"))
	}
	n, err := p.number("MaxCount", 1)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func (s *Service) take(c *wire.Call, name string, b bucket, n int) bool {
	s.limitsMu.Lock()
	defer s.limitsMu.Unlock()
	key := c.Region + "/" + name
	l := s.limits[key]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(b.refill), b.size)
		s.limits[key] = l
	}
	taken := l.AllowN(c.Now, n)
	used := 1 - l.TokensAt(c.Now)/float64(b.size)
	if !taken {
		used = 1
	}
	if s.fullest == nil {
		s.fullest = map[string]float64{}
	}
	s.fullest[key] = max(s.fullest[key], used)
	return taken
}

// BucketUse returns how much of each token bucket ("us-east-1/StartInstances") was in use at the fullest moment, from 0
// to 1.
func (s *Service) BucketUse() map[string]float64 {
	s.limitsMu.Lock()
	defer s.limitsMu.Unlock()
	return maps.Clone(s.fullest)
}
