package fleet

import (
	"context"
	"errors"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/sync/errgroup"
)

// Extend moves the session's end to now + the window, never past the longest session: the armed stop first, then the
// row, then the instance's own timer. Cut short before the row, that timer ends the instance when the row says, though
// the armed stop would come later and nobody might keep the pool; cut short after it, it ends it too soon, not too late.
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
	err := s.whileHeld(ctx, row, false, func(ctx context.Context) error {
		var all errgroup.Group
		all.Go(func() error { return s.rearm(ctx, row.InstanceID, s.armTime(row)) })
		all.Go(func() error { return s.noteArmed(ctx, row) })
		return all.Wait()
	})
	if err != nil {
		return nil, problem("extend your session", err)
	}
	_, err = s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.Names.SessionsTable, Key: key("UserId", row.UserID),
		UpdateExpression:         aws.String("SET ExpireAt = :x, LastActivity = :now"),
		ConditionExpression:      aws.String("InstanceId = :i AND Epoch = :e AND #p <> :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{":x": value(end), ":now": value(now), ":i": str(row.InstanceID), ":e": value(row.Epoch),
			":ended": str(ended)}})
	if isConditionFailed(err) {
		return nil, errors.Join(errNotHeld, s.rearmForHolder(ctx, row.InstanceID))
	}
	if err == nil {
		err = s.whileHeld(ctx, row, true, func(ctx context.Context) error { return s.tag(ctx, row.InstanceID, ownerTags(row)) })
	}
	if err != nil {
		return nil, problem("extend your session", err)
	}
	s.note(ctx, auditRow{UserID: row.UserID, Username: row.Username, Actor: row.Username, Verb: "extended", InstanceID: row.InstanceID})
	session.ExpireAt, session.LastActivity = end, now
	return &session, nil
}

// noteArmed writes down until when the instance's stop is armed.
func (s *Service) noteArmed(ctx context.Context, row sessionRow) error {
	_, err := s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.Names.InstancesTable, Key: key("InstanceId", row.InstanceID),
		UpdateExpression:          aws.String("SET ArmedUntil = :armed"),
		ConditionExpression:       aws.String("#s = :claimed AND Epoch = :e"),
		ExpressionAttributeNames:  map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{":armed": value(s.armTime(row).Unix()), ":claimed": str(string(backend.Claimed)), ":e": value(row.Epoch)}})
	return unlessConditionFailed(err)
}

// Stop ends the session: the stop request first, then the rows and the name. What comes after the stop request is
// found and finished by the pool's keeper, should it fail.
func (s *Service) Stop(ctx context.Context, session backend.Session, reason string) error {
	return s.end(ctx, rowOf(session), backend.Recycling, session.Username, reason)
}

// Terminate ends the session and deletes the instance with its disk.
func (s *Service) Terminate(ctx context.Context, session backend.Session, reason string) error {
	return s.end(ctx, rowOf(session), backend.Retired, session.Username, reason)
}

// end ends a session: its instance goes on to state (recycling: it is stopped; retired: it is terminated). It is
// safe to repeat and for anybody to do; an instance that is no longer the session's is not touched.
func (s *Service) end(ctx context.Context, row sessionRow, state backend.PoolState, actor, why string) error {
	defer s.wake()
	if row.InstanceID == "" { // a cold start that never got its instance
		return problem("end your session", s.endUnlaunched(ctx, row, why))
	}
	if err := s.halt(ctx, row, state); err != nil {
		return s.armedStop(*row.session(), err)
	}
	if err := s.finish(ctx, row, state, actor, why); err != nil {
		s.Log.Warn("the session's end was not written down; the pool's keeper will", "user", row.Username, "instance", row.InstanceID, "cause", err)
	}
	return nil
}

// halt sends the stop, or the termination, of the session's instance. Not to hold it any more is as good.
func (s *Service) halt(ctx context.Context, row sessionRow, state backend.PoolState) error {
	if state == backend.Retired {
		// Nobody claims what is retired: from here on the instance may be terminated at any time.
		if err := s.move(ctx, row.InstanceID, row.Epoch, backend.Claimed, backend.Retired); err != nil {
			return err
		}
		if inst, err := s.rowOf(ctx, row.InstanceID); err != nil || inst == nil || inst.State != backend.Retired {
			return err
		}
		return s.terminate(ctx, row.InstanceID)
	}
	stop := func(ctx context.Context) error { return s.stopInstance(ctx, row.InstanceID) }
	if row.Cold && s.Clock.Now().Sub(row.CreationTime) < newborn {
		stop = func(ctx context.Context) error { return s.stopNewborn(ctx, row.InstanceID) }
	}
	err := s.whileHeld(ctx, row, false, stop)
	if errors.Is(err, errNotHeld) {
		return nil
	}
	if err != nil && ctx.Err() == nil && s.Clock.Now().Before(row.ExpireAt) {
		return stop(ctx) // the tables do not answer; within its time nobody else can have the instance
	}
	return err
}

