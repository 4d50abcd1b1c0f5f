package kinesis

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/logs/ingest"
	"avatar-launcher/backend/messages"
)

// callTimeout bounds one call, retries of the SDK included.
const callTimeout = 30 * time.Second

// call runs an API call within callTimeout.
func call[T any](ctx context.Context, fn func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return fn(ctx)
}

func isThrottle(err error) bool {
	return awsx.IsThrottled(err)
}

func isExpiredIterator(err error) bool {
	var e *types.ExpiredIteratorException
	return errors.As(err, &e)
}

func isNotFound(err error) bool {
	var e *types.ResourceNotFoundException
	return errors.As(err, &e)
}

func isInvalidArgument(err error) bool {
	var e *types.InvalidArgumentException
	return errors.As(err, &e)
}

// explain returns the remark that tells the user why the stream cannot be read.
func explain(stream string, err error) messages.Message {
	switch c := awsx.Code(err); {
	case isNotFound(err):
		return messages.New("logs.noLogStreamNamed", stream)
	case isThrottle(err):
		return messages.New("logs.logStreamReadToo")
	case awsx.IsDenied(err):
		return messages.New("logs.readingLogStreamNot", stream)
	case c != "":
		return messages.New("logs.logStreamCannotRead", ingest.Clean(c))
	}
	return messages.New("logs.logStreamCannotReached")
}
