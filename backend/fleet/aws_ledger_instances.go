package fleet

import (
	"context"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The instances table, key InstanceId, with an index by State. These transitions exist:
//
//	(none)    → launching            addIntent, reserveLaunch
//	launching → warming, recycling   replaceIntent
//	launching → claimed              bindLaunch
//	launching → (none)               removeInstance, abandonLaunch
//	warming   → recycling, retired   moveInstance
//	warming   → warm                 makeWarm
//	warm      → claimed              claimWarm
//	warm      → recycling, retired   moveInstance
//	warm      → warming              heat
//	warming   → warm                 makeHot, cool
//	warming   → warming              markReady, rehearse
//	claimed   → claimed              recordClaimedType
//	claimed   → warm                 releaseClaim
//	claimed   → recycling, retired   moveInstance
//	recycling → warm                 makeWarm
//	recycling → warming              beginReset
//	recycling → retired              moveInstance
//	any       → the same             recordType
//	any       → (none)               removeInstance
//
// Each is conditional on the state that it begins from and on the row's Epoch, which grows with every claim.

// instance reads an instance's row. It returns nil if there is none.
func (l ledger) instance(ctx context.Context, instanceID string) (*instanceRow, error) {
	return get[instanceRow](ctx, l.db, l.names.InstancesTable, key("InstanceId", instanceID))
}

// instances lists all rows, intents included.
func (l ledger) instances(ctx context.Context) ([]instanceRow, error) {
	return scan[instanceRow](ctx, l.db, l.names.InstancesTable)
}

// inState lists the rows of one state, by the State index, which lags.
func (l ledger) inState(ctx context.Context, state backend.PoolState) ([]instanceRow, error) {
	out, err := l.db.Query(ctx, &dynamodb.QueryInput{
		TableName:                 &l.names.InstancesTable,
		IndexName:                 &l.names.StateIndex,
		KeyConditionExpression:    aws.String("#s = :state"),
		ExpressionAttributeNames:  map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{":state": str(string(state))},
	})
	if err != nil {
		return nil, err
	}
	var rows []instanceRow
	return rows, attributevalue.UnmarshalListOfMaps(out.Items, &rows)
}

// addIntent announces a launch. It returns nil if it is announced already.
func (l ledger) addIntent(ctx context.Context, row instanceRow) error {
	_, err := l.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           &l.names.InstancesTable,
		Item:                marshal(row),
		ConditionExpression: aws.String("attribute_not_exists(InstanceId)"),
	})
	return unlessConditionFailed(err)
}

// putInstance adds a row if there is none of its key.
func (l ledger) putInstance(row instanceRow) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName:           &l.names.InstancesTable,
		Item:                marshal(row),
		ConditionExpression: aws.String("attribute_not_exists(InstanceId)"),
	}}
}

// dropIntent deletes the intent of a launch token.
func (l ledger) dropIntent(token string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &l.names.InstancesTable,
		Key:       key("InstanceId", intentPrefix+token),
	}}
}

// replaceIntent adds an instance's row in place of the intent of a launch token. It returns nil if the instance has a
// row already: somebody else was quicker.
func (l ledger) replaceIntent(ctx context.Context, row instanceRow, token string) error {
	err := l.transact(ctx, l.putInstance(row), l.dropIntent(token))
	if isRaceLost(err) {
		return nil
	}
	return err
}

// recordType stores the type that EC2 describes an instance as. It returns nil if the row has changed before.
func (l ledger) recordType(ctx context.Context, row instanceRow, kind string) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                 &l.names.InstancesTable,
		Key:                       key("InstanceId", row.InstanceID),
		UpdateExpression:          aws.String("SET InstanceType = :t"),
		ConditionExpression:       aws.String("Epoch = :e AND InstanceType = :was"),
		ExpressionAttributeValues: item{":t": str(kind), ":e": value(row.Epoch), ":was": str(row.InstanceType)},
	}))
}

// removeInstance deletes a row under its epoch. It returns nil if the row has changed before.
func (l ledger) removeInstance(ctx context.Context, row instanceRow) error {
	_, err := l.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &l.names.InstancesTable,
		Key:                       key("InstanceId", row.InstanceID),
		ConditionExpression:       aws.String("Epoch = :e"),
		ExpressionAttributeValues: item{":e": value(row.Epoch)},
	})
	return unlessConditionFailed(err)
}

