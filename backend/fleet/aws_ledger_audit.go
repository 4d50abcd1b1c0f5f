package fleet

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// The audit table, key UserId and At, with an index by Day. Rows are only added; DynamoDB deletes them at PurgeAt.

// addEvent adds one row.
func (l ledger) addEvent(ctx context.Context, row auditRow) error {
	_, err := l.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &l.names.AuditTable, Item: marshal(row)})
	return err
}

// eventsOf lists a user's rows since a time, oldest first.
func (l ledger) eventsOf(ctx context.Context, userID string, since time.Time) ([]auditRow, error) {
	return l.events(ctx, &dynamodb.QueryInput{
		KeyConditionExpression:    aws.String("UserId = :k AND #at >= :since"),
		ExpressionAttributeNames:  map[string]string{"#at": "At"},
		ExpressionAttributeValues: item{":k": str(userID), ":since": str(since.UTC().Format(auditTime))},
	})
}

// eventsOfDay lists all rows of one day (UTC), oldest first.
func (l ledger) eventsOfDay(ctx context.Context, day time.Time) ([]auditRow, error) {
	return l.events(ctx, &dynamodb.QueryInput{
		IndexName:                 &l.names.DayIndex,
		KeyConditionExpression:    aws.String("#day = :k"),
		ExpressionAttributeNames:  map[string]string{"#day": "Day"},
		ExpressionAttributeValues: item{":k": str(day.UTC().Format(time.DateOnly))},
	})
}

// eventsOfDaySince lists all rows of one day (UTC) since a time, oldest first.
func (l ledger) eventsOfDaySince(ctx context.Context, day, since time.Time) ([]auditRow, error) {
	return l.events(ctx, &dynamodb.QueryInput{
		IndexName:                &l.names.DayIndex,
		KeyConditionExpression:   aws.String("#day = :k AND #at >= :since"),
		ExpressionAttributeNames: map[string]string{"#day": "Day", "#at": "At"},
		ExpressionAttributeValues: item{":k": str(day.UTC().Format(time.DateOnly)),
			":since": str(since.UTC().Format(auditTime))},
	})
}

func (l ledger) events(ctx context.Context, in *dynamodb.QueryInput) ([]auditRow, error) {
	in.TableName = &l.names.AuditTable
	var rows []auditRow
	pages := dynamodb.NewQueryPaginator(l.db, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		var some []auditRow
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &some); err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, nil
}
