package ec2

import (
	"avatar-launcher/backend/localcloud/wire"
)

// admit reports whether the wanted instances, counted by zone and type, can be up beside those that are. The caller
// holds s.mu. Capacity is checked on every start, not only at launch: a stopped instance reserves nothing.
func (s *Service) admit(wanted map[place]int) *wire.Error {
	used := s.inUse()
	vcpus := map[string]int{}
	for at, n := range wanted {
		t := typeNamed(at.instanceType)
		vcpus[t.family] += n * t.vcpus
	}
	for at, n := range used {
		t := typeNamed(at.instanceType)
		if _, ok := vcpus[t.family]; ok {
			vcpus[t.family] += n * t.vcpus
		}
	}
	for _, n := range vcpus {
		if s.vcpuQuota >= 0 && n > s.vcpuQuota {
			return wire.Errorf(400, "VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU "+
				"limit of %d allows for the instance bucket that the specified instance type belongs to. Please visit "+
				"http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.", s.vcpuQuota)
		}
	}
	for at, n := range wanted {
		if !s.room(used, at, n) {
			return wire.Errorf(500, "InsufficientInstanceCapacity", "We currently do not have sufficient %s capacity in "+
				"the Availability Zone you requested (%s). Our system will be working on provisioning additional capacity.",
				at.instanceType, at.zone)
		}
	}
	return nil
}

// room reports whether every capacity limit that covers a place leaves room for n more.
func (s *Service) room(used map[place]int, at place, n int) bool {
	for limited, limit := range s.capacity {
		if !limited.covers(at) {
			continue
		}
		total := n
		for other, m := range used {
			if limited.covers(other) {
				total += m
			}
		}
		if total > limit {
			return false
		}
	}
	return true
}

func (l place) covers(at place) bool {
	return (l.zone == "" || l.zone == at.zone) && (l.instanceType == "" || l.instanceType == at.instanceType)
}

func (s *Service) inUse() map[place]int {
	used := map[place]int{}
	for _, in := range s.instances {
		if in.up() && in.Reserved == "" {
			used[place{in.Zone, in.Type}]++
		}
	}
	return used
}
