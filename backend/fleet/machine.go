package fleet

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// poolTag is the value of the tag "pool" on every instance that the control plane may touch.
const poolTag = "avatar"

// Machine describes one instance with its status checks, nil if EC2 has none of that ID.
func (s *Service) Machine(ctx context.Context, instanceID string) (*backend.Machine, error) {
	out, err := s.EC2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{instanceID}})
	if isGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, problem("look at your instance", err)
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			m := machine(i)
			return &m, s.addStatus(ctx, &m)
		}
	}
	return nil, nil
}

// addStatus adds the status checks, which EC2 has for running instances only.
func (s *Service) addStatus(ctx context.Context, m *backend.Machine) error {
	if m.State != backend.Running {
		return nil
	}
	out, err := s.EC2.DescribeInstanceStatus(ctx, &ec2.DescribeInstanceStatusInput{InstanceIds: []string{m.InstanceID}})
	if err != nil || len(out.InstanceStatuses) == 0 {
		return nil // shown, never needed: readiness does not wait for status checks
	}
	st := out.InstanceStatuses[0]
	if st.SystemStatus != nil {
		m.SystemStatus = string(st.SystemStatus.Status)
	}
	if st.InstanceStatus != nil {
		m.InstanceStatus = string(st.InstanceStatus.Status)
	}
	return nil
}

func machine(i types.Instance) backend.Machine {
	m := backend.Machine{
		InstanceID: aws.ToString(i.InstanceId),
		ImageID:    aws.ToString(i.ImageId),
		Type:       string(i.InstanceType),
		PublicIP:   aws.ToString(i.PublicIpAddress),
		PrivateIP:  aws.ToString(i.PrivateIpAddress),
		SubnetID:   aws.ToString(i.SubnetId),
		LaunchTime: aws.ToTime(i.LaunchTime),
		Name:       tagOf(i, "Name"),
	}
	if i.State != nil {
		m.State = backend.InstanceState(i.State.Name)
	}
	if i.StateReason != nil {
		m.ReasonCode, m.Reason = aws.ToString(i.StateReason.Code), aws.ToString(i.StateReason.Message)
	}
	if i.Placement != nil {
		m.Zone = aws.ToString(i.Placement.AvailabilityZone)
	}
	return m
}

// orderlyReasons are the state reasons of instances that somebody stopped, or that stopped themselves.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
var orderlyReasons = []string{"", "Client.UserInitiatedShutdown", "Client.InstanceInitiatedShutdown", "Client.UserInitiatedHibernate"}

// brokeDown reports whether EC2 could not start the instance, or could not keep it running.
func (m instance) brokeDown() bool { return !slices.Contains(orderlyReasons, m.ReasonCode) }

// reason returns, for people, why the instance is in its state.
func (m instance) reason() string { return stateReason(m.Machine) }

// stateReason returns, for people, why an instance is in its state.
func stateReason(m backend.Machine) string {
	switch {
	case m.Reason != "" && (m.ReasonCode == "" || strings.Contains(m.Reason, m.ReasonCode)):
		return m.Reason
	case m.ReasonCode != "":
		return strings.TrimSuffix(m.ReasonCode+": "+m.Reason, ": ")
	}
	return "EC2 gives no reason"
}

func tagOf(i types.Instance, key string) string {
	for _, t := range i.Tags {
		if aws.ToString(t.Key) == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

func tags(kv ...string) []types.Tag {
	var out []types.Tag
	for i := 0; i+1 < len(kv); i += 2 {
		out = append(out, types.Tag{Key: aws.String(kv[i]), Value: aws.String(kv[i+1])})
	}
	return out
}

// ownerTags mirror the session for people, for recovery, and for the instance's own timer (expire-at).
func ownerTags(row sessionRow) []types.Tag {
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
func (s *Service) tag(ctx context.Context, instanceID string, tags []types.Tag) error {
	return repeatFor(ctx, newbornTime, isGone, func() error {
		return untilTagsSeen(ctx, func() error {
			_, err := s.EC2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{instanceID}, Tags: tags})
			return err
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
