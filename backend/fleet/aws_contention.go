package fleet

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"avatar-launcher/backend/awsx"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// A write that is in conflict with somebody else's transaction is tried contentionTries times. The pause before the
// second try is contentionPause; it doubles with each try, and up to half of it is random.
const (
	contentionTries = 6
	contentionPause = 100 * time.Millisecond
)

// conflictCodes say that a transaction is under way on the same item. The first is the reason of a cancelled
// transaction, the second the error of a single write.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
var conflictCodes = []string{"TransactionConflict", "TransactionConflictException"}

// isContended reports whether the same call is right again after a pause: AWS limits the rate of such calls, or
// somebody else writes the same item.
func isContended(err error) bool { return awsx.IsThrottled(err) || awsx.Is(err, conflictCodes...) }

// cancelError is a cancelled transaction, classified by the code of one of its reasons. Its Unwrap gives
// DynamoDB's error.
type cancelError struct {
	reason types.CancellationReason
	err    error
}

var _ smithy.APIError = (*cancelError)(nil)

func (e *cancelError) Error() string                 { return e.err.Error() }
func (e *cancelError) Unwrap() error                 { return e.err }
func (e *cancelError) ErrorCode() string             { return aws.ToString(e.reason.Code) }
func (e *cancelError) ErrorMessage() string          { return aws.ToString(e.reason.Message) }
func (e *cancelError) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }

// classifyCancelled returns a *cancelError for a cancelled transaction that no condition cancelled: by the first reason
// that waiting does not remove, such as a permission, else by the first throttle or conflict. It returns any other err
// as it is.
func classifyCancelled(err error) error {
	reasons, ok := cancelled(err)
	if !ok || lostRace(reasons) {
		return err
	}
	var contended error
	for _, r := range reasons {
		if c := aws.ToString(r.Code); c == "" || c == "None" {
			continue
		}
		e := &cancelError{reason: r, err: err}
		if !isContended(e) {
			return e
		}
		if contended == nil {
			contended = e
		}
	}
	if contended != nil {
		return contended
	}
	return err
}

// contentionAPI repeats writes that were in conflict with a transaction, and transactions that were cancelled by a
// conflict or a throttle. The SDK repeats neither. Its errors are those of classifyCancelled.
type contentionAPI struct{ dynamoAPI }

func (a contentionAPI) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (
	*dynamodb.PutItemOutput, error,
) {
	return repeatContended(ctx, func() (*dynamodb.PutItemOutput, error) { return a.dynamoAPI.PutItem(ctx, in, o...) })
}

func (a contentionAPI) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (
	*dynamodb.UpdateItemOutput, error,
) {
	return repeatContended(ctx, func() (*dynamodb.UpdateItemOutput, error) {
		return a.dynamoAPI.UpdateItem(ctx, in, o...)
	})
}

func (a contentionAPI) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, o ...func(*dynamodb.Options)) (
	*dynamodb.DeleteItemOutput, error,
) {
	return repeatContended(ctx, func() (*dynamodb.DeleteItemOutput, error) {
		return a.dynamoAPI.DeleteItem(ctx, in, o...)
	})
}

func (a contentionAPI) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput,
	o ...func(*dynamodb.Options)) (
	*dynamodb.TransactWriteItemsOutput, error,
) {
	return repeatContended(ctx, func() (*dynamodb.TransactWriteItemsOutput, error) {
		return a.dynamoAPI.TransactWriteItems(ctx, in, o...)
	})
}

// repeatContended repeats a call that the SDK itself does not repeat.
func repeatContended[T any](ctx context.Context, call func() (T, error)) (T, error) {
	wait := contentionPause
	for try := 1; ; try++ {
		out, err := call()
		err = classifyCancelled(err)
		var reason *cancelError
		conflict := awsx.Is(err, conflictCodes...) || errors.As(err, &reason) && isContended(reason)
		if !conflict || try == contentionTries {
			return out, err
		}
		if ended := awsx.Sleep(ctx, wait/2+rand.N(wait/2)); ended != nil {
			return out, errors.Join(ended, err)
		}
		wait *= 2
	}
}
