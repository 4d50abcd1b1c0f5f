package fleet

import (
	"context"
	"time"

	"avatar-launcher/backend"
)

// The ports are what the policy needs of the cloud beside its tables (see ledger). Only files named aws_*.go implement
// them, and only those import AWS's SDK. Errors keep AWS's codes, which awsx classifies.

// compute is EC2: instances, their tags, and what they are launched from.
type compute interface {
	// describe returns one instance. It returns nil if EC2 lists none of that ID, or an error for which isGone is true.
	describe(ctx context.Context, instanceID string) (*instance, error)
	// status returns the status checks of a running instance, empty if there are none yet.
	status(ctx context.Context, instanceID string) (system, own string, err error)
	// list returns the pool's instances, those that were terminated of late included.
	list(ctx context.Context) ([]instance, error)
	// launched returns the instances whose client token begins with a launch token.
	launched(ctx context.Context, token string) ([]instance, error)
	// launch launches one instance from a version of the launch template, the latest if it is empty. A client token makes
	// a repetition return the same one.
	launch(ctx context.Context, clientToken, version string, at place, tags []tag) (*backend.Machine, error)
	// template reads a version of the launch template, the latest if it is empty.
	template(ctx context.Context, version string) (template, error)
	start(ctx context.Context, instanceID string) error
	// changeType makes a stopped instance one of another type. Its volumes stay.
	changeType(ctx context.Context, instanceID, kind string) error
	stop(ctx context.Context, instanceID string) error
	terminate(ctx context.Context, instanceID string) error
	// replaceDisk replaces the root volume of a running instance by one as it was launched with, deletes the replaced one,
	// and returns the task's ID. The instance reboots. A client token makes a repetition return the same task.
	replaceDisk(ctx context.Context, instanceID, clientToken string) (taskID string, err error)
	// replacements returns the root volume replacements of instances, by task ID.
	replacements(ctx context.Context, instanceIDs []string) (map[string]replacement, error)
	setTags(ctx context.Context, instanceID string, tags []tag) error
	removeTags(ctx context.Context, instanceID string, keys []string) error
}

// alarm is EventBridge Scheduler: one armed stop an instance, named by the instance.
type alarm interface {
	// create arms a stop. It returns an error for which isConflict is true if one is armed already.
	create(ctx context.Context, instanceID string, at time.Time) error
	// move sets another time. It returns an error for which isNotFound is true if none is armed.
	move(ctx context.Context, instanceID string, at time.Time) error
	// at returns when the stop fires. It returns an error for which isNotFound is true if none is armed.
	at(ctx context.Context, instanceID string) (time.Time, error)
	// remove disarms. It returns an error for which isNotFound is true if none is armed.
	remove(ctx context.Context, instanceID string) error
	// list returns the instances that have an armed stop.
	list(ctx context.Context) ([]string, error)
}

// dns is Route 53's hosted zone of the users' names.
type dns interface {
	// set makes address the only A record of a name.
	set(ctx context.Context, name, address string, ttl time.Duration) error
	// list returns the addresses of the names one label below the zone that have exactly one.
	list(ctx context.Context) (map[string]string, error)
}

// tag is one tag of an instance.
type tag struct{ key, value string }

// tags returns tags from keys and values in turn.
func tags(kv ...string) []tag {
	var out []tag
	for i := 0; i+1 < len(kv); i += 2 {
		out = append(out, tag{kv[i], kv[i+1]})
	}
	return out
}