// endUnlaunched ends a session whose instance is not known, by what is stored.
func (s *Service) endUnlaunched(ctx context.Context, row sessionRow, why string) error {
	stored, err := s.sessionOf(ctx, row.UserID)
	switch {
	case err != nil || stored == nil || stored.Phase == ended || !stored.CreationTime.Equal(row.CreationTime):
		return err
	case stored.InstanceID != "": // it got one meanwhile
		return s.end(ctx, *stored, backend.Recycling, row.Username, why)
	}
	// A launch whose answer was lost shows after a moment, if it took place.
	for range 4 {
		m, err := s.launched(ctx, stored.LaunchToken)
		if err != nil {
			return err
		}
		if m != nil {
			return errors.Join(s.disown(ctx, *stored, *m), s.endRow(ctx, *stored, why))
		}
		if err := pause(ctx, pollEvery); err != nil {
			return err
		}
	}
	// The launch may still be on its way, so its intent stays and is counted until it lapses.
	return s.endRow(ctx, *stored, why)
}

// closeRow marks a session as over, on the condition that it is not.
func (s *Service) closeRow(ctx context.Context, row sessionRow, why string) error {
	up := s.endSession(row, why)
	_, err := s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: up.TableName, Key: up.Key,
		UpdateExpression: up.UpdateExpression, ConditionExpression: up.ConditionExpression,
		ExpressionAttributeNames: up.ExpressionAttributeNames, ExpressionAttributeValues: up.ExpressionAttributeValues})
	return err
}

// endRow marks a session as over. That somebody else did is no error.
func (s *Service) endRow(ctx context.Context, row sessionRow, why string) error {
	return unlessConditionFailed(s.closeRow(ctx, row, why))
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
		// It may have come up between the refusal and the look: only what will not run any more is done with.
		if look == nil && (m == nil || m.State != "pending" && m.State != "running") {
			return nil
		}
		if err := pause(ctx, pollEvery); err != nil {
			return err
		}
	}
}

// newbornTime is how long EC2 may not know of an instance that it has just launched.
const newbornTime = 10 * time.Second

// stopNewborn stops an instance that has just been launched. For a moment EC2 answers that there is none of that ID, or
// that it may not be stopped, since its tags are not seen yet; that is asked again, and not taken for the truth.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html#eventual-consistency
func (s *Service) stopNewborn(ctx context.Context, instanceID string) error {
	for began := time.Now(); ; {
		_, err := s.EC2.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{instanceID}})
		if !isGone(err) && !isDenied(err) || time.Since(began) > newbornTime {
			if err == nil {
				return nil
			}
			return s.stopInstance(ctx, instanceID)
		}
		if err := pause(ctx, pollEvery); err != nil {
			return err
		}
	}
}

// finish writes down that a session is over. The session's row is last: as long as it is open, anyone who meets it
// finishes what is left, and the user's next session, which names the instance anew, cannot begin before the name is
// parked.
func (s *Service) finish(ctx context.Context, row sessionRow, state backend.PoolState, actor, why string) error {
	var both errgroup.Group
	both.Go(func() error { return s.move(ctx, row.InstanceID, row.Epoch, backend.Claimed, state) })
	both.Go(func() error { return s.point(ctx, row.Domain, s.Names.ParkingAddress) })
	if err := both.Wait(); err != nil {
		return err
	}
	err := s.closeRow(ctx, row, why)
	if isConditionFailed(err) {
		return s.pointForHolder(ctx, row.UserID)
	}
	if err != nil {
		return err
	}
	s.noteEnd(ctx, row, state, actor, why)
	return nil
}

// pointForHolder points a user's name at the instance of the session that they have now: somebody who ended an
// earlier one, long over, has parked the name by mistake.
func (s *Service) pointForHolder(ctx context.Context, userID string) error {
	row, err := s.sessionOf(ctx, userID)
	if err != nil || row == nil || row.Phase == ended || row.PublicIP == "" {
		return err
	}
	return s.point(ctx, row.Domain, row.PublicIP)
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

// terminate asks EC2 to terminate; an instance that is gone is as good.
func (s *Service) terminate(ctx context.Context, instanceID string) error {
	_, err := s.EC2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{instanceID}})
	if isGone(err) {
		return nil
	}
	return err
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
