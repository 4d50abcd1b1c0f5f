package fleet

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The leases table, key LeaseId: the pool's lease, its size, health and rollout, the queue's tickets, and counters. A
// row that several desktops write is written under its Version, which grows with every write.

// lease reads the pool's lease. It returns nil if nobody has it.
func (l ledger) lease(ctx context.Context) (*leaseRow, error) {
	return get[leaseRow](ctx, l.db, l.names.LeasesTable, key("LeaseId", poolLease))
}

// putVersioned writes a row of the leases table if there is none (seen is 0), or under the Version that was seen.
func (l ledger) putVersioned(ctx context.Context, row any, first bool, seen int64) error {
	in := &dynamodb.PutItemInput{
		TableName:           &l.names.LeasesTable,
		Item:                marshal(row),
		ConditionExpression: aws.String("attribute_not_exists(LeaseId)"),
	}
	if !first {
		in.ConditionExpression = aws.String("#v = :seen")
		in.ExpressionAttributeNames = map[string]string{"#v": "Version"}
		in.ExpressionAttributeValues = item{":seen": value(seen)}
	}
	_, err := l.db.PutItem(ctx, in)
	return err
}

// takeLease writes the pool's lease: nobody has it (seen is nil), or it is as it was seen.
func (l ledger) takeLease(ctx context.Context, row leaseRow, seen *leaseRow) error {
	if seen == nil {
		return l.putVersioned(ctx, row, true, 0)
	}
	return l.putVersioned(ctx, row, false, seen.Version)
}

// dropVersioned deletes a row of the leases table under its Version. It returns nil if the row has changed before.
func (l ledger) dropVersioned(ctx context.Context, id, placeholder string, version int64) error {
	_, err := l.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &l.names.LeasesTable,
		Key:                       key("LeaseId", id),
		ConditionExpression:       aws.String("#v = " + placeholder),
		ExpressionAttributeNames:  map[string]string{"#v": "Version"},
		ExpressionAttributeValues: item{placeholder: value(version)},
	})
	return unlessConditionFailed(err)
}

// giveLeaseBack writes the pool's lease without a holder, after the caller's last write. The row stays, since it says
// when the pool was kept. It returns nil if somebody else has the lease.
func (l ledger) giveLeaseBack(ctx context.Context, row leaseRow) error {
	return unlessConditionFailed(l.putVersioned(ctx, row, false, row.Version-1))
}

// putPause stores the pause of launches for the next keeper.
func (l ledger) putPause(ctx context.Context, row pauseRow) error {
	row.LeaseID = pauseRowID
	_, err := l.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &l.names.LeasesTable, Item: marshal(row)})
	return err
}

// dropPause deletes the pause of launches.
func (l ledger) dropPause(ctx context.Context) error { return l.removeLease(ctx, pauseRowID) }

// health reads the health row. It returns the zero row if there is none.
func (l ledger) health(ctx context.Context) (healthRow, error) {
	row, err := get[healthRow](ctx, l.db, l.names.LeasesTable, key("LeaseId", healthRowID))
	if err != nil || row == nil {
		return healthRow{}, err
	}
	return *row, nil
}

// putHealth writes the health row under the Version that was read, 0 if there was none.
func (l ledger) putHealth(ctx context.Context, row healthRow, read int64) error {
	return l.putVersioned(ctx, row, read == 0, read)
}

// putRollout writes the rollout's row under the Version that was read, 0 if there was none.
func (l ledger) putRollout(ctx context.Context, row rolloutRow) error {
	read := row.Version
	row.LeaseID, row.Version = rolloutRowID, read+1
	return l.putVersioned(ctx, row, read == 0, read)
}

// nextNumber returns the next number of a counter. No number is returned twice.
func (l ledger) nextNumber(ctx context.Context, counter string) (int64, error) {
	out, err := l.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &l.names.LeasesTable,
		Key:                       key("LeaseId", counter),
		UpdateExpression:          aws.String("ADD #n :one"),
		ExpressionAttributeNames:  map[string]string{"#n": "Number"},
		ExpressionAttributeValues: item{":one": value(1)},
		ReturnValues:              types.ReturnValueUpdatedNew,
	})
	if err != nil {
		return 0, err
	}
	var got struct{ Number int64 }
	return got.Number, attributevalue.UnmarshalMap(out.Attributes, &got)
}

