package fleet

import (
	"context"
	"slices"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ledger reads and writes the tables. It has one method for each transition of a row, with the condition under which it
// takes place, in one file for each table; ledger_claims.go has the transitions of an instance and a session together.
// A write whose condition does not hold returns an error for which isConditionFailed is true, unless its method says
// otherwise. Nothing else in this package talks to DynamoDB.
type ledger struct {
	db    dynamoAPI
	names backend.Resources
}

// dynamoAPI is what the control plane needs of *dynamodb.Client.
type dynamoAPI interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (
		*dynamodb.TransactWriteItemsOutput, error,
	)
}

// item is a row, or a part of one, as DynamoDB has it.
type item = map[string]types.AttributeValue

func str(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

func key(name, value string) item { return item{name: str(value)} }

// marshal panics on a row that cannot be an item: the row types all can.
func marshal(v any) item {
	m, err := attributevalue.MarshalMap(v)
	if err != nil {
		panic("fleet: " + err.Error())
	}
	return m
}

func value(v any) types.AttributeValue {
	av, err := attributevalue.Marshal(v)
	if err != nil {
		panic("fleet: " + err.Error())
	}
	return av
}

func unmarshal[T any](m item) (T, error) {
	var v T
	err := attributevalue.UnmarshalMap(m, &v)
	return v, err
}

// get reads one row consistently. It returns nil if there is none.
func get[T any](ctx context.Context, db dynamoAPI, table string, key item) (*T, error) {
	out, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil || out.Item == nil {
		return nil, err
	}
	row, err := unmarshal[T](out.Item)
	return &row, err
}

// scan reads a whole table into rows. Only the pool's keeper, an operator's overview, a cold launch and those who wait
// do this: the tables hold one row an instance and one a user.
func scan[T any](ctx context.Context, db dynamoAPI, table string) ([]T, error) {
	items, err := scanItems(ctx, db, table)
	if err != nil {
		return nil, err
	}
	var rows []T
	return rows, attributevalue.UnmarshalListOfMaps(items, &rows)
}

func scanItems(ctx context.Context, db dynamoAPI, table string) ([]item, error) {
	var items []item
	pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
	}
	return items, nil
}

// transact makes writes that all take place or none does.
func (l ledger) transact(ctx context.Context, writes ...types.TransactWriteItem) error {
	_, err := l.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return err
}

// update makes one conditional update by itself.
func (l ledger) update(ctx context.Context, u *types.Update) error {
	_, err := l.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 u.TableName,
		Key:                       u.Key,
		UpdateExpression:          u.UpdateExpression,
		ConditionExpression:       u.ConditionExpression,
		ExpressionAttributeNames:  u.ExpressionAttributeNames,
		ExpressionAttributeValues: u.ExpressionAttributeValues,
	})
	return err
}

// existing is the error of a claim by a user who already has a session.
type existing struct{ row sessionRow }

func (*existing) Error() string { return "the user already has a session" }

// existingIn returns why the condition of the user's row cancelled the transaction, nil if it did not: *existing, or
// errStartCancelled.
func existingIn(reasons []types.CancellationReason, i int) error {
	if len(reasons) <= i || aws.ToString(reasons[i].Code) != "ConditionalCheckFailed" {
		return nil
	}
	had := &existing{}
	if attributevalue.UnmarshalMap(reasons[i].Item, &had.row) != nil {
		return nil
	}
	if had.row.Phase == ended {
		return errStartCancelled
	}
	return had
}

// isRaceLost reports whether err is a transaction that a condition cancelled: somebody else changed one
// of its rows before.
func isRaceLost(err error) bool {
	reasons, ok := cancelled(err)
	return ok && lostRace(reasons)
}

// lostRace reports whether a condition is among the reasons for which a transaction was cancelled.
func lostRace(reasons []types.CancellationReason) bool {
	return slices.ContainsFunc(reasons, func(r types.CancellationReason) bool {
		return aws.ToString(r.Code) == "ConditionalCheckFailed"
	})
}