// moveInstance changes the state of a row that has no owner then. It returns nil if the row has changed before.
func (l ledger) moveInstance(ctx context.Context, instanceID string, epoch int64, from, to backend.PoolState,
	now time.Time) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", instanceID),
		UpdateExpression:         aws.String("SET #s = :to, PooledAt = :now REMOVE #o, HotUntil"),
		ConditionExpression:      aws.String("#s = :from AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
		ExpressionAttributeValues: item{
			":from": str(string(from)),
			":to":   str(string(to)),
			":e":    value(epoch),
			":now":  value(now),
		},
	}))
}

// makeWarm makes an instance warm that has been seen ready. It returns nil if the row has changed before.
func (l ledger) makeWarm(ctx context.Context, row instanceRow, now time.Time) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET #s = :warm, PooledAt = :now, Ready = :yes REMOVE #o, HotUntil, ResetTask"),
		ConditionExpression:      aws.String("#s = :from AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
		ExpressionAttributeValues: item{
			":warm": str(string(backend.Warm)),
			":from": str(string(row.State)),
			":e":    value(row.Epoch),
			":now":  value(now),
			":yes":  value(true),
		},
	}))
}

// heat takes a warm instance out of what may be claimed, to start it for the hot tier. armed is when its stop fires.
func (l ledger) heat(ctx context.Context, row instanceRow, armed, now time.Time) error {
	return l.update(ctx, &types.Update{
		TableName: &l.names.InstancesTable,
		Key:       key("InstanceId", row.InstanceID),
		UpdateExpression: aws.String("SET #s = :warming, PooledAt = :now, HotUntil = :until, ArmedUntil = :armed, " +
			"ArmedBefore = :before REMOVE HotAfter"),
		ConditionExpression:      aws.String("#s = :warm AND Epoch = :e AND attribute_not_exists(ReservedFor)"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":warming": str(string(backend.Warming)),
			":warm":    str(string(backend.Warm)),
			":e":       value(row.Epoch),
			":now":     value(now),
			":until":   value(row.HotUntil),
			":armed":   value(armed.Unix()),
			":before":  value(row.armedBefore(now)),
		},
	})
}

// rehearse records that a warming instance is started once more, and that it has yet to become ready. armed is when its
// stop fires.
func (l ledger) rehearse(ctx context.Context, row instanceRow, armed, now time.Time) error {
	return l.update(ctx, &types.Update{
		TableName: &l.names.InstancesTable,
		Key:       key("InstanceId", row.InstanceID),
		UpdateExpression: aws.String("SET Rehearsed = :yes, PooledAt = :now, ArmedUntil = :armed, ArmedBefore = :before " +
			"REMOVE Ready"),
		ConditionExpression:      aws.String("#s = :warming AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":warming": str(string(backend.Warming)),
			":e":       value(row.Epoch),
			":yes":     value(true),
			":now":     value(now),
			":armed":   value(armed.Unix()),
			":before":  value(row.armedBefore(now)),
		},
	})
}

// makeHot lets an instance be claimed that has been started for the hot tier. It returns nil if the row has changed
// before.
func (l ledger) makeHot(ctx context.Context, row instanceRow, now time.Time) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET #s = :warm, PooledAt = :now"),
		ConditionExpression:      aws.String("#s = :warming AND Epoch = :e AND HotUntil = :until"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":warm":    str(string(backend.Warm)),
			":warming": str(string(backend.Warming)),
			":e":       value(row.Epoch),
			":now":     value(now),
			":until":   value(row.HotUntil),
		},
	}))
}

// cool says that an instance of the hot tier is stopped, and stays so until a time. It returns nil if the row has
// changed before.
func (l ledger) cool(ctx context.Context, row instanceRow, until time.Time) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET #s = :warm, HotAfter = :after REMOVE HotUntil"),
		ConditionExpression:      aws.String("#s = :from AND Epoch = :e AND HotUntil = :until"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":warm":  str(string(backend.Warm)),
			":from":  str(string(row.State)),
			":e":     value(row.Epoch),
			":until": value(row.HotUntil),
			":after": value(until.Unix()),
		},
	}))
}

