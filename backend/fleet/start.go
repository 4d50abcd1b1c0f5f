package fleet

import (
	"context"
	"errors"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"
)

const pollEvery = 700 * time.Millisecond // between looks at an instance that is starting

// Start claims an instance, arms its stop, starts it, names it, and returns when the avatar's own address answers.
// A user who has a session gets that one: a start that died half-way is taken up where it was.
func (s *Service) Start(ctx context.Context, u backend.User, report func(backend.Progress)) (*backend.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, s.current().ReadyTimeout)
	defer cancel()
	report(backend.Progress{Phase: backend.Claiming})
	row, err := s.obtain(ctx, u, report)
	if err != nil {
		return nil, problem("start your instance", err)
	}
	s.wake()
	session, err := s.await(ctx, *row, report)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, &backend.Problem{Kind: backend.KindUnexpected, What: "Your avatar did not answer in time",
			Why: "The instance was started, but its avatar said nothing for " + s.current().ReadyTimeout.String() + ".", Next: "Press Start to try another one.", Cause: err}
	}
	return session, problem("start your instance", err)
}

// obtain returns a session whose instance is starting and whose stop is armed. It climbs down AWS's capacity
// ladder: each warm instance in turn, then a fresh launch.
func (s *Service) obtain(ctx context.Context, u backend.User, report func(backend.Progress)) (*sessionRow, error) {
	for range s.current().MaxInstances + 1 {
		row, attached, err := s.claim(ctx, u)
		if err != nil {
			return nil, err
		}
		if row == nil {
			return s.launch(ctx, u, report)
		}
		if attached && row.LaunchToken != "" {
			return s.launch(ctx, u, report)
		}
		report(backend.Progress{Phase: backend.Arming, Session: row.session()})
		err = s.ignite(ctx, row)
		if isCapacity(err) && !attached {
			if m, _ := s.Machine(ctx, row.InstanceID); m != nil {
				s.remember(m.Zone, m.Type)
			}
			if err := s.release(ctx, *row); err != nil {
				return nil, err
			}
			continue
		}
		return row, err
	}
	return s.launch(ctx, u, report)
}

// ignite arms the stop and tags the instance, both before it runs, then starts it. Starting an instance that runs
// is a no-op, so attaching goes the same way; one that is still stopping is waited for.
func (s *Service) ignite(ctx context.Context, row *sessionRow) error {
	if err := s.secure(ctx, row); err != nil {
		return err
	}
	for {
		_, err := s.EC2.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{row.InstanceID}})
		if !isWrongState(err) {
			return err
		}
		if err := pause(ctx, pollEvery); err != nil {
			return err
		}
	}
}

// secure sets the two stops that need no launcher: the schedule, and the tag that the instance's own timer reads.
func (s *Service) secure(ctx context.Context, row *sessionRow) error {
	var both errgroup.Group
	both.Go(func() error { return s.arm(ctx, row.InstanceID, row.ExpireAt.Add(s.current().Grace)) })
	both.Go(func() error { return s.tag(ctx, row.InstanceID, ownerTags(*row)) })
	return both.Wait()
}

// launch is the cold start: nothing warm is left, so an instance is launched for this user.
func (s *Service) launch(ctx context.Context, u backend.User, report func(backend.Progress)) (*sessionRow, error) {
	report(backend.Progress{Phase: backend.Claiming, Cold: true})
	row, attached, err := s.reserve(ctx, u)
	if err != nil {
		return nil, err
	}
	if attached && row.LaunchToken == "" {
		return row, s.ignite(ctx, row)
	}
	tags := append(ownerTags(*row), types.Tag{Key: aws.String("pool"), Value: aws.String(poolTag)})
	m, err := s.run(ctx, row.LaunchToken, tags)
	if err != nil {
		return nil, errors.Join(err, s.abandon(ctx, *row))
	}
	row, err = s.bind(ctx, *row, *m)
	if err != nil {
		return nil, err
	}
	report(backend.Progress{Phase: backend.Arming, Session: row.session(), Machine: m, Cold: true})
	return row, s.secure(ctx, row)
}

// abandon ends a reservation whose launch was refused.
func (s *Service) abandon(ctx context.Context, row sessionRow) error {
	up := s.endSession(row, "launch refused")
	_, err := s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: up.TableName, Key: up.Key, UpdateExpression: up.UpdateExpression,
		ConditionExpression: up.ConditionExpression, ExpressionAttributeNames: up.ExpressionAttributeNames, ExpressionAttributeValues: up.ExpressionAttributeValues})
	if isConditionFailed(err) {
		return nil
	}
	return err
}

// await follows the start from EC2's pending to the avatar's answer. The name and the session's row are written
// beside the probe: neither is on the critical path of readiness.
func (s *Service) await(ctx context.Context, row sessionRow, report func(backend.Progress)) (*backend.Session, error) {
	report(backend.Progress{Phase: backend.Booting, Session: row.session()})
	m, err := s.addressed(ctx, row.InstanceID, report)
	if err != nil {
		return nil, err
	}
	row.PublicIP, row.SubnetID, row.Phase = m.PublicIP, m.SubnetID, string(backend.Ready)
	report(backend.Progress{Phase: backend.Probing, Session: row.session(), Machine: m, URL: s.url(row.Domain)})
	all, actx := errgroup.WithContext(ctx)
	all.Go(func() error { return s.point(actx, row.Domain, m.PublicIP) })
	all.Go(func() error { return s.saveAddress(actx, row) })
	all.Go(func() error { return s.probe(actx, m.PublicIP, row.Domain) })
	if err := all.Wait(); err != nil {
		return nil, err
	}
	return row.session(), nil
}

// addressed waits until the instance has a public address.
func (s *Service) addressed(ctx context.Context, instanceID string, report func(backend.Progress)) (*backend.Machine, error) {
	last := ""
	for {
		m, err := s.Machine(ctx, instanceID)
		if err != nil {
			return nil, err
		}
		if m != nil && m.State != last {
			last = m.State
			report(backend.Progress{Machine: m})
		}
		switch {
		case m != nil && m.State == "running" && m.PublicIP != "":
			return m, nil
		case m != nil && (m.State == "terminated" || m.State == "shutting-down" || m.State == "stopping"):
			return nil, &backend.Problem{Kind: backend.KindUnexpected, What: "Your instance stopped while it was starting",
				Why: "EC2 says that it is " + m.State + ".", Next: "Press Start to try another one."}
		}
		if err := pause(ctx, pollEvery); err != nil {
			return nil, err
		}
	}
}

func (s *Service) saveAddress(ctx context.Context, row sessionRow) error {
	_, err := s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.Names.SessionsTable, Key: key("UserId", row.UserID),
		UpdateExpression:         aws.String("SET PublicIp = :ip, SubnetId = :s, #p = :ready"),
		ConditionExpression:      aws.String("InstanceId = :i AND Epoch = :e AND #p <> :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{":ip": str(row.PublicIP), ":s": str(row.SubnetID), ":ready": str(string(backend.Ready)),
			":i": str(row.InstanceID), ":e": value(row.Epoch), ":ended": str(ended)}})
	if isConditionFailed(err) {
		return &backend.Problem{Kind: backend.KindInterrupted, What: "Your session was ended elsewhere",
			Why: "Another computer of yours, or the pool's keeper, ended it while it was starting.", Next: "Press Start for a new one.", Cause: err}
	}
	return err
}

// pause waits, or returns the context's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
