package localcloud

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/ec2"
	"avatar-launcher/backend/localcloud/scheduler"
)

// Behavior is what real accounts and services do and this cloud leaves out unless it is asked for. The zero value is a
// new account in which everything is seen at once. It is not kept in the state.
type Behavior struct {
	// TagLag is how long EC2's policies still see a resource's tags as they were.
	TagLag time.Duration `json:"tagLag"`
	// NameLag is how long a change of records takes to reach the edge. It is PENDING at least as long.
	NameLag time.Duration `json:"nameLag"`
	// NoDefaultVPC makes the VPC one that is not the default, so that every launch must name a subnet.
	NoDefaultVPC bool `json:"noDefaultVpc"`
	// SecondVPC adds a VPC that is not the default, with a subnet and a security group that fit only each other.
	SecondVPC bool `json:"secondVpc"`
	// RootDevice is the root device of the account's own images, /dev/sda1 if it is empty.
	RootDevice string `json:"rootDevice"`
	// SnapshotGiB is the size of the snapshot of the account's own images, 100 if it is 0.
	SnapshotGiB int64 `json:"snapshotGiB"`
	// RejectPastSchedules refuses one-time schedules whose time has passed. Otherwise they fire at once.
	RejectPastSchedules bool `json:"rejectPastSchedules"`
	// DeletionLag is how long a completed schedule that deletes itself can still be updated, in vain.
	DeletionLag time.Duration `json:"deletionLag"`
	// LateSchedules fires one-time schedules at a random moment within the minute after their time.
	LateSchedules bool `json:"lateSchedules"`
	// RetriesSurvive goes on with the retries of an armed stop that failed after its schedule was updated or deleted.
	RetriesSurvive bool `json:"retriesSurvive"`
	// FailTargets refuses what schedules do when they fire, armed stops above all, which are then retried.
	FailTargets bool `json:"failTargets"`
}

// SetBehavior sets the behavior from now on. What exists stays as it is.
func (c *Cloud) SetBehavior(b Behavior) error {
	if b.TagLag < 0 || b.NameLag < 0 || b.DeletionLag < 0 || b.SnapshotGiB < 0 {
		return fmt.Errorf("lags and sizes must not be negative")
	}
	if b.RootDevice != "" && !strings.HasPrefix(b.RootDevice, "/dev/") {
		return fmt.Errorf("root device %q doesn't begin with /dev/", b.RootDevice)
	}
	c.behavior.Store(&b)
	c.ec2.Load().SetBehavior(ec2.Behavior{
		TagLag: b.TagLag, NoDefaultVPC: b.NoDefaultVPC, SecondVPC: b.SecondVPC,
		RootDevice: b.RootDevice, SnapshotGiB: b.SnapshotGiB,
	})
	c.route53.SetNameLag(b.NameLag)
	c.scheduler.SetBehavior(scheduler.Behavior{
		DeletionLag: b.DeletionLag, RejectPast: b.RejectPastSchedules, LateInMinute: b.LateSchedules,
		RetriesSurvive: b.RetriesSurvive,
	})
	return nil
}

// Behavior returns the behavior in force.
func (c *Cloud) Behavior() Behavior { return *c.behavior.Load() }

// behaviorBody is Behavior in JSON, with readable durations.
type behaviorBody struct {
	*Behavior
	TagLag      period `json:"tagLag"`
	NameLag     period `json:"nameLag"`
	DeletionLag period `json:"deletionLag"`
}

func bodyOf(b Behavior) behaviorBody {
	return behaviorBody{&b, period(b.TagLag), period(b.NameLag), period(b.DeletionLag)}
}

// adminBehavior changes the members that the request names and leaves the others.
func (c *Cloud) adminBehavior(r *http.Request) (any, error) {
	in := bodyOf(c.Behavior())
	if err := read(r, &in); err != nil {
		return nil, err
	}
	b := *in.Behavior
	b.TagLag, b.NameLag, b.DeletionLag = time.Duration(in.TagLag), time.Duration(in.NameLag), time.Duration(in.DeletionLag)
	if err := c.SetBehavior(b); err != nil {
		return nil, err
	}
	return bodyOf(b), nil
}