// beginReset makes a used instance one that is being warmed anew, with a stop armed for fires. It returns nil if the
// row has changed before.
func (l ledger) beginReset(ctx context.Context, row instanceRow, fires, now time.Time) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName: &l.names.InstancesTable,
		Key:       key("InstanceId", row.InstanceID),
		UpdateExpression: aws.String(
			"SET #s = :warming, PooledAt = :now, ResetTask = :due, ArmedUntil = :armed REMOVE #o, Ready"),
		ConditionExpression:      aws.String("#s = :recycling AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State", "#o": "Owner"},
		ExpressionAttributeValues: item{
			":warming":   str(string(backend.Warming)),
			":recycling": str(string(backend.Recycling)),
			":due":       str(resetDue),
			":armed":     value(fires.Unix()),
			":e":         value(row.Epoch),
			":now":       value(now),
		},
	}))
}

// recordReset stores the task that replaces an instance's root volume. It returns nil if the row has changed before.
func (l ledger) recordReset(ctx context.Context, row instanceRow, taskID string) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET ResetTask = :task"),
		ConditionExpression:      aws.String("#s = :warming AND Epoch = :e AND ResetTask = :due"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":task":    str(taskID),
			":warming": str(string(backend.Warming)),
			":due":     str(resetDue),
			":e":       value(row.Epoch),
		},
	}))
}

// markReady records that an instance has been seen ready, while it is in one of two states.
func (l ledger) markReady(ctx context.Context, instanceID string, epoch int64, state, orState backend.PoolState) error {
	return l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", instanceID),
		UpdateExpression:         aws.String("SET Ready = :yes"),
		ConditionExpression:      aws.String("#s IN (:state, :or) AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":yes":   value(true),
			":state": str(string(state)),
			":or":    str(string(orState)),
			":e":     value(epoch),
		},
	})
}

// drain marks an instance that nobody gets any more, while its row is as it was read.
func (l ledger) drain(ctx context.Context, row instanceRow) error {
	return l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET Draining = :yes"),
		ConditionExpression:      aws.String("#s = :state AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":yes":   value(true),
			":state": str(string(row.State)),
			":e":     value(row.Epoch),
		},
	})
}

// recordArmed stores when the armed stop of a claimed instance fires. It returns nil if the row has changed before.
func (l ledger) recordArmed(ctx context.Context, row sessionRow, fires time.Time) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET ArmedUntil = :armed"),
		ConditionExpression:      aws.String("#s = :claimed AND Epoch = :e"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":armed":   value(fires.Unix()),
			":claimed": str(string(backend.Claimed)),
			":e":       value(row.Epoch),
		},
	}))
}

// reserveFor keeps a warm instance that is nobody's turn for one user: only they may claim it. It returns nil if the
// row has changed before.
func (l ledger) reserveFor(ctx context.Context, row instanceRow, userID string, now time.Time) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("SET ReservedFor = :user, PooledAt = :now"),
		ConditionExpression:      aws.String("#s = :warm AND Epoch = :e AND attribute_not_exists(ReservedFor)"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":user": str(userID),
			":now":  value(now),
			":warm": str(string(backend.Warm)),
			":e":    value(row.Epoch),
		},
	}))
}

// unreserve lets everybody claim a warm instance that was reserved. It returns nil if the row has changed before.
func (l ledger) unreserve(ctx context.Context, row instanceRow) error {
	return unlessConditionFailed(l.update(ctx, &types.Update{
		TableName:                &l.names.InstancesTable,
		Key:                      key("InstanceId", row.InstanceID),
		UpdateExpression:         aws.String("REMOVE ReservedFor"),
		ConditionExpression:      aws.String("#s = :warm AND Epoch = :e AND ReservedFor = :had"),
		ExpressionAttributeNames: map[string]string{"#s": "State"},
		ExpressionAttributeValues: item{
			":had":  str(row.ReservedFor),
			":warm": str(string(backend.Warm)),
			":e":    value(row.Epoch),
		},
	}))
}
