package fleet

import (
	"context"
	"errors"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The transitions of an instance and a session together. Each is one transaction, so that neither row is left alone.

// errTaken is the error of a claim whose instance was claimed by another desktop after it was read.
var errTaken = errors.New("the instance was claimed by somebody else")

// claimWarm claims a warm instance for a new session: the instance must be warm under its epoch and reserved for nobody
// else, and the user must have no open session. It returns errTaken, or *existing with the session that the user has.
func (l ledger) claimWarm(ctx context.Context, r instanceRow, row sessionRow, armed time.Time) error {
	err := l.transact(ctx, types.TransactWriteItem{Update: &types.Update{
		TableName: &l.names.InstancesTable,
		Key:       key("InstanceId", r.InstanceID),
		UpdateExpression: aws.String("SET #s = :claimed, #o = :user, LastOwner = :user, Epoch = :next, " +
			"ArmedUntil = :armed, ArmedBefore = :before REMOVE ReservedFor, HotUntil"),
		ConditionExpression: aws.String("#s = :warm AND Epoch = :epoch AND attribute_not_exists(Draining) AND " +
			"(attribute_not_exists(ReservedFor) OR ReservedFor = :user)"),
		ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
		ExpressionAttributeValues: item{
			":claimed": str(string(backend.Claimed)),
			":warm":    str(string(backend.Warm)),
			":user":    str(row.UserID),
			":epoch":   value(r.Epoch),
			":next":    value(row.Epoch),
			":armed":   value(armed.Unix()),
			":before":  value(r.armedBefore(row.CreationTime)),
		},
	}}, l.putSession(row))
	if reasons, ok := cancelled(err); ok {
		if had := existingIn(reasons, 1); had != nil {
			return had
		}
		if lostRace(reasons) {
			return errTaken
		}
	}
	return err
}

// releaseClaim gives back a claimed instance that was not started, and ends its session. armed is when the instance's
// armed stop fires, in Unix seconds.
func (l ledger) releaseClaim(ctx context.Context, row sessionRow, armed int64, why messages.Message,
	purge time.Time) error {
	return l.transact(ctx, types.TransactWriteItem{Update: &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET #s = :warm, ArmedUntil = :armed REMOVE #o"),
		ConditionExpression:      aws.String("#s = :claimed AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
		ExpressionAttributeValues: item{
			":warm":    str(string(backend.Warm)),
			":claimed": str(string(backend.Claimed)),
			":e":       value(row.Epoch),
			":armed":   value(armed),
		},
	}}, types.TransactWriteItem{Update: l.endSession(row, why, purge)})
}

// recordClaimedType stores the type that a claimed instance has been changed to, in its row and in the session's. It
// returns an error for which isRaceLost is true if the session no longer holds the instance.
func (l ledger) recordClaimedType(ctx context.Context, row sessionRow) error {
	kind := str(row.InstanceType)
	return l.transact(ctx, types.TransactWriteItem{Update: &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET InstanceType = :t"),
		ConditionExpression:      aws.String("#s = :claimed AND #o = :user AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
		ExpressionAttributeValues: item{
			":t":       kind,
			":claimed": str(string(backend.Claimed)),
			":user":    str(row.UserID),
			":e":       value(row.Epoch),
		},
	}}, types.TransactWriteItem{Update: &types.Update{
		TableName:                &l.names.SessionsTable,
		Key:                      key("UserId", row.UserID),
		UpdateExpression:         aws.String("SET InstanceType = :t"),
		ConditionExpression:      aws.String("InstanceId = :i AND Epoch = :e AND #p <> :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{
			":t":     kind,
			":i":     str(row.InstanceID),
			":e":     value(row.Epoch),
			":ended": str(ended),
		},
	}})
}

// reserveLaunch announces the launch of an instance for a new session. It returns *existing if the user has one.
func (l ledger) reserveLaunch(ctx context.Context, intent instanceRow, row sessionRow) error {
	err := l.transact(ctx, l.putInstance(intent), l.putSession(row))
	if reasons, ok := cancelled(err); ok {
		if had := existingIn(reasons, 1); had != nil {
			return had
		}
	}
	return err
}

// bindLaunch writes a launched instance into the session that announced it, in place of the intent of its token.
func (l ledger) bindLaunch(ctx context.Context, inst instanceRow, row sessionRow, token string) error {
	return l.transact(ctx, l.putInstance(inst), l.dropIntent(token), types.TransactWriteItem{Update: &types.Update{
		TableName: &l.names.SessionsTable,
		Key:       key("UserId", row.UserID),
		UpdateExpression: aws.String("SET InstanceId = :i, Epoch = :one, SubnetId = :s, InstanceType = :t REMOVE " +
			"LaunchToken"),
		ConditionExpression:      aws.String("CreationTime = :c AND LaunchToken = :token AND #p <> :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{
			":i":     str(row.InstanceID),
			":one":   value(row.Epoch),
			":s":     str(row.SubnetID),
			":t":     str(row.InstanceType),
			":token": str(token),
			":c":     value(row.CreationTime),
			":ended": str(ended),
		},
	}})
}

// abandonLaunch ends a session whose launch was refused, or never asked for, and withdraws its intent. It returns nil
// if the session has ended before.
func (l ledger) abandonLaunch(ctx context.Context, row sessionRow, why messages.Message, purge time.Time) error {
	err := l.transact(ctx, l.dropIntent(row.LaunchToken), types.TransactWriteItem{Update: l.endSession(row, why, purge)})
	if isRaceLost(err) {
		return nil
	}
	return err
}