// addTicket enters the queue. It returns nil if the user is in it already.
func (l ledger) addTicket(ctx context.Context, t ticketRow) error {
	return unlessConditionFailed(l.putVersioned(ctx, t, true, 0))
}

// renewTicket shows that somebody waits still.
func (l ledger) renewTicket(ctx context.Context, id string) error {
	return l.update(ctx, &types.Update{
		TableName:                 &l.names.LeasesTable,
		Key:                       key("LeaseId", id),
		UpdateExpression:          aws.String("ADD #v :one"),
		ConditionExpression:       aws.String("attribute_exists(LeaseId)"),
		ExpressionAttributeNames:  map[string]string{"#v": "Version"},
		ExpressionAttributeValues: item{":one": value(1)},
	})
}

// removeTicket leaves the queue.
func (l ledger) removeTicket(ctx context.Context, id string) error { return l.removeLease(ctx, id) }

// dropTicket removes a ticket that has not moved. It returns nil if it has.
func (l ledger) dropTicket(ctx context.Context, t ticketRow) error {
	return l.dropVersioned(ctx, t.LeaseID, ":seen", t.Version)
}

func (l ledger) removeLease(ctx context.Context, id string) error {
	_, err := l.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &l.names.LeasesTable, Key: key("LeaseId", id)})
	return err
}

// setSizes sets the sizes of the pool's tiers for all desktops.
func (l ledger) setSizes(ctx context.Context, sizes backend.PoolSizes, by, why messages.Message) error {
	row := item{"LeaseId": str(sizeRow), "Size": value(sizes.Stopped), "By": str(by.String()), "Why": str(why.String())}
	if sizes.Hot != nil {
		row["Hot"] = value(*sizes.Hot)
	}
	_, err := l.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &l.names.LeasesTable, Item: row})
	return err
}

// clearSize gives the pool's size back to the profiles.
func (l ledger) clearSize(ctx context.Context) error { return l.removeLease(ctx, sizeRow) }

// coordination is what the leases table holds.
type coordination struct {
	leases  []leaseRow
	tickets []ticketRow        // in the order in which they are served
	sizes   *backend.PoolSizes // of the pool, if an operator set them
	health  healthRow
	rollout rolloutRow
	pause   pauseRow // of launches
}

// keptAt returns when a keeper last wrote the pool's lease, zero if none has.
func (c coordination) keptAt() time.Time {
	for _, l := range c.leases {
		return l.At
	}
	return time.Time{}
}

// coordination reads the leases table.
func (l ledger) coordination(ctx context.Context) (c coordination, err error) {
	items, err := scanItems(ctx, l.db, l.names.LeasesTable)
	if err != nil {
		return c, err
	}
	for _, it := range items {
		if err := c.take(it); err != nil {
			return c, err
		}
	}
	slices.SortFunc(c.tickets, func(a, b ticketRow) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.UserID, b.UserID))
	})
	return c, nil
}

// take adds one row to c. Counters are left out.
func (c *coordination) take(it item) error {
	id, err := unmarshal[struct {
		LeaseID string `dynamodbav:"LeaseId"`
	}](it)
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(id.LeaseID, ticketPrefix):
		t, err := unmarshal[ticketRow](it)
		c.tickets = append(c.tickets, t)
		return err
	case id.LeaseID == poolLease:
		row, err := unmarshal[leaseRow](it)
		c.leases = append(c.leases, row)
		return err
	case id.LeaseID == sizeRow:
		row, err := unmarshal[struct {
			Size int
			Hot  *int
		}](it)
		c.sizes = &backend.PoolSizes{Stopped: row.Size, Hot: row.Hot}
		return err
	case id.LeaseID == healthRowID:
		c.health, err = unmarshal[healthRow](it)
	case id.LeaseID == pauseRowID:
		c.pause, err = unmarshal[pauseRow](it)
	case id.LeaseID == rolloutRowID:
		c.rollout, err = unmarshal[rolloutRow](it)
	}
	return err
}
