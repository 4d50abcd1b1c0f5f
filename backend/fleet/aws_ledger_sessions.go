package fleet

import (
	"context"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The sessions table, key UserId. A session is identified by its user and CreationTime, or by its user,
// instance and epoch.

// session reads the user's row, ended or not. It returns nil if there is none.
func (l ledger) session(ctx context.Context, userID string) (*sessionRow, error) {
	return get[sessionRow](ctx, l.db, l.names.SessionsTable, key("UserId", userID))
}

// sessions lists all rows, those of ended sessions included.
func (l ledger) sessions(ctx context.Context) ([]sessionRow, error) {
	return scan[sessionRow](ctx, l.db, l.names.SessionsTable)
}

// putSession begins a session if its user has none that is open, and has not cancelled the start that it is of.
func (l ledger) putSession(row sessionRow) types.TransactWriteItem {
	condition, values := "attribute_not_exists(UserId) OR #p = :ended", item{":ended": str(ended)}
	if row.start != "" {
		condition += " AND (attribute_not_exists(CancelledStart) OR CancelledStart <> :start)"
		values[":start"] = str(row.start)
	}
	return types.TransactWriteItem{Put: &types.Put{
		TableName:                           &l.names.SessionsTable,
		Item:                                marshal(row),
		ConditionExpression:                 &condition,
		ExpressionAttributeNames:            map[string]string{"#p": "Phase"},
		ExpressionAttributeValues:           values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

// cancelStart writes into the user's row that a start is cancelled. A user who never had a session gets the row of one
// that has ended.
func (l ledger) cancelStart(ctx context.Context, userID, start string, purge time.Time) error {
	return l.update(ctx, &types.Update{
		TableName: &l.names.SessionsTable,
		Key:       key("UserId", userID),
		UpdateExpression: aws.String("SET CancelledStart = :start, #p = if_not_exists(#p, :ended), " +
			"PurgeAt = if_not_exists(PurgeAt, :purge)"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{
			":start": str(start),
			":ended": str(ended),
			":purge": value(purge.Unix()),
		},
	})
}

// endSession ends a session if it is open. Its row stays for the history until purge.
func (l ledger) endSession(row sessionRow, why messages.Message, purge time.Time) *types.Update {
	return &types.Update{
		TableName: &l.names.SessionsTable,
		Key:       key("UserId", row.UserID),
		UpdateExpression: aws.String("SET #p = :ended, EndedBecause = :r, EndedBy = :by, PurgeAt = :purge REMOVE " +
			"LaunchToken, GateKey"),
		ConditionExpression:      aws.String("CreationTime = :c AND #p <> :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{
			":ended": str(ended),
			":r":     str(why.String()),
			":by":    str(row.EndedBy),
			":c":     value(row.CreationTime),
			":purge": value(purge.Unix()),
		},
	}
}

// closeSession ends a session if it is open.
func (l ledger) closeSession(ctx context.Context, row sessionRow, why messages.Message, purge time.Time) error {
	return l.update(ctx, l.endSession(row, why, purge))
}

// closeSessionUnnamed ends a session if it is open. Its row stays until nameParked, since its name is
// still to be parked.
func (l ledger) closeSessionUnnamed(ctx context.Context, row sessionRow, why messages.Message) error {
	up := l.endSession(row, why, time.Time{})
	up.UpdateExpression = aws.String("SET #p = :ended, EndedBecause = :r, EndedBy = :by, NamePending = :pending REMOVE " +
		"LaunchToken, GateKey, PurgeAt")
	delete(up.ExpressionAttributeValues, ":purge")
	up.ExpressionAttributeValues[":pending"] = value(true)
	return l.update(ctx, up)
}

// nameParked records that the name of an ended session is parked: its row stays until purge.
func (l ledger) nameParked(ctx context.Context, row sessionRow, purge time.Time) error {
	return l.update(ctx, &types.Update{
		TableName:                &l.names.SessionsTable,
		Key:                      key("UserId", row.UserID),
		UpdateExpression:         aws.String("SET PurgeAt = :purge REMOVE NamePending"),
		ConditionExpression:      aws.String("CreationTime = :c AND #p = :ended"),
		ExpressionAttributeNames: map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: item{
			":c":     value(row.CreationTime),
			":ended": str(ended),
			":purge": value(purge.Unix()),
		},
	})
}

// openWith is the condition that a session is open with its instance and epoch.
const openWith = "InstanceId = :i AND Epoch = :e AND #p <> :ended"

// updateOpen updates a session that is open with its instance and epoch.
func (l ledger) updateOpen(ctx context.Context, row sessionRow, expression string, values item) error {
	values[":i"], values[":e"], values[":ended"] = str(row.InstanceID), value(row.Epoch), str(ended)
	return l.update(ctx, &types.Update{
		TableName:                 &l.names.SessionsTable,
		Key:                       key("UserId", row.UserID),
		UpdateExpression:          &expression,
		ConditionExpression:       aws.String(openWith),
		ExpressionAttributeNames:  map[string]string{"#p": "Phase"},
		ExpressionAttributeValues: values,
	})
}

// recordAddress stores where the instance of an open session is reached, its type and the session's phase.
func (l ledger) recordAddress(ctx context.Context, row sessionRow) error {
	return l.updateOpen(ctx, row, "SET PublicIp = :ip, SubnetId = :s, InstanceType = :t, #p = :ready", item{
		":ip":    str(row.PublicIP),
		":s":     str(row.SubnetID),
		":ready": str(row.Phase),
		":t":     str(row.InstanceType),
	})
}

// recordReady stores when the avatar of an open session first answered.
func (l ledger) recordReady(ctx context.Context, row sessionRow, at time.Time) error {
	return l.updateOpen(ctx, row, "SET #p = :ready, ReadyAt = if_not_exists(ReadyAt, :at)", item{
		":ready": str(string(backend.Ready)),
		":at":    value(at.UnixNano()),
	})
}

// storeGateKey stores the gate's key of an open session that has none yet. It returns nil if it has one.
func (l ledger) storeGateKey(ctx context.Context, row sessionRow, private string) error {
	return l.updateOpen(ctx, row, "SET GateKey = if_not_exists(GateKey, :k)", item{":k": str(private)})
}

// extendSession moves the end of an open session.
func (l ledger) extendSession(ctx context.Context, row sessionRow, now time.Time) error {
	return l.updateOpen(ctx, row, "SET ExpireAt = :x, LastActivity = :now, LastUseBy = :by, Sent = :sent", item{
		":x":    value(row.ExpireAt),
		":now":  value(now),
		":by":   value(string(row.LastUseBy)),
		":sent": value(row.Sent),
	})
}
