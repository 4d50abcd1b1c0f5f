package ec2

import (
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// checked is how long after running the first status checks have passed.
const checked = 60 * time.Second

// health is what the status checks say at a moment: initializing until they have passed, ok, and not-applicable
// while the instance does not run.
func (s *Service) health(in *instance, now time.Time) (status, reachability string) {
	switch {
	case in.State != running:
		return "not-applicable", ""
	case s.instantaneous() || now.Sub(in.BootTime) >= checked:
		return "ok", "passed"
	default:
		return "initializing", "initializing"
	}
}

func (s *Service) statusAttributes(in *instance, now time.Time) attributes {
	status, reachability := s.health(in, now)
	return withTags(attributes{
		"availability-zone": {in.Zone}, "availability-zone-id": {s.zoneID(in.Zone)},
		"instance-state-name": {in.State}, "instance-state-code": {intText(stateCodes[in.State])},
		"instance-status.status": {status}, "instance-status.reachability": {reachability},
		"system-status.status": {status}, "system-status.reachability": {reachability},
		"attached-ebs-status.status": {status},
		"event.code":                 nil, "event.description": nil, "event.not-after": nil, "event.not-before": nil,
	}, in.Tags)
}

// describeInstanceStatus leaves out what does not run unless asked for all
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html).
func (s *Service) describeInstanceStatus(c *wire.Call, p params, d *doc) *wire.Error {
	all, err := p.flag("IncludeAllInstances")
	if err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	of := func(in *instance) attributes { return s.statusAttributes(in, c.Now) }
	found, next, err := s.selectInstances(c.Now, p, of, func(in *instance) bool { return all || in.State == running })
	if err != nil {
		return err
	}
	list(d, "instanceStatusSet", found, func(in *instance) {
		status, reachability := s.health(in, c.Now)
		d.text("instanceId", in.ID)
		d.text("availabilityZone", in.Zone)
		d.text("availabilityZoneId", s.zoneID(in.Zone))
		d.in("instanceState", func() { writeState(d, in.State) })
		for _, part := range []string{"systemStatus", "instanceStatus", "attachedEbsStatus"} {
			d.in(part, func() {
				d.text("status", status)
				if reachability != "" {
					list(d, "details", []string{reachability}, func(r string) {
						d.text("name", "reachability")
						d.text("status", r)
					})
				}
			})
		}
	})
	d.opt("nextToken", next)
	return nil
}
