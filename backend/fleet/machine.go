package fleet

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// Machine describes one instance with its status checks, nil if EC2 has none of that ID.
func (s *Service) Machine(ctx context.Context, instanceID string) (*backend.Machine, error) {
	i, err := s.compute.describe(ctx, instanceID)
	if isGone(err) {
		return nil, nil
	}
	if err != nil || i == nil {
		return nil, problem(messages.New("fleet.cannotLookInstance"), err)
	}
	s.addStatus(ctx, &i.Machine)
	return &i.Machine, nil
}

// addStatus adds the status checks, which EC2 has for running instances only. They are shown, never needed: readiness
// does not wait for them.
func (s *Service) addStatus(ctx context.Context, m *backend.Machine) {
	if m.State == backend.Running {
		m.SystemStatus, m.InstanceStatus, _ = s.compute.status(ctx, m.InstanceID)
	}
}

// orderlyReasons are the state reasons of instances that somebody stopped, or that stopped themselves.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
var orderlyReasons = []string{"", "Client.UserInitiatedShutdown", "Client.InstanceInitiatedShutdown",
	"Client.UserInitiatedHibernate"}

// brokeDown reports whether EC2 could not start the instance, or could not keep it running.
func (m instance) brokeDown() bool { return !slices.Contains(orderlyReasons, m.ReasonCode) }

// reason returns, for people, why the instance is in its state.
func (m instance) reason() messages.Message { return stateReason(m.Machine) }

// stateReason returns, for people, why an instance is in its state.
func stateReason(m backend.Machine) messages.Message {
	switch {
	case m.Reason != "" && (m.ReasonCode == "" || strings.Contains(m.Reason, m.ReasonCode)):
		return messages.Verbatim(m.Reason)
	case m.ReasonCode != "":
		return messages.Verbatim(strings.TrimSuffix(m.ReasonCode+": "+m.Reason, ": "))
	}
	return messages.New("fleet.ec2GivesNoReason")
}

// ownerTags mirror the session for people, for recovery, and for the instance's own timer (expire-at).
func ownerTags(row sessionRow) []tag {
	return tags("Name", "avatar-"+row.Username, "owner", row.UserID, "epoch", strconv.FormatInt(max(row.Epoch, 1), 10),
		"expire-at", row.ExpireAt.UTC().Format(time.RFC3339))
}

// tagLag is how long EC2's policies may still see an instance's tags as they were before a change or a launch.
// newbornTime is how long EC2 may not know of an instance that it has just launched.
const (
	tagLag      = 5 * time.Second
	newbornTime = 10 * time.Second
)

// untilTagsSeen makes a call that an instance's tags permit. While it is denied it is repeated for tagLag: EC2 is
// eventually consistent, also in what policies see.
// https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
func untilTagsSeen(ctx context.Context, call func() error) error {
	return repeatFor(ctx, tagLag, awsx.IsDenied, call)
}

// repeatFor makes a call, and repeats it for limit while again is true of its error.
func repeatFor(ctx context.Context, limit time.Duration, again func(error) bool, call func() error) error {
	for began := time.Now(); ; {
		err := call()
		if err == nil || !again(err) || time.Since(began) > limit {
			return err
		}
		if ended := awsx.Sleep(ctx, pollEvery); ended != nil {
			return ended
		}
	}
}

// tag sets tags. EC2 may not know a new instance's ID for newbornTime, and may deny the call for tagLag.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html#eventual-consistency
func (s *Service) tag(ctx context.Context, instanceID string, tags []tag) error {
	return repeatFor(ctx, newbornTime, isGone, func() error {
		return untilTagsSeen(ctx, func() error {
			return s.compute.setTags(ctx, instanceID, tags)
		})
	})
}

// scrub gives the name of a warm instance and takes the last owner's tags off, in this order: the tag owner is what
// lets a user touch the instance at all.
func (s *Service) scrub(ctx context.Context, instanceID string) error {
	if err := s.tag(ctx, instanceID, tags("Name", warmName(instanceID))); err != nil {
		return err
	}
	return s.untagOwner(ctx, instanceID)
}

// warmName returns the Name tag of a pool instance. It ends with the end of the instance's ID.
func warmName(instanceID string) string {
	if len(instanceID) > 6 {
		instanceID = instanceID[len(instanceID)-6:]
	}
	return "avatar-warm-" + instanceID
}
