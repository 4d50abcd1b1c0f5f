package fleet

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
)

// errTaken says that another desktop claimed the instance between the reading and the transaction.
var errTaken = errors.New("the instance was claimed by somebody else")

// order sorts warm instances by preference: the one that the user had last, then the others at random, so that
// many desktops at once rarely want the same; those in a zone that has just had no capacity come last.
func order(rows []instanceRow, userID string, failing func(zone, kind string) bool, shuffle func(n int, swap func(i, j int))) []instanceRow {
	rows = slices.Clone(rows)
	shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	rank := func(r instanceRow) int {
		switch {
		case failing(r.Zone, r.InstanceType):
			return 2
		case r.LastOwner == userID:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(rows, func(a, b instanceRow) int { return rank(a) - rank(b) })
	return rows
}

// claim makes one warm instance the user's, or returns the session that the user already has. It returns nil, nil
// where the pool has nothing warm.
func (s *Service) claim(ctx context.Context, u backend.User) (row *sessionRow, attached bool, err error) {
	for range 5 {
		rows, err := s.warm(ctx)
		if err != nil {
			return nil, false, err
		}
		if len(rows) == 0 {
			return nil, false, nil
		}
		for _, r := range order(rows, u.ID, s.isFailing, rand.Shuffle) {
			row, err := s.take(ctx, u, r)
			var had *existing
			switch {
			case err == nil:
				return row, false, nil
			case errors.As(err, &had):
				return &had.row, true, nil
			case !errors.Is(err, errTaken):
				return nil, false, err
			}
		}
	}
	return nil, false, nil
}

// existing is the error of a claim by somebody who already has a session.
type existing struct{ row sessionRow }

func (*existing) Error() string { return "the user already has a session" }

// take is the claim's one transaction: the instance goes from warm to claimed under its Epoch, and the user's
// session from absent (or ended) to present. Either both happen or neither.
func (s *Service) take(ctx context.Context, u backend.User, r instanceRow) (*sessionRow, error) {
	row := s.newSession(u)
	row.InstanceID, row.Epoch = r.InstanceID, r.Epoch+1
	_, err := s.DynamoDB.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		ClientRequestToken: aws.String(uuid.NewString()),
		TransactItems: []types.TransactWriteItem{
			{Update: &types.Update{TableName: &s.Names.InstancesTable, Key: key("InstanceId", r.InstanceID),
				UpdateExpression:         aws.String("SET #s = :claimed, #o = :user, LastOwner = :user, Epoch = :next"),
				ConditionExpression:      aws.String("#s = :warm AND Epoch = :epoch"),
				ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
				ExpressionAttributeValues: item{":claimed": str(string(backend.Claimed)), ":warm": str(string(backend.Warm)),
					":user": str(u.ID), ":epoch": value(r.Epoch), ":next": value(r.Epoch + 1)}}},
			{Put: s.putSession(row)},
		}})
	if reasons, ok := cancelled(err); ok {
		if had := existingIn(reasons, 1); had != nil {
			return nil, had
		}
		return nil, errTaken
	}
	if err != nil {
		return nil, err
	}
	return &row, nil
}

// existingIn reads the user's row out of the reason by which its condition failed.
func existingIn(reasons []types.CancellationReason, i int) *existing {
	if len(reasons) <= i || aws.ToString(reasons[i].Code) != "ConditionalCheckFailed" {
		return nil
	}
	had := &existing{}
	if attributevalue.UnmarshalMap(reasons[i].Item, &had.row) != nil {
		return nil
	}
	return had
}

