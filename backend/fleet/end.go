package fleet

import (
	"context"
	"errors"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/sync/errgroup"
)

// Extend moves the session's end to now + the window, never past the longest session: the stop schedule and the
// instance's own timer first, then the row, so that no stored end is later than an armed stop.
func (s *Service) Extend(ctx context.Context, session backend.Session) (*backend.Session, error) {
	f := s.current()
	now := s.Clock.Now()
	end := now.Add(f.Window)
	if last := session.CreationTime.Add(f.Maximum); f.Maximum > 0 && end.After(last) {
		end = last
	}
	if !end.After(session.ExpireAt) {
		return &session, nil
	}
	row := rowOf(session)
	row.ExpireAt = end
	var both errgroup.Group
	both.Go(func() error { return s.rearm(ctx, row.InstanceID, end.Add(f.Grace)) })
	both.Go(func() error { return s.tag(ctx, row.InstanceID, ownerTags(row)) })
	if err := both.Wait(); err != nil {
		return nil, problem("extend your session", err)
	}
	_, err := s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.Names.SessionsTable, Key: key("UserId", row.UserID),
		UpdateExpression:         aws.String("SET ExpireAt = :x, LastActivity = :now"),
		ConditionExpression:      aws.String("InstanceId = :i AND Epoch = :e AND #p <> :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{":x": value(end), ":now": value(now), ":i": str(row.InstanceID), ":e": value(row.Epoch),
			":ended": str(ended)}})
	if isConditionFailed(err) {
		return nil, &backend.Problem{Kind: backend.KindBusy, What: "Your session was ended elsewhere",
			Why: "Another computer of yours, or the pool's keeper, ended it.", Next: "Press Start for a new one.", Cause: err}
	}
	session.ExpireAt, session.LastActivity = end, now
	return &session, problem("extend your session", err)
}

// Stop ends the session: the stop request first, then the rows and the name. What comes after the stop request is
// found and finished by the pool's keeper, should it fail.
func (s *Service) Stop(ctx context.Context, session backend.Session, reason string) error {
	defer s.wake()
	if err := s.stopInstance(ctx, session.InstanceID); err != nil {
		return s.armedStop(session, err)
	}
	return problem("finish your session", s.finish(ctx, rowOf(session), backend.Recycling, reason))
}

// Terminate ends the session and deletes the instance with its disk.
func (s *Service) Terminate(ctx context.Context, session backend.Session, reason string) error {
	defer s.wake()
	if session.InstanceID != "" {
		_, err := s.EC2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{session.InstanceID}})
		if err != nil && !isGone(err) {
			return s.armedStop(session, err)
		}
	}
	return problem("finish your session", s.finish(ctx, rowOf(session), backend.Retired, reason))
}

// stopInstance asks EC2 to stop; an instance that is gone or already stopped is as good. One that is pending
// cannot be stopped yet, and is asked again.
func (s *Service) stopInstance(ctx context.Context, instanceID string) error {
	if instanceID == "" {
		return nil
	}
	for {
		_, err := s.EC2.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{instanceID}})
		if err == nil || isGone(err) {
			return nil
		}
		if !isWrongState(err) {
			return err
		}
		m, look := s.Machine(ctx, instanceID)
		if look == nil && (m == nil || m.State != "pending") {
			return nil
		}
		if err := pause(ctx, pollEvery); err != nil {
			return err
		}
	}
}

// finish writes down that a session is over: session ended, instance on its way back, name parked.
func (s *Service) finish(ctx context.Context, row sessionRow, state backend.PoolState, reason string) error {
	var all errgroup.Group
	all.Go(func() error {
		up := s.endSession(row, reason)
		_, err := s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: up.TableName, Key: up.Key,
			UpdateExpression: up.UpdateExpression, ConditionExpression: up.ConditionExpression,
			ExpressionAttributeNames: up.ExpressionAttributeNames, ExpressionAttributeValues: up.ExpressionAttributeValues})
		return unlessConditionFailed(err)
	})
	all.Go(func() error { return s.move(ctx, row.InstanceID, row.Epoch, backend.Claimed, state) })
	all.Go(func() error { return s.point(ctx, row.Domain, s.Names.ParkingAddress) })
	return all.Wait()
}

// move changes the state of an instance's row under its epoch; somebody who was quicker is no error.
func (s *Service) move(ctx context.Context, instanceID string, epoch int64, from, to backend.PoolState) error {
	if instanceID == "" {
		return nil
	}
	_, err := s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.Names.InstancesTable, Key: key("InstanceId", instanceID),
		UpdateExpression:         aws.String("SET #s = :to, PooledAt = :now REMOVE #o"),
		ConditionExpression:      aws.String("#s = :from AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
		ExpressionAttributeValues: item{":from": str(string(from)), ":to": str(string(to)), ":e": value(epoch),
			":now": value(s.Clock.Now())}})
	return unlessConditionFailed(err)
}

func unlessConditionFailed(err error) error {
	if isConditionFailed(err) {
		return nil
	}
	return err
}

// armedStop says when the schedule will stop what the launcher could not.
func (s *Service) armedStop(session backend.Session, err error) error {
	at := session.ExpireAt.Add(s.current().Grace).Local().Format("15:04")
	p := &backend.Problem{Kind: backend.KindUnexpected, Cause: err, What: "The stop request could not be sent",
		Why: "The cloud did not take it.", Next: "Your instance is stopped by its own schedule at " + at + " at the latest; press Stop to try again."}
	var known *backend.Problem
	if errors.As(problem("stop your instance", err), &known) {
		p.Kind, p.Why = known.Kind, known.Why
	}
	return p
}

func rowOf(s backend.Session) sessionRow {
	return sessionRow{UserID: s.UserID, InstanceID: s.InstanceID, CreationTime: s.CreationTime, ExpireAt: s.ExpireAt, PublicIP: s.PublicIP,
		SubnetID: s.SubnetID, Username: s.Username, Phase: string(s.Phase), Epoch: s.Epoch, Domain: s.Domain, LauncherID: s.LauncherID,
		LastActivity: s.LastActivity}
}
