package fleet

import (
	"context"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/uuid"
)

// execute carries one action out. The row's state is moved under its epoch before EC2 is touched wherever a desktop
// could claim the instance meanwhile.
func (s *Service) execute(ctx context.Context, a action) error {
	id := a.row.InstanceID
	switch a.verb {
	case launch:
		return s.warmUp(ctx)
	case park:
		return s.stopInstance(ctx, id)
	case recycle:
		return s.makeWarm(ctx, a.row)
	case retire:
		return s.retireInstance(ctx, a.row)
	case adopt:
		return s.adoptInstance(ctx, a.row)
	case stop:
		if a.row.State == backend.Claimed || a.row.State == backend.Warm {
			if err := s.move(ctx, id, a.row.Epoch, a.row.State, backend.Recycling); err != nil {
				return err
			}
			if again, err := s.rowOf(ctx, id); err != nil || again == nil || again.State != backend.Recycling || again.Epoch != a.row.Epoch {
				return err // somebody claimed it meanwhile: it is theirs
			}
		}
		return s.stopInstance(ctx, id)
	case end:
		return s.Stop(ctx, *a.session.session(), a.why)
	case forget:
		return s.deleteRow(ctx, a.row)
	}
	return nil
}

// warmUp launches an instance that initialises itself and is then stopped. Its own timer is in its tags from the
// launch on, and the schedule is armed as soon as its ID is known, so a keeper that dies leaves nothing running.
func (s *Service) warmUp(ctx context.Context) error {
	until := s.Clock.Now().Add(warmLimit)
	m, err := s.run(ctx, uuid.NewString(), tags("Name", "avatar-warming", "pool", poolTag, "expire-at", until.Format(time.RFC3339)))
	if err != nil {
		return err
	}
	if err := s.arm(ctx, m.InstanceID, until.Add(s.current().Grace)); err != nil {
		return err
	}
	row := instanceRow{InstanceID: m.InstanceID, State: backend.Warming, Zone: m.Zone, InstanceType: m.Type, PooledAt: s.Clock.Now()}
	if err := s.putRow(ctx, row); err != nil {
		return err
	}
	return s.tag(ctx, m.InstanceID, tags("Name", warmName(m.InstanceID)))
}

// makeWarm gives a stopped instance back to the pool: tags scrubbed and schedule gone while no desktop can claim it.
func (s *Service) makeWarm(ctx context.Context, row instanceRow) error {
	if err := s.scrub(ctx, row.InstanceID); err != nil {
		return err
	}
	if err := s.disarm(ctx, row.InstanceID); err != nil {
		return err
	}
	return s.move(ctx, row.InstanceID, row.Epoch, row.State, backend.Warm)
}

func (s *Service) retireInstance(ctx context.Context, row instanceRow) error {
	if row.State != backend.Retired {
		if err := s.move(ctx, row.InstanceID, row.Epoch, row.State, backend.Retired); err != nil {
			return err
		}
		if again, err := s.rowOf(ctx, row.InstanceID); err != nil || again == nil || again.State != backend.Retired {
			return err
		}
	}
	if _, err := s.EC2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{row.InstanceID}}); err != nil && !isGone(err) {
		return err
	}
	return s.disarm(ctx, row.InstanceID)
}

// adoptInstance records an instance that nobody did (its launcher died in between) and stops it.
func (s *Service) adoptInstance(ctx context.Context, row instanceRow) error {
	row.State, row.PooledAt = backend.Recycling, s.Clock.Now()
	if err := s.putRow(ctx, row); err != nil {
		return err
	}
	return s.stopInstance(ctx, row.InstanceID)
}

func (s *Service) putRow(ctx context.Context, row instanceRow) error {
	_, err := s.DynamoDB.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Names.InstancesTable, Item: marshal(row),
		ConditionExpression: aws.String("attribute_not_exists(InstanceId)")})
	return unlessConditionFailed(err)
}

func (s *Service) deleteRow(ctx context.Context, row instanceRow) error {
	_, err := s.DynamoDB.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.Names.InstancesTable, Key: key("InstanceId", row.InstanceID),
		ConditionExpression: aws.String("Epoch = :e"), ExpressionAttributeValues: item{":e": value(row.Epoch)}})
	return unlessConditionFailed(err)
}

func (s *Service) rowOf(ctx context.Context, instanceID string) (*instanceRow, error) {
	out, err := s.DynamoDB.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.Names.InstancesTable, Key: key("InstanceId", instanceID), ConsistentRead: aws.Bool(true)})
	if err != nil || out.Item == nil {
		return nil, err
	}
	row, err := unmarshal[instanceRow](out.Item)
	return &row, err
}

func (s *Service) poolOf(rows []instanceRow) backend.Pool {
	s.mu.Lock()
	p := backend.Pool{Target: s.figures.PoolSize, Leader: s.leading, AsOf: s.Clock.Now()}
	s.mu.Unlock()
	for _, r := range rows {
		p.Members = append(p.Members, r.member())
	}
	slices.SortFunc(p.Members, func(a, b backend.PoolMember) int { return strings.Compare(a.InstanceID, b.InstanceID) })
	return p
}
