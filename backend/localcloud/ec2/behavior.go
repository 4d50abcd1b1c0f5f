package ec2

import "time"

// Behavior is how this account differs from a new one, and what AWS does only sometimes. The zero value is a new
// account whose policies see tags at once.
type Behavior struct {
	// TagLag is how long policies still see a resource's tags as they were. A new resource has none for as long.
	TagLag time.Duration
	// NoDefaultVPC makes the VPC one that is not the default, so that every launch must name a subnet.
	NoDefaultVPC bool
	// SecondVPC adds a VPC that is not the default, with a subnet (OtherSubnet) and a security group (OtherGroup).
	SecondVPC bool
	// RootDevice is the root device of the account's own images, /dev/sda1 if it is empty.
	RootDevice string
	// SnapshotGiB is the size of the snapshot of the account's own images, 100 if it is 0.
	SnapshotGiB int64
}

// SetBehavior sets the behavior from now on. What exists stays as it is.
func (s *Service) SetBehavior(b Behavior) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behavior = b
	if b.TagLag == 0 {
		clear(s.pastTags)
	}
}

// pastTags are a resource's tags as they were before a change at until.
type pastTags struct {
	tags  map[string]string
	until time.Time
}

// keepTags keeps a resource's tags, which are about to change, for the policies that will still see them.
func (s *Service) keepTags(id string, tags map[string]string, now time.Time) {
	if s.behavior.TagLag == 0 {
		return
	}
	past := s.pastTags[id]
	for len(past) > 0 && !past[0].until.After(now.Add(-s.behavior.TagLag)) {
		past = past[1:]
	}
	s.pastTags[id] = append(past, pastTags{tags, now})
}

// policyTags returns a resource's tags as policies see them now.
func (s *Service) policyTags(id string, tags map[string]string, now time.Time) map[string]string {
	if s.behavior.TagLag == 0 {
		return tags
	}
	for _, p := range s.pastTags[id] {
		if p.until.After(now.Add(-s.behavior.TagLag)) {
			return p.tags
		}
	}
	return tags
}
