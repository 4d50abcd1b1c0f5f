package fleet

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// errTaken is the error of a claim whose instance was claimed by another desktop after it was read.
var errTaken = errors.New("the instance was claimed by somebody else")

// claimTries bounds how many instances one claim tries.
const claimTries = 8

// choose returns the warm instance to claim: one that is reserved for the user, else the one that they had last, else one
// by the desktop's seat. No two desktops share a seat, so that desktops that start at once try different instances.
// Instances in a zone that has just had no capacity come last.
func choose(rows []instanceRow, userID string, seat int64, failing func(zone, kind string) bool) (instanceRow, bool) {
	var free, last []instanceRow
	for _, r := range rows {
		switch {
		case r.ReservedFor == userID:
			return r, true
		case r.ReservedFor != "":
		case failing(r.Zone, r.InstanceType):
			last = append(last, r)
		default:
			free = append(free, r)
		}
	}
	if len(free) == 0 {
		free = last
	}
	if len(free) == 0 {
		return instanceRow{}, false
	}
	if i := slices.IndexFunc(free, func(r instanceRow) bool { return r.LastOwner == userID }); i >= 0 {
		return free[i], true
	}
	slices.SortFunc(free, func(a, b instanceRow) int { return cmp.Compare(a.InstanceID, b.InstanceID) })
	return free[seat%int64(len(free))], true
}

// claim makes one warm instance the user's. It returns nil if nothing is warm, *existing if the user has a session
// already, and errAgain if somebody else got each of the claimTries instances that it tried. Instances in lost are not
// tried, and it adds those that somebody else got: the index that lists them lags.
func (s *Service) claim(ctx context.Context, u backend.User, lost map[string]bool) (*sessionRow, error) {
	rows := s.takeCachedWarm()
	for range claimTries {
		fresh := rows == nil
		if fresh {
			var err error
			if rows, err = s.warm(ctx); err != nil {
				return nil, err
			}
		}
		rows = slices.DeleteFunc(rows, func(r instanceRow) bool { return lost[r.InstanceID] || s.isFailing("", r.InstanceID) })
		r, ok := choose(rows, u.ID, s.seat(), s.isFailing)
		if !ok && !fresh { // what was read ahead may be short of what has become warm since
			rows = nil
			continue
		}
		if !ok {
			return nil, nil
		}
		row, err := s.claimInstance(ctx, u, r)
		if !errors.Is(err, errTaken) {
			return row, err
		}
		lost[r.InstanceID] = true
		rows = nil
	}
	return nil, errAgain // there may be more
}

// existing is the error of a claim by a user who already has a session.
type existing struct{ row sessionRow }

func (*existing) Error() string { return "the user already has a session" }

// claimInstance makes the claim's one transaction: the instance goes from warm to claimed under its Epoch, and the user's
// session from absent (or ended) to present.
func (s *Service) claimInstance(ctx context.Context, u backend.User, r instanceRow) (*sessionRow, error) {
	row := s.newSession(u)
	row.InstanceID, row.Epoch, row.InstanceType = r.InstanceID, r.Epoch+1, r.InstanceType
	_, err := s.DynamoDB.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{
			{Update: &types.Update{
				TableName:        &s.Names.InstancesTable,
				Key:              key("InstanceId", r.InstanceID),
				UpdateExpression: aws.String("SET #s = :claimed, #o = :user, LastOwner = :user, Epoch = :next, ArmedUntil = :armed REMOVE ReservedFor"),
				ConditionExpression: aws.String("#s = :warm AND Epoch = :epoch AND " +
					"(attribute_not_exists(ReservedFor) OR ReservedFor = :user)"),
				ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
				ExpressionAttributeValues: item{":claimed": str(string(backend.Claimed)), ":warm": str(string(backend.Warm)),
					":user": str(u.ID), ":epoch": value(r.Epoch), ":next": value(r.Epoch + 1), ":armed": value(s.armTime(row).Unix())},
			}},
			{Put: s.putSession(row)},
		}})
	if reasons, ok := cancelled(err); ok {
		if had := existingIn(reasons, 1); had != nil {
			return nil, had
		}
		if lostRace(reasons) {
			return nil, errTaken
		}
	}
	if err != nil {
		return nil, err
	}
	row.armedUntil = r.ArmedUntil
	return &row, nil
}

// existingIn returns the user's row if its condition cancelled the transaction, else nil.
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

// lostRace reports whether a condition cancelled a transaction: somebody else changed one of its rows before.
func lostRace(reasons []types.CancellationReason) bool {
	return slices.ContainsFunc(reasons, func(r types.CancellationReason) bool {
		return aws.ToString(r.Code) == "ConditionalCheckFailed"
	})
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
	f := s.current()
	window := f.Window
	if f.Maximum > 0 {
		window = min(window, f.Maximum)
	}
	return sessionRow{UserID: u.ID, Username: u.Username, CreationTime: now, LastActivity: now,
		ExpireAt: now.Add(window), Phase: string(backend.Claiming), Domain: s.domain(u), LauncherID: s.LauncherID}
}

// release undoes a claim whose instance could not be started: tags scrubbed, or the next user could not tag it; back to
// warm, and the session ended.
func (s *Service) release(ctx context.Context, row sessionRow) error {
	if err := s.scrub(ctx, row.InstanceID); err != nil {
		return err
	}
	_, err := s.DynamoDB.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{
			TableName:                &s.Names.InstancesTable,
			Key:                      key("InstanceId", row.InstanceID),
			UpdateExpression:         aws.String("SET #s = :warm REMOVE #o"),
			ConditionExpression:      aws.String("#s = :claimed AND Epoch = :e"),
			ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
			ExpressionAttributeValues: item{
				":warm":    str(string(backend.Warm)),
				":claimed": str(string(backend.Claimed)),
				":e":       value(row.Epoch),
			},
		}},
		{Update: s.endSession(row, "no capacity")},
	}})
	return err
}

// endSession marks the session as over; it keeps its row for the history until PurgeAt.
func (s *Service) endSession(row sessionRow, reason string) *types.Update {
	return &types.Update{TableName: &s.Names.SessionsTable, Key: key("UserId", row.UserID),
		UpdateExpression:         aws.String("SET #p = :ended, EndedBecause = :r, PurgeAt = :purge REMOVE LaunchToken"),
		ConditionExpression:      aws.String("CreationTime = :c AND #p <> :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{":ended": str(ended), ":r": str(reason), ":c": value(row.CreationTime),
			":purge": value(s.Clock.Now().Add(keepEnded).Unix())}}
}

const rememberFailure = 3 * time.Minute

// isFailing reports whether a lack of capacity of this type in this zone, or of this type anywhere, is remembered.
func (s *Service) isFailing(zone, kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	return now.Before(s.failing[zone+"/"+kind]) || now.Before(s.failing["/"+kind])
}

// rememberCapacity records a lack of capacity for rememberFailure. An empty zone means all zones (a quota).
func (s *Service) rememberCapacity(zone, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing[zone+"/"+kind] = time.Now().Add(rememberFailure)
}