func (s *Service) putSession(row sessionRow) *types.Put {
	return &types.Put{TableName: &s.Names.SessionsTable, Item: marshal(row),
		ConditionExpression:                 aws.String("attribute_not_exists(UserId) OR #p = :ended"),
		ExpressionAttributeNames:            map[string]string{"#p": "Phase"},
		ExpressionAttributeValues:           item{":ended": str(ended)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
}

func (s *Service) newSession(u backend.User) sessionRow {
	now := s.Clock.Now()
	return sessionRow{UserID: u.ID, Username: u.Username, CreationTime: now, LastActivity: now,
		ExpireAt: now.Add(s.current().Window), Phase: string(backend.Claiming), Domain: s.domain(u), LauncherID: s.LauncherID}
}

// reserve opens a session for a fresh launch: the intent is stored before RunInstances, so that whoever finds a
// half-done launch can finish it by the same token and never launches a second.
func (s *Service) reserve(ctx context.Context, u backend.User) (row *sessionRow, attached bool, err error) {
	r := s.newSession(u)
	r.LaunchToken = uuid.NewString()
	put := s.putSession(r)
	_, err = s.DynamoDB.PutItem(ctx, &dynamodb.PutItemInput{TableName: put.TableName, Item: put.Item,
		ConditionExpression: put.ConditionExpression, ExpressionAttributeNames: put.ExpressionAttributeNames,
		ExpressionAttributeValues: put.ExpressionAttributeValues, ReturnValuesOnConditionCheckFailure: put.ReturnValuesOnConditionCheckFailure})
	if isConditionFailed(err) {
		had, err := s.sessionOf(ctx, u.ID)
		return had, true, err
	}
	if err != nil {
		return nil, false, err
	}
	return &r, false, nil
}

// bind ties the instance that a fresh launch gave to the session that reserved it.
func (s *Service) bind(ctx context.Context, row sessionRow, m backend.Machine) (*sessionRow, error) {
	row.InstanceID, row.Epoch, row.SubnetID, row.LaunchToken = m.InstanceID, 1, m.SubnetID, ""
	inst := instanceRow{InstanceID: m.InstanceID, State: backend.Claimed, Owner: row.UserID, LastOwner: row.UserID, Epoch: 1,
		Zone: m.Zone, InstanceType: m.Type, PooledAt: s.Clock.Now()}
	_, err := s.DynamoDB.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &s.Names.InstancesTable, Item: marshal(inst), ConditionExpression: aws.String("attribute_not_exists(InstanceId)")}},
		{Update: &types.Update{TableName: &s.Names.SessionsTable, Key: key("UserId", row.UserID),
			UpdateExpression:         aws.String("SET InstanceId = :i, Epoch = :one, SubnetId = :s REMOVE LaunchToken"),
			ConditionExpression:      aws.String("CreationTime = :c AND #p <> :ended"),
			ExpressionAttributeNames: map[string]string{"#p": "Phase"},
			ExpressionAttributeValues: item{":i": str(m.InstanceID), ":one": value(1), ":s": str(m.SubnetID),
				":c": value(row.CreationTime), ":ended": str(ended)}}},
	}})
	return &row, err
}

// release undoes a claim whose instance never started: tags scrubbed, or the next user could not tag it; back to warm,
// and the session ended.
func (s *Service) release(ctx context.Context, row sessionRow) error {
	if err := s.scrub(ctx, row.InstanceID); err != nil {
		return err
	}
	_, err := s.DynamoDB.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{TableName: &s.Names.InstancesTable, Key: key("InstanceId", row.InstanceID),
			UpdateExpression:          aws.String("SET #s = :warm REMOVE #o"),
			ConditionExpression:       aws.String("#s = :claimed AND Epoch = :e"),
			ExpressionAttributeNames:  map[string]string{"#s": "State", "#o": "Owner"},
			ExpressionAttributeValues: item{":warm": str(string(backend.Warm)), ":claimed": str(string(backend.Claimed)), ":e": value(row.Epoch)}}},
		{Update: s.endSession(row, "no capacity")},
	}})
	return err
}

// endSession marks the session as over; it keeps its row for the history until PurgeAt.
func (s *Service) endSession(row sessionRow, reason string) *types.Update {
	return &types.Update{TableName: &s.Names.SessionsTable, Key: key("UserId", row.UserID),
		UpdateExpression:         aws.String("SET #p = :ended, EndedBecause = :r, PurgeAt = :purge"),
		ConditionExpression:      aws.String("InstanceId = :i AND Epoch = :e AND #p <> :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{":ended": str(ended), ":r": str(reason), ":i": str(row.InstanceID), ":e": value(row.Epoch),
			":purge": value(s.Clock.Now().Add(keepEnded).Unix())}}
}

const rememberFailure = 3 * time.Minute

func (s *Service) isFailing(zone, kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Before(s.failing[zone+"/"+kind])
}

func (s *Service) remember(zone, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing[zone+"/"+kind] = time.Now().Add(rememberFailure)
}
